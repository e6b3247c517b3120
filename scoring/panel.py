"""The three readings of a company, worded from what was stored with them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scoring import published
from scoring.models import Score
from scoring.rules import rows, wording
from scoring.rules.reasons import Reason
from scoring.rules.result import Result

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
class Panel:
    """One stored score in words; ``cap`` names the red flag that holds it down."""

    result: Result
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
    """A line of history: the reading and what it moved by since the one before."""

    at: datetime
    score: float | None
    moved: float | None


def latest(siren: str, *, version: str, lang: Lang) -> Panel | None:
    """The last stored score of a ruleset, shown as stored; None if never scored."""
    score = (
        Score.objects.filter(siren=siren, ruleset_id=version, preset="default")
        .order_by("-scored_at", "-pk")
        .first()
    )
    if score is None:
        return None
    result = rows.from_row(score.row, siren=siren, ruleset=published.load(version))
    return _panel(result, score.scored_at, lang)


def history(siren: str, *, version: str, most: int = 12) -> list[Change]:
    """Newest first."""
    scores = Score.objects.filter(
        siren=siren, ruleset_id=version, preset="default"
    ).order_by("-scored_at", "-pk")[: most + 1]
    values = [
        (each.scored_at, each.attractiveness and float(each.attractiveness))
        for each in scores
    ]
    pairs = zip(values, [*values, (None, None)][1:], strict=True)
    return [
        Change(at, now, None if now is None or before is None else now - before)
        for (at, now), (_, before) in pairs
    ][:most]


def _panel(result: Result, scored_at: datetime, lang: Lang) -> Panel:
    cap = result.cap
    return Panel(
        result=result,
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
