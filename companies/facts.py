"""What is written of a company in one go, whatever the sources it comes from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

AMOUNTS = ("revenue", "net_income", "ebitda", "equity", "financial_debt", "headcount")
# Growth and levels are read in one account type; simplified accounts are a small
# company's own, consolidated ones are a group's.
TYPE_PREFERENCE = {"C": 0, "S": 1, "K": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """One exercise after the sources were merged; see ``AnnualAccounts``."""

    closed_on: date
    account_type: str
    is_closing_estimated: bool = False
    duration_months: int | None = None
    amounts: Mapping[str, int] = field(default_factory=dict)
    is_confidential: bool = False
    is_sandbox: bool = False
    has_unit_jump: bool = False
    provenance: Mapping[str, list[str]] = field(default_factory=dict)
    disagreements: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def revenue(self) -> int | None:
        return self.amounts.get("revenue")


@dataclass(frozen=True, slots=True)
class Said:
    """What a source gives for one field of the identity, and the day it said so."""

    source: str
    read_on: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerFact:
    surname: str
    role: str
    source: str
    retrieved_at: datetime
    first_name: str = ""
    role_code: str = ""
    birth_year: int | None = None
    birth_month: int | None = None
    since: date | None = None
    is_company: bool = False
    company_siren: str | None = None
    is_sandbox: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFact:
    kind: str
    occurred_on: date
    label: str
    source: str
    source_id: str
    is_sandbox: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingFact:
    """That a source was read, when, and what it gave."""

    source: str
    retrieved_at: datetime
    expires_at: datetime
    status: str
    is_sandbox: bool
    cost_eur: Decimal | None
    gave: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFacts:
    """All that is now known of a company from outside the register.

    ``identity`` fills blanks only; ``identity_said`` is what each source gives for a
    field, best first: who filled it, and who disagrees. ``officers`` is None when no
    source told of them: those stored stay. ``accounts`` replace the stored ones, which
    were merged in.
    """

    siren: str
    identity: Mapping[str, Any] = field(default_factory=dict)
    identity_said: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    accounts: tuple[Accounts, ...] = ()
    officers: tuple[OfficerFact, ...] | None = None
    leader: OfficerFact | None = None
    events: tuple[EventFact, ...] = ()
    cancelled_events: tuple[str, ...] = ()
    readings: tuple[ReadingFact, ...] = ()
    is_closed: bool = False
    is_partial: bool = False


def latest_figures(accounts: Iterable[Accounts]) -> Accounts | None:
    """The exercise that stands for the company: newest year, then company accounts."""
    known = [row for row in accounts if row.revenue is not None]
    return min(known, key=_order, default=None)


def latest_filing(accounts: Iterable[Accounts]) -> Accounts | None:
    """The newest exercise filed, published or not."""
    return min(accounts, key=_order, default=None)


def _order(row: Accounts) -> tuple[int, int, int]:
    rank = TYPE_PREFERENCE.get(row.account_type, 9)
    return (-row.closed_on.year, rank, -row.closed_on.toordinal())
