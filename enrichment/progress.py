"""Where a batch stands, read from the ledger: never from the queue."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.db import connection
from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from companies.models import Company
from enrichment import wording
from enrichment.choices import BatchState, CallState, ItemState
from enrichment.models import Batch, Call, Item, JournalEntry
from enrichment.preview import GIVES
from enrichment.sources import Terms, all_terms

# Too early to say how long the rest will take.
HIDDEN_FOR_S = 10
RATE_OVER_S = 15
JOURNAL_LINES = 8


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """One source's row in the table of a batch."""

    terms: Terms
    gives: str
    states: Mapping[str, int]
    amount_eur: Decimal
    lost: int

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def answers(self) -> int:
        return self.states.get(ItemState.DONE, 0) + self.reused

    @property
    def reused(self) -> int:
        return self.states.get(ItemState.REUSED, 0)

    @property
    def failed(self) -> int:
        return self.states.get(ItemState.FAILED, 0)

    @property
    def not_bought(self) -> int:
        return self.states.get(ItemState.NOT_BOUGHT, 0)

    @property
    def segments(self) -> tuple[tuple[str, int], ...]:
        done = self.states.get(ItemState.DONE, 0)
        return ("done", done), ("reused", self.reused), ("failed", self.failed)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Items that failed, or were not bought, for one reason at one source."""

    reason: str
    label: str
    source: str
    count: int
    named: tuple[tuple[str, str], ...]
    follows: str
    is_failure: bool

    @property
    def source_label(self) -> str:
        return wording.source_label(self.source)

    @property
    def others(self) -> int:
        return self.count - len(self.named)


@dataclass(frozen=True, kw_only=True)
class JournalLine:
    at: datetime
    words: str
    is_alert: bool


@dataclass(frozen=True, kw_only=True)
class Progress:
    batch: Batch
    companies: Mapping[str, int]
    sources: tuple[SourceLine, ...]
    failures: tuple[Failure, ...]
    journal: tuple[JournalLine, ...]
    per_s: float
    retryable: int
    retry_eur: Decimal
    lost: int

    @property
    def is_live(self) -> bool:
        """Whether anything can still change: only then does the page ask again."""
        return self.batch.state == BatchState.RUNNING or (
            self.batch.state == BatchState.CANCELLED and self.batch.ended_at is None
        )

    @cached_property
    def total(self) -> int:
        return sum(self.companies.values())

    @cached_property
    def ended(self) -> int:
        open_ones = ("running", "waiting")
        return sum(n for state, n in self.companies.items() if state not in open_ones)

    @property
    def percent(self) -> int:
        return 100 * self.ended // self.total if self.total else 100

    @property
    def decile(self) -> int:
        return self.percent // 10 * 10

    @property
    def reused(self) -> int:
        return sum(line.reused for line in self.sources)

    @property
    def spared_eur(self) -> Decimal:
        prices = ((line.reused, line.terms.price_eur) for line in self.sources)
        return sum((n * price for n, price in prices if price), Decimal(0))

    @property
    def segments(self) -> tuple[tuple[str, int], ...]:
        names = {"not_bought": "unchanged", "cancelled": "unchanged"}
        return tuple((names.get(s, s), n) for s, n in self.companies.items())

    @property
    def at_most_eur(self) -> Decimal:
        """Committed, and what still waits at today's price, under the cap."""
        at_most = self.batch.committed_eur + sum(
            line.states.get(ItemState.WAITING, 0) * (line.terms.price_eur or 0)
            for line in self.sources
        )
        cap = self.batch.cap_eur
        return at_most if cap is None else min(at_most, max(cap, Decimal(0)))

    @property
    def is_paid(self) -> bool:
        return any(line.terms.is_paid for line in self.sources)

    @property
    def elapsed_s(self) -> float:
        if self.batch.started_at is None:
            return 0.0
        end = self.batch.ended_at or timezone.now()
        return (end - self.batch.started_at).total_seconds()

    @property
    def left_s(self) -> tuple[float, float] | None:
        """The least and the most that remains; None while it cannot be told."""
        if not self.is_live or self.elapsed_s < HIDDEN_FOR_S or not self.per_s:
            return None
        seconds = (self.total - self.ended) / self.per_s
        return 0.8 * seconds, 1.3 * seconds

    @property
    def poll(self) -> str:
        """Often at first, when everything moves; then now and then."""
        return "every 500ms" if self.elapsed_s < HIDDEN_FOR_S else "every 2s"


