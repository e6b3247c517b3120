"""One worker's way through a batch, a few seconds at a time.

Killed anywhere, the next worker finds in PostgreSQL what is paid already.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from companies import contacts
from enrichment import (
    answer_cache,
    balances,
    calling,
    known,
    ledger,
    recording,
    sources,
)
from enrichment.answer_cache import KnownAnswer
from enrichment.asking import SIBLING_WAIT_S, Asker
from enrichment.choices import ItemState
from enrichment.group_writer import DatabaseThread, GroupWriter
from enrichment.lane_state import Company, Kept, Source
from enrichment.ledger import Leased
from enrichment.models import Item
from enrichment.providers.base import Person
from enrichment.providers.errors import ProviderError
from enrichment.sources import Terms
from enrichment.stakes import UNWEIGHED
from mainsite.lib import cache, queue
from mainsite.lib.ids import uuid7

logger = logging.getLogger(__name__)

# What one lane takes at a time: its chunk.
LEASE_ITEMS = 200
# Companies under way for each call that may be: some are at a free source, some at a
# paid one, the others wait for either, so that none of the sources ever does.
UNDER_WAY = 4
# How long openings and closings gather, by how many companies are under way.
FEW, ALONE_S, CROWD_S = 10, 0.002, 0.012
# A lane hands its job back after this long; sooner when other batches stand in the
# queue, and at once when its worker is to stop: no deployment waits for it.
LANE_S, TURN_S = 100.0, 20.0
HEARTBEAT_S = 8.0


@dataclass(frozen=True, slots=True)
class Questions:
    """Which (source, option) say who exists, for free, and which give contacts."""

    registers: frozenset[tuple[str, str]]
    contacts: frozenset[tuple[str, str]]


def _nobody() -> bool:
    return False


def run(batch_id: int, *, do_others_wait: Callable[[], bool] = _nobody) -> None:
    """Work on a batch for a while, from a synchronous job.

    ``do_others_wait`` says whether another batch would have the worker now.
    """
    # Three threads take turns here, two of them for a few microseconds between two
    # answers of PostgreSQL: with the usual 5 ms a call waits 40 ms for its line.
    sys.setswitchinterval(0.0005)
    asyncio.run(Lane(batch_id, do_others_wait).run())
    # A work-horse leaves without saying so: what it counted would be lost.
    cache.flush()


class Lane:
    """Leases, calls, and hands over to the two writers; lives as long as one job."""

    def __init__(self, batch_id: int, do_others_wait: Callable[[], bool]) -> None:
        self._batch_id = batch_id
        self._do_others_wait = do_others_wait
        self._id = uuid7()
        self._sources: dict[str, Source] = {}
        self._money = DatabaseThread()
        self._facts = DatabaseThread()
        # On its own: a lease reads for a tenth of a second, and no line waits for it.
        self._leases = DatabaseThread()
        self._started_at = time.monotonic()
        self._stop_at = self._started_at + LANE_S
        self._more = True
        self._under_way = 0
        self._room = asyncio.Event()
        self._balances_read = asyncio.Event()

    async def run(self) -> None:
        # Facts gather for most of a second: each group of them is one event, and each
        # event forks one scoring job. For openings and closings, see `_pace`.
        write = partial(ledger.write, self._batch_id, self._id)
        record = partial(recording.write_group, self._batch_id, self._id)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._money.close)
            stack.push_async_callback(self._facts.close)
            stack.push_async_callback(self._leases.close)
            terms = await self._money.run(sources.all_terms)
            self._questions = _questions(terms.values())
            for one in terms.values():
                self._sources[one.name] = await self._connect(one, stack)
            self._ledger = await stack.enter_async_context(
                GroupWriter(write, thread=self._money, gather_s=ALONE_S)
            )
            self._recorder = await stack.enter_async_context(
                GroupWriter(record, thread=self._facts, gather_s=0.7, most=100)
            )
            self._asker = Asker(
                batch_id=self._batch_id,
                sources=self._sources,
                ledger_writer=self._ledger,
                in_thread=self._money.run,
                is_late=self._is_late,
                balances_read=self._balances_read,
            )
            heart = asyncio.create_task(self._beat())
            try:
                await self._work()
            finally:
                heart.cancel()

    async def _connect(self, terms: Terms, stack: AsyncExitStack) -> Source:
        client, address = await self._money.run(
            lambda: (sources.client_of(terms.name), sources.address_of(terms.name))
        )
        http = calling.connections_to(terms, origin=address)
        return Source(
            terms=terms,
            client=client,
            http=await stack.enter_async_context(http),
            gate=await stack.enter_async_context(calling.gate_of(terms)),
            ahead=asyncio.Semaphore(max(2, terms.concurrency // 2)),
        )

    async def _read_balances(self) -> None:
        """What paid sources say is left, when nobody asked them lately."""
        names = [n for n, s in self._sources.items() if s.terms.is_paid]
        asked = [self._sources[name] for name in names if not self._terms_off(name)]
        needs = {source.terms.name: source.terms.most_units for source in asked}
        stale = await self._money.run(partial(balances.unread, self._batch_id, needs))
        for source in asked:
            if source.terms.name in stale:
                await self._read_balance(source)
        self._balances_read.set()

    async def _read_balance(self, source: Source) -> None:
        name = source.terms.name
        try:
            pools = await source.client.balances(http=source.http, call_id=str(uuid7()))
        except ProviderError as error:
            # The last reading stands; the source itself refuses what it cannot give.
            logger.warning("%s does not say what is left: %s", name, error.reason)
            return
        await self._money.run(partial(balances.note, name, pools))

    def _terms_off(self, name: str) -> bool:
        terms = self._sources[name].terms
        return bool(terms.off or terms.is_held)

    async def _beat(self) -> None:
        """Keep the leases, heed what ops changed meanwhile, and who else waits."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            await self._money.run(partial(ledger.renew, self._id))
            for one in (await self._money.run(sources.all_terms)).values():
                if one.name in self._sources:
                    self._sources[one.name].terms = one
            has_had_turn = time.monotonic() > self._started_at + TURN_S
            if has_had_turn and await asyncio.to_thread(self._do_others_wait):
                self._stop_at = time.monotonic()

    # Which companies

    async def _work(self) -> None:
        """Keep enough companies under way; end when nothing is due, or time is up."""
        slots = max(source.terms.concurrency for source in self._sources.values())
        enough = UNDER_WAY * slots
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read_balances())
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
        return queue.is_leaving() or time.monotonic() > self._stop_at

    async def _lease(self) -> list[Company]:
        companies = await self._leases.run(
            lambda: _leased_companies(
                ledger.lease(self._batch_id, self._id, LEASE_ITEMS),
                self._batch_id,
                self._questions,
            )
        )
        self._more = bool(companies)
        self._pace(len(companies))
        return companies

    def _pace(self, arriving: int) -> None:
        """A commit for many when many are there, at once when somebody waits for one.

        Lines are written ahead of their calls: that they gather costs no slot.
        """
        is_crowd = self._under_way + arriving > FEW
        self._ledger.gather_s = CROWD_S if is_crowd else ALONE_S

    async def _do(self, company: Company) -> None:
        done = await self._asker.ask(company)
        # What is left is to write it down: room for the next company.
        self._under_way -= 1
        self._pace(0)
        self._room.set()
        await self._recorder.put(done)


