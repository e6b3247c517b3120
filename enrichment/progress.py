"""Where a batch stands, read from the ledger: never from the queue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from django.db import connection
from django.utils import timezone
from redis.exceptions import RedisError

from companies.models import Company
from enrichment import batch_counts, wording
from enrichment.batch_counts import Asked
from enrichment.choices import BatchKind, BatchState, ItemState
from enrichment.models import Batch, JournalEntry
from enrichment.sources import Terms, all_terms
from mainsite.lib.limiter import state_of

# Too early to say how long the rest will take.
HIDDEN_FOR_S = 10
JOURNAL_LINES = 8
# A few companies are done in a second or two: somebody looks until they are.
FEW = 5
FEW_FOR_S = 3


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """One source's row in the table of a batch."""

    terms: Terms
    gives: str
    states: Mapping[str, int]
    amount_eur: Decimal
    waiting_eur: Decimal
    lost: int
    waits: str

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def reuse_words(self) -> str:
        return wording.hours(self.terms.reuse_hours)

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
    """``siren`` is the company of a batch about one: its page is the next to read."""

    batch: Batch
    siren: str
    companies: Mapping[str, int]
    sources: tuple[SourceLine, ...]
    failures: tuple[Failure, ...]
    journal: tuple[JournalLine, ...]
    per_s: float
    retryable: int
    retry_eur: Decimal
    stopped: int
    stopped_eur: Decimal
    lost: int

    @property
    def is_live(self) -> bool:
        """Whether anything can still change: only then does the page ask again."""
        if self.batch.state == BatchState.PAUSED:
            return any(line.states.get(ItemState.RUNNING) for line in self.sources)
        return self.batch.state == BatchState.RUNNING or (
            self.batch.state == BatchState.CANCELLED and self.batch.ended_at is None
        )

    @property
    def is_ended(self) -> bool:
        return self.batch.state in {BatchState.DONE, BatchState.CANCELLED}

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
            line.waiting_eur for line in self.sources
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
    def take_up_eur(self) -> Decimal:
        """The cap under which all that a limit stopped could be bought."""
        return self.batch.committed_eur + self.stopped_eur

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
        if self.total <= FEW and self.elapsed_s < FEW_FOR_S:
            return "every 250ms"
        return "every 500ms" if self.elapsed_s < HIDDEN_FOR_S else "every 2s"


def progress(batch: Batch) -> Progress:
    terms = all_terms()
    asked = batch_counts.asked(batch)
    failures = _failures(batch, terms)
    calls = batch_counts.calls(batch)
    states = batch_counts.states(asked)
    waits = _waits(batch, [terms[name] for name in terms if name in states])
    retry = [one for one in asked if one.may_be_retried]
    stopped = [one for one in asked if one.was_stopped]
    return Progress(
        batch=batch,
        siren=_only_company(batch),
        companies=batch_counts.companies(batch),
        sources=tuple(
            SourceLine(
                terms=one,
                gives=wording.gives(one, {a.option for a in asked if a.source == name}),
                states=states[name],
                amount_eur=calls.get(name, (Decimal(0), 0))[0],
                waiting_eur=_price(
                    (a for a in asked if a.source == name and a.is_waiting), terms
                ),
                lost=calls.get(name, (Decimal(0), 0))[1],
                waits=waits.get(name, ""),
            )
            for name, one in terms.items()
            if name in states
        ),
        failures=failures,
        journal=tuple(map(_line, batch.journal.order_by("-at", "-pk")[:JOURNAL_LINES])),
        per_s=batch_counts.rate(batch),
        retryable=sum(one.count for one in retry),
        retry_eur=_price(retry, terms),
        stopped=sum(one.count for one in stopped),
        stopped_eur=_price(stopped, terms),
        lost=sum(lost for _, lost in calls.values()),
    )


def _only_company(batch: Batch) -> str:
    if batch.kind not in {BatchKind.ONE, BatchKind.CONTACTS}:
        return ""
    return batch.items.values_list("siren", flat=True).first() or ""


def _line(entry: JournalEntry) -> JournalLine:
    words = wording.step(entry.kind, entry.source, entry.count)
    return JournalLine(at=entry.at, words=words, is_alert=entry.is_alert)


def _price(asked: Iterable[Asked], terms: Mapping[str, Terms]) -> Decimal:
    """At most, at today's prices."""
    prices = ((one.count, terms[one.source].cost_eur(one.option)) for one in asked)
    return sum((count * price for count, price in prices if price), Decimal(0))


def _waits(batch: Batch, terms: Sequence[Terms]) -> dict[str, str]:
    """Why a source answers nothing for now: ops hold it, or it is left alone."""
    if batch.state != BatchState.RUNNING:
        return {}
    held = {one.name: wording.held(one) for one in terms if one.is_held}
    try:
        gates = state_of(one.name for one in terms)
    except RedisError:
        return held
    return {gate.name: wording.rests_or_pauses(gate) for gate in gates} | held


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
