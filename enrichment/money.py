"""What may still be spent: the batch's cap, the user's day, the source's own limits.

Every limit is a row that is locked before it is read, always in this order: batch, day
of the user, pools, days of the sources. Two workers never spend the same euro.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import connection

from enrichment.models import SourceDay, SourcePool

Pool = tuple[str, str]
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A call that is about to be made, with the most it can cost.

    ``day_quota`` is how many calls a day its source allows, None for any number.
    """

    call_id: UUID
    item_id: int
    siren: str
    source: str
    hold_eur: Decimal
    subject: str = ""
    units: Decimal = _NOTHING
    pool: str = ""
    day_quota: int | None = None

    @property
    def is_paid(self) -> bool:
        return self.units > 0


@dataclass(slots=True)
class Back:
    """What closings change: euros by day, units by pool; negative when given back."""

    eur: defaultdict[date, Decimal] = field(
        default_factory=lambda: defaultdict(Decimal)
    )
    units: defaultdict[Pool, Decimal] = field(
        default_factory=lambda: defaultdict(Decimal)
    )

    def __bool__(self) -> bool:
        return any(self.eur.values()) or any(self.units.values())


@dataclass(slots=True)
class _Room:
    """What is left under each limit, read under their locks; None is no limit."""

    user_id: int | None
    committed: Decimal
    cap: Decimal | None
    day_committed: Decimal
    day_limit: Decimal | None
    pools: dict[Pool, Decimal | None]
    taken: defaultdict[Pool, Decimal]

    def refusal(self, opening: Opening) -> str:
        price = opening.hold_eur
        if self.cap is not None and self.committed + price > self.cap:
            return "cap"
        if self.user_id is None:
            return "budget"
        if self.day_limit is not None and self.day_committed + price > self.day_limit:
            return "budget"
        left = self.pools.get((opening.source, opening.pool))
        return "units" if left is not None and left < opening.units else ""

    def take(self, opening: Opening) -> None:
        pool = opening.source, opening.pool
        self.committed += opening.hold_eur
        self.day_committed += opening.hold_eur
        self.taken[pool] += opening.units
        left = self.pools.get(pool)
        if left is not None:
            self.pools[pool] = left - opening.units


def move(
    batch_id: int, day: date, openings: Sequence[Opening], back: Back
) -> dict[UUID, str]:
    """Hold what the openings may cost, give back what closings release.

    Returns the openings that must not leave, with the limit that stops each: ``cap``,
    ``budget``, ``units`` or ``quota``. Those before them in the group do leave.
    """
    refused = _count_calls(day, openings)
    paid = [o for o in openings if o.is_paid and o.call_id not in refused]
    if not paid and not back:
        return refused
    room = _lock(batch_id, day, {(o.source, o.pool) for o in paid} | set(back.units))
    room.committed += sum(back.eur.values(), _NOTHING)
    room.day_committed += back.eur.get(day, _NOTHING)
    for opening in paid:
        reason = room.refusal(opening)
        if reason:
            refused[opening.call_id] = reason
        else:
            room.take(opening)
    _write(batch_id, day, room, back)
    return refused


def give_back(batch_id: int, day: date, openings: Iterable[Opening]) -> None:
    """Of openings that were held for and did not leave after all."""
    back = Back()
    for opening in openings:
        back.eur[day] -= opening.hold_eur
        back.units[opening.source, opening.pool] -= opening.units
    if back:
        move(batch_id, day, (), back)


_ROOM = """
    SELECT b.committed_eur, b.cap_eur, b.started_by_id FROM enrichment_batch b
    WHERE b.id = %s FOR NO KEY UPDATE
"""
_DAY = """
    INSERT INTO enrichment_dayspending AS d (user_id, day, committed_eur)
    VALUES (%s, %s, 0)
    ON CONFLICT (user_id, day) DO UPDATE SET committed_eur = d.committed_eur
    RETURNING committed_eur, (SELECT day_eur FROM enrichment_daybudget
        WHERE user_id = d.user_id OR user_id IS NULL
        ORDER BY user_id NULLS LAST LIMIT 1)
"""


def _lock(batch_id: int, day: date, pools: Collection[Pool]) -> _Room:
    with connection.cursor() as cursor:
        cursor.execute(_ROOM, [batch_id])
        committed, cap, user_id = cursor.fetchone() or (_NOTHING, None, None)
        day_committed, day_limit = _NOTHING, None
        if user_id is not None:
            cursor.execute(_DAY, [user_id, day])
            day_committed, day_limit = cursor.fetchone()
    return _Room(
        user_id=user_id,
        committed=committed,
        cap=cap,
        day_committed=day_committed,
        day_limit=day_limit,
        pools=_lock_pools(pools),
        taken=defaultdict(Decimal),
    )


def _lock_pools(pools: Collection[Pool]) -> dict[Pool, Decimal | None]:
    """What each pool has left; one that its source never told of is not here."""
    rows = SourcePool.objects.filter(source__in={source for source, _ in pools})
    return {
        (row.source, row.pool): row.left
        for row in rows.select_for_update(no_key=True).order_by("source", "pool")
    }


def _write(batch_id: int, day: date, room: _Room, back: Back) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE enrichment_batch SET committed_eur = %s WHERE id = %s",
            [room.committed, batch_id],
        )
        cursor.execute(
            "UPDATE enrichment_dayspending SET committed_eur = %s"
            " WHERE user_id = %s AND day = %s",
            [room.day_committed, room.user_id, day],
        )
        for earlier, change in back.eur.items():
            # A call that left before midnight and ended after it.
            if earlier != day and change:
                cursor.execute(
                    "UPDATE enrichment_dayspending SET committed_eur = committed_eur"
                    " + %s WHERE user_id = %s AND day = %s",
                    [change, room.user_id, earlier],
                )
        for pool in {*room.taken, *back.units}:
            change = room.taken[pool] + back.units.get(pool, _NOTHING)
            if change:
                cursor.execute(
                    "UPDATE enrichment_sourcepool SET units_spent = units_spent + %s"
                    " WHERE source = %s AND pool = %s",
                    [change, *pool],
                )


# Calls a day


def _count_calls(day: date, openings: Sequence[Opening]) -> dict[UUID, str]:
    """Those that would pass their source's calls of the day; the others are counted."""
    limited: dict[str, list[Opening]] = {}
    for opening in openings:
        if opening.day_quota is not None:
            limited.setdefault(opening.source, []).append(opening)
    refused: dict[UUID, str] = {}
    for source in sorted(limited):
        calls = limited[source]
        made = _calls_of(source, day)
        room = max(0, (calls[0].day_quota or 0) - made)
        refused |= {opening.call_id: "quota" for opening in calls[room:]}
        SourceDay.objects.filter(source=source, day=day).update(
            calls=made + min(room, len(calls))
        )
    return refused


def _calls_of(source: str, day: date) -> int:
    SourceDay.objects.get_or_create(source=source, day=day)
    locked = SourceDay.objects.select_for_update(no_key=True)
    return locked.get(source=source, day=day).calls
