"""One company at its sources: what is asked, what is stored, what goes wrong.

A call is in the ledger before it leaves; its answer is stored before it is used.
"""

import asyncio
import hashlib
import logging
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import Error as DatabaseError
from django.utils import timezone

from accounts import installation
from enrichment import ledger
from enrichment.choices import AnswerStatus, CallState, ItemState, Step
from enrichment.group_writer import GroupWriter
from enrichment.ledger import Closing, Leased, Opening, Refused, Stored
from enrichment.models import Answer, JournalEntry
from enrichment.providers.base import Answer as Reply
from enrichment.providers.base import Provider as Client
from enrichment.providers.errors import ProviderError
from enrichment.recording import CompanyDone, Given, Outcome
from enrichment.sources import Terms
from mainsite.lib.ids import uuid7
from mainsite.lib.limiter import SharedRate
from mainsite.lib.outgoing import Outgoing
from mainsite.lib.retries import CircuitBreaker, backoff_s

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
BREAKER_FAILURES = 10
BREAKER_REST_S = 30.0
# What no other item of the source can escape: a key refused, an account without tokens.
BLOCKING = frozenset({"bad_key", "no_credit"})
# How long a paid source waits for the free one, when another worker has it.
SIBLING_WAIT_S = 2.0


@dataclass
class Source:
    """A source as this lane talks to it."""

    terms: Terms
    client: Client
    http: Outgoing
    rate: SharedRate
    slots: asyncio.Semaphore
    breaker: CircuitBreaker
    paused_until: datetime | None = None
    blocked: str = ""


@dataclass
class Company:
    """The leased items of one company, and what has come of them so far."""

    siren: str
    items: list[Leased]
    stored: dict[str, Answer]
    # Why the paid sources are not worth asking, when the free one said so.
    verdict: str = ""
    # Until when a paid source waits, because the free one is not done.
    wait_until: datetime | None = None


