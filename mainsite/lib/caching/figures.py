"""How well the cache does: counted in the process, added up in Redis now and then.

No library of metrics: a worker forks for each job, and each fork would leave files.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from mainsite.lib.caching.families import PREFIX
from mainsite.lib.caching.remote import Remote

FLUSH_S = 5.0
KEPT_S = 35 * 86_400
# Euros are counted in hundredths of a cent: Redis adds integers without rounding.
EURO = 10_000
LOCAL, REDIS, DATABASE = "local", "redis", "database"
LEVELS = (LOCAL, REDIS, DATABASE)


@dataclass
class Figures:
    """One family at one level, all processes together."""

    family: str
    level: str
    hits: int = 0
    misses: int = 0
    stale: int = 0
    made: int = 0
    bytes_read: int = 0
    bytes_written: int = 0
    saved_calls: int = 0
    saved_e4: int = field(default=0, repr=False)

    @property
    def look_ups(self) -> int:
        return self.hits + self.misses

    @property
    def hit_ratio(self) -> float | None:
        """None when nothing was looked up."""
        return self.hits / self.look_ups if self.look_ups else None

    @property
    def saved_eur(self) -> Decimal:
        return Decimal(self.saved_e4) / EURO


class Counting:
    """Safe between threads; a fork begins with nothing counted."""

    def __init__(
        self, remote: Remote, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._remote = remote
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._flush_at = clock() + FLUSH_S

    def add(self, family: str, level: str, **counts: int) -> None:
        with self._lock:
            for what, count in counts.items():
                if count:
                    self._counts[family, level, what] += count
            is_due = self._clock() >= self._flush_at
        if is_due:
            self.flush()

    def flush(self) -> None:
        """Send what was counted; kept for later while Redis is away."""
        with self._lock:
            self._flush_at = self._clock() + FLUSH_S
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        fields = {"|".join(name): count for name, count in counts.items()}
        totals = {_ever(): fields, _of_day(_today()): fields}
        if self._remote.add(totals, KEPT_S) is None:
            with self._lock:
                self._counts.update(counts)

    def read(self, *, days: int | None = None) -> list[Figures] | None:
        """Of the last days of UTC, or since the counting began; None if Redis is away.

        What this process counted a moment ago is in it.
        """
        self.flush()
        names = [_ever()]
        if days is not None:
            names = [_of_day(_today() - timedelta(days=n)) for n in range(days)]
        totals: Counter[str] = Counter()
        for name in names:
            found = self._remote.totals(name)
            if found is None:
                return None
            totals.update(found)
        return _figures(totals)

    def reset(self) -> None:
        """In a forked child: what the parent counted is the parent's to send."""
        self._lock = threading.Lock()
        self._counts = Counter()
        self._flush_at = self._clock() + FLUSH_S


def _figures(totals: Mapping[str, int]) -> list[Figures]:
    found: dict[tuple[str, str], Figures] = {}
    for name, count in totals.items():
        family, _, rest = name.partition("|")
        level, _, what = rest.partition("|")
        figures = found.setdefault((family, level), Figures(family, level))
        if hasattr(figures, what):
            setattr(figures, what, count)
    order = {level: number for number, level in enumerate(LEVELS)}
    return sorted(found.values(), key=lambda f: (f.family, order.get(f.level, 9)))


def _today() -> datetime:
    return datetime.now(UTC)


def _ever() -> str:
    return f"{PREFIX}:figures:ever"


def _of_day(day: datetime) -> str:
    return f"{PREFIX}:figures:{day:%Y-%m-%d}"
