"""Which arm a company is in: a stable hash of the experiment and the SIREN.

Nothing is stored by company. A share that grows takes companies into the treatment
and lets none go, one that shrinks does the reverse, and two experiments draw each on
its own: the bucket depends on the slug.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256

import numpy as np

from mainsite.lib.flags import BASIS_POINTS
from scoring.rules.arrays import Bools, Indexes

NEVER = np.iinfo(np.int64).min


def buckets(experiment: str, sirens: Iterable[str]) -> Indexes:
    """0 to 9,999 by company, the same for ever and in every process.

    They are ``flags.bucket``, with the remainders of all the digests taken together.
    """
    begins = f"{experiment}:".encode()
    digests = [sha256(begins + siren.encode()).digest() for siren in sirens]
    words = np.frombuffer(b"".join(digests), ">u4").reshape(-1, 8)
    remainder = np.zeros(len(words), np.int64)
    for word in words.T:
        remainder = ((remainder << 32) + word) % BASIS_POINTS
    return remainder


def is_treated(places: Indexes, share: int | Indexes) -> Bools:
    """``share`` in basis points; an array says one for each company."""
    treated: Bools = places < share
    return treated


def moments(given: Iterable[datetime]) -> Indexes:
    """Microseconds since 1970, exact."""
    return np.fromiter((round(at.timestamp() * 1_000_000) for at in given), np.int64)


@dataclass(frozen=True)
class Shares:
    """The shares that an experiment has had, oldest first; before them it treats none.

    Its end is a share like another: nought.
    """

    steps: Sequence[tuple[datetime, int]]

    @cached_property
    def _since(self) -> Indexes:
        return moments(since for since, _ in self.steps)

    @cached_property
    def _values(self) -> Indexes:
        return np.array([0, *(share for _, share in self.steps)], np.int64)

    def at(self, when: Indexes) -> Indexes:
        """The share of each moment; one that begins at a moment counts from there."""
        return self._values[np.searchsorted(self._since, when, side="right")]

    def treated_at(self, places: Indexes, when: Indexes) -> Bools:
        return is_treated(places, self.at(when))

    def moved_at(self, places: Indexes) -> Indexes:
        """Since when each company is in its present arm; NEVER: it was in no other."""
        found = np.full(len(places), NEVER, np.int64)
        for before, after, since in zip(
            self._values, self._values[1:], self._since, strict=False
        ):
            moved = is_treated(places, before) != is_treated(places, after)
            found[moved] = since
        return found