class Asker:
    """Takes one company through its sources, for one lane of one batch.

    ``in_thread`` runs a function where the ledger's connection is; ``is_late`` says
    that nothing more should leave.
    """

    def __init__(
        self,
        *,
        batch_id: int,
        sources: dict[str, Source],
        ledger_writer: GroupWriter[ledger.Entry, ledger.Result],
        in_thread: Callable[[Callable[[], Any]], Coroutine[Any, Any, Any]],
        is_late: Callable[[], bool],
    ) -> None:
        self._batch_id = batch_id
        self._sources = sources
        self._ledger = ledger_writer
        self._in_thread = in_thread
        self._is_late = is_late

    async def ask(self, company: Company) -> CompanyDone:
        outcomes, given = [], []
        for item in company.items:
            outcome, answer = await self._safely(company, item)
            outcomes.append(outcome)
            given += [answer] if answer else []
        return CompanyDone(
            siren=company.siren, outcomes=tuple(outcomes), given=tuple(given)
        )

    async def _safely(
        self, company: Company, item: Leased
    ) -> tuple[Outcome, Given | None]:
        try:
            return await self._item(company, item)
        except ProviderError as error:
            return await self._after(company, item, error), None
        except DatabaseError:
            # Nothing can be written down: the lease will end, and others go on.
            raise
        except Exception:
            # The wall of the job runner: the batch goes on without this item.
            logger.exception("%s failed for %s", item.source, item.siren)
            return _failed(item, "internal"), None

    async def _item(
        self, company: Company, item: Leased
    ) -> tuple[Outcome, Given | None]:
        source = self._sources[item.source]
        stored = company.stored.get(item.source)
        if stored is not None:
            return self._reuse(company, item, stored)
        if source.terms.is_paid and company.verdict:
            return _not_bought(item, company.verdict), None
        if source.terms.is_paid and company.wait_until:
            return _back(item, company.wait_until), None
        if source.terms.off:
            return _not_bought(item, source.terms.off), None
        async with source.slots:
            pause = self._pause(source)
            if source.blocked:
                return _failed(item, source.blocked), None
            if pause:
                return self._hand_back(company, item, pause), None
            await source.rate.acquire()
            if self._is_late():
                return self._hand_back(company, item, None), None
            opening = _opening(item, source.terms)
            refused = await self._ledger.put(opening)
            if isinstance(refused, Refused):
                return await self._refused(company, item, refused), None
            reply = await self._call(source, opening)
        return await self._store(company, item, source, opening, reply)

    async def _call(self, source: Source, opening: Opening) -> Reply:
        """The one HTTP call of an opening; a failure is closed before it is raised."""
        try:
            reply = await source.client.fetch(
                opening.siren, http=source.http, call_id=str(opening.call_id)
            )
            self._refuse_sandbox_in_live(reply)
        except ProviderError as error:
            await self._ledger.put(_closing_of_error(opening, error))
            raise
        source.breaker.record_success()
        return reply

    def _refuse_sandbox_in_live(self, reply: Reply) -> None:
        if reply.origin != "live" and not installation.is_sandbox():
            raise ProviderError("other_company", provider=reply.provider)

    async def _store(
        self,
        company: Company,
        item: Leased,
        source: Source,
        opening: Opening,
        reply: Reply,
    ) -> tuple[Outcome, Given | None]:
        closing = _closing_of_reply(opening, source.terms, reply)
        answer_id = await self._ledger.put(closing)
        if not isinstance(answer_id, int) or closing.answer is None:
            raise TypeError("a stored answer has an id")
        answer = closing.answer
        cost = closing.amount_eur if source.terms.token_eur is not None else None
        if reply.status == "not_found":
            facts = None
        else:
            facts = source.client.parse(reply.raw, siren=item.siren)
        given = Given(
            answer_id=answer_id,
            source=item.source,
            status=answer.status,
            fetched_at=answer.fetched_at,
            expires_at=answer.expires_at,
            is_sandbox=answer.is_sandbox,
            cost_eur=cost,
            facts=facts,
        )
        return self._conclude(company, item, given, ItemState.DONE), given

    def _reuse(
        self, company: Company, item: Leased, stored: Answer
    ) -> tuple[Outcome, Given | None]:
        """An answer that is still good: this batch's own after a kill, or another's."""
        is_ours = stored.call.batch_id == self._batch_id and stored.used_at is None
        facts = None
        if stored.status != AnswerStatus.NOT_FOUND:
            client = self._sources[item.source].client
            facts = client.parse(bytes(stored.raw), siren=item.siren)
        given = Given(
            answer_id=stored.pk,
            source=item.source,
            status=stored.status,
            fetched_at=stored.fetched_at,
            expires_at=stored.expires_at,
            is_sandbox=stored.is_sandbox,
            cost_eur=stored.call.amount_eur,
            facts=facts,
        )
        state = ItemState.DONE if is_ours else ItemState.REUSED
        return self._conclude(company, item, given, state), given

    def _conclude(
        self, company: Company, item: Leased, given: Given, state: ItemState
    ) -> Outcome:
        """What the answer means for this item and for the sources still to come."""
        is_free = not self._sources[item.source].terms.is_paid
        if given.facts is None:
            if is_free:
                company.verdict = "not_found"
            return _failed(item, "not_found", given.answer_id)
        if is_free and given.facts.identity.is_active is False:
            company.verdict = "closed"
        return Outcome(
            item_id=item.id, source=item.source, state=state, answer_id=given.answer_id
        )

    # What goes wrong

    async def _after(
        self, company: Company, item: Leased, error: ProviderError
    ) -> Outcome:
        """A failed call: for good, or back to wait for another try."""
        source = self._sources[item.source]
        if error.reason in BLOCKING:
            source.blocked = error.reason
        if error.permanent:
            return _failed(item, error.reason)
        source.breaker.record_failure()
        now = timezone.now()
        if error.reason == "rate_limited" and error.retry_after_s:
            await self._rest(source, now + timedelta(seconds=error.retry_after_s))
        elif source.breaker.state == "open":
            await self._rest(source, now + timedelta(seconds=BREAKER_REST_S))
        if item.attempts + 1 >= MAX_ATTEMPTS:
            return _failed(item, error.reason)
        # Spreading calls is not a secret: an ordinary generator will do.
        own = backoff_s(item.attempts + 1, draw=random.random())  # noqa: S311
        wait_s = max(own, error.retry_after_s or 0.0)
        return self._hand_back(company, item, now + timedelta(seconds=wait_s))

    async def _rest(self, source: Source, until: datetime) -> None:
        """Leave the source alone, once for all those who fail together."""
        if source.paused_until and source.paused_until > timezone.now():
            return
        source.paused_until = until
        name = source.terms.name
        await self._in_thread(partial(ledger.pause_source, self._batch_id, name, until))

    def _pause(self, source: Source) -> datetime | None:
        now = timezone.now()
        if source.paused_until and source.paused_until > now:
            return source.paused_until
        if not source.breaker.allow():
            wait_s = max(1.0, source.breaker.wait_s())
            return now + timedelta(seconds=wait_s)
        return None

    def _hand_back(
        self, company: Company, item: Leased, until: datetime | None
    ) -> Outcome:
        if not self._sources[item.source].terms.is_paid:
            wait = timedelta(seconds=SIBLING_WAIT_S)
            company.wait_until = until or timezone.now() + wait
        return _back(item, until)

    async def _refused(
        self, company: Company, item: Leased, refused: Refused
    ) -> Outcome:
        if refused.reason == "cancelled":
            return Outcome(
                item_id=item.id, source=item.source, state=ItemState.CANCELLED
            )
        if refused.reason == "elsewhere":
            wait = timedelta(seconds=SIBLING_WAIT_S)
            return self._hand_back(company, item, timezone.now() + wait)
        await self._in_thread(partial(_note_cap, self._batch_id, item.source))
        return _not_bought(item, "cap")


