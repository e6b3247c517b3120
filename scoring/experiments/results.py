"""What an experiment shows so far: each arm's figures, and their difference in time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import numpy as np

from companies.choices import Status
from scoring.experiments import sequences
from scoring.experiments.followed import Followed
from scoring.experiments.sequences import Best, Counts, Interval
from scoring.rules.arrays import Bools, Indexes

TOPS: Final = (50, 100)
# Moments of the difference that are drawn and listed.
MOST_POINTS: Final = 120


class Verdict(StrEnum):
    NOTHING = "nothing"
    BETTER = "better"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Arm:
    """``outcomes`` are gagné, perdu or écarté today; ``judged`` have passed the delay.

    ``base`` is the share of won among outcomes, ``conversion`` that of won within the
    delay among the judged. ``scored`` outcomes had a score when they were taken up.
    """

    taken_up: int
    outcomes: int
    won: int
    lost: int
    set_aside: int
    scored: int
    judged: Counts
    base: Interval
    conversion: Interval
    best: dict[int, Best | None]

    @property
    def still_open(self) -> int:
        return self.taken_up - self.outcomes


@dataclass(frozen=True, slots=True)
class Point:
    """The difference as it was known at a moment, and the judged behind it."""

    at: datetime
    control: Counts
    treatment: Counts
    difference: Interval


@dataclass(frozen=True, slots=True)
class Results:
    control: Arm
    treatment: Arm
    difference: Interval
    points: list[Point]

    @property
    def verdict(self) -> Verdict:
        """Better or worse only once nought is outside of the interval."""
        if self.difference.low > 0:
            return Verdict.BETTER
        if self.difference.high is not None and self.difference.high < 0:
            return Verdict.WORSE
        return Verdict.NOTHING

    @property
    def arms(self) -> tuple[Arm, Arm]:
        return self.control, self.treatment

    @property
    def outcomes(self) -> int:
        return self.control.outcomes + self.treatment.outcomes

    @property
    def judged(self) -> int:
        return self.control.judged.total + self.treatment.judged.total


def of(followed: Followed) -> Results:
    control = _arm(followed, ~followed.is_treated)
    treatment = _arm(followed, followed.is_treated)
    return Results(
        control=control,
        treatment=treatment,
        difference=sequences.difference(control.judged, treatment.judged),
        points=_points(followed),
    )


def _arm(followed: Followed, is_in: Bools) -> Arm:
    closed = is_in & followed.is_closed
    won = closed & (followed.status == Status.GAGNE.value)
    judged = is_in & followed.is_judged
    conversions = Counts(int((judged & followed.is_won).sum()), int(judged.sum()))
    order = _by_outcome(followed, closed & ~np.isnan(followed.score))
    scores, wins = followed.score[order], won[order]
    return Arm(
        taken_up=int(is_in.sum()),
        outcomes=int(closed.sum()),
        won=int(won.sum()),
        lost=int((closed & (followed.status == Status.PERDU.value)).sum()),
        set_aside=int((closed & (followed.status == Status.ECARTE.value)).sum()),
        scored=len(order),
        judged=conversions,
        base=sequences.proportion(Counts(int(won.sum()), int(closed.sum()))),
        conversion=sequences.proportion(conversions),
        best={k: sequences.best_of(k, scores, wins) for k in TOPS},
    )


def _by_outcome(followed: Followed, chosen: Bools) -> Indexes:
    """In the order in which outcomes were known; of one moment, by SIREN."""
    order = np.lexsort((followed.sirens, followed.status_at))
    ordered: Indexes = order[chosen[order]]
    return ordered


def _points(followed: Followed) -> list[Point]:
    """At every judgement, or evenly among them when there are many; the last always."""
    order = np.flatnonzero(followed.is_judged)
    if not len(order):
        return []
    treated, won = followed.is_treated[order], followed.is_won[order]
    looks = _looks(len(order))
    sums: list[Indexes] = [
        np.cumsum(each, dtype=np.int64)[looks]
        for each in (~treated & won, ~treated, treated & won, treated)
    ]
    low, high = sequences.differences(*sums)
    moments = followed.judged_at[order][looks]
    return [
        _point(int(at), tuple(map(int, counts)), float(a), float(b))
        for at, counts, a, b in zip(
            moments, zip(*sums, strict=True), low, high, strict=True
        )
    ]


def _looks(count: int) -> Indexes:
    return np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).astype(int))


def _point(at: int, counts: tuple[int, ...], low: float, high: float) -> Point:
    control, treatment = Counts(counts[0], counts[1]), Counts(counts[2], counts[3])
    value = None
    if control.total and treatment.total:
        value = treatment.wins / treatment.total - control.wins / control.total
    return Point(
        datetime.fromtimestamp(at / 1_000_000, UTC),
        control,
        treatment,
        Interval(value, low, high),
    )
