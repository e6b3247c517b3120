"""What a model may learn from, and what it is held against: one reading for both."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from scoring import published
from scoring.features import asked
from scoring.features.asked import Questions
from scoring.features.known import Knowledge
from scoring.learning.arrays import Bools, Floats, Indexes
from scoring.learning.table import Table
from scoring.outcomes import notices, pipeline
from scoring.outcomes.labels import Labels

HELD_SHARE: Final = 0.25


@dataclass(frozen=True)
class Data:
    """``rules`` is the attractivité of ``ruleset`` on the day of each label."""

    labels: Labels
    table: Table
    rules: Floats
    ruleset: str

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: Indexes | Bools) -> "Data":
        return Data(
            self.labels.take(rows),
            self.table.take(rows),
            self.rules[rows],
            self.ruleset,
        )

    def snapshot(self) -> dict[str, Any]:
        """What the labels and the features were, to know them again."""
        labels = self.labels
        return {
            "rows": len(labels),
            "deals": int(labels.deals.sum()),
            "kinds": labels.counts(),
            "observed": _span(labels.observed),
            "known": _span(labels.known),
            "digest": self.table.digest(),
        }


def _span(days: Indexes) -> list[str]:
    if not len(days):
        return []
    ends = (int(days.min()), int(days.max()))
    return [date.fromordinal(day).isoformat() for day in ends]


def labels(*, horizon_months: int, until: date, with_sandbox: bool = False) -> Labels:
    told = notices.read(months=horizon_months, until=until, with_sandbox=with_sandbox)
    closed = pipeline.read(until=until, with_sandbox=with_sandbox)
    return Labels.of([*closed, *told])


def gather(found: Labels, *, knowledge: Knowledge = Knowledge.PUBLIC) -> Data:
    """The features and the rules of each label's own day."""
    version = published.served().newest
    questions = Questions(found.sirens, found.observed)
    answered = asked.answer(
        questions, ruleset=published.load(version), knowledge=knowledge
    )
    return Data(found.take(answered.rows), answered.table, answered.rules, version)


@dataclass(frozen=True)
class Split:
    """``held`` is looked at from ``held_from`` on. What teaches was known before that
    day, and is of other companies.
    """

    held_from: int
    teaching: Indexes
    held: Indexes


def split(found: Labels) -> Split:
    """The latest quarter apart."""
    ordered = np.sort(found.observed)
    held_from = int(
        ordered[min(len(ordered) - 1, int(len(ordered) * (1 - HELD_SHARE)))]
    )
    is_held = found.observed >= held_from
    teaches = (
        ~is_held
        & (found.known < held_from)
        & ~np.isin(found.sirens, found.sirens[is_held])
    )
    return Split(held_from, np.flatnonzero(teaches), np.flatnonzero(is_held))
