"""What a lane did about a company, on its way from the calls to the tables."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from enrichment.choices import ItemState, Step
from enrichment.ledger import Leased
from enrichment.providers.facts import ProviderFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where an item ends, or for how long it goes back to wait."""

    item_id: int
    source: str
    state: ItemState
    reason: str = ""
    answer_id: int | None = None
    retry_at: datetime | None = None
    cost_eur: Decimal = Decimal(0)
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A stored answer with the facts that were read in it, None if it had none."""

    answer_id: int
    source: str
    subject: str
    status: str
    fetched_at: datetime
    expires_at: datetime
    is_sandbox: bool
    cost_eur: Decimal | None
    facts: ProviderFacts | None
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyDone:
    """All that a lane did about one company."""

    siren: str
    outcomes: tuple[Outcome, ...]
    given: tuple[Given, ...] = ()
    notes: tuple[Step, ...] = field(default=())


def failed(
    item: Leased,
    reason: str,
    given: Given | None = None,
    cost_eur: Decimal | None = None,
) -> Outcome:
    return Outcome(
        item_id=item.id,
        source=item.source,
        state=ItemState.FAILED,
        reason=reason,
        answer_id=given.answer_id if given else None,
        sha256=given.sha256 if given else "",
        cost_eur=cost_eur or Decimal(0),
    )


def not_bought(item: Leased, reason: str) -> Outcome:
    return Outcome(
        item_id=item.id,
        source=item.source,
        state=ItemState.NOT_BOUGHT,
        reason=reason,
    )


def back(item: Leased, until: datetime | None) -> Outcome:
    return Outcome(
        item_id=item.id,
        source=item.source,
        state=ItemState.WAITING,
        retry_at=until,
    )
