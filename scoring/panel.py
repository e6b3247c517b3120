"""The three readings of a company, worded from what was stored with them.

Wording them takes a dozen queries and both rulesets, and a page asks for them each time
it is opened: they are kept for an hour, or until the company's version ends them. A
published ruleset never changes, so neither do the words.

A newer version of the rules takes over the history of the former: until a company is
scored with it, its page shows what the former said.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from itertools import zip_longest
from typing import Any, Literal

from django.db.models import QuerySet

from mainsite.lib import cache
from scoring import difference_wording, published
from scoring.differences import Side
from scoring.models import Score
from scoring.rules import rows, wording
from scoring.rules.reasons import Reason
from scoring.rules.result import Result
from scoring.rules.ruleset import Ruleset as Rules

Lang = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class ComponentLine:
    """``share`` is what the component weighs here, in percent."""

    label: str
    weight: float
    share: float
    value: float | None
    state: str
    fact: str


@dataclass(frozen=True, slots=True)
class ContributionLine:
    label: str
    points: float


@dataclass(frozen=True, slots=True)
class CoverageLine:
    label: str
    got: float
    most: float

    @property
    def percent(self) -> float:
        return 100 * self.got / self.most if self.most else 0


@dataclass(frozen=True, slots=True)
class ReasonLine:
    sign: str
    is_negative: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a stored result, what a panel shows as a number."""

    attractiveness: float | None
    sale_likelihood: float | None
    coverage: float | None
    penalty: float
    is_evaluable: bool
    floor: float


@dataclass(frozen=True, slots=True)
class Panel:
    """One stored score in words; ``cap`` names the red flag that holds it down."""

    version: str
    result: Figures
    scored_at: datetime
    level: str
    grade: str
    priority: str
    cap: tuple[str, float] | None
    components: list[ComponentLine]
    contributions: list[ContributionLine]
    coverage: list[CoverageLine]
    reasons: dict[str, list[ReasonLine]]
    next_item: str

    @property
    def most_contribution(self) -> float:
        return max((abs(line.points) for line in self.contributions), default=1)

    @property
    def known(self) -> int:
        return sum(line.got > 0 for line in self.coverage)

    @property
    def estimated(self) -> int:
        return sum(line.state == "estimated" for line in self.components)


@dataclass(frozen=True, slots=True)
class Change:
    """A line of history: the reading, what it moved by since the one before, and why.

    ``why`` has a sentence for each reading that moved; the first line has none.
    """

    at: datetime
    score: float | None
    moved: float | None
    why: list[str]


@dataclass(frozen=True, slots=True)
class Readings:
    """What a company's page shows: the newest rules, the prototype's, the past."""

    new: Panel | None
    old: Panel | None
    history: list[Change]

    @property
    def stamp(self) -> str:
        """Another one after each score that was kept; empty before the first."""
        shown = [each.scored_at for each in (self.new, self.old) if each]
        return max(shown).isoformat() if shown else ""


def readings(siren: str, *, lang: Lang) -> Readings:
    """As they were last scored, from the cache when they are there."""
    key = cache.score_panel(siren, lang)
    plain = cache.get(key, partial(_plain, siren, lang))
    return Readings(
        new=_from_plain(plain["new"]),
        old=_from_plain(plain["old"]),
        history=[
            Change(datetime.fromisoformat(at), score, moved, why)
            for at, score, moved, why in plain["history"]
        ],
    )


def latest(siren: str, *, version: str, lang: Lang) -> Panel | None:
    """The last stored score by these rules, or by the version that they replaced."""
    score = _stored(siren, version).first()
    if score is None:
        return None
    rules = published.load(score.ruleset_id)
    result = rows.from_row(score.row, siren=siren, ruleset=rules)
    return _panel(result, score.scored_at, lang)


def history(
    siren: str, *, version: str, lang: Lang = "fr", most: int = 12
) -> list[Change]:
    """Newest first, through all the versions of the same algorithm."""
    scores = list(_stored(siren, version)[: most + 1])
    rules = {name: published.load(name) for name in {s.ruleset_id for s in scores}}
    sides = [_side(each, rules[each.ruleset_id]) for each in scores]
    return [
        _change(score, side, before, lang)
        for score, (side, before) in zip(
            scores, zip_longest(sides, sides[1:]), strict=True
        )
    ][:most]


