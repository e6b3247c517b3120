"""Writing what sources tell of companies, a group at a time."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import connection, transaction

from companies import identity, target_figures
from companies.facts import AMOUNTS, Accounts, CompanyFacts, EventFact
from companies.models import AnnualAccounts, Company, LegalEvent, Officer, SourceReading
from mainsite.lib import cache

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


def hold(sirens: Collection[str]) -> frozenset[str]:
    """Those that are known, which nobody else writes of until the transaction ends.

    What is read of them after is what will be written upon.
    """
    rows = Company.objects.filter(siren__in=sirens).order_by("siren")
    held = rows.select_for_update(no_key=True).values_list("siren", flat=True)
    return frozenset(held)


@transaction.atomic
def add_companies(*, facts: Sequence[CompanyFacts]) -> None:
    """Make those that a source names, and hold them as ``hold`` does."""
    identity.create(sorted(facts, key=lambda fact: fact.siren))


@transaction.atomic
def record_facts(*, facts: Sequence[CompanyFacts]) -> frozenset[str]:
    """Write a group of companies' facts; a number of queries that the group's size
    does not change. Running it again changes nothing.

    Returns the SIREN that are neither in the register nor named by a source:
    nothing is written of them.
    """
    ordered = sorted(facts, key=lambda fact: fact.siren)
    companies = identity.lock([fact.siren for fact in ordered])
    companies |= identity.create(
        fact for fact in ordered if fact.siren not in companies
    )
    known = [fact for fact in ordered if fact.siren in companies]
    identity.fill_blanks(known, companies)
    partial = {siren for siren, company in companies.items() if company.is_partial}
    _replace_accounts(known)
    _replace_officers(known, partial)
    _write_events(known)
    _write_readings(known)
    target_figures.write(known, partial)
    cache.forget(cache.company(siren) for siren in companies)
    return frozenset(fact.siren for fact in ordered) - frozenset(companies)


def stored_accounts(sirens: Collection[str]) -> dict[str, list[Accounts]]:
    """What is known of these companies' accounts, to merge new readings into.

    ``hold`` them first: those of an import that ends in between would be lost.
    """
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
    WHERE e.siren = v.siren AND e.source_id = v.source_id
        AND (e.occurred_on <> v.occurred_on OR e.source <> v.source)
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
    """A notice whose date was corrected is in another month; one that a better source
    tells now has its row under another name."""
    moved = [
        {
            "siren": int(row.siren),
            "source": row.source,
            "source_id": row.source_id,
            "occurred_on": row.occurred_on.isoformat(),
        }
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_MOVED_EVENTS, [json.dumps(moved)])


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
