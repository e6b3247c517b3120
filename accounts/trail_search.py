"""Entries of the trail by who, what, on what, from where and when; never all of it.

Each filter has an index of its own with the time, so that one filter reads no more than
a page. Two together could look through a year for nothing: then the newest ``SCANNED``
entries under the first of them are looked through, and the answer says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Self

from django.db.models import Q, QuerySet

from accounts.models import AuditEntry

PAGE = 50
# Above, it is « more than ».
COUNTED = 1000
SCANNED = 20_000
_BATCH = 1000
# The one that fewest entries have in common comes first.
_LEADS = ("request_id", "resource", "actor_id", "address", "action")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The entry after which to go on, the newest first."""

    at: datetime
    pk: int

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        return cls(entry.at, entry.pk)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None for whatever no page of ours has written."""
        moment, _sign, number = text.partition("_")
        try:
            at = datetime.fromisoformat(moment)
            pk = int(number)
        except ValueError:
            return None
        is_ours = at.tzinfo is not None and number.isascii() and 0 <= pk < 2**63
        return cls(at, pk) if is_ours else None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.pk}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """``since`` is in it, ``until`` is not. ``actors`` bounds who may be looked at."""

    since: datetime
    until: datetime
    actors: tuple[int, ...] | None = None
    actor_id: int | None = None
    action: str = ""
    resource: str = ""
    address: str = ""
    request_id: str = ""

    @property
    def given(self) -> dict[str, Any]:
        """The filters that are set, the one to look through first in front."""
        every = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: every[name] for name in _LEADS if every[name]}

    @property
    def names(self) -> list[str]:
        return sorted(self.given)


@dataclass(frozen=True, slots=True)
class Found:
    """``floor`` is set when older ones were not looked through."""

    entries: list[AuditEntry]
    next: Cursor | None
    floor: datetime | None


def page(wish: Wish, after: Cursor | None = None, *, size: int = PAGE) -> Found:
    floor = _floor(wish, after)
    bounded = replace(wish, since=max(floor, wish.since)) if floor else wish
    rows = list(_newest(bounded, after, size + 1))
    if len(rows) > size:
        return Found(rows[:size], Cursor.of(rows[size - 1]), None)
    return Found(rows, Cursor(floor, 0) if floor else None, floor)


def count(wish: Wish) -> int:
    """How many there are, ``COUNTED + 1`` for whatever is more than ``COUNTED``."""
    floor = _floor(wish, None)
    bounded = replace(wish, since=max(floor, wish.since)) if floor else wish
    # Of the moment alone: the index has it, and no row is looked at.
    moments = [
        _matching(each, None).order_by("-at").values_list("at")[: COUNTED + 1]
        for each in _one_by_one(bounded)
    ]
    return min(int(_together(moments).count()), COUNTED + 1)


def every(wish: Wish, most: int) -> Iterator[AuditEntry]:
    """The newest ``most`` of them, a batch at a time: each is one short statement."""
    after, left = None, most
    while left > 0:
        found = page(wish, after, size=min(_BATCH, left))
        yield from found.entries
        left -= len(found.entries)
        after = found.next
        if after is None:
            return


def _newest(wish: Wish, after: Cursor | None, most: int) -> QuerySet[AuditEntry]:
    own = [_ordered(_matching(each, after))[:most] for each in _one_by_one(wish)]
    return _ordered(_together(own))[:most] if len(own) > 1 else _together(own)


def _one_by_one(wish: Wish) -> list[Wish]:
    """For each person of a desk: the index gives each one's newest without a sort."""
    if wish.actors is None or wish.actor_id:
        return [wish]
    return [replace(wish, actor_id=actor) for actor in wish.actors]


def _together(own: list[Any]) -> Any:
    if len(own) > 1:
        return own[0].union(*own[1:], all=True)
    return own[0] if own else AuditEntry.objects.none()


def _matching(wish: Wish, after: Cursor | None) -> QuerySet[AuditEntry]:
    rows = _of_period(wish, after).filter(**wish.given)
    if wish.actors is not None and wish.actor_id not in wish.actors:
        return rows.none()
    return rows


def _of_period(wish: Wish, after: Cursor | None) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.filter(at__gte=wish.since, at__lt=wish.until)
    if after:
        is_older = Q(at__lt=after.at) | Q(pk__lt=after.pk)
        rows = rows.filter(is_older, at__lte=after.at)
    return rows


def _ordered(rows: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    return rows.order_by("-at", "-pk")


def _floor(wish: Wish, after: Cursor | None) -> datetime | None:
    """The moment before which nothing is looked through, for several filters."""
    given = list(wish.given.items())
    if wish.actors is not None and not wish.actor_id:
        if not given:
            return None
        leads = [{"actor_id": actor} for actor in wish.actors]
    elif len(given) < 2:
        return None
    else:
        leads = [dict(given[:1])]
    moments = (_moment(wish, after, lead) for lead in leads)
    return max((moment for moment in moments if moment), default=None)


def _moment(wish: Wish, after: Cursor | None, lead: dict[str, Any]) -> datetime | None:
    rows = _of_period(wish, after).filter(**lead).order_by("-at")
    return rows.values_list("at", flat=True)[SCANNED : SCANNED + 1].first()