def _stored(siren: str, version: str) -> QuerySet[Score]:
    return Score.objects.filter(
        siren=siren, ruleset_id__in=published.kin_of(version), preset="default"
    ).order_by("-scored_at", "-pk")


def _side(score: Score, rules: Rules) -> Side:
    result = rows.from_row(score.row, siren=score.siren, ruleset=rules)
    return Side.of(result, rules, rows.provenance_of(score.row))


def _change(score: Score, side: Side, before: Side | None, lang: Lang) -> Change:
    now = side.result.attractiveness
    if before is None:
        return Change(score.scored_at, now, None, [])
    was = before.result.attractiveness
    moved = None if now is None or was is None else round(now - was, 2)
    return Change(
        score.scored_at, now, moved, difference_wording.explain(before, side, lang)
    )


def _plain(siren: str, lang: Lang) -> dict[str, Any]:
    """In a form that any cache can hold."""
    panels = {
        name: latest(siren, version=version, lang=lang)
        for name, version in (("new", published.NEWEST), ("old", published.PROTOTYPE))
    }
    changes = history(siren, version=published.NEWEST, lang=lang)
    plain: dict[str, Any] = {
        name: panel and {**asdict(panel), "scored_at": panel.scored_at.isoformat()}
        for name, panel in panels.items()
    }
    return plain | {
        "history": [
            (each.at.isoformat(), each.score, each.moved, each.why) for each in changes
        ]
    }


def _from_plain(plain: dict[str, Any] | None) -> Panel | None:
    if plain is None:
        return None
    return Panel(
        version=plain["version"],
        result=Figures(**plain["result"]),
        scored_at=datetime.fromisoformat(plain["scored_at"]),
        level=plain["level"],
        grade=plain["grade"],
        priority=plain["priority"],
        cap=(plain["cap"][0], plain["cap"][1]) if plain["cap"] else None,
        components=[ComponentLine(**each) for each in plain["components"]],
        contributions=[ContributionLine(**each) for each in plain["contributions"]],
        coverage=[CoverageLine(**each) for each in plain["coverage"]],
        reasons={
            reading: [ReasonLine(**each) for each in lines]
            for reading, lines in plain["reasons"].items()
        },
        next_item=plain["next_item"],
    )


def _panel(result: Result, scored_at: datetime, lang: Lang) -> Panel:
    cap = result.cap
    return Panel(
        version=result.ruleset,
        result=_figures(result),
        scored_at=scored_at,
        level=wording.level(result.level, lang),
        grade=result.grade or "",
        priority=wording.priority(result.priority, lang),
        cap=cap and (wording.flag(cap[0], lang), cap[1]),
        components=_components(result, lang),
        contributions=[
            ContributionLine(wording.contribution_label(name, lang), points)
            for name, points in result.contributions.items()
        ],
        coverage=[
            CoverageLine(wording.family_label(name, lang), points.got, points.most)
            for name, points in result.coverage_points.items()
        ],
        reasons=_reasons(result, lang),
        next_item=wording.next_item(result, lang) or "",
    )


def _figures(result: Result) -> Figures:
    return Figures(
        attractiveness=result.attractiveness,
        sale_likelihood=result.sale_likelihood,
        coverage=result.coverage,
        penalty=result.penalty,
        is_evaluable=result.is_evaluable,
        floor=result.terms.floor,
    )


def _components(result: Result, lang: Lang) -> list[ComponentLine]:
    return [
        ComponentLine(
            wording.component_label(name, lang),
            100 * component.weight,
            100 * component.share,
            component.value,
            component.state,
            wording.component_fact(result, name, lang),
        )
        for name, component in result.components.items()
    ]


def _reasons(result: Result, lang: Lang) -> dict[str, list[ReasonLine]]:
    found: dict[str, list[ReasonLine]] = {
        "attractiveness": [],
        "sale": [],
        "coverage": [],
    }
    for each in result.reasons:
        line = _reason(each, result, lang)
        # Two components may rest on one fact: it is told once.
        if line not in found[each.reading]:
            found[each.reading].append(line)
    return found


def _reason(each: Reason, result: Result, lang: Lang) -> ReasonLine:
    return ReasonLine(
        wording.sign(each), each.sign == "-", wording.reason(each, result, lang)
    )
