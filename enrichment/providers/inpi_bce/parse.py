"""Rows of the ratios data set, from bytes to years of accounts.

The ratios are the publisher's and are not read: some are computed on columns that the
deposit left empty. Revenue, net result and gross operating surplus are amounts.
"""

from collections.abc import Iterator
from typing import Final

from enrichment.providers import exercises, notices
from enrichment.providers.base import check_siren
from enrichment.providers.facts import (
    AccountType,
    Identity,
    ProviderFacts,
    YearlyAccounts,
)
from enrichment.providers.inpi_bce import names
from enrichment.providers.opendatasoft import Rows, rows
from enrichment.providers.reading import Notes, Section

_SOURCE = "inpi_bce"
# Banks (B) and farms (A…) file other forms, whose columns mean something else.
_TYPES: Final[dict[str, AccountType]] = {"C": "C", "K": "K", "S": "S"}
_OPEN = "public"
_WITHHELD = frozenset({"confidentiel", "partiellement confidentiel"})


def is_found(raw: bytes, *, siren: str) -> bool:
    """Whether there are accounts; ProviderError if they are all of others."""
    return bool(_checked(rows(raw, provider=_SOURCE, notes=Notes()), siren).rows)


def parse(raw: bytes, *, siren: str) -> ProviderFacts:
    notes = Notes()
    found = _checked(rows(raw, provider=_SOURCE, notes=notes), siren)
    if found.total > len(found.rows):
        notes.warn("more_rows", f"{len(found.rows)}/{found.total}")
    return ProviderFacts(
        siren=siren,
        identity=Identity(),
        accounts=exercises.in_order(
            _one_of_each(_accounts(found, siren), notes), notes
        ),
        unknown_fields=notes.unknown_fields,
        warnings=notes.warnings,
        is_sandbox=found.is_sandbox,
    )


def _checked(found: Rows, siren: str) -> Rows:
    if found.rows and not any(row.text("siren") == siren for row in found.rows):
        check_siren(siren, found.rows[0].text("siren"), provider=_SOURCE)
    return found


def _accounts(found: Rows, siren: str) -> Iterator[YearlyAccounts]:
    for row in found.rows:
        row.knows(names.ROW)
        if row.text("siren") != siren:
            row.warn("other_company", "siren")
            continue
        closed_on = row.written_day("date_cloture_exercice")
        account_type = _TYPES.get(row.text("type_bilan") or "")
        if closed_on is None:
            row.warn("no_closing_date")
        elif account_type is None:
            row.warn(f"account_type_{row.text('type_bilan')}", str(closed_on))
        else:
            yield YearlyAccounts(
                closed_on=closed_on,
                account_type=account_type,
                revenue=exercises.revenue_of(row, "chiffre_d_affaires"),
                net_income=_net_income(row),
                ebitda=_ebitda(row),
                confidential=_is_withheld(row),
            )


def _net_income(row: Section) -> int | None:
    """Nought is a result only beside a revenue, and without a pre-tax margin."""
    net_income = row.amount("resultat_net")
    is_told = (row.amount("chiffre_d_affaires") or 0) > 0 and not row.decimal(
        "resultat_courant_avant_impots_sur_ca"
    )
    if net_income == 0 and not is_told:
        row.warn("net_income_not_published", "resultat_net")
        return None
    return net_income


def _ebitda(row: Section) -> int | None:
    """Nought stands for an empty column; so does one that repeats the revenue.

    Where the deposit gives no charge, the publisher's sum takes none away and the
    surplus and the gross margin both come out equal to the revenue.
    """
    ebitda = row.amount("ebe")
    revenue = row.amount("chiffre_d_affaires")
    if ebitda == 0 or (ebitda == revenue == row.amount("marge_brute")):
        row.warn("ebitda_not_published", "ebe")
        return None
    return ebitda


def _is_withheld(row: Section) -> bool:
    told = notices.fold(row.text("confidentiality"))
    if told and told != _OPEN and told not in _WITHHELD:
        row.warn("unknown_confidentiality", "confidentiality")
        return "confidentiel" in told
    return told in _WITHHELD


def _one_of_each(told: Iterator[YearlyAccounts], notes: Notes) -> list[YearlyAccounts]:
    """One row for each closing and type; of two the one that says more."""
    kept: dict[tuple[object, str], YearlyAccounts] = {}
    for row in told:
        key = (row.closed_on, row.account_type)
        other = kept.get(key)
        if other is not None:
            notes.warn("told_twice", f"{row.closed_on}:{row.account_type}")
        if other is None or _figures(row) > _figures(other):
            kept[key] = row
    return list(kept.values())


def _figures(row: YearlyAccounts) -> int:
    amounts = (row.revenue, row.net_income, row.ebitda)
    return sum(amount is not None for amount in amounts)
