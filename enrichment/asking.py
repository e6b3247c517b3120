"""One company at its sources: what is asked, what is stored, what goes wrong.

A call is in the ledger before it leaves; its answer is stored before it is used.
"""

import asyncio
import hashlib
import logging
import random
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import Error as DatabaseError
from django.utils import timezone

from accounts import installation
from enrichment import ledger, ledger_lines, outcomes, stakes
from enrichment.choices import AnswerStatus, BatchState, ItemState, Step
from enrichment.group_writer import GroupWriter
from enrichment.lane_state import Company, Kept, Source
from enrichment.ledger import Leased, Refused
from enrichment.models import JournalEntry
from enrichment.money import Opening
from enrichment.outcomes import CompanyDone, Given, Outcome
from enrichment.providers.base import Answer as Reply
from enrichment.providers.base import Question
from enrichment.providers.errors import ProviderError
from mainsite.lib.limiter import GateClosed, LimiterAway, Turn
from mainsite.lib.retries import backoff_s

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
# Ops hold a source: what waits for it looks again after this long.
HELD_S = 30.0
# What stops buying, as the journal tells it.
LIMITS = {
    "cap": Step.CAPPED,
    "budget": Step.OVER_BUDGET,
    "units": Step.OUT_OF_UNITS,
    "quota": Step.OUT_OF_CALLS,
}
# How long a paid source waits for the free one, when another worker has it.
SIBLING_WAIT_S = 2.0


