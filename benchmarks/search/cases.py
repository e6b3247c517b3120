"""Random searches of each class: a function that adds criteria to a draft.

T1 to T9 search what enrichment gives, R1 to R7 the whole register.
"""

import random
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from benchmarks.search.drafts import COMMERCIAL, Case, Draft, World


def _t1(d: Draft) -> None:
    d.score(35, 75)


def _t2(d: Draft) -> None:
    d.score(30, 60)
    d.revenue()
    d.headcount(1, 5, 3)


def _t3(d: Draft) -> None:
    d.naf("division", 2)
    d.place("region", 2)
    d.form(2, COMMERCIAL)
    d.score(25, 50)
    d.sort = "-ca"


def _t4(d: Draft) -> None:
    d.place("department")
    d.form(1, COMMERCIAL)
    d.age()
    d.score(25, 55)


def _t5(d: Draft) -> None:
    d.place("code")
    d.score(20, 55)


def _t6(d: Draft) -> None:
    d.naf("code", 3)
    d.headcount(1, 4, 4)
    d.revenue(is_open=True)
    d.sort = "-effectif"


def _t7(d: Draft) -> None:
    d.status()
    d.contact("email")
    d.sort = "-maj"


def _t8(d: Draft) -> None:
    d.naf("section")
    d.place("region")
    d.revenue(is_open=True)
    d.contact("telephone")
    d.sort = "nom"
    d.tables = ("company",)


def _t9(d: Draft) -> None:
    d.naf("code")
    d.place("code")
    d.score(1, 40)


def _r1(d: Draft) -> None:
    d.naf("division", 2)
    d.place("department")
    d.sort = "age"


def _r2(d: Draft) -> None:
    d.naf("section")
    d.place("region")
    d.sort = "age"


def _r3(d: Draft) -> None:
    d.place("region")
    d.form()
    d.age()
    d.headcount(3, 3, 12)
    d.sort = "age"


def _r4(d: Draft) -> None:
    d.naf("code")
    d.place("code")
    d.sort = "age"


def _r5(d: Draft) -> None:
    d.place("region")
    d.sort = "age"


def _r6(d: Draft) -> None:
    d.form()
    d.age()
    d.headcount(1, 4, 11)
    d.sort = d.draw.choice(("-effectif", "age", "-attractivite"))


def _r7(d: Draft) -> None:
    d.sort = d.draw.choice(("-attractivite", "age", "-effectif", "-ca"))


def _list(d: Draft) -> None:
    d.in_list()
    d.score(1, 50)


def _out(d: Draft) -> None:
    d.out_of_list()
    d.naf("section")
    d.status(2)


def _event(d: Draft) -> None:
    d.event(("sale", "proceeding", "leader_change", "accounts_filed"))
    d.place("region")


def _no_event(d: Draft) -> None:
    d.event(("proceeding", "closing", "sale"), is_absent=True)
    d.place("department")
    d.revenue()


def _contact(d: Draft) -> None:
    d.contact("email", "telephone")
    d.leader()
    d.sort = "-ca"


def _site(d: Draft) -> None:
    d.any_site(d.draw.choice(("department", "code")))
    d.naf("section")
    d.sort = "age"


def _siren(d: Draft) -> None:
    siren, _ = d.draw.choice(d.world.names)
    _number(d, f"{siren:09d}", siren, siren)


def _siren_prefix(d: Draft) -> None:
    siren, _ = d.draw.choice(d.world.names)
    text = f"{siren:09d}"[: d.draw.randint(5, 7)]
    scale = 10 ** (9 - len(text))
    _number(d, text, int(text) * scale, (int(text) + 1) * scale - 1)


def _number(d: Draft, text: str, low: int, high: int) -> None:
    d.sort, d.is_sorted_by_default, d.tables = "nom", True, ("company",)
    d.add([("q", text)], "r.siren BETWEEN %s AND %s", low, high)


def _prefix(d: Draft) -> None:
    d.name(d.draw.choice(d.world.words)[:4])


