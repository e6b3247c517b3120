"""From stored answers to what everybody reads, in one transaction per group."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Count, F
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from accounts import audit
from companies import services as companies
from companies.events import CompaniesEnriched
from companies.facts import Accounts, CompanyFacts, ReadingFact
from companies.models import Company
from enrichment import answer_cache, drift, reach
from enrichment.actions import Action
from enrichment.choices import BatchState, ItemState, Step
from enrichment.merge import Read, merge
from enrichment.models import Answer, Batch, Item, JournalEntry
from enrichment.outcomes import CompanyDone, Given, Outcome
from enrichment.providers.errors import ProviderError
from enrichment.providers.facts import ProviderFacts
from enrichment.providers.registry import provider_classes
from mainsite.lib.contention import is_contention
from mainsite.lib.events import publish

logger = logging.getLogger(__name__)

TRIES = 5


def write_group(
    batch_id: int, lane: UUID, group: Sequence[CompanyDone]
) -> Sequence[None]:
    """Facts, items and the event together.

    A company that cannot be written fails alone.
    """
    try:
        _write_in_turn(batch_id, lane, group)
    except Exception:
        # The wall of the job runner: one company must not hold back its group.
        logger.exception("a group of %d companies was not written", len(group))
        for done in group:
            _write_alone(batch_id, lane, done)
    return [None] * len(group)


def _write_alone(batch_id: int, lane: UUID, done: CompanyDone) -> None:
    try:
        _write_in_turn(batch_id, lane, [done])
    except Exception:
        logger.exception("company %s cannot be written", done.siren)
        failed = tuple(
            replace(outcome, state=ItemState.FAILED, reason="internal", retry_at=None)
            for outcome in done.outcomes
        )
        _write(batch_id, lane, [replace(done, outcomes=failed, given=())])


def _write_in_turn(batch_id: int, lane: UUID, group: Sequence[CompanyDone]) -> None:
    """Once more when an import of the same companies waited for the group."""
    for left in reversed(range(TRIES)):
        try:
            return _write(batch_id, lane, group)
        except OperationalError as error:
            if not is_contention(error) or not left:
                raise
            logger.warning("a group of %d companies tries again", len(group))
    return None


@transaction.atomic
def _write(batch_id: int, lane: UUID, group: Sequence[CompanyDone]) -> None:
    group = _together(group)
    enriched = [done for done in group if _has_facts(done)]
    unknown = _record([done for done in group if done.given])
    reach.record(group)
    drift.note((g.source, g.facts) for d in group for g in d.given if g.facts)
    outcomes = _with_unknown_companies(group, unknown)
    _settle(lane, outcomes)
    _mark_used(given.answer_id for done in group for given in done.given)
    answer_cache.forget(done.siren for done in group)
    _publish(batch_id, enriched, unknown)
    finish_batch(batch_id)


def _together(group: Iterable[CompanyDone]) -> list[CompanyDone]:
    """Each company once: its items may have been leased in two goes."""
    found: dict[str, CompanyDone] = {}
    for done in group:
        before = found.get(done.siren)
        found[done.siren] = done if before is None else _joined(before, done)
    return list(found.values())


def _joined(one: CompanyDone, other: CompanyDone) -> CompanyDone:
    return replace(
        one,
        outcomes=one.outcomes + other.outcomes,
        given=one.given + other.given,
        notes=one.notes + other.notes,
    )


def _has_facts(done: CompanyDone) -> bool:
    return any(given.facts is not None for given in done.given)


# Facts


def _record(answered: Sequence[CompanyDone]) -> frozenset[str]:
    """Of each company that anything is known of, now or by an earlier answer."""
    if not answered:
        return frozenset()
    others = _other_readings(answered)
    reads = {done.siren: _reads(done, others) for done in answered}
    told = [done for done in answered if reads[done.siren]]
    sirens = [done.siren for done in told]
    if missing := frozenset(sirens) - companies.hold(sirens):
        # An import may be making them too: whoever comes second reads the first.
        new = [done for done in told if done.siren in missing]
        companies.add_companies(facts=[_facts(done, reads) for done in new])
    stored = companies.stored_accounts(sirens)
    return companies.record_facts(facts=[_facts(done, reads, stored) for done in told])


def _reads(done: CompanyDone, others: Mapping[str, list[Read]]) -> list[Read]:
    read_now = [
        Read(source=given.source, retrieved_at=given.fetched_at, facts=given.facts)
        for given in done.given
        if given.facts is not None
    ]
    return read_now + others.get(done.siren, [])


def _facts(
    done: CompanyDone,
    reads: Mapping[str, list[Read]],
    stored: Mapping[str, Sequence[Accounts]] = MappingProxyType({}),
) -> CompanyFacts:
    merged = merge(done.siren, reads[done.siren], stored.get(done.siren, ()))
    return replace(merged, readings=tuple(_readings(done.given)))


def _readings(given: Iterable[Given]) -> Iterator[ReadingFact]:
    """One a source: it may have been asked several questions."""
    by_source: dict[str, list[Given]] = {}
    for one in given:
        by_source.setdefault(one.source, []).append(one)
    for source, ones in by_source.items():
        newest = max(ones, key=lambda one: one.fetched_at)
        told = [one for one in ones if one.facts is not None] or [newest]
        costs = [one.cost_eur for one in ones if one.cost_eur is not None]
        yield ReadingFact(
            source=source,
            retrieved_at=newest.fetched_at,
            expires_at=min(one.expires_at for one in told),
            status=told[0].status,
            is_sandbox=any(one.is_sandbox for one in ones),
            cost_eur=sum(costs, Decimal(0)) if costs else None,
            gave=_gave(ones),
        )


def _gave(given: Iterable[Given]) -> dict[str, int]:
    facts = [one.facts for one in given if one.facts is not None]
    return {
        "accounts": sum(len(each.accounts) for each in facts),
        "officers": sum(len(each.officers) for each in facts),
        "events": sum(len(each.events) for each in facts),
    }


def _other_readings(answered: Sequence[CompanyDone]) -> dict[str, list[Read]]:
    """The last answers of the sources that were not read this time."""
    read_now = {(d.siren, g.source, g.subject) for d in answered for g in d.given}
    every = {(n, o) for n, client in provider_classes().items() for o in client.usual}
    lacking = [
        done.siren
        for done in answered
        if every - {(given.source, given.subject) for given in done.given}
    ]
    found: dict[str, list[Read]] = {}
    stored = Answer.objects.filter(siren__in=lacking).usual().known()
    for answer in stored.latest_per_source():
        if (answer.siren, answer.source, answer.subject) in read_now:
            continue
        facts = parsed(answer.source, answer.body, answer.siren)
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
        answer_id = coalesce(v.answer_id, i.answer_id),
        retry_at = now() + make_interval(secs => v.wait_s),
        cost_eur = i.cost_eur + v.cost_eur,
        result_sha256 = coalesce(nullif(v.sha256, ''), i.result_sha256),
        leased_by = NULL, lease_until = NULL, updated_at = now()
    FROM jsonb_to_recordset(%s) AS v(id bigint, state text, reason text,
        answer_id bigint, wait_s float, cost_eur numeric, sha256 text)
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
            "wait_s": _wait_s(outcome),
            "cost_eur": str(outcome.cost_eur),
            "sha256": outcome.sha256,
        }
        for outcome in outcomes
    ]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [json.dumps(rows), lane])


def _wait_s(outcome: Outcome) -> float | None:
    """Seconds travel, not moments: our clock may not be PostgreSQL's."""
    if outcome.retry_at is None:
        return None
    return max(0.0, (outcome.retry_at - timezone.now()).total_seconds())