def _questions(terms: Iterable[Terms]) -> Questions:
    every = [(one, *pair) for one in terms for pair in one.gives.items()]
    return Questions(
        registers=frozenset(
            (one.name, option)
            for one, option, gives in every
            if "register" in gives and not one.units(option)
        ),
        contacts=frozenset(
            (one.name, option) for one, option, gives in every if gives & UNWEIGHED
        ),
    )


def _leased_companies(
    items: Sequence[Leased], batch_id: int, questions: Questions
) -> list[Company]:
    """Leased items by company, with the answers still fresh and what is known."""
    if not items:
        return []
    sirens = {item.siren for item in items}
    stored = _kept(items)
    already = known.of(sirens)
    people = _people(items)
    companies: dict[str, Company] = {}
    for item in items:
        company = companies.get(item.siren)
        if company is None:
            company = companies[item.siren] = Company(
                siren=item.siren,
                items=[],
                stored={},
                known=already.get(item.siren, known.Known()),
                people=people,
            )
        company.items.append(item)
        answer = stored.get((item.siren, item.source, item.subject))
        if answer is not None:
            company.stored[item.source, item.subject] = answer
        if (item.source, item.option) in questions.contacts and not company.verdict:
            company.verdict = contacts.refusal(item.siren)
    _heed_siblings(companies, batch_id, questions.registers)
    return list(companies.values())


def _kept(items: Sequence[Leased]) -> dict[tuple[str, str, str], Kept]:
    """The answers that are still good, through the cache's levels, and their bodies."""
    found: dict[tuple[str, str, str], KnownAnswer] = {}
    for subject in {item.subject for item in items}:
        asked = [item for item in items if item.subject == subject]
        answers = answer_cache.read_many(
            {item.siren for item in asked},
            {item.source for item in asked},
            subject=subject,
        )
        found |= {(*pair, subject): answer for pair, answer in answers.items()}
    bodies = answer_cache.bodies(found.values())
    return {
        key: Kept(answer, bodies[answer.answer_id])
        for key, answer in found.items()
        if answer.answer_id in bodies
    }


def _people(items: Sequence[Leased]) -> dict[str, Person]:
    """Whom contacts are looked up for; who was erased meanwhile is not there."""
    ids = {int(item.lead) for item in items if item.lead}
    found = contacts.leads(ids) if ids else {}
    return {
        str(pk): Person(full_name=lead.full_name, profile=lead.profile)
        for pk, lead in found.items()
    }


def _heed_siblings(
    companies: dict[str, Company],
    batch_id: int,
    registers: frozenset[tuple[str, str]],
) -> None:
    """A paid item leased without its free ones follows what became of those."""
    alone = [
        siren
        for siren, company in companies.items()
        if not any((item.source, item.subject) in registers for item in company.items)
    ]
    siblings = Item.objects.filter(batch_id=batch_id, siren__in=alone)
    # By PostgreSQL's clock, which wrote it: ours may be another.
    due = siblings.annotate(due_in=F("retry_at") - Now())
    for sibling in due.select_related("answer"):
        if (sibling.source, sibling.subject) in registers:
            _heed(companies[sibling.siren], sibling, sibling.due_in)


def _heed(company: Company, sibling: Item, due_in: timedelta | None) -> None:
    if sibling.state in {ItemState.WAITING, ItemState.RUNNING}:
        least = timedelta(seconds=SIBLING_WAIT_S)
        company.wait(timezone.now() + max(least, due_in or least))
    elif sibling.reason in {"not_found", "unknown_company"}:
        company.verdict = company.verdict or "not_found"
    elif sibling.answer is not None and sibling.answer.status != "not_found":
        facts = recording.parsed(sibling.source, sibling.answer.body, sibling.siren)
        if facts is not None:
            company.facts.append(facts)
            company.verdict = "closed" if facts.identity.is_active is False else ""
