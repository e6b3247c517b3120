"""Answers of the index that stay true as long as the view they were counted over.

Who turns a page, sorts otherwise or comes back from a company asks for the same counts:
ten milliseconds of processor each time, of the twenty that a whole page may take. They
are kept with the view and go with it: the next look that finds one change, anybody's,
begins with nothing.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

# Some kilobytes each.
_MOST = 256


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """The oldest goes first; two threads that lack the same answer both make it."""

    _answers: dict[Hashable, Any] = field(default_factory=dict)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What is given out is shared: nobody may change it."""
        found: T | None = self._answers.get(key)
        if found is None:
            found = make()
            if len(self._answers) >= _MOST:
                self._answers.pop(next(iter(self._answers)), None)
            self._answers[key] = found
        return found
