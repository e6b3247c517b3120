"""One worker's way through a batch, a few seconds at a time.

Killed anywhere, the next worker finds in PostgreSQL what is paid already.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from functools import partial

from django.utils import timezone

from enrichment import ledger, recording, sources
from enrichment.asking import (
    BREAKER_FAILURES,
    BREAKER_REST_S,
    SIBLING_WAIT_S,
    Asker,
    Company,
    Source,
)
from enrichment.choices import ItemState
from enrichment.group_writer import DatabaseThread, GroupWriter
from enrichment.ledger import Leased
from enrichment.models import Answer, Item
from enrichment.sources import Terms
from mainsite.lib.ids import uuid7
from mainsite.lib.limiter import SharedRate
from mainsite.lib.outgoing import Limits, Outgoing
from mainsite.lib.retries import CircuitBreaker

LEASE_ITEMS = 200
# A lane hands its job back after this long, so that a deployment never waits for it.
LANE_S = 20.0
HEARTBEAT_S = 8.0


def run(batch_id: int) -> None:
    """Work on a batch for a while, from a synchronous job."""
    # Three threads take turns here, two of them for a few microseconds between two
    # answers of PostgreSQL: with the usual 5 ms a call waits 40 ms for its line.
    sys.setswitchinterval(0.0005)
    asyncio.run(Lane(batch_id).run())


class Lane:
    """Leases, calls, and hands over to the two writers; lives as long as one job."""

    def __init__(self, batch_id: int) -> None:
        self._batch_id = batch_id
        self._id = uuid7()
        self._sources: dict[str, Source] = {}
        self._money = DatabaseThread()
        self._facts = DatabaseThread()
        self._stop_at = time.monotonic() + LANE_S
        self._more = True
        self._under_way = 0
        self._room = asyncio.Event()

    async def run(self) -> None:
        # Openings and closings gather for 8 ms, facts for most of a second: each
        # group of facts is one event, and each event forks one scoring job.
        write = partial(ledger.write, self._batch_id, self._id)
        record = partial(recording.write_group, self._batch_id, self._id)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._money.close)
            stack.push_async_callback(self._facts.close)
            terms = await self._money.run(sources.all_terms)
            for one in terms.values():
                self._sources[one.name] = await self._connect(one, stack)
            ledger_writer = await stack.enter_async_context(
                GroupWriter(write, thread=self._money, gather_s=0.008)
            )
            self._recorder = await stack.enter_async_context(
                GroupWriter(record, thread=self._facts, gather_s=0.7, most=100)
            )
            self._asker = Asker(
                batch_id=self._batch_id,
                sources=self._sources,
                ledger_writer=ledger_writer,
                in_thread=self._money.run,
                is_late=self._is_late,
            )
            heart = asyncio.create_task(self._beat())
            try:
                await self._work()
            finally:
                heart.cancel()

    async def _connect(self, terms: Terms, stack: AsyncExitStack) -> Source:
        limits = Limits(
            read_s=terms.timeout_s,
            total_s=terms.timeout_s + 5,
            connections=terms.concurrency,
        )
        client, address = await self._money.run(
            lambda: (sources.client_of(terms.name), sources.address_of(terms.name))
        )
        http = Outgoing(origins=[address], limits=limits)
        rate = SharedRate(terms.name, per_s=terms.rate_per_s)
        return Source(
            terms=terms,
            client=client,
            http=await stack.enter_async_context(http),
            rate=await stack.enter_async_context(rate),
            slots=asyncio.Semaphore(terms.concurrency),
            breaker=CircuitBreaker(failures=BREAKER_FAILURES, rest_s=BREAKER_REST_S),
        )

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            await self._money.run(partial(ledger.renew, self._id))

    # Which companies

    async def _work(self) -> None:
        """Keep enough companies under way; end when nothing is due, or time is up."""
        slots = sum(source.terms.concurrency for source in self._sources.values())
        enough = max(1, 2 * slots)
        async with asyncio.TaskGroup() as tasks:
            while self._more and not self._is_late():
                if self._under_way < enough:
                    for company in await self._lease():
                        self._under_way += 1
                        tasks.create_task(self._do(company))
                    continue
                self._room.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._room.wait(), timeout=1.0)
            self._recorder.flush()

    def _is_late(self) -> bool:
        return time.monotonic() > self._stop_at

    async def _lease(self) -> list[Company]:
        free = {n for n, s in self._sources.items() if not s.terms.is_paid}
        companies = await self._money.run(
            lambda: _leased_companies(
                ledger.lease(self._batch_id, self._id, LEASE_ITEMS),
                self._batch_id,
                free,
            )
        )
        self._more = bool(companies)
        return companies

    async def _do(self, company: Company) -> None:
        done = await self._asker.ask(company)
        # What is left is to write it down: room for the next company.
        self._under_way -= 1
        self._room.set()
        await self._recorder.put(done)


def _leased_companies(
    items: Sequence[Leased], batch_id: int, free: set[str]
) -> list[Company]:
    """Leased items by company, free source first, with the answers still fresh."""
    if not items:
        return []
    answers = (
        Answer.objects.fresh()
        .filter(siren__in={item.siren for item in items})
        .select_related("call")
        .latest_per_source()
    )
    stored: dict[str, dict[str, Answer]] = {}
    for answer in answers:
        stored.setdefault(answer.siren, {})[answer.source] = answer
    companies: dict[str, Company] = {}
    for item in items:
        company = companies.setdefault(
            item.siren, Company(item.siren, [], stored.get(item.siren, {}))
        )
        company.items.append(item)
    _heed_siblings(companies, batch_id, free)
    return list(companies.values())


def _heed_siblings(
    companies: dict[str, Company], batch_id: int, free: set[str]
) -> None:
    """A paid item leased without its free one follows what became of that one."""
    alone = [
        siren
        for siren, company in companies.items()
        if not any(item.source in free for item in company.items)
    ]
    siblings = Item.objects.filter(batch_id=batch_id, siren__in=alone, source__in=free)
    wait_until = timezone.now() + timedelta(seconds=SIBLING_WAIT_S)
    for sibling in siblings.select_related("answer"):
        company = companies[sibling.siren]
        if sibling.state in {ItemState.WAITING, ItemState.RUNNING}:
            company.wait_until = max(wait_until, sibling.retry_at or wait_until)
        elif sibling.reason in {"not_found", "unknown_company"}:
            company.verdict = "not_found"
        elif sibling.answer is not None and sibling.answer.status != "not_found":
            facts = recording.parsed(
                sibling.source, bytes(sibling.answer.raw), sibling.siren
            )
            if facts is not None and facts.identity.is_active is False:
                company.verdict = "closed"
