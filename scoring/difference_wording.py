"""Why a company's readings moved, in sentences.

The words are frozen with the versions, as those of ``scoring.rules.wording``.
"""

from collections.abc import Iterator
from typing import Final

from scoring.differences import READINGS, Cause, Reading, Side, causes, moved
from scoring.rules import figures, wording
from scoring.rules.figures import NBSP, Lang
from scoring.rules.inputs import Inputs
from scoring.rules.result import Result

# Less than this moves nothing that is shown.
STEP: Final = 0.005
MOST_CAUSES: Final = 3

CAUSES: Final[dict[str, tuple[str, str]]] = {
    "accounts_filed": (
        "comptes {year} déposés{detail}",
        "{year} accounts filed{detail}",
    ),
    "accounts_known": (
        "comptes {year} connus{detail}",
        "{year} accounts known{detail}",
    ),
    "accounts_corrected": (
        "comptes {year} corrigés{detail}",
        "{year} accounts corrected{detail}",
    ),
    "accounts_changed": ("comptes modifiés{detail}", "accounts changed{detail}"),
    "accounts_gone": ("comptes retirés", "accounts withdrawn"),
    "accounts_confidential": (
        "comptes devenus confidentiels",
        "accounts made confidential",
    ),
    "balance_known": ("bilan connu", "balance sheet known"),
    "balance_changed": ("bilan corrigé", "balance sheet corrected"),
    "headcount_known": ("effectif connu : {people}", "headcount known: {people}"),
    "headcount_changed": (
        "effectif de {before} à {after}",
        "headcount from {before} to {after}",
    ),
    "headcount_gone": ("effectif devenu inconnu", "headcount no longer known"),
    "leader_changed": ("changement de dirigeant", "leader changed"),
    "leader_known": ("dirigeant connu", "leader known"),
    "leader_age_known": ("âge du dirigeant connu : {age}", "leader’s age known: {age}"),
    "leader_gone": ("dirigeant devenu inconnu", "leader no longer known"),
    "leader_older": ("dirigeant de {age}", "leader aged {age}"),
    "leader_longer": (
        "dirigeant en poste depuis {years}",
        "leader in office for {years}",
    ),
    "team_changed": ("équipe de direction modifiée", "management team changed"),
    "naf_changed": ("code NAF modifié", "NAF code changed"),
    "seat_moved": ("siège déplacé", "seat moved"),
    "register_changed": ("données du registre modifiées", "register data changed"),
    "sale_published": ("cession publiée", "sale published"),
    "sale_gone": ("cession retirée", "sale withdrawn"),
    "closing_published": ("fermeture publiée", "closing published"),
    "closing_gone": ("société rouverte", "company reopened"),
    "proceeding_opened": (
        "procédure collective ouverte",
        "collective proceeding opened",
    ),
    "proceeding_closed": (
        "procédure collective close",
        "collective proceeding closed",
    ),
    "lease_begun": ("location-gérance publiée", "lease management published"),
    "lease_ended": ("fin de la location-gérance", "lease management ended"),
    "filing_seen": ("dépôt des comptes publié", "filing of accounts published"),
    "data_older": ("données plus anciennes", "older data"),
    "data_renewed": ("données relues", "data read again"),
    "rules_changed": ("règles {version}", "rules {version}"),
}
OF_TIME: Final = frozenset(
    {"data_older", "data_renewed", "leader_older", "leader_longer"}
)
REVENUE_UP: Final = (", CA en hausse de {change}", ", revenue up by {change}")
REVENUE_DOWN: Final = (", CA en baisse de {change}", ", revenue down by {change}")
REVENUE_IS: Final = (", CA de {revenue}", ", revenue of {revenue}")
MARGIN: Final = (
    ", marge nette de {before} à {after}",
    ", net margin from {before} to {after}",
)
SUBJECTS: Final[dict[str, tuple[str, str]]] = {
    "attractiveness": ("", ""),
    "sale_likelihood": ("cédabilité ", "sale "),
    "coverage": ("couverture ", "coverage "),
}
EVALUABLE: Final = ("devient évaluable", "becomes assessable")
NOT_EVALUABLE: Final = ("n’est plus évaluable", "no longer assessable")
CAPPED: Final = ("plafonnée à {cap} : {flag}", "capped at {cap}: {flag}")
UNCAPPED: Final = ("plafond levé : {flag}", "cap lifted: {flag}")
SAME: Final = ("mêmes lectures, autres raisons", "same readings, other reasons")


