"""Years of accounts: the figures of `finances`, the deposits of `comptes`."""

from datetime import date

from enrichment.providers import exercises
from enrichment.providers.facts import AccountType, YearlyAccounts
from enrichment.providers.pappers import names
from enrichment.providers.reading import Notes, Section

_TYPES: dict[str, AccountType] = {"CS": "C", "CC": "K", "C": "C", "K": "K", "S": "S"}


def read(sheet: Section, notes: Notes) -> tuple[YearlyAccounts, ...]:
    """One row per closing date and account type, newest first.

    A deposit that is confidential has a row even without a figure: that the
    figures are withheld is a fact. One that is merely not digitised has none.
    """
    withheld = _withheld(sheet)
    rows = {
        (row.closed_on, row.account_type): row
        for row in (
            *_figures(sheet, "finances_consolidees", "K", withheld),
            *_figures(sheet, "finances", "C", withheld),
        )
    }
    for closed_on, account_type in withheld:
        rows.setdefault(
            (closed_on, account_type),
            YearlyAccounts(
                closed_on=closed_on, account_type=account_type, confidential=True
            ),
        )
    return exercises.in_order(rows.values(), notes)


def account_type_of(deposit: Section) -> AccountType:
    return _TYPES.get(deposit.text("type_comptes") or "", "C")


def _withheld(sheet: Section) -> set[tuple[date, AccountType]]:
    found = set()
    for deposit in sheet.sections("comptes"):
        deposit.knows(names.DEPOSIT)
        closed_on = deposit.day("date_cloture")
        # The misspelt twin is all that older answers have.
        is_withheld = (
            deposit.flag("confidentialite")
            or deposit.flag("confdentialite")
            or deposit.flag("confidentialite_compte_de_resultat")
        )
        if is_withheld and closed_on is not None:
            found.add((closed_on, account_type_of(deposit)))
    return found


def _figures(
    sheet: Section,
    name: str,
    account_type: AccountType,
    withheld: set[tuple[date, AccountType]],
) -> list[YearlyAccounts]:
    rows = []
    for entry in sheet.sections(name):
        entry.knows(names.FINANCES)
        closed_on, is_estimated = _closing(entry)
        if closed_on is None:
            entry.warn("no_closing_date")
            continue
        given = _TYPES.get(entry.text("type_comptes") or "", account_type)
        rows.append(
            YearlyAccounts(
                closed_on=closed_on,
                account_type=given,
                closed_on_estimated=is_estimated,
                duration_months=entry.whole("duree_exercice", low=1, high=36),
                revenue=exercises.revenue_of(entry, "chiffre_affaires"),
                net_income=entry.amount("resultat"),
                ebitda=entry.amount("excedent_brut_exploitation"),
                equity=entry.amount("fonds_propres"),
                financial_debt=entry.amount("dettes_financieres"),
                headcount=entry.whole("effectif", high=10**7),
                confidential=(closed_on, given) in withheld,
            )
        )
    return rows


def _closing(entry: Section) -> tuple[date | None, bool]:
    closed_on = entry.day("date_de_cloture_exercice")
    if closed_on is not None:
        return closed_on, False
    year = entry.whole("annee", low=1900, high=2200)
    return (date(year, 12, 31) if year else None), True
