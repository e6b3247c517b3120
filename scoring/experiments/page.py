"""An experiment in words: the arms side by side, the drawing, the shares it had."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mainsite.lib import formatting
from mainsite.lib.flags import BASIS_POINTS
from scoring.experiments import plot
from scoring.experiments.models import Experiment
from scoring.experiments.results import TOPS, Arm, Point, Results
from scoring.experiments.sequences import Counts, Interval

MOST_LINES = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure, its interval, and how many companies are behind it; all in words."""

    value: str
    interval: str
    behind: str


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    help: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the table beside the drawing."""

    at: datetime
    control: str
    treatment: str
    value: str
    interval: str


@dataclass(frozen=True, slots=True)
class ShareLine:
    """``moved``: which companies changed arm, in words."""

    since: datetime
    share: float
    moved: str
    by: str


@dataclass(frozen=True, slots=True)
class Page:
    control: str
    treatment: str
    difference: str
    interval: str
    lines: list[Line]
    drawing: SafeString
    narrow: SafeString
    moments: list[Moment]
    shares: list[ShareLine]


def of(
    experiment: Experiment, results: Results, *, now: datetime, language: str
) -> Page:
    words = _Words(language)
    draw = partial(
        plot.difference,
        results.points,
        until=now,
        label=_("Écart de conversion entre les deux bras, en points, dans le temps"),
        language=language,
    )
    return Page(
        control=str(experiment.control),
        treatment=arm_name(experiment),
        difference=words.points(results.difference.value),
        interval=words.between(results.difference, words.points),
        lines=_lines(results, words),
        drawing=draw(width=plot.WIDE),
        narrow=draw(width=plot.NARROW),
        moments=[_moment(point, words) for point in _few(results.points)],
        shares=_shares(experiment, words),
    )


def arm_name(experiment: Experiment) -> str:
    return str(experiment.treatment) if experiment.treatment else _("hybride")


@dataclass(frozen=True, slots=True)
class _Words:
    language: str

    def count(self, value: int) -> str:
        return formatting.number(value, language=self.language)

    def part(self, counts: Counts) -> str:
        return _("%(part)s sur %(whole)s") % {
            "part": self.count(counts.wins),
            "whole": self.count(counts.total),
        }

    def percent(self, value: float | None) -> str:
        if value is None:
            return "—"
        return formatting.percent(value, language=self.language)

    def points(self, value: float | None) -> str:
        """A difference of two proportions, in points."""
        if value is None:
            return "—"
        return formatting.number(
            100 * value, decimals=1, signed=True, language=self.language
        )

    def times(self, value: float | None) -> str:
        if value is None:
            return "—"
        text = formatting.number(value, decimals=2, language=self.language)
        return f"× {text}"

    def between(self, interval: Interval, word: Callable[[float | None], str]) -> str:
        low = word(interval.low)
        if interval.high is None:
            return _("%(low)s ou plus") % {"low": low}
        return _("%(low)s à %(high)s") % {"low": low, "high": word(interval.high)}


def _lines(results: Results, words: _Words) -> list[Line]:
    arms = results.arms
    lines = [
        Line(
            _("Conversion"),
            _("gagnées dans le délai, sur celles suivies depuis ce délai"),
            tuple(_conversion(arm, words) for arm in arms),
        ),
        Line(
            _("Gagnées sur issues connues"),
            _("gagnées, sur gagnées, perdues et écartées à ce jour"),
            tuple(_base(arm, words) for arm in arms),
        ),
    ]
    for k in TOPS:
        lines += [
            Line(
                _("Précision à %(k)s") % {"k": k},
                _("gagnées parmi les %(k)s mieux notées des issues connues") % {"k": k},
                tuple(_top(arm, k, words, is_lift=False) for arm in arms),
            ),
            Line(
                _("Gain à %(k)s") % {"k": k},
                _("cette précision sur la part de gagnées de toutes ces issues"),
                tuple(_top(arm, k, words, is_lift=True) for arm in arms),
            ),
        ]
    return lines


def _conversion(arm: Arm, words: _Words) -> Cell:
    return _cell(arm.conversion, words, arm.judged)


def _base(arm: Arm, words: _Words) -> Cell:
    return _cell(arm.base, words, Counts(arm.won, arm.outcomes))


def _cell(interval: Interval, words: _Words, behind: Counts) -> Cell:
    if interval.value is None:
        return Cell("—", "", _("aucune encore"))
    return Cell(
        words.percent(interval.value),
        words.between(interval, words.percent),
        words.part(behind),
    )


def _top(arm: Arm, k: int, words: _Words, *, is_lift: bool) -> Cell:
    best = arm.best[k]
    if best is None:
        return Cell(
            "—",
            "",
            _("%(known)s issues notées, il en faut %(k)s")
            % {"known": words.count(arm.scored), "k": k},
        )
    interval = best.lift if is_lift else best.precision
    word = words.times if is_lift else words.percent
    behind = _("relevé à %(seen)s issues") % {"seen": words.count(best.seen)}
    return Cell(word(interval.value), words.between(interval, word), behind)


def _few(points: list[Point]) -> list[Point]:
    """Newest first; the last, and evenly chosen ones before it."""
    step = max(1, -(-len(points) // MOST_LINES))
    return points[::-step]


def _moment(point: Point, words: _Words) -> Moment:
    return Moment(
        at=point.at,
        control=words.part(point.control),
        treatment=words.part(point.treatment),
        value=words.points(point.difference.value),
        interval=words.between(point.difference, words.points),
    )


def _shares(experiment: Experiment, words: _Words) -> list[ShareLine]:
    """Newest first."""
    steps = list(experiment.shares.select_related("by").order_by("since"))
    before = [0, *(step.share for step in steps)]
    lines = [
        ShareLine(
            step.since,
            step.share / BASIS_POINTS,
            _moved(step.share - was, words),
            str(step.by or "—"),
        )
        for step, was in zip(steps, before, strict=False)
    ]
    return lines[::-1]


def _moved(change: int, words: _Words) -> str:
    part = {"part": words.percent(abs(change) / BASIS_POINTS)}
    if change > 0:
        return _("%(part)s des sociétés entrent dans le traitement") % part
    if change < 0:
        return _("%(part)s des sociétés reviennent au témoin") % part
    return _("aucune société ne change de bras")