def _two_words(d: Draft) -> None:
    _, name = d.draw.choice([n for n in d.world.names if len(_long(n[1])) > 1])
    d.name(" ".join(_long(name)[:2]))


def _common_word(d: Draft) -> None:
    d.name(d.draw.choice(d.world.common))


def _accents(d: Draft) -> None:
    words = [w for w in d.world.common if not w.isascii()]
    d.name(d.draw.choice(words).capitalize())


def _typo(d: Draft) -> None:
    """One letter wrong in a word of seven or more; plain SQL has no answer to it."""
    word = d.draw.choice([w for w in d.world.words if len(w) >= 7])
    place = d.draw.randrange(2, len(word) - 2)
    swap, wrong = word[place + 1] + word[place], d.draw.choice("KWYX")
    text = d.draw.choice(
        (
            word[:place] + word[place + 1 :],
            word[:place] + swap + word[place + 2 :],
            word[:place] + wrong + word[place:],
        )
    )
    d.name(text)
    d.has_sql = False


def _long(name: str) -> list[str]:
    return [word for word in name.split() if len(word) > 3 and word.isalpha()]


TARGET: dict[str, Callable[[Draft], None]] = {
    "T1 score": _t1,
    "T2 score, revenue, headcount": _t2,
    "T3 divisions, régions, forms, score, by revenue": _t3,
    "T4 département, form, age, score": _t4,
    "T5 commune, score": _t5,
    "T6 3 NAF codes, headcount, revenue, by headcount": _t6,
    "T7 status, contact, by date": _t7,
    "T8 section, région, revenue, contact, by name": _t8,
    "T9 NAF code, commune": _t9,
}
REGISTER: dict[str, Callable[[Draft], None]] = {
    "R1 2 divisions, département, by date": _r1,
    "R2 section, région, by date": _r2,
    "R3 région, form, age, headcount, by date": _r3,
    "R4 NAF code, commune": _r4,
    "R5 région, by date": _r5,
    "R6 form, age, headcount, no place": _r6,
    "R7 no criterion": _r7,
}
MORE: dict[str, Callable[[Draft], None]] = {
    "L1 in a list": _list,
    "L2 not in a list, section, statuses": _out,
    "E1 events since, région": _event,
    "E2 no event since, département, revenue": _no_event,
    "C1 both contacts, leader's age": _contact,
    "P1 any establishment in, section": _site,
}
NAMES: dict[str, Callable[[Draft], None]] = {
    "N1 SIREN": _siren,
    "N2 SIREN's beginning": _siren_prefix,
    "N3 word's beginning": _prefix,
    "N4 two words": _two_words,
    "N5 common word": _common_word,
    "N6 accents": _accents,
    "N7 typo": _typo,
}
BARRED = {**TARGET, **REGISTER}
CLASSES = {**BARRED, **MORE, **NAMES}


def draw(world: World, seed: int, each: int) -> list[Case]:
    """``each`` cases of every class, the same ones for the same seed."""
    return [case for name in CLASSES for case in draw_class(world, name, seed, each)]


def draw_class(world: World, name: str, seed: int, each: int) -> Iterator[Case]:
    dice = random.Random(f"{seed} {name}")  # noqa: S311
    for _ in range(each):
        draft = Draft(dice, world)
        CLASSES[name](draft)
        yield draft.case(name)


def typing(world: World, seed: int, each: int) -> list[Case]:
    """What someone types into a name or an amount, one address per key pressed."""
    dice = random.Random(f"{seed} typing")  # noqa: S311
    found = []
    for _ in range(each):
        draft = Draft(dice, world)
        draft.place("region")
        word = dice.choice(world.words)
        for length in range(3, min(len(word), 8) + 1):
            pairs = [*draft.pairs, ("q", word[:length])]
            found.append(Case("typing", urlencode(pairs), None, (), "nom"))
        draft.naf("section")
        for amount in ("1", "12", "12.5"):
            pairs = [*draft.pairs, ("ca_min", amount), ("tri", "-ca")]
            found.append(Case("typing", urlencode(pairs), None, (), "-ca"))
    return found
