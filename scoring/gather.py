"""From the stored facts of companies to what the rules ask: five queries a group.

One company at a time, as the rules' own words go; ``scoring.bulk`` does the same by
whole columns, and a test holds the two against each other.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from companies.accounts_rows import is_about_a_year, is_full_year
from companies.choices import AccountType, EventKind
from companies.models import AnnualAccounts, Company, LegalEvent, Officer, SourceReading
from scoring.rules import facts
from scoring.rules.facts import EVENT_KINDS, CompanyFacts
from scoring.rules.reading import NAF

# Growth is read inside one type; a company's own accounts before its group's.
PREFERENCE: dict[str, int] = {
    AccountType.COMPANY: 0,
    AccountType.SIMPLIFIED: 1,
    AccountType.CONSOLIDATED: 2,
}
# The figures whose source is kept with the score.
SOURCED = ("revenue", "net_income", "headcount", "equity")
Provenance = dict[str, tuple[str, int | None]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """``provenance``: for each input, its source and fiscal year."""

    facts: CompanyFacts
    provenance: Provenance


def gather(sirens: Sequence[str]) -> list[Gathered]:
    """In the order of the register; a SIREN that it does not hold is left out."""
    accounts = _by_siren(
        AnnualAccounts.objects.filter(siren__in=sirens).order_by("-closed_on", "pk")
    )
    officers = _by_siren(
        Officer.objects.filter(siren__in=sirens).order_by("rank", "pk")
    )
    events = _by_siren(
        LegalEvent.objects.filter(siren__in=sirens).order_by("occurred_on", "pk")
    )
    readings = _by_siren(SourceReading.objects.filter(siren__in=sirens))
    return [
        _gathered(
            company,
            accounts[company.siren],
            officers[company.siren],
            events[company.siren],
            readings[company.siren],
        )
        for company in Company.objects.filter(siren__in=sirens).order_by("siren")
    ]


def _by_siren(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.siren].append(row)
    return found


def _gathered(
    company: Company,
    accounts: list[AnnualAccounts],
    officers: list[Officer],
    events: list[LegalEvent],
    readings: list[SourceReading],
) -> Gathered:
    series = one_type(accounts)
    amounts, provenance = _amounts(series)
    told = CompanyFacts(
        siren=company.siren,
        name=company.name or company.trade_name,
        legal_form=company.legal_form or None,
        naf=company.naf_code if NAF.fullmatch(company.naf_code) else None,
        created_on=company.created_on,
        postal_code=company.postal_code or None,
        headcount_band=company.headcount_band or None,
        officers=() if company.is_partial else tuple(map(_officer, officers)),
        holding_above=any(each.is_company for each in officers) or None,
        retrieved_at=_newest(readings, company.registered_at),
        events=tuple(_events(company, events)),
        **amounts,
    )
    return Gathered(told, provenance)


def one_type(accounts: list[AnnualAccounts]) -> list[AnnualAccounts]:
    """The exercises of one account type, newest first.

    The type whose usable figures are the newest; the company's own when equal.
    """
    by_type: dict[str, list[AnnualAccounts]] = defaultdict(list)
    for each in accounts:
        by_type[each.account_type].append(each)
    if not by_type:
        return []
    chosen = max(
        by_type,
        key=lambda kind: (_last_usable(by_type[kind]), -PREFERENCE[kind]),
    )
    return by_type[chosen]


def _last_usable(series: list[AnnualAccounts]) -> date:
    return next((each.closed_on for each in series if is_usable(each)), date.min)


def is_usable(accounts: AnnualAccounts) -> bool:
    """Published, in euros as far as can be told, and of about a year.

    Next to a neighbour a thousand times larger the amounts are taken for thousands;
    what they are worth is not guessed.
    """
    months = accounts.duration_months
    is_published = accounts.revenue is not None or accounts.net_income is not None
    is_a_year = months is None or is_about_a_year(months)
    return is_published and is_a_year and not accounts.has_unit_jump


def _amounts(series: list[AnnualAccounts]) -> tuple[dict[str, Any], Provenance]:
    """The last usable exercise, and the two years before it when they are there."""
    if not series:
        return {}, {}
    is_confidential = series[0].is_confidential
    usable = [each for each in series if is_usable(each)]
    if not usable:
        return {"accounts_confidential": is_confidential or None}, {}
    last = usable[0]
    by_year = {each.year: each for each in reversed(usable)}
    before, earlier = (by_year.get(last.year - back) for back in (1, 2))
    amounts: dict[str, Any] = {
        "revenue": last.revenue,
        "net_income": last.net_income,
        "ebitda": last.ebitda,
        "equity": last.equity,
        "debt_ratio": debt_ratio(last),
        "headcount": last.headcount,
        "accounts_closed_on": last.closed_on,
        "accounts_confidential": is_confidential or None,
        "revenue_n1": _comparable_revenue(last, before),
        "net_income_n1": before and before.net_income,
        "revenue_n2": _comparable_revenue(last, earlier),
        "net_income_n2": earlier and earlier.net_income,
    }
    return amounts, _provenance(amounts, last, before, earlier)


def _comparable_revenue(
    last: AnnualAccounts, before: AnnualAccounts | None
) -> int | None:
    """Growth is read between full years only, as on the page of accounts."""
    if before is None:
        return None
    months = (last.duration_months, before.duration_months)
    if not all(each is None or is_full_year(each) for each in months):
        return None
    return before.revenue


def debt_ratio(accounts: AnnualAccounts) -> float | None:
    """Financial debt over debt and equity, computed by us: never a source's ratio.

    A debt below zero is a source's error: the ratio is unknown.
    """
    debt, equity = accounts.financial_debt, accounts.equity
    if debt is None or equity is None or debt < 0:
        return None
    return 1.0 if equity <= 0 else debt / (debt + equity)


def _provenance(
    amounts: dict[str, Any],
    last: AnnualAccounts,
    before: AnnualAccounts | None,
    earlier: AnnualAccounts | None,
) -> Provenance:
    """Of the figures that are known, and of those years before, the amounts only."""
    found: Provenance = {}
    for suffix, accounts in (("", last), ("_n1", before), ("_n2", earlier)):
        for field in SOURCED:
            name = f"{field}{suffix}"
            if accounts is None or amounts.get(name) is None:
                continue
            if origin := accounts.provenance.get(field):
                found[name] = (origin[0], accounts.year)
    return found


def _officer(officer: Officer) -> facts.Officer:
    if officer.is_company:
        return facts.Officer(role=officer.role)
    return facts.Officer(
        surname=officer.surname or None,
        birth_year=officer.birth_year,
        role=officer.role,
        since=officer.since,
    )


def _events(company: Company, events: list[LegalEvent]) -> Iterable[facts.EventFact]:
    """A proceeding that was closed since is not an open one."""
    closed = [e.occurred_on for e in events if e.kind == EventKind.PROCEEDING_CLOSED]
    last_closed = max(closed, default=date.min)
    for event in events:
        if event.kind == EventKind.PROCEEDING and event.occurred_on <= last_closed:
            continue
        if event.kind in EVENT_KINDS:
            yield facts.EventFact(kind=event.kind, date=event.occurred_on)
    if not company.is_active:
        yield facts.EventFact(kind="closing", date=company.closed_on)


def _newest(readings: list[SourceReading], register: datetime) -> datetime:
    return max((each.retrieved_at for each in readings), default=register)
