"""What a lane holds while it works: its sources, and the companies it has leased."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from enrichment.answer_cache import KnownAnswer
from enrichment.known import Known
from enrichment.ledger import Leased
from enrichment.providers.base import Person, Question
from enrichment.providers.base import Provider as Client
from enrichment.providers.errors import ProviderError
from enrichment.providers.facts import ProviderFacts
from enrichment.sources import Terms
from mainsite.lib.limiter import Gate
from mainsite.lib.outgoing import Outgoing

# What no other item of the source can escape.
BLOCKING = frozenset({"bad_key"})


@dataclass
class Source:
    """A source as this lane talks to it."""

    terms: Terms
    client: Client
    http: Outgoing
    gate: Gate
    # How many may have their line in the ledger and wait for their turn.
    ahead: asyncio.Semaphore
    paused_until: datetime | None = None
    blocked: str = ""
    # Pools that the source itself says are empty.
    empty_pools: set[str] = field(default_factory=set)

    def learn(self, error: ProviderError, *, option: str) -> None:
        """What one refusal says of all the calls that would come after it."""
        if error.reason in BLOCKING:
            self.blocked = error.reason
        elif error.reason == "no_credit":
            self.empty_pools.add(self.terms.pool(option))


@dataclass(frozen=True)
class Kept:
    """An answer that is still good, and what it says to the byte."""

    answer: KnownAnswer
    body: bytes


@dataclass
class Company:
    """The leased items of one company, and what has come of them so far."""

    siren: str
    items: list[Leased]
    # Answers that are still good, by source and subject.
    stored: dict[tuple[str, str], Kept]
    known: Known = field(default_factory=Known)
    # Whom contacts are looked up for, by the number of the lead.
    people: Mapping[str, Person] = field(default_factory=dict)
    # What the sources asked so far have told.
    facts: list[ProviderFacts] = field(default_factory=list)
    # Why the paid sources are not worth asking, when a free one said so.
    verdict: str = ""
    # Until when a paid source waits, because a free one is not done.
    wait_until: datetime | None = None

    def question(self, item: Leased) -> Question:
        person = self.people.get(item.lead)
        return Question(siren=item.siren, option=item.option, person=person)

    def wait(self, until: datetime) -> None:
        self.wait_until = max(self.wait_until or until, until)

    def found_kinds(self, *, is_person: bool) -> frozenset[str]:
        """The kinds of contact that a source has given already.

        The company's own switchboard is no way to a person who is looked for by name.
        """
        return frozenset(
            contact.kind
            for each in self.facts
            for contact in each.contacts
            if contact.is_personal or not is_person
        )