class Asker:
    """Takes one company through its sources, for one lane of one batch.

    ``in_thread`` runs a function where the ledger's connection is; ``is_late`` says
    that nothing more should leave. Paid calls wait until ``balances_read``.
    """

    def __init__(
        self,
        *,
        batch_id: int,
        sources: dict[str, Source],
        ledger_writer: GroupWriter[ledger.Entry, ledger.Result],
        in_thread: Callable[[Callable[[], Any]], Coroutine[Any, Any, Any]],
        is_late: Callable[[], bool],
        balances_read: asyncio.Event,
    ) -> None:
        self._batch_id = batch_id
        self._sources = sources
        self._ledger = ledger_writer
        self._in_thread = in_thread
        self._is_late = is_late
        self._balances_read = balances_read

    async def ask(self, company: Company) -> CompanyDone:
        """Free sources side by side; then the paid ones, one after the other.

        Each paid one is weighed against what those before it have told.
        """
        free = [item for item in company.items if not self._is_paid(item)]
        paid = [item for item in company.items if self._is_paid(item)]
        async with asyncio.TaskGroup() as tasks:
            asked = [tasks.create_task(self._safely(company, item)) for item in free]
        ends = [task.result() for task in asked]
        for item in paid:
            ends.append(await self._safely(company, item))
        return CompanyDone(
            siren=company.siren,
            outcomes=tuple(outcome for outcome, _ in ends),
            given=tuple(given for _, given in ends if given),
        )

    def _is_paid(self, item: Leased) -> bool:
        return self._sources[item.source].terms.units(item.option) > 0

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
            return outcomes.failed(item, "internal"), None

    async def _item(
        self, company: Company, item: Leased
    ) -> tuple[Outcome, Given | None]:
        source = self._sources[item.source]
        stored = company.stored.get((item.source, item.subject))
        if stored is not None:
            return self._reuse(company, item, stored)
        if self._is_paid(item) and company.wait_until:
            return outcomes.back(item, company.wait_until), None
        reason = source.terms.off or self._not_worth(company, item)
        if reason:
            return outcomes.not_bought(item, reason), None
        if source.terms.is_held:
            until = timezone.now() + timedelta(seconds=HELD_S)
            return self._hand_back(company, item, until), None
        try:
            return await self._in_turn(company, item, source)
        except GateClosed as closed:
            until = timezone.now() + timedelta(seconds=closed.wait_s)
            await self._rest(source, until)
            return self._hand_back(company, item, until), None
        except LimiterAway as away:
            until = timezone.now() + timedelta(seconds=away.wait_s)
            return self._hand_back(company, item, until), None

    async def _in_turn(
        self, company: Company, item: Leased, source: Source
    ) -> tuple[Outcome, Given | None]:
        """The call, from its line in the ledger to the stored answer.

        The line is written while earlier calls are under way: a turn at the source's
        gate is for the call alone. Few lines wait so, for a kill would lose them all.
        """
        if self._is_paid(item):
            await self._balances_read.wait()
        async with source.ahead:
            if self._is_late():
                return self._hand_back(company, item, None), None
            if shut := _shut(item, source):
                return shut, None
            opening = ledger_lines.opening(item, source.terms)
            source.gate.check(is_paid=opening.is_paid)
            refused = await self._ledger.put(opening)
            if isinstance(refused, Refused):
                return await self._refused(company, item, refused), None
            try:
                turn = await source.gate.acquire(is_paid=opening.is_paid)
            except (GateClosed, LimiterAway):
                await self._ledger.put(ledger_lines.closing_of_no_call(opening))
                raise
        with turn:
            # What the source said of another company while this one waited.
            if shut := _shut(item, source):
                await self._ledger.put(ledger_lines.closing_of_no_call(opening))
                return shut, None
            question = company.question(item)
            reply = await self._call(source, opening, question, turn)
        return await self._store(company, item, source, opening, reply)

    def _not_worth(self, company: Company, item: Leased) -> str:
        """Why a paid call would change nothing, "" when it may."""
        if not self._is_paid(item):
            return ""
        if company.verdict:
            return company.verdict
        if item.lead and item.lead not in company.people:
            return "opposed"
        gives = self._sources[item.source].terms.gives.get(item.option, frozenset())
        wanted = gives & stakes.UNWEIGHED
        if wanted:
            found = company.found_kinds(is_person=bool(item.lead))
            return "found_already" if wanted <= found else ""
        told = stakes.told(company.facts)
        open_points = stakes.worth(gives, company.known.stakes, told)
        return "" if open_points > 0 else "settled"

    async def _call(
        self, source: Source, opening: Opening, question: Question, turn: Turn
    ) -> Reply:
        """The one HTTP call of an opening; a failure is closed before it is raised."""
        try:
            reply = await source.client.fetch(
                question, http=source.http, call_id=str(opening.call_id)
            )
            self._refuse_sandbox_in_live(reply)
        except ProviderError as error:
            # A refusal is an answer too: only what may pass counts against the source.
            turn.release(ok=None if error.permanent else False)
            if error.reason == "rate_limited" and error.retry_after_s:
                source.gate.obey(error.retry_after_s)
            source.learn(error, option=question.option)
            await self._ledger.put(ledger_lines.closing_of_error(opening, error))
            raise
        turn.release(ok=True)
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
        closing = ledger_lines.closing_of_reply(
            opening, source.terms, reply, company.known.size
        )
        answer_id = await self._ledger.put(closing)
        if not isinstance(answer_id, int) or closing.answer is None:
            raise TypeError("a stored answer has an id")
        answer = closing.answer
        cost = source.terms.amount_eur(reply.tokens, opening.pool)
        if reply.status == "not_found":
            facts = None
        else:
            facts = source.client.parse(reply.raw, siren=item.siren)
        given = Given(
            answer_id=answer_id,
            source=item.source,
            subject=item.subject,
            status=answer.status,
            fetched_at=answer.fetched_at,
            expires_at=answer.expires_at,
            is_sandbox=answer.is_sandbox,
            cost_eur=cost,
            sha256=answer.sha256,
            facts=facts,
        )
        return self._conclude(company, item, given, ItemState.DONE), given

    def _reuse(
        self, company: Company, item: Leased, kept: Kept
    ) -> tuple[Outcome, Given | None]:
        """An answer that is still good: this batch's own after a kill, or another's."""
        answer = kept.answer
        is_ours = answer.batch_id == self._batch_id and not answer.is_used
        facts = None
        if answer.status != AnswerStatus.NOT_FOUND:
            client = self._sources[item.source].client
            facts = client.parse(kept.body, siren=item.siren)
        given = Given(
            answer_id=answer.answer_id,
            source=item.source,
            subject=item.subject,
            status=answer.status,
            fetched_at=answer.fetched_at,
            expires_at=answer.expires_at,
            is_sandbox=answer.is_sandbox,
            cost_eur=answer.amount_eur,
            sha256=hashlib.sha256(kept.body).hexdigest(),
            facts=facts,
        )
        state = ItemState.DONE if is_ours else ItemState.REUSED
        return self._conclude(company, item, given, state), given

    def _conclude(
        self, company: Company, item: Leased, given: Given, state: ItemState
    ) -> Outcome:
        """What the answer means for this item and for the sources still to come."""
        is_register = self._is_register(item)
        cost = given.cost_eur if state == ItemState.DONE else Decimal(0)
        if given.facts is None:
            if is_register:
                company.verdict = company.verdict or "not_found"
            return outcomes.failed(item, "not_found", given, cost)
        company.facts.append(given.facts)
        if is_register and company.verdict == "not_found":
            company.verdict = ""
        if is_register and given.facts.identity.is_active is False:
            company.verdict = "closed"
        return Outcome(
            item_id=item.id,
            source=item.source,
            state=state,
            answer_id=given.answer_id,
            cost_eur=cost or Decimal(0),
            sha256=given.sha256,
        )

    def _is_register(self, item: Leased) -> bool:
        """Whether this free source says who exists: a gazette says nothing of it."""
        terms = self._sources[item.source].terms
        return not self._is_paid(item) and "register" in terms.gives.get(
            item.option, frozenset()
        )

    # What goes wrong

    async def _after(
        self, company: Company, item: Leased, error: ProviderError
    ) -> Outcome:
        """A failed call: for good, or back to wait for another try."""
        source = self._sources[item.source]
        if error.reason == "no_credit":
            # Out of money is not a failure: the rest is not bought either.
            await self._in_thread(
                partial(_note_once, self._batch_id, Step.OUT_OF_UNITS, item.source)
            )
            return outcomes.not_bought(item, error.reason)
        if error.permanent:
            return outcomes.failed(item, error.reason)
        now = timezone.now()
        if error.reason == "rate_limited" and error.retry_after_s:
            await self._rest(source, now + timedelta(seconds=error.retry_after_s))
        if item.attempts + 1 >= MAX_ATTEMPTS:
            return outcomes.failed(item, error.reason)
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

    def _hand_back(
        self, company: Company, item: Leased, until: datetime | None
    ) -> Outcome:
        """Back to wait until then, None for at once; its paid siblings wait as long."""
        if until and not self._is_paid(item):
            company.wait(until)
        return outcomes.back(item, until)

    async def _refused(
        self, company: Company, item: Leased, refused: Refused
    ) -> Outcome:
        if refused.reason in {BatchState.CANCELLED, BatchState.DONE}:
            return Outcome(
                item_id=item.id, source=item.source, state=ItemState.CANCELLED
            )
        if refused.reason == BatchState.PAUSED:
            return self._hand_back(company, item, None)
        if refused.reason == "elsewhere":
            wait = timedelta(seconds=SIBLING_WAIT_S)
            return self._hand_back(company, item, timezone.now() + wait)
        step = LIMITS[refused.reason]
        await self._in_thread(partial(_note_once, self._batch_id, step, item.source))
        return outcomes.not_bought(item, refused.reason)


def _shut(item: Leased, source: Source) -> Outcome | None:
    """What becomes of an item whose source refuses all like it; else None."""
    if source.blocked:
        return outcomes.failed(item, source.blocked)
    if source.terms.pool(item.option) in source.empty_pools:
        return outcomes.not_bought(item, "no_credit")
    return None


def _note_once(batch_id: int, step: Step, source: str) -> None:
    JournalEntry.objects.get_or_create(batch_id=batch_id, kind=step, source=source)
