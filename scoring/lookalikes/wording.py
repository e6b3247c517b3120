"""What a lookalike shares with the companies it is like, and where it is far, in words.

The figures quoted are those compared: of several seeds, their median.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan
from statistics import median

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from companies import nomenclature
from companies.nomenclature import Naf
from companies.search import phrase
from companies.search.index import likeness
from mainsite.lib import formatting
from scoring.lookalikes import traits
from scoring.lookalikes.profiles import Profile
from scoring.lookalikes.traits import TRAITS, UNKNOWN

# A figure at most this far is said to be near, at least that far to be different.
NEAR, FAR = 0.15, 0.35
# Of what is far, the traits that cost most.
MOST_FAR = 3
WEIGHTS = {trait.name: trait.weight for trait in TRAITS}
# From a million on, amounts are told in millions.
MILLION = 1_000_000

LABELS: Mapping[str, Promise] = {
    "naf": gettext_lazy("activité"),
    "revenue": gettext_lazy("chiffre d’affaires"),
    "place": gettext_lazy("lieu"),
    "band": gettext_lazy("effectif"),
    "net_margin": gettext_lazy("marge nette"),
    "growth": gettext_lazy("croissance par an"),
    "ebitda_margin": gettext_lazy("marge d’EBE"),
    "per_head": gettext_lazy("chiffre d’affaires par personne"),
    "debt": gettext_lazy("endettement"),
    "born": gettext_lazy("âge du dirigeant"),
    "equity": gettext_lazy("capitaux propres"),
    "created": gettext_lazy("âge de la société"),
    "appointed": gettext_lazy("ancienneté du dirigeant"),
}
NEARBY: Mapping[str, Promise] = {
    "revenue": gettext_lazy("chiffre d’affaires proche"),
    "net_margin": gettext_lazy("marge nette proche"),
    "growth": gettext_lazy("croissance par an proche"),
    "ebitda_margin": gettext_lazy("marge d’EBE proche"),
    "per_head": gettext_lazy("chiffre d’affaires par personne proche"),
    "debt": gettext_lazy("endettement proche"),
    "born": gettext_lazy("dirigeant d’âge proche"),
    "equity": gettext_lazy("capitaux propres proches"),
    "created": gettext_lazy("société d’âge proche"),
    "appointed": gettext_lazy("dirigeant en place depuis aussi longtemps"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """``unknown`` names what is known of the seeds and not of the company."""

    shared: list[str]
    different: list[str]
    unknown: list[str]


def label(name: str) -> str:
    return str(LABELS[name])


class Speaker:
    """Says each company beside the same seeds."""

    def __init__(self, seeds: Sequence[Profile], today: date) -> None:
        self._seeds, self._today = seeds, today
        self._ours: dict[str, str] = {}

    def words(self, profile: Profile, distances: Mapping[str, float]) -> Words:
        """``distances`` of the company by trait, NaN where it is unknown."""
        known = {name: far for name, far in distances.items() if not isnan(far)}
        by_cost = sorted(known, key=lambda name: -WEIGHTS[name] * known[name])
        far = [name for name in by_cost if known[name] >= FAR][:MOST_FAR]
        shared = [self._shared(name, profile, known[name]) for name in known]
        return Words(
            shared=[sentence for sentence in shared if sentence],
            different=[
                f"{label(name)} ({self._against(name, profile)})" for name in far
            ],
            unknown=[label(name) for name in distances if name not in known],
        )

    def _shared(self, name: str, profile: Profile, distance: float) -> str:
        """Empty when nothing is."""
        if name == "naf":
            return _same_activity(profile, self._seeds)
        if name == "place":
            return _same_place(profile, self._seeds)
        if distance > NEAR:
            return ""
        if name == "band":
            return _same_band(profile, self._seeds)
        return f"{NEARBY[name]} ({self._against(name, profile)})"

    def _against(self, name: str, profile: Profile) -> str:
        """« 4,1 M€ contre 3,9 M€ », of several places « comme 1 des 3 seulement »."""
        theirs = _said(name, [profile], self._today)
        if name not in FIGURES and len(self._seeds) > 1:
            same = [_said(name, [s], self._today) == theirs for s in self._seeds]
            if any(same):
                told = {"n": sum(same), "total": len(same)}
                return _("comme %(n)d des %(total)d seulement") % told
        if name not in self._ours:
            known = [seed for seed in self._seeds if seed.steps[name] != UNKNOWN]
            ours = _said(name, known, self._today)
            is_middle = len(known) > 1 and name in FIGURES
            middle = _("%(figure)s en médiane") % {"figure": ours}
            self._ours[name] = middle if is_middle else ours
        words = {"theirs": theirs, "ours": self._ours[name]}
        return _("%(theirs)s contre %(ours)s") % words


# The tree of activities, the map


def _same_activity(profile: Profile, seeds: Sequence[Profile]) -> str:
    """The smallest level that all the seeds share with it, or else most of them."""
    naf, others = _naf(profile), [_naf(seed) for seed in seeds]
    if naf is None:
        return ""
    levels: tuple[tuple[Callable[[Naf], str], str], ...] = (
        (lambda each: each.code, _("même activité, NAF %(code)s")),
        (lambda each: each.class_, _("même classe NAF %(code)s")),
        (lambda each: each.group, _("même groupe NAF %(code)s")),
        (lambda each: each.division, _("même division NAF %(code)s")),
        (lambda each: each.section, _("même section NAF %(code)s")),
    )
    return _smallest(naf, others, levels)


def _same_place(profile: Profile, seeds: Sequence[Profile]) -> str:
    step, others = profile.steps["place"], [seed.steps["place"] for seed in seeds]
    if step == UNKNOWN:
        return ""
    same = [other == step for other in others]
    if 2 * sum(same) > len(same):
        words = _("même département (%(name)s)") % {"name": department(step)}
        return _counted(words, same)
    same = [region(other) == region(step) for other in others]
    if 2 * sum(same) > len(same):
        return _counted(_("même région (%(name)s)") % {"name": region(step)}, same)
    return ""


def _same_band(profile: Profile, seeds: Sequence[Profile]) -> str:
    step = profile.steps["band"]
    same = [seed.steps["band"] == step for seed in seeds]
    words = _("même tranche d’effectif (%(band)s)") % {"band": band(step)}
    return _counted(words, same) if any(same) else ""


def _smallest(
    naf: Naf,
    others: Sequence[Naf | None],
    levels: Sequence[tuple[Callable[[Naf], str], str]],
) -> str:
    for level, words in levels:
        same = [other is not None and level(other) == level(naf) for other in others]
        if 2 * sum(same) > len(same):
            return _counted(words % {"code": level(naf)}, same)
    return ""


def _counted(words: str, same: Sequence[bool]) -> str:
    """« …, comme 4 des 5 » when they are not all so."""
    if all(same):
        return words
    told = {"words": words, "n": sum(same), "total": len(same)}
    return _("%(words)s, comme %(n)d des %(total)d") % told


def _naf(profile: Profile) -> Naf | None:
    return nomenclature.naf_by_id().get(profile.steps["naf"])


def department(step: int) -> str:
    code = likeness.departments()[step - 1]
    return nomenclature.departments().get(code, code)


def region(step: int) -> str:
    code = traits.regions()[step]
    return nomenclature.regions().get(code, code)


def band(step: int) -> str:
    bands = list(nomenclature.HEADCOUNT_BANDS.values())
    return phrase.headcount_band(bands[step - 1])


# Figures


def _said(name: str, profiles: Sequence[Profile], today: date) -> str:
    if name == "naf":
        return _either([f"NAF {naf.code}" for p in profiles if (naf := _naf(p))])
    if name == "place":
        steps = [p.steps["place"] for p in profiles]
        return _either([department(step) for step in steps if step != UNKNOWN])
    if name == "band":
        steps = [p.steps["band"] for p in profiles]
        return _either([band(step) for step in steps if step != UNKNOWN])
    values = [p.figures[name] for p in profiles if name in p.figures]
    return FIGURES[name](median(values), today)


def _either(names: Sequence[str]) -> str:
    """The most frequent first, two at most."""
    ordered = sorted(dict.fromkeys(names), key=lambda each: -names.count(each))
    return ", ".join(ordered[:2]) + (", …" if len(ordered) > 2 else "")


def _language() -> str:
    return get_language() or "fr"


def _money(value: float, _today: date) -> str:
    """« 850 k€ », « −4,1 M€ »; in English “€850k”, “−€4.1m”."""
    if abs(value) < MILLION:
        template, number = _("%(n)s\u00a0k€"), round(abs(value) / 1000)
        text = formatting.number(number, language=_language())
    else:
        template = _("%(n)s\u00a0M€")
        text = formatting.meuros(round(abs(value)), language=_language())
    return (formatting.MINUS if value < 0 else "") + template % {"n": text}


def _percent(value: float, _today: date) -> str:
    return formatting.percent(round(value, 4), language=_language())


def _growth(value: float, _today: date) -> str:
    return formatting.percent(round(value, 4), signed=True, language=_language())


def _share(value: float, _today: date) -> str:
    return formatting.percent(round(value, 2), decimals=0, language=_language())


def _years_since(days: float, today: date) -> str:
    return formatting.years(int(traits.years_since(days, today)), language=_language())


def _age(born: float, today: date) -> str:
    return formatting.years(int(today.year - born), language=_language())


FIGURES: Mapping[str, Callable[[float, date], str]] = {
    "revenue": _money,
    "per_head": _money,
    "equity": _money,
    "net_margin": _percent,
    "ebitda_margin": _percent,
    "growth": _growth,
    "debt": _share,
    "created": _years_since,
    "appointed": _years_since,
    "born": _age,
}
