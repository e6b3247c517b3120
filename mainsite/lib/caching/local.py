"""The first level: a process's own copies, for seconds, in bounded memory."""

import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass

from mainsite.lib.caching.families import Key

MOST_ENTRIES = 4096
MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Copy:
    """Packed, so that whoever reads it may do as they like with what they get."""

    body: bytes
    believed_until: float
    marks: frozenset[str]


class Local:
    """The least recently used goes first. Safe between threads."""

    def __init__(
        self, *, most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES
    ) -> None:
        self._most_entries = most_entries
        self._most_bytes = most_bytes
        self._copies: OrderedDict[str, _Copy] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        # How often something was forgotten: what was read before is not kept after.
        self.generation = 0

    def get(self, key: Key, now: float) -> bytes | None:
        name = str(key)
        with self._lock:
            copy = self._copies.get(name)
            if copy is None:
                return None
            if copy.believed_until <= now:
                self._drop(name)
                return None
            self._copies.move_to_end(name)
            return copy.body

    def put(self, key: Key, body: bytes, *, until: float, generation: int) -> None:
        """Unless something was forgotten since `generation` was read."""
        name = str(key)
        with self._lock:
            if generation != self.generation or len(body) > self._most_bytes:
                return
            self._drop(name)
            self._copies[name] = _Copy(body, until, frozenset(key.versions))
            self._bytes += len(body)
            while (
                len(self._copies) > self._most_entries or self._bytes > self._most_bytes
            ):
                self._drop(next(iter(self._copies)))

    def forget(self, versions: Collection[str]) -> None:
        """What holds under one of these counters."""
        with self._lock:
            self.generation += 1
            marks = frozenset(versions)
            ended = [
                n for n, c in self._copies.items() if not marks.isdisjoint(c.marks)
            ]
            for name in ended:
                self._drop(name)

    def clear(self) -> None:
        with self._lock:
            self.generation += 1
            self._copies.clear()
            self._bytes = 0

    def size(self) -> tuple[int, int]:
        """Entries and bytes."""
        with self._lock:
            return len(self._copies), self._bytes

    def _drop(self, name: str) -> None:
        copy = self._copies.pop(name, None)
        if copy is not None:
            self._bytes -= len(copy.body)
