"""How long an answer may be used again: what ops say of its source, adapted (pure).

Ops give the hours of a full answer, source by source (``Provider.reuse_hours``). A
large company files once a year and is read often: its answer is kept longer. Of a small
one little is known and things change at once. Then, in this order:

1. a partial or a negative answer has a short life of its own, whatever the size;
2. the size multiplies, the largest factor that applies: an enlarging one always wins
   over the shrinking one, and what is not known changes nothing;
3. a legal event published in the last 30 days leaves a quarter, an hour at least:
   others follow it (a sale, an opening of proceedings, new accounts);
4. ten percent more or less, always the same for one key, so that companies that were
   enriched together do not all expire in the same minute; 60 days at the very most.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# A source that timed out behind the answer gave half of it: ask again soon.
PARTIAL: Final = timedelta(minutes=15)
# A company that is unknown today may be registered tomorrow.
NEGATIVE: Final = timedelta(hours=24)
FRESH_EVENT: Final = timedelta(days=30)
EVENT_FACTOR: Final = 0.25
EVENT_LEAST: Final = timedelta(hours=1)
JITTER: Final = 0.1
# Whatever ops say, no answer is used for longer: a register's statements about who may
# be approached must be read again, and look-ups need not go through older months.
LONGEST: Final = timedelta(days=60)

# Above these: revenue in euros, people, factor.
_LARGER: Final = ((50_000_000, 500, 2.0), (10_000_000, 100, 1.5))
# Below these, either of the two.
_SMALLER: Final = (1_000_000, 10, 0.5)
_SPAN: Final = 2**64


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What is known of a company when an answer about it is stored; None is unknown.

    A revenue of zero is one that was not published. A headcount of zero is a fact.
    """

    revenue: float | None = None
    headcount: float | None = None
    has_fresh_event: bool = False


UNKNOWN_SIZE: Final = Size()


def expiry(
    *, hours: float, status: str, fetched_at: datetime, size: Size, key: str
) -> datetime:
    """When an answer fetched then is no longer good.

    ``key`` names what was asked (``siren:source:subject``); ``hours`` of 0 means that
    the source's answers are never used again.
    """
    life = lifetime(hours=hours, status=status, size=size)
    return fetched_at + min(LONGEST, life * (1 + JITTER * spread(key)))


def lifetime(*, hours: float, status: str, size: Size) -> timedelta:
    """Before it is spread."""
    full = timedelta(hours=hours)
    if status == "partial":
        return min(full, PARTIAL)
    if status == "not_found":
        return min(full, NEGATIVE)
    life = full * size_factor(size)
    if size.has_fresh_event:
        return min(life, max(EVENT_LEAST, life * EVENT_FACTOR))
    return life


def size_factor(size: Size) -> float:
    revenue = size.revenue or None
    for most_revenue, most_people, factor in _LARGER:
        if _is_above(revenue, most_revenue) or _is_above(size.headcount, most_people):
            return factor
    least_revenue, least_people, factor = _SMALLER
    small = _is_below(revenue, least_revenue) or _is_below(size.headcount, least_people)
    return factor if small else 1.0


def spread(key: str) -> float:
    """From −1 to 1, evenly, the same in every process: `hash()` is not."""
    digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
    return 2 * int.from_bytes(digest, "big") / _SPAN - 1


def _is_above(value: float | None, limit: float) -> bool:
    return value is not None and value > limit


def _is_below(value: float | None, limit: float) -> bool:
    return value is not None and value < limit