# Plain pieces


def _opening(item: Leased, terms: Terms) -> Opening:
    return Opening(
        call_id=uuid7(),
        item_id=item.id,
        siren=item.siren,
        source=item.source,
        hold_eur=terms.price_eur or Decimal(0),
    )


def _closing_of_reply(opening: Opening, terms: Terms, reply: Reply) -> Closing:
    state = CallState.PAID if reply.tokens else CallState.FREE
    if terms.is_paid and not reply.tokens:
        state = CallState.NOT_CHARGED
    return Closing(
        opening=opening,
        state=state,
        http_status=reply.http_status,
        tokens=reply.tokens,
        amount_eur=terms.amount_eur(reply.tokens),
        answer=Stored(
            status=reply.status,
            raw=reply.raw,
            sha256=hashlib.sha256(reply.raw).hexdigest(),
            http_status=reply.http_status,
            fetched_at=reply.fetched_at,
            expires_at=terms.expiry(reply.status, reply.fetched_at),
            is_sandbox=reply.is_sandbox,
        ),
    )


def _closing_of_error(opening: Opening, error: ProviderError) -> Closing:
    if error.is_charge_unknown:
        state = CallState.LOST
    else:
        state = CallState.NOT_CHARGED if opening.hold_eur else CallState.FREE
    return Closing(
        opening=opening, state=state, http_status=error.status, reason=error.reason
    )


def _failed(item: Leased, reason: str, answer_id: int | None = None) -> Outcome:
    return Outcome(
        item_id=item.id,
        source=item.source,
        state=ItemState.FAILED,
        reason=reason,
        answer_id=answer_id,
    )


def _not_bought(item: Leased, reason: str) -> Outcome:
    return Outcome(
        item_id=item.id,
        source=item.source,
        state=ItemState.NOT_BOUGHT,
        reason=reason,
    )


def _back(item: Leased, until: datetime | None) -> Outcome:
    return Outcome(
        item_id=item.id,
        source=item.source,
        state=ItemState.WAITING,
        retry_at=until,
    )


def _note_cap(batch_id: int, source: str) -> None:
    JournalEntry.objects.get_or_create(
        batch_id=batch_id, kind=Step.CAPPED, source=source
    )
