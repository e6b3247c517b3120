"""Writing what sources tell of companies, a group at a time."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from companies import nomenclature
from companies.choices import Diffusion, Source
from companies.facts import (
    AMOUNTS,
    Accounts,
    CompanyFacts,
    EventFact,
    latest_figures,
    latest_filing,
)
from companies.models import (
    AnnualAccounts,
    Company,
    LegalEvent,
    Officer,
    Register,
    SourceReading,
)

# Of a company that limits its diffusion, nothing that leads to a person's home.
_NOT_WHEN_PARTIAL = frozenset({"address", "latitude", "longitude", "siret"})
_ACCOUNTS_FIELDS = (
    *AMOUNTS,
    "is_closing_estimated",
    "duration_months",
    "is_confidential",
    "is_sandbox",
    "has_unit_jump",
    "provenance",
    "disagreements",
)


@transaction.atomic
def record_facts(*, facts: Sequence[CompanyFacts]) -> frozenset[str]:
    """Write a group of companies' facts; a number of queries that the group's size
    does not change. Running it again changes nothing.

    Returns the SIREN that are neither in the register nor named by a source:
    nothing is written of them.
    """
    ordered = sorted(facts, key=lambda fact: fact.siren)
    companies = _lock([fact.siren for fact in ordered])
    companies |= _create(fact for fact in ordered if fact.siren not in companies)
    known = [fact for fact in ordered if fact.siren in companies]
    _fill_blanks(known, companies)
    partial = {siren for siren, company in companies.items() if company.is_partial}
    _replace_accounts(known)
    _replace_officers(known, partial)
    _write_events(known)
    _write_readings(known)
    _write_targets(known, partial)
    return frozenset(fact.siren for fact in ordered) - frozenset(companies)


def stored_accounts(sirens: Collection[str]) -> dict[str, list[Accounts]]:
    """What is known of these companies' accounts, to merge new readings into."""
    found: dict[str, list[Accounts]] = defaultdict(list)
    for row in AnnualAccounts.objects.filter(siren__in=sirens):
        amounts = {name: getattr(row, name) for name in AMOUNTS}
        found[row.siren].append(
            Accounts(
                closed_on=row.closed_on,
                account_type=row.account_type,
                is_closing_estimated=row.is_closing_estimated,
                duration_months=row.duration_months,
                amounts={k: v for k, v in amounts.items() if v is not None},
                is_confidential=row.is_confidential,
                is_sandbox=row.is_sandbox,
                provenance=row.provenance,
                disagreements=row.disagreements,
            )
        )
    return found


# Who the company is


def _lock(sirens: list[str]) -> dict[str, Company]:
    """Two workers writing of one company go one after the other."""
    rows = Company.objects.filter(siren__in=sirens).order_by("siren")
    return {row.siren: row for row in rows.select_for_update(no_key=True)}


def _create(facts: Iterable[CompanyFacts]) -> dict[str, Company]:
    """Companies that the register did not have and that a source names."""
    new = [
        Company(
            siren=fact.siren,
            registered_at=timezone.now(),
            source=fact.readings[0].source if fact.readings else Source.SIRENE,
            **_usable(fact, is_partial=fact.is_partial),
        )
        for fact in facts
        if fact.identity.get("name")
    ]
    if not new:
        return {}
    Company.objects.bulk_create(new, ignore_conflicts=True)
    _write_register(new)
    return {company.siren: company for company in new}


def _usable(fact: CompanyFacts, *, is_partial: bool) -> dict[str, Any]:
    hidden = _NOT_WHEN_PARTIAL if is_partial else frozenset()
    return {k: v for k, v in fact.identity.items() if k not in hidden}


def _fill_blanks(facts: Iterable[CompanyFacts], companies: dict[str, Company]) -> None:
    changed: list[Company] = []
    names: set[str] = set()
    for fact in facts:
        company = companies[fact.siren]
        updates = _updates(fact, company)
        if updates:
            for name, value in updates.items():
                setattr(company, name, value)
            names.update(updates)
            changed.append(company)
    if changed:
        Company.objects.bulk_update(changed, sorted(names))
        _write_register(changed)


def _updates(fact: CompanyFacts, company: Company) -> dict[str, Any]:
    """Blanks to fill, and the two states that a later source may restrict."""
    is_partial = fact.is_partial or company.is_partial
    updates = {
        name: value
        for name, value in _usable(fact, is_partial=is_partial).items()
        if getattr(company, name) in (None, "")
    }
    if fact.is_closed and company.is_active:
        updates["is_active"] = False
    elif not fact.is_closed:
        updates.pop("closed_on", None)
    if fact.is_partial and not company.is_partial:
        updates["diffusion"] = Diffusion.PARTIAL
    return updates