def progress(batch: Batch) -> Progress:
    terms = all_terms()
    states = _states(batch)
    failures = _failures(batch, terms)
    retry = [f for f in failures if f.is_failure and _may_retry(f.reason)]
    calls = _calls(batch)
    return Progress(
        batch=batch,
        companies=_companies(batch),
        sources=tuple(
            SourceLine(
                terms=one,
                gives=str(GIVES.get(name, "")),
                states=states[name],
                amount_eur=calls.get(name, (Decimal(0), 0))[0],
                lost=calls.get(name, (Decimal(0), 0))[1],
            )
            for name, one in terms.items()
            if name in states
        ),
        failures=failures,
        journal=tuple(map(_line, batch.journal.order_by("-at", "-pk")[:JOURNAL_LINES])),
        per_s=_rate(batch),
        retryable=sum(failure.count for failure in retry),
        retry_eur=sum(
            (f.count * (terms[f.source].price_eur or Decimal(0)) for f in retry),
            Decimal(0),
        ),
        lost=sum(lost for _, lost in calls.values()),
    )


def _line(entry: JournalEntry) -> JournalLine:
    words = wording.step(entry.kind, entry.source, entry.count)
    return JournalLine(at=entry.at, words=words, is_alert=entry.is_alert)


def _may_retry(reason: str) -> bool:
    return reason not in wording.NOT_RETRYABLE


def _states(batch: Batch) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    rows = Item.objects.filter(batch=batch).values_list("source", "state")
    for source, state, count in rows.annotate(count=Count("pk")):
        found.setdefault(source, Counter())[state] = count
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


def _companies(batch: Batch) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_COMPANIES, [batch.pk])
        found = dict(cursor.fetchall())
    return {state: found.get(state, 0) for state in _ORDER}


def _calls(batch: Batch) -> dict[str, tuple[Decimal, int]]:
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


_SHOWN = """
    SELECT state, reason, source, count(*),
        (array_agg(siren ORDER BY position))[1:2]
    FROM enrichment_item
    WHERE batch_id = %s AND state IN ('failed', 'not_bought')
    GROUP BY state, reason, source ORDER BY state, count(*) DESC, reason
"""


def _failures(batch: Batch, terms: Mapping[str, Terms]) -> tuple[Failure, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, [batch.pk])
        rows = cursor.fetchall()
    names = _names([f"{siren:09d}" for *_, sirens in rows for siren in sirens])
    return tuple(
        Failure(
            reason=reason,
            label=_label(state, reason),
            source=source,
            count=count,
            named=tuple((f"{s:09d}", names.get(f"{s:09d}", "")) for s in sirens),
            follows=_follows(state, reason, is_paid=terms[source].is_paid),
            is_failure=state == ItemState.FAILED,
        )
        for state, reason, source, count, sirens in rows
    )


def _label(state: str, reason: str) -> str:
    words = wording.FAILURES if state == ItemState.FAILED else wording.NOT_BOUGHT
    return str(words.get(reason, reason))


def _follows(state: str, reason: str, *, is_paid: bool) -> str:
    if state == ItemState.NOT_BOUGHT:
        return wording.why_not_bought(reason)
    return wording.what_happens(reason, is_paid=is_paid)


def _names(sirens: Sequence[str]) -> dict[str, str]:
    if not sirens:
        return {}
    rows = Company.objects.filter(siren__in=sirens)
    return dict(rows.values_list("siren", "name"))


def _rate(batch: Batch) -> float:
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
