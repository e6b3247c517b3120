"""From stored answers to what everybody reads, in one transaction per group."""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from companies import services as companies
from companies.events import CompaniesEnriched
from companies.facts import ReadingFact
from companies.models import Company
from enrichment.choices import AnswerStatus, BatchState, ItemState, Step
from enrichment.merge import Read, merge
from enrichment.models import Answer, Batch, Item, JournalEntry
from enrichment.providers.errors import ProviderError
from enrichment.providers.facts import ProviderFacts
from enrichment.providers.registry import provider_classes
from mainsite.lib.events import publish

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where an item ends, or for how long it goes back to wait."""

    item_id: int
    source: str
    state: ItemState
    reason: str = ""
    answer_id: int | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A stored answer with the facts that were read in it, None if it had none."""

    answer_id: int
    source: str
    status: str
    fetched_at: datetime
    expires_at: datetime
    is_sandbox: bool
    cost_eur: Decimal | None
    facts: ProviderFacts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyDone:
    """All that a lane did about one company."""

    siren: str
    outcomes: tuple[Outcome, ...]
    given: tuple[Given, ...] = ()
    notes: tuple[Step, ...] = field(default=())


def write_group(
    batch_id: int, lane: UUID, group: Sequence[CompanyDone]
) -> Sequence[None]:
    """Facts, items and the event together.

    A company that cannot be written fails alone.
    """
    try:
        _write(batch_id, lane, group)
    except Exception:
        # The wall of the job runner: one company must not hold back its group.
        logger.exception("a group of %d companies was not written", len(group))
        for done in group:
            _write_alone(batch_id, lane, done)
    return [None] * len(group)


def _write_alone(batch_id: int, lane: UUID, done: CompanyDone) -> None:
    try:
        _write(batch_id, lane, [done])
    except Exception:
        logger.exception("company %s cannot be written", done.siren)
        failed = tuple(
            replace(outcome, state=ItemState.FAILED, reason="internal", retry_at=None)
            for outcome in done.outcomes
        )
        _write(batch_id, lane, [replace(done, outcomes=failed, given=())])


@transaction.atomic
def _write(batch_id: int, lane: UUID, group: Sequence[CompanyDone]) -> None:
    enriched = [done for done in group if _has_facts(done)]
    unknown = _record(enriched)
    outcomes = _with_unknown_companies(group, unknown)
    _settle(lane, outcomes)
    _mark_used(given.answer_id for done in group for given in done.given)
    _publish(enriched, unknown)
    finish_batch(batch_id)


def _has_facts(done: CompanyDone) -> bool:
    return any(given.facts is not None for given in done.given)


# Facts


def _record(enriched: Sequence[CompanyDone]) -> frozenset[str]:
    if not enriched:
        return frozenset()
    sirens = [done.siren for done in enriched]
    stored = companies.stored_accounts(sirens)
    others = _other_readings(enriched)
    facts = []
    for done in enriched:
        reads = [
            Read(source=g.source, retrieved_at=g.fetched_at, facts=g.facts)
            for g in done.given
            if g.facts is not None
        ]
        reads += others.get(done.siren, [])
        merged = merge(done.siren, reads, stored.get(done.siren, ()))
        facts.append(replace(merged, readings=tuple(map(_reading, done.given))))
    return companies.record_facts(facts=facts)


def _reading(given: Given) -> ReadingFact:
    facts = given.facts
    gave = {
        "accounts": len(facts.accounts) if facts else 0,
        "officers": len(facts.officers) if facts else 0,
        "events": len(facts.events) if facts else 0,
    }
    return ReadingFact(
        source=given.source,
        retrieved_at=given.fetched_at,
        expires_at=given.expires_at,
        status=given.status,
        is_sandbox=given.is_sandbox,
        cost_eur=given.cost_eur,
        gave=gave,
    )


