"""The scalars a score is computed from, frozen with it so that it can be replayed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from scoring.rules import leaders, roles
from scoring.rules.bands import HEADCOUNT_BANDS
from scoring.rules.facts import CompanyFacts
from scoring.rules.ruleset import Ruleset

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Officers and events are reduced to figures; days are proleptic ordinals."""

    revenue: float | None = None
    revenue_n1: float | None = None
    revenue_n2: float | None = None
    net_income: float | None = None
    net_income_n1: float | None = None
    net_income_n2: float | None = None
    net_margin: float | None = None
    revenue_growth_3y: float | None = None
    headcount: float | None = None
    headcount_floor: int | None = None
    debt_ratio: float | None = None
    equity: float | None = None
    leader_age: float | None = None
    relay_age: float | None = None
    leader_tenure_years: float | None = None
    leaders_count: int | None = None
    created_on: int | None = None
    accounts_closed_on: int | None = None
    leader_changed_on: int | None = None
    accounts_filed_on: int | None = None
    data_age_days: int = 0
    department: str = ""
    naf: str = ""
    has_legal_form: bool = False
    has_keyword: bool = False
    has_second: bool = False
    has_sale: bool = False
    has_closing: bool = False
    has_proceeding: bool = False
    has_lease: bool = False
    has_holding: bool = False
    is_confidential: bool = False


def from_facts(facts: CompanyFacts, *, ruleset: Ruleset, as_of: date) -> Inputs:
    """A figure given for the leader wins over what the officers imply."""
    lead = leaders.read(facts.officers, as_of, ruleset.relay_gap_years)
    past = [e for e in facts.events if e.date is None or e.date <= as_of]
    kinds = {event.kind for event in past}
    return Inputs(
        revenue=facts.revenue,
        revenue_n1=facts.revenue_n1,
        revenue_n2=facts.revenue_n2,
        net_income=facts.net_income,
        net_income_n1=facts.net_income_n1,
        net_income_n2=facts.net_income_n2,
        net_margin=facts.net_margin,
        revenue_growth_3y=facts.revenue_growth_3y,
        headcount=facts.headcount,
        headcount_floor=HEADCOUNT_BANDS.get(facts.headcount_band or ""),
        debt_ratio=facts.debt_ratio,
        equity=facts.equity,
        leader_age=_first_known(facts.leader_age, lead.age),
        relay_age=lead.relay_age,
        leader_tenure_years=_first_known(facts.leader_tenure_years, lead.tenure_years),
        leaders_count=(
            lead.leaders_count if facts.leaders_count is None else facts.leaders_count
        ),
        created_on=_ordinal(facts.created_on),
        accounts_closed_on=_ordinal(facts.accounts_closed_on),
        leader_changed_on=_latest(e.date for e in past if e.kind == "leader_change"),
        accounts_filed_on=_latest(e.date for e in past if e.kind == "accounts_filed"),
        data_age_days=_data_age_days(facts.retrieved_at, as_of),
        department=(facts.postal_code or "")[:2],
        naf=(facts.naf or "").replace(".", ""),
        has_legal_form=facts.legal_form is not None,
        has_keyword=_has_keyword(facts.name, ruleset.keywords),
        has_second=lead.has_second,
        has_sale="sale" in kinds,
        has_closing="closing" in kinds,
        has_proceeding="proceeding" in kinds,
        has_lease="lease_management" in kinds,
        has_holding=bool(facts.holding_above),
        is_confidential=bool(facts.accounts_confidential),
    )


def _first_known(given: float | None, implied: float | None) -> float | None:
    return implied if given is None else given


def _ordinal(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _latest(days: Iterable[date | None]) -> int | None:
    return max((day.toordinal() for day in days if day), default=None)


def _data_age_days(retrieved_at: datetime | None, as_of: date) -> int:
    """Whole days of the Paris calendar; a moment after ``as_of`` is fresh."""
    if retrieved_at is None:
        return 0
    local = retrieved_at.astimezone(PARIS) if retrieved_at.tzinfo else retrieved_at
    return max(0, (as_of - local.date()).days)


def _has_keyword(name: str, keywords: tuple[str, ...]) -> bool:
    folded = roles.fold(name)
    return any(word in folded for word in keywords)
