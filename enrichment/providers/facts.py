"""What sources tell of a company, in one shape for all of them.

None is unknown, never zero. Amounts are whole euros. Of persons only what the
product may show is read: name, month of birth, office; no address. Contacts are read
only from an answer that was asked for them.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

AccountType = Literal["C", "K", "S"]
EventKind = Literal[
    "sale",
    "closing",
    "proceeding",
    "proceeding_closed",
    "leader_change",
    "accounts_filed",
    "lease_management",
    "creation",
    "modification",
    "other",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The register's part. `diffusion_status`: O full, P partial.

    `is_opposed`: the company refuses commercial use of its data.
    `headcount` is an exact number a source gives; `headcount_band` an INSEE code.
    """

    name: str | None = None
    trade_name: str | None = None
    acronym: str | None = None
    legal_form_code: str | None = None
    naf_code: str | None = None
    naf25_code: str | None = None
    created_on: date | None = None
    closed_on: date | None = None
    is_active: bool | None = None
    headcount_band: str | None = None
    headcount_band_year: int | None = None
    headcount: int | None = None
    headcount_year: int | None = None
    category: str | None = None
    capital_eur: int | None = None
    vat_number: str | None = None
    siret: str | None = None
    address: str | None = None
    postal_code: str | None = None
    commune_code: str | None = None
    commune: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    diffusion_status: str | None = None
    is_opposed: bool | None = None
    has_open_proceeding: bool | None = None
    website: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyAccounts:
    """One exercise of one account type: C company, K consolidated, S simplified.

    `confidential`: filed, but some or all figures may not be published.
    `closed_on_estimated`: the source gives a year only, its last day stands.
    """

    closed_on: date
    account_type: AccountType = "C"
    closed_on_estimated: bool = False
    duration_months: int | None = None
    revenue: int | None = None
    net_income: int | None = None
    ebitda: int | None = None
    equity: int | None = None
    financial_debt: int | None = None
    headcount: int | None = None
    confidential: bool = False
    has_unit_jump: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Someone in office; `role_code` is that of the national register (RNE)."""

    role: str
    role_code: str | None = None
    surname: str | None = None
    first_name: str | None = None
    birth_year: int | None = None
    birth_month: int | None = None
    since: date | None = None
    is_company: bool = False
    company_name: str | None = None
    company_siren: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A published notice. `sale` is one by the company itself, not a purchase.

    `source_id` is the notice's own number, the same whichever source tells it.
    """

    kind: EventKind
    date: date
    label: str
    source_id: str
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A way to reach the company, or one of its people. Personal data.

    `is_personal`: told of a person rather than of the company's own switchboard or
    mailbox. `value` is as the source gives it, its form checked.
    """

    kind: Literal["email", "phone"]
    value: str
    is_personal: bool = False
    is_professional: bool = True
    full_name: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFacts:
    """All that one answer says. Accounts and events run from newest to oldest.

    `unknown_fields`: paths the parser does not know, the sign of a changed schema.
    `warnings`: "code path" lines, figures read with doubt or left out.
    """

    siren: str
    identity: Identity
    accounts: tuple[YearlyAccounts, ...] = ()
    officers: tuple[Officer, ...] = ()
    events: tuple[Event, ...] = ()
    contacts: tuple[Contact, ...] = ()
    unknown_fields: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    is_sandbox: bool = False