def _write_register(companies: list[Company]) -> None:
    Register.objects.bulk_create(
        [_narrow(company) for company in companies],
        update_conflicts=True,
        unique_fields=["siren"],
        update_fields=["geo", "created_on", "headcount", "naf", "legal_form", "flags"],
    )


def _narrow(company: Company) -> Register:
    band = nomenclature.HEADCOUNT_BANDS.get(company.headcount_band)
    flags = Register.HAS_NAME if company.name else 0
    flags |= Register.ACTIVE if company.is_active else 0
    flags |= Register.PARTIAL if company.is_partial else 0
    return Register(
        siren=company.siren,
        geo=company.place.id if company.place else None,
        created_on=company.created_on,
        headcount=band.lower if band else None,
        naf=company.naf.id if company.naf else None,
        legal_form=int(company.legal_form) if company.legal_form.isdigit() else None,
        flags=flags,
    )


# What is known of it


def _replace_accounts(facts: Sequence[CompanyFacts]) -> None:
    rows = [_accounts_row(fact.siren, row) for fact in facts for row in fact.accounts]
    kept = {(row.siren, row.closed_on, row.account_type) for row in rows}
    sirens = [fact.siren for fact in facts]
    stored = AnnualAccounts.objects.filter(siren__in=sirens).values_list(
        "pk", "siren", "closed_on", "account_type"
    )
    gone = [pk for pk, *key in stored if tuple(key) not in kept]
    if gone:
        AnnualAccounts.objects.filter(pk__in=gone).delete()
    AnnualAccounts.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["siren", "closed_on", "account_type"],
        update_fields=_ACCOUNTS_FIELDS,
    )


def _accounts_row(siren: str, row: Accounts) -> AnnualAccounts:
    return AnnualAccounts(
        siren=siren,
        closed_on=row.closed_on,
        account_type=row.account_type,
        is_closing_estimated=row.is_closing_estimated,
        duration_months=row.duration_months,
        is_confidential=row.is_confidential,
        is_sandbox=row.is_sandbox,
        has_unit_jump=row.has_unit_jump,
        provenance=row.provenance,
        disagreements=row.disagreements,
        **row.amounts,
    )


def _replace_officers(facts: Sequence[CompanyFacts], partial: set[str]) -> None:
    told = [f for f in facts if f.officers is not None or f.siren in partial]
    Officer.objects.filter(siren__in=[fact.siren for fact in told]).delete()
    Officer.objects.bulk_create(
        Officer(
            siren=fact.siren,
            rank=rank,
            surname=officer.surname,
            first_name=officer.first_name,
            birth_year=officer.birth_year,
            birth_month=officer.birth_month,
            role=officer.role,
            role_code=officer.role_code,
            since=officer.since,
            is_company=officer.is_company,
            company_siren=officer.company_siren,
            source=officer.source,
            retrieved_at=officer.retrieved_at,
            is_sandbox=officer.is_sandbox,
        )
        for fact in told
        if fact.siren not in partial
        for rank, officer in enumerate(fact.officers or ())
    )


_FORGET_MOVED_EVENTS = """
    DELETE FROM legal_event e
    USING jsonb_to_recordset(%s) AS v(siren int, source text, source_id text,
        occurred_on date)
    WHERE e.siren = v.siren AND e.source = v.source AND e.source_id = v.source_id
        AND e.occurred_on <> v.occurred_on
"""


def _write_events(facts: Sequence[CompanyFacts]) -> None:
    cancelled = [(f.siren, number) for f in facts for number in f.cancelled_events]
    if cancelled:
        stored = LegalEvent.objects.filter(
            siren__in={siren for siren, _ in cancelled},
            source_id__in={number for _, number in cancelled},
        )
        stored.delete()
    rows = [_event_row(fact.siren, event) for fact in facts for event in fact.events]
    if rows:
        _forget_moved(rows)
    LegalEvent.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["siren", "source", "source_id", "occurred_on"],
        update_fields=["kind", "label", "is_sandbox"],
    )


def _event_row(siren: str, event: EventFact) -> LegalEvent:
    return LegalEvent(
        siren=siren,
        kind=event.kind,
        occurred_on=event.occurred_on,
        label=event.label,
        source=event.source,
        source_id=event.source_id,
        is_sandbox=event.is_sandbox,
    )


def _forget_moved(rows: Iterable[LegalEvent]) -> None:
    """A notice whose date was corrected: its row is in another month."""
    moved = (
        {
            "siren": int(row.siren),
            "source": row.source,
            "source_id": row.source_id,
            "occurred_on": row.occurred_on,
        }
        for row in rows
    )
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_MOVED_EVENTS, [_json(moved)])


