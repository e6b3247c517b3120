"""Outcomes as columns: who, looked at when, known when, and how it turned out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

import numpy as np

from scoring.learning.arrays import Bools, Indexes, Moments, Texts

# Days as ``date.toordinal`` counts them; NumPy counts from 1970.
_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Outcome:
    """``observed_on`` is the day whose facts a model may read, ``known_on`` the day on
    which the outcome could be told. ``kind`` is a code: gagne, perdu, ecarte, sale,
    closing, none.
    """

    siren: int
    observed_on: date
    known_on: date
    is_deal: bool
    kind: str


@dataclass(frozen=True)
class Labels:
    """In order of observation, then of SIREN."""

    sirens: Indexes
    observed: Indexes
    known: Indexes
    deals: Bools
    kinds: Texts

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Self:
        rows = sorted(outcomes, key=lambda o: (o.observed_on, o.siren, o.known_on))
        return cls(
            np.array([o.siren for o in rows], np.int64),
            np.array([o.observed_on.toordinal() for o in rows], np.int64),
            np.array([o.known_on.toordinal() for o in rows], np.int64),
            np.array([o.is_deal for o in rows], bool),
            np.array([o.kind for o in rows], dtype=np.str_),
        )

    def __len__(self) -> int:
        return len(self.sirens)

    def take(self, rows: Indexes | Bools) -> Self:
        return type(self)(
            self.sirens[rows],
            self.observed[rows],
            self.known[rows],
            self.deals[rows],
            self.kinds[rows],
        )

    @property
    def groups(self) -> Texts:
        """Rows of one company go together."""
        return self.sirens.astype(np.str_)

    @property
    def moments(self) -> Moments:
        return (self.observed - _EPOCH).astype("datetime64[D]")

    def counts(self) -> dict[str, int]:
        kinds, found = np.unique(self.kinds, return_counts=True)
        return dict(zip(map(str, kinds), map(int, found), strict=True))
