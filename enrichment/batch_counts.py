"""The counts of a batch, as its items and the ledger have them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from enrichment import wording
from enrichment.choices import NOT_RETRYABLE, BatchState, CallState, ItemState
from enrichment.models import Batch, Call, Item

RATE_OVER_S = 15


@dataclass(frozen=True, slots=True)
class Asked:
    """So many items of one option of a source that stand alike."""

    source: str
    option: str
    state: str
    reason: str
    count: int

    @property
    def is_waiting(self) -> bool:
        return self.state == ItemState.WAITING

    @property
    def may_be_retried(self) -> bool:
        failed = self.state == ItemState.FAILED
        return failed and self.reason not in NOT_RETRYABLE

    @property
    def was_stopped(self) -> bool:
        """Not bought for want of money or of calls: both may come."""
        return self.state == ItemState.NOT_BOUGHT and self.reason in wording.TAKEN_UP


_STATES = """
    SELECT source, split_part(subject, ':', 1) AS option, state, reason, count(*)
    FROM enrichment_item WHERE batch_id = %s GROUP BY source, option, state, reason
"""


def asked(batch: Batch) -> list[Asked]:
    with connection.cursor() as cursor:
        cursor.execute(_STATES, [batch.pk])
        return [Asked(*row) for row in cursor.fetchall()]


def states(asked: Iterable[Asked]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for one in asked:
        found.setdefault(one.source, Counter())[one.state] += one.count
    return found


# A company is what its items are: under way as long as one is. A source that does
# not know it is no failure when another one does.
_COMPANIES = """
    WITH company AS (
        SELECT i.siren,
            bool_or(i.state IN ('waiting', 'running')) AS pending,
            bool_or(c.id IS NOT NULL) AS in_flight,
            bool_or(i.state = 'failed' AND i.reason <> 'not_found') AS failed,
            bool_or(i.state = 'done') AS done,
            bool_or(i.state = 'reused') AS reused,
            bool_or(i.state = 'failed') AS not_found,
            bool_or(i.state = 'not_bought') AS not_bought
        FROM enrichment_item i LEFT JOIN enrichment_call c
            ON c.state = 'open' AND c.siren = i.siren AND c.source = i.source
            AND c.subject = i.subject
        WHERE i.batch_id = %s GROUP BY i.siren
    )
    SELECT CASE WHEN pending AND in_flight THEN 'running' WHEN pending THEN 'waiting'
        WHEN failed THEN 'failed' WHEN done THEN 'done' WHEN reused THEN 'reused'
        WHEN not_found THEN 'failed' WHEN not_bought THEN 'not_bought'
        ELSE 'cancelled' END AS state, count(*)
    FROM company GROUP BY state
"""
_ORDER = (
    "done",
    "reused",
    "failed",
    "not_bought",
    "cancelled",
    "running",
    "waiting",
)


def companies(batch: Batch) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_COMPANIES, [batch.pk])
        found = dict(cursor.fetchall())
    return {state: found.get(state, 0) for state in _ORDER}


def calls(batch: Batch) -> dict[str, tuple[Decimal, int]]:
    """Money committed and answers lost, by source."""
    is_held = Q(state__in=[CallState.OPEN, CallState.LOST])
    rows = (
        Call.objects.filter(batch=batch)
        .values("source")
        .annotate(
            held=Sum("held_eur", filter=is_held),
            paid=Sum("amount_eur", filter=~is_held),
            lost=Count("pk", filter=Q(state=CallState.LOST)),
        )
    )
    return {
        row["source"]: (Decimal(row["held"] or 0) + (row["paid"] or 0), row["lost"])
        for row in rows
    }


def rate(batch: Batch) -> float:
    """Companies ended per second, lately."""
    if batch.started_at is None or batch.state != BatchState.RUNNING:
        return 0.0
    now = timezone.now()
    over_s = min(RATE_OVER_S, max(1.0, (now - batch.started_at).total_seconds()))
    ended = (
        Item.objects.filter(batch=batch)
        .values("siren")
        .annotate(
            last=Max("updated_at"),
            pending=Count("pk", filter=Q(state__in=["waiting", "running"])),
        )
        .filter(pending=0, last__gt=now - timedelta(seconds=over_s))
    )
    return float(ended.count() / over_s)