def _write_readings(facts: Sequence[CompanyFacts]) -> None:
    SourceReading.objects.bulk_create(
        [
            SourceReading(
                siren=fact.siren,
                source=reading.source,
                retrieved_at=reading.retrieved_at,
                status=reading.status,
                expires_at=reading.expires_at,
                is_sandbox=reading.is_sandbox,
                cost_eur=reading.cost_eur,
                gave=dict(reading.gave),
            )
            for fact in facts
            for reading in fact.readings
        ],
        update_conflicts=True,
        unique_fields=["siren", "source"],
        update_fields=[
            "retrieved_at",
            "status",
            "expires_at",
            "is_sandbox",
            "cost_eur",
            "gave",
        ],
    )


# What analysts filter and sort on

_UPSERT_TARGETS = """
    INSERT INTO target (siren, geo, created_on, headcount, naf, legal_form, flags,
        folded_name, enriched_at, revenue, revenue_year, net_income, ebitda,
        accounts_headcount, accounts_closed_on, is_confidential, sources_disagree)
    SELECT v.siren, r.geo, r.created_on, r.headcount, r.naf, r.legal_form,
        coalesce(r.flags, 1), c.folded_name, v.enriched_at, v.revenue, v.revenue_year,
        v.net_income, v.ebitda, v.accounts_headcount, v.accounts_closed_on,
        v.is_confidential,
        v.sources_disagree
    FROM jsonb_to_recordset(%s) AS v(siren int, enriched_at timestamptz,
        revenue bigint, revenue_year smallint, net_income bigint, ebitda bigint,
        accounts_headcount int, accounts_closed_on date, is_confidential boolean,
        sources_disagree boolean)
    JOIN company c USING (siren) LEFT JOIN register r USING (siren)
    ORDER BY v.siren
    ON CONFLICT (siren) DO UPDATE SET
        geo = excluded.geo, created_on = excluded.created_on,
        headcount = excluded.headcount, naf = excluded.naf,
        legal_form = excluded.legal_form, flags = excluded.flags,
        folded_name = excluded.folded_name, enriched_at = excluded.enriched_at,
        revenue = excluded.revenue, revenue_year = excluded.revenue_year,
        net_income = excluded.net_income, ebitda = excluded.ebitda,
        accounts_headcount = excluded.accounts_headcount,
        accounts_closed_on = excluded.accounts_closed_on,
        is_confidential = excluded.is_confidential,
        sources_disagree = excluded.sources_disagree
"""
_SET_LEADERS = """
    UPDATE target SET leader_name = v.leader_name,
        leader_birth_year = v.leader_birth_year, leader_since = v.leader_since
    FROM jsonb_to_recordset(%s) AS v(siren int, leader_name text,
        leader_birth_year smallint, leader_since date)
    WHERE target.siren = v.siren
"""


def _write_targets(facts: Sequence[CompanyFacts], partial: set[str]) -> None:
    now = timezone.now()
    told = [f for f in facts if f.officers is not None or f.siren in partial]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT_TARGETS, [_json(_figures(f, now) for f in facts)])
        cursor.execute(_SET_LEADERS, [_json(_leader(f, partial) for f in told)])


def _figures(fact: CompanyFacts, now: datetime) -> dict[str, Any]:
    figures, filing = latest_figures(fact.accounts), latest_filing(fact.accounts)
    amounts = figures.amounts if figures else {}
    return {
        "siren": int(fact.siren),
        "enriched_at": now,
        "revenue": amounts.get("revenue"),
        "revenue_year": figures.closed_on.year if figures else None,
        "net_income": amounts.get("net_income"),
        "ebitda": amounts.get("ebitda"),
        "accounts_headcount": amounts.get("headcount"),
        "accounts_closed_on": filing.closed_on if filing else None,
        "is_confidential": bool(
            filing and filing.is_confidential and filing.revenue is None
        ),
        "sources_disagree": any(row.disagreements for row in fact.accounts),
    }


def _leader(fact: CompanyFacts, partial: set[str]) -> dict[str, Any]:
    leader = None if fact.siren in partial else fact.leader
    name = f"{leader.first_name} {leader.surname}".strip() if leader else ""
    return {
        "siren": int(fact.siren),
        "leader_name": name,
        "leader_birth_year": leader.birth_year if leader else None,
        "leader_since": leader.since if leader else None,
    }


def _json(rows: Iterable[dict[str, Any]]) -> str:
    return json.dumps(list(rows), default=_text)


def _text(value: date) -> str:
    return value.isoformat()
