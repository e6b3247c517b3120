"""What analysts filter and sort on of what sources tell: latest figures, the leader."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from companies.facts import CompanyFacts, latest_figures, latest_filing

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


def write(facts: Sequence[CompanyFacts], partial: set[str]) -> None:
    """Of the ``partial`` companies no leader is kept, whatever a source tells."""
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
