"""Sentences from the codes of a result. French unless English is asked for."""

from scoring.rules import figures, measures, phrases
from scoring.rules.figures import NBSP, Lang
from scoring.rules.reasons import CODES, Reason
from scoring.rules.result import Result
from scoring.rules.ruleset import COMPONENTS

NOUNS = {
    "years": (("an", "ans"), ("year", "years")),
    "people": (("personne", "personnes"), ("person", "people")),
    "leaders": (("dirigeant", "dirigeants"), ("leader", "leaders")),
    "points": (("point", "points"), ("point", "points")),
}


def component_label(name: str, lang: Lang = "fr") -> str:
    return _pick(phrases.COMPONENTS[name], lang)


def contribution_label(name: str, lang: Lang = "fr") -> str:
    return _pick(phrases.CONTRIBUTIONS[name], lang)


def family_label(name: str, lang: Lang = "fr") -> str:
    return _pick(phrases.FAMILIES[name], lang)


def group_label(name: str, lang: Lang = "fr") -> str:
    return _pick(phrases.GROUPS[name], lang)


def flag(name: str, lang: Lang = "fr") -> str:
    return _pick(phrases.FLAGS[name], lang)


def level(code: str, lang: Lang = "fr") -> str:
    return _pick(phrases.LEVELS[code], lang)


def priority(code: str | None, lang: Lang = "fr") -> str:
    return _pick(phrases.PRIORITIES[code], lang) if code else ""


def state(code: str, lang: Lang = "fr") -> str:
    return _pick(phrases.STATES[code], lang)


def component_fact(result: Result, name: str, lang: Lang = "fr") -> str:
    """What the component rests on, in one line: « marge nette de 5,1 % »."""
    component = result.components[name]
    if component.value is None:
        absence = _pick(phrases.ABSENCES[name], lang)
        return f"{absence}, {_pick(phrases.SPREAD, lang)}"
    known = measures.of_component(name, result)
    if not known:
        return _pick(phrases.FIXED.get(name, phrases.DEFAULTED), lang)
    line = _fragments(known, component.basis, lang)
    if name == "financial_health" and "debt_ratio" not in known:
        line = f"{line}, {_no_debt(result, lang)}"
    return line


def reason(each: Reason, result: Result, lang: Lang = "fr") -> str:
    """One sentence. The sign is apart: ``Reason.sign``, shown with a true minus."""
    if each.code in CODES:
        name = COMPONENTS[CODES.index(each.code)]
        return _sentence(component_fact(result, name, lang))
    if each.code.startswith("flag_"):
        return _flag_sentence(each.code.removeprefix("flag_"), result, lang)
    kind, _, family = each.code.partition("_")
    if kind in ("missing", "partial"):
        return _pick(phrases.REASONS[kind], lang).format(
            family=family_label(family, lang),
            points=_lost(each.params["points"], lang),
        )
    written = {key: _write(key, value, lang) for key, value in each.params.items()}
    return _pick(phrases.REASONS[each.code], lang).format(**written)


def sign(each: Reason) -> str:
    return figures.MINUS if each.sign == "-" else each.sign


def next_item(result: Result, lang: Lang = "fr") -> str | None:
    """The group to ask for and what it would change; scoring knows no price."""
    group = result.next_group
    if group is None:
        return None
    stake = result.stakes[group]
    if stake.verdict:
        kind = "sale_verdict" if result.is_evaluable else "verdict"
    else:
        kind = "score" if stake.attractiveness >= 1 else "coverage"
    if kind == "verdict" and not _would_lift(result, stake.coverage):
        kind = "sale_verdict"
    return _pick(phrases.NEXT[kind], lang).format(
        group=group_label(group, lang),
        score=_write("points", stake.attractiveness, lang),
        coverage="+" + _write("points", stake.coverage, lang),
    )


def _would_lift(result: Result, points: float) -> bool:
    return (result.coverage or 0.0) + points >= result.terms.floor


def _flag_sentence(name: str, result: Result, lang: Lang) -> str:
    caps = dict(zip(phrases.FLAGS, result.terms.caps, strict=True))
    words = _pick(phrases.REASONS["flag"], lang).format(
        flag=flag(name, lang), cap=figures.decimal(caps[name], lang)
    )
    return words[0].upper() + words[1:]


def _no_debt(result: Result, lang: Lang) -> str:
    missing = _pick(phrases.NO_DEBT, lang)
    if not result.terms.has_readings:
        return missing
    return f"{missing}, {_pick(phrases.SPREAD, lang)}"


def _fragments(known: measures.Measures, basis: str, lang: Lang) -> str:
    written = {key: _write(key, value, lang) for key, value in known.items()}
    written["where"] = next(
        (_pick(text, lang) for key, text in phrases.CELLS.items() if key in basis), ""
    )
    return ", ".join(
        _pick(text, lang).format(**written)
        for key, text in phrases.FRAGMENTS.items()
        if key in known
    )


def _write(key: str, value: float, lang: Lang) -> str:
    if key in ("margin", "result_share") or key.startswith("growth"):
        return figures.percent(value, lang)
    if key == "revenue":
        return figures.euros(value, lang)
    if key in ("headcount", "at_least"):
        return _count(value, "people", lang)
    if key in ("years", "tenure", "age"):
        return _count(value, "years", lang)
    if key == "leaders":
        return _count(value, "leaders", lang)
    if key == "percentile":
        return figures.ordinal(value, lang)
    if key == "points":
        return _points(value, lang)
    return figures.decimal(value, lang, 2)


def _count(value: float, noun: str, lang: Lang) -> str:
    one, many = NOUNS[noun][lang == "en"]
    return figures.counted(value, one, many, lang)


def _points(value: float, lang: Lang) -> str:
    one, many = NOUNS["points"][lang == "en"]
    is_plural = abs(value) >= 2 if lang == "fr" else abs(value) != 1
    return f"{figures.decimal(value, lang)}{NBSP}{many if is_plural else one}"


def _lost(points: float, lang: Lang) -> str:
    return _points(-points, lang)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _pick(pair: tuple[str, str], lang: Lang) -> str:
    """French text, with the no-break spaces that its punctuation wants."""
    if lang == "en":
        return pair[1]
    return pair[0].replace(" :", f"{NBSP}:").replace(" ;", f"{NBSP};")
