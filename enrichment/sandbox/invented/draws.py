"""Chance that never changes: each draw is a hash of the company and its purpose.

Python's own `hash` differs between processes and `random` depends on the order of
the calls; a named draw stays the same when another one is added before it.
"""

import hashlib
import math
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_STEPS = 2**53


class Draws:
    def __init__(self, siren: str) -> None:
        self._siren = siren

    def unit(self, purpose: str) -> float:
        """A number in [0, 1)."""
        key = f"{self._siren}:{purpose}".encode()
        digest = hashlib.blake2b(key, digest_size=8).digest()
        return (int.from_bytes(digest) >> 11) / _STEPS

    def chance(self, purpose: str, probability: float) -> bool:
        return self.unit(purpose) < probability

    def between(self, purpose: str, low: float, high: float) -> float:
        return low + (high - low) * self.unit(purpose)

    def whole(self, purpose: str, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + math.floor(self.unit(purpose) * (high - low + 1))

    def pick(self, purpose: str, choices: Sequence[T]) -> T:
        return choices[self.whole(purpose, 0, len(choices) - 1)]

    def normal(self, purpose: str) -> float:
        """A normal number, within three deviations."""
        radius = math.sqrt(-2 * math.log(1 - self.unit(f"{purpose}:radius")))
        value = radius * math.cos(2 * math.pi * self.unit(f"{purpose}:angle"))
        return max(-3.0, min(3.0, value))
