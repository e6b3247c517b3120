"""Who a company is, as far as sources complete the register; its narrow row follows."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.utils import timezone

from companies import identity_trace, nomenclature
from companies.choices import Diffusion, Source
from companies.facts import CompanyFacts
from companies.models import Company, Register

# Of a company that limits its diffusion, nothing that leads to a person's home.
_NOT_WHEN_PARTIAL = frozenset({"address", "latitude", "longitude", "siret"})
# Nor, as a disagreement, a name or a town that the register withholds.
_NOT_SAID_WHEN_PARTIAL = _NOT_WHEN_PARTIAL | {
    *("name", "trade_name", "acronym", "postal_code", "commune_code", "commune")
}


def lock(sirens: list[str]) -> dict[str, Company]:
    """Two workers writing of one company go one after the other."""
    rows = Company.objects.filter(siren__in=sirens).order_by("siren")
    return {row.siren: row for row in rows.select_for_update(no_key=True)}


def create(facts: Iterable[CompanyFacts]) -> dict[str, Company]:
    """Companies that the register did not have and that a source names.

    One that somebody else made meanwhile is theirs, and comes locked as they left it.
    """
    facts, now = list(facts), timezone.now()
    new = [
        Company(
            siren=fact.siren,
            registered_at=now,
            source=fact.readings[0].source if fact.readings else Source.SIRENE,
            **_usable(fact, is_partial=fact.is_partial),
        )
        for fact in facts
        if fact.identity.get("name")
    ]
    if not new:
        return {}
    Company.objects.bulk_create(new, ignore_conflicts=True)
    held = lock([company.siren for company in new])
    created = {
        company.siren: company
        for company in new
        if _is_ours(company, held[company.siren])
    }
    _write_register(list(created.values()))
    _write_traces(
        (fact, created[fact.siren], _usable(fact, is_partial=fact.is_partial))
        for fact in facts
        if fact.siren in created
    )
    return held | created


def _is_ours(made: Company, stored: Company) -> bool:
    told = (made.registered_at, made.source)
    return told == (stored.registered_at, stored.source)


def _usable(fact: CompanyFacts, *, is_partial: bool) -> dict[str, Any]:
    hidden = _NOT_WHEN_PARTIAL if is_partial else frozenset()
    return {k: v for k, v in fact.identity.items() if k not in hidden}


def fill_blanks(facts: Iterable[CompanyFacts], companies: dict[str, Company]) -> None:
    """Blanks are filled in the wide row, which the narrow one then repeats."""
    changed: list[Company] = []
    names: set[str] = set()
    written = []
    for fact in facts:
        company = companies[fact.siren]
        updates = _updates(fact, company)
        written.append((fact, company, updates))
        if updates:
            for name, value in updates.items():
                setattr(company, name, value)
            names.update(updates)
            changed.append(company)
    if changed:
        Company.objects.bulk_update(changed, sorted(names))
        _write_register(changed)
    _write_traces(written)


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


_TRACES = """
    UPDATE company c SET provenance = v.provenance, disagreements = v.disagreements
    FROM jsonb_to_recordset(%s) AS v(siren int, provenance jsonb, disagreements jsonb)
    WHERE c.siren = v.siren
"""


def _write_traces(
    written: Iterable[tuple[CompanyFacts, Company, Mapping[str, Any]]],
) -> None:
    """Who filled each field and who disagrees, of the companies where that changed."""
    rows = []
    for fact, company, updates in written:
        found = _trace(fact, company, frozenset(updates))
        now = (found.provenance or None, found.disagreements or None)
        if now != (company.provenance, company.disagreements):
            company.provenance, company.disagreements = now
            rows.append(
                {
                    "siren": int(company.siren),
                    "provenance": now[0],
                    "disagreements": now[1],
                }
            )
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_TRACES, [json.dumps(rows)])


def _trace(
    fact: CompanyFacts, company: Company, filled: frozenset[str]
) -> identity_trace.Trace:
    is_partial = fact.is_partial or company.is_partial
    hidden = _NOT_SAID_WHEN_PARTIAL if is_partial else frozenset()
    said = {k: v for k, v in fact.identity_said.items() if k not in hidden}
    names = {*said, "headcount_year"}
    before: Mapping[str, list[str]] = company.provenance or {}
    return identity_trace.trace(
        said=said,
        kept={name: getattr(company, name) for name in names},
        filled=filled,
        before={k: v for k, v in before.items() if k not in hidden},
    )


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