def _mark_used(answer_ids: Iterable[int]) -> None:
    fresh = Answer.objects.filter(pk__in=list(answer_ids), used_at__isnull=True)
    fresh.update(used_at=timezone.now())


def _publish(
    batch_id: int, enriched: Sequence[CompanyDone], unknown: frozenset[str]
) -> None:
    told = [done for done in enriched if done.siren not in unknown]
    if told:
        sources = {given.source for done in told for given in done.given}
        publish(
            CompaniesEnriched(
                sirens=tuple(done.siren for done in told),
                source=",".join(sorted(sources)),
                is_awaited=Batch.objects.awaited().filter(pk=batch_id).exists(),
            )
        )


def finish_batch(batch_id: int) -> bool:
    """Close a batch whose items have all ended; whether it was this call that did."""
    if Item.objects.unfinished().filter(batch_id=batch_id).exists():
        return False
    # Whoever started it may have had another clock: it never ends before.
    now = Greatest(Now(), F("started_at"))
    running = Batch.objects.filter(pk=batch_id, state=BatchState.RUNNING)
    with transaction.atomic():
        if running.update(state=BatchState.DONE, ended_at=now):
            JournalEntry.objects.create(batch_id=batch_id, kind=Step.ENDED)
            _tell_end(batch_id)
            return True
    cancelled = Batch.objects.filter(pk=batch_id, state=BatchState.CANCELLED)
    cancelled.filter(ended_at__isnull=True).update(ended_at=now)
    return False


def _tell_end(batch_id: int) -> None:
    """One entry for all that a batch wrote, in the name of whoever started it."""
    batch = Batch.objects.select_related("started_by").get(pk=batch_id)
    items = Item.objects.filter(batch=batch).order_by().values_list("state")
    audit.record(
        actor=batch.started_by,
        action=Action.BATCH_ENDED,
        resource=f"batch:{batch.public_id}",
        details={
            "items": dict(items.annotate(Count("pk"))),
            "committed_eur": str(batch.committed_eur),
        },
    )