def _other_readings(enriched: Sequence[CompanyDone]) -> dict[str, list[Read]]:
    """The last answers of the sources that were not read this time."""
    read_now = {(d.siren, g.source) for d in enriched for g in d.given}
    every = set(provider_classes())
    lacking = [
        done.siren
        for done in enriched
        if every - {given.source for given in done.given}
    ]
    found: dict[str, list[Read]] = {}
    stored = Answer.objects.filter(siren__in=lacking).exclude(
        status=AnswerStatus.NOT_FOUND
    )
    for answer in stored.latest_per_source():
        if (answer.siren, answer.source) in read_now:
            continue
        facts = parsed(answer.source, bytes(answer.raw), answer.siren)
        if facts is not None:
            read = Read(
                source=answer.source, retrieved_at=answer.fetched_at, facts=facts
            )
            found.setdefault(answer.siren, []).append(read)
    return found


def parsed(source: str, raw: bytes, siren: str) -> ProviderFacts | None:
    """The facts of a stored answer, None when its form is not understood."""
    client = provider_classes()[source]
    try:
        return client(base_url=client.live_base_url).parse(raw, siren=siren)
    except ProviderError:
        logger.warning("%s: a stored answer cannot be read for %s", source, siren)
        return None


# Items

_SETTLE = """
    UPDATE enrichment_item i SET state = v.state, reason = v.reason,
        answer_id = coalesce(v.answer_id, i.answer_id), retry_at = v.retry_at,
        leased_by = NULL, lease_until = NULL, updated_at = now()
    FROM jsonb_to_recordset(%s) AS v(id bigint, state text, reason text,
        answer_id bigint, retry_at timestamptz)
    WHERE i.id = v.id AND i.leased_by = %s AND i.state = 'running'
"""


def _with_unknown_companies(
    group: Sequence[CompanyDone], unknown: frozenset[str]
) -> list[Outcome]:
    """A company that neither the register nor a source names has no row to fill."""
    lacking = {
        done.siren
        for done in group
        if any(outcome.reason == "not_found" for outcome in done.outcomes)
    }
    known = Company.objects.filter(siren__in=lacking).values_list("siren", flat=True)
    nowhere = unknown | (lacking - set(known) if lacking else frozenset())
    return [
        _nowhere(outcome) if done.siren in nowhere else outcome
        for done in group
        for outcome in done.outcomes
    ]


def _nowhere(outcome: Outcome) -> Outcome:
    if outcome.state not in {ItemState.DONE, ItemState.REUSED, ItemState.FAILED}:
        return outcome
    return replace(outcome, state=ItemState.FAILED, reason="unknown_company")


def _settle(lane: UUID, outcomes: Sequence[Outcome]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "id": outcome.item_id,
            "state": outcome.state,
            "reason": outcome.reason,
            "answer_id": outcome.answer_id,
            "retry_at": outcome.retry_at.isoformat() if outcome.retry_at else None,
        }
        for outcome in outcomes
    ]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [json.dumps(rows), lane])


def _mark_used(answer_ids: Iterable[int]) -> None:
    fresh = Answer.objects.filter(pk__in=list(answer_ids), used_at__isnull=True)
    fresh.update(used_at=timezone.now())


def _publish(enriched: Sequence[CompanyDone], unknown: frozenset[str]) -> None:
    told = [done for done in enriched if done.siren not in unknown]
    if told:
        sources = {given.source for done in told for given in done.given}
        publish(
            CompaniesEnriched(
                sirens=tuple(done.siren for done in told),
                source=",".join(sorted(sources)),
            )
        )


def finish_batch(batch_id: int) -> bool:
    """Close a batch whose items have all ended; whether it was this call that did."""
    if Item.objects.unfinished().filter(batch_id=batch_id).exists():
        return False
    now = timezone.now()
    running = Batch.objects.filter(pk=batch_id, state=BatchState.RUNNING)
    if running.update(state=BatchState.DONE, ended_at=now):
        JournalEntry.objects.create(batch_id=batch_id, kind=Step.ENDED, at=now)
        return True
    cancelled = Batch.objects.filter(pk=batch_id, state=BatchState.CANCELLED)
    cancelled.filter(ended_at__isnull=True).update(ended_at=now)
    return False