def explain(before: Side, after: Side, lang: Lang = "fr") -> list[str]:
    """One sentence for each reading that moved: « +7 : comptes 2024 déposés »."""
    found = causes(before, after)
    sentences = [*_verdict(before.result, after.result, found, lang)]
    for reading in READINGS:
        points = moved(before.result, after.result, reading)
        if points is None or abs(points) < STEP:
            continue
        words = _because(found, reading, lang)
        head = _pick(SUBJECTS[reading], lang) + _signed(points, lang)
        sentences.append(_join(head, words, lang))
    sentences += _caps(before.result, after.result, lang)
    return sentences or [_join(_pick(SAME, lang), _named(found, lang), lang)]


def _verdict(
    before: Result, after: Result, found: list[Cause], lang: Lang
) -> Iterator[str]:
    if before.is_evaluable == after.is_evaluable:
        return
    pair = EVALUABLE if after.is_evaluable else NOT_EVALUABLE
    yield _join(_pick(pair, lang), _because(found, "coverage", lang), lang)


def _because(found: list[Cause], reading: Reading, lang: Lang) -> list[str]:
    """Those that moved the reading, the strongest first, with their part of it."""
    moving = [c for c in found if abs(c.effects[reading] or 0.0) >= STEP]
    if not moving:
        # Not evaluable on the way: what came is named, without points.
        return _named(found, lang)
    moving.sort(key=lambda each: -abs(each.effects[reading] or 0.0))
    if len(moving) == 1:
        return [_cause(moving[0], lang)]
    return [
        f"{_cause(each, lang)} ({_signed(each.effects[reading] or 0.0, lang)})"
        for each in moving[:MOST_CAUSES]
    ]


def _named(found: list[Cause], lang: Lang) -> list[str]:
    """What came, less what only the days brought."""
    came = [each for each in found if each.code not in OF_TIME]
    return [_cause(each, lang) for each in came[:MOST_CAUSES]]


def _cause(cause: Cause, lang: Lang) -> str:
    params = dict(cause.params)
    if "detail" in params:
        old, new = params["detail"]
        revenue = _revenue(old.revenue, new.revenue, lang=lang)
        params["detail"] = revenue + _margin(old, new, lang)
    for name, noun in (("age", "years"), ("years", "years"), ("people", "people")):
        if name in params:
            one, many = wording.NOUNS[noun][lang == "en"]
            params[name] = figures.counted(params[name], one, many, lang)
    for name in ("before", "after"):
        if name in params:
            params[name] = figures.decimal(params[name], lang, 0)
    return _pick(CAUSES[cause.code], lang).format(**params)


def _revenue(old: float | None, new: float | None, *, lang: Lang) -> str:
    """How the revenue went, when it is known and moved."""
    if new is None or new <= 0 or old == new:
        return ""
    if old is None or old <= 0:
        return _pick(REVENUE_IS, lang).format(revenue=figures.euros(new, lang))
    change = figures.percent(abs(new / old - 1) * 100, lang)
    return _pick(REVENUE_UP if new > old else REVENUE_DOWN, lang).format(change=change)


def _margin(old: Inputs, new: Inputs, lang: Lang) -> str:
    """The net margin, when both are known and do not read the same."""
    pair = [
        each.net_income / each.revenue * 100
        for each in (old, new)
        if each.net_income is not None and each.revenue and each.revenue > 0
    ]
    told = [figures.percent(each, lang) for each in pair]
    if len(told) < 2 or told[0] == told[1]:
        return ""
    return _pick(MARGIN, lang).format(before=told[0], after=told[1])


def _caps(before: Result, after: Result, lang: Lang) -> Iterator[str]:
    """The caps that came and went, whatever they did to the score."""
    if before.cap == after.cap:
        return
    if after.cap:
        name, cap = after.cap
        yield _pick(CAPPED, lang).format(
            cap=figures.decimal(cap, lang), flag=wording.flag(name, lang)
        )
    elif before.cap:
        yield _pick(UNCAPPED, lang).format(flag=wording.flag(before.cap[0], lang))


def _signed(points: float, lang: Lang) -> str:
    places = 1 if abs(points) >= 1 else 2
    return ("+" if points > 0 else "") + figures.decimal(points, lang, places)


def _join(head: str, words: list[str], lang: Lang) -> str:
    if not words:
        return head
    colon = f"{NBSP}:" if lang == "fr" else ":"
    between = f"{NBSP}; " if lang == "fr" else "; "
    return f"{head}{colon} {between.join(words)}"


def _pick(pair: tuple[str, str], lang: Lang) -> str:
    if lang == "en":
        return pair[1]
    return pair[0].replace(" :", f"{NBSP}:")
