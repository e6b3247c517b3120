"""Filed accounts: those INPI typed, and those it only says are confidential."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Final, Literal

from enrichment.providers import exercises
from enrichment.providers.base import check_siren
from enrichment.providers.facts import AccountType, YearlyAccounts
from enrichment.providers.reading import Notes, Section
from enrichment.providers.rne import liasse, names

_SOURCE = "rne"
Secrecy = Literal["none", "partial", "full"]
# 4 withholds the auditor's report only; 2 and 3 leave out part of the figures.
_SECRECY: Final[dict[str, Secrecy]] = {"0": "none", "1": "full", "4": "none"}
_READERS: Final[
    dict[str, tuple[AccountType, Callable[[liasse.Lines], liasse.Figures]]]
] = {"C": ("C", liasse.normal), "S": ("S", liasse.simplified)}
# Consolidated returns are typed on pages of their own, whose codes are not sure:
# that they are confidential can be told, their figures cannot.
_TYPES: Final[dict[str, AccountType]] = {"C": "C", "S": "S", "K": "K"}
Rows = dict[tuple[date, AccountType], YearlyAccounts]


def check(answer: Section, *, siren: str) -> None:
    """Raise ProviderError if any deposit is another company's."""
    for name in ("actes", "bilans", "bilansSaisis"):
        for deposit in answer.sections(name):
            told = {deposit.text("siren"), _identity(deposit).text("siren")}
            for other in told - {None}:
                check_siren(siren, other, provider=_SOURCE)


def read(answer: Section, notes: Notes) -> tuple[YearlyAccounts, ...]:
    """One row per closing date and account type; of two deposits the later counts."""
    answer.knows(names.ATTACHMENTS)
    rows: Rows = {}
    for deposit in _oldest_first(answer, "bilansSaisis"):
        row = _typed(deposit, notes)
        if row is not None:
            rows[row.closed_on, row.account_type] = row
    for deposit in _oldest_first(answer, "bilans"):
        row = _withheld(deposit)
        if row is not None:
            rows.setdefault((row.closed_on, row.account_type), row)
    return exercises.in_order(rows.values(), notes)


def _oldest_first(answer: Section, name: str) -> Iterator[Section]:
    kept = []
    for deposit in answer.sections(name):
        deposit.knows(names.DEPOSIT)
        if not deposit.flag("deleted"):
            kept.append(deposit)
    yield from sorted(kept, key=lambda each: each.text("dateDepot") or "")


def _typed(deposit: Section, notes: Notes) -> YearlyAccounts | None:
    sheet = deposit.section("bilanSaisi").section("bilan").knows(names.BALANCE_SHEET)
    identity = sheet.section("identite").knows(names.IDENTITY)
    kind = deposit.text("typeBilan") or identity.text("codeTypeBilan") or ""
    closed_on = identity.day("dateClotureExercice") or deposit.day("dateCloture")
    if closed_on is None:
        deposit.warn("no_closing_date")
        return None
    secrecy = _secrecy(deposit, identity)
    if kind not in _READERS:
        deposit.warn("account_type_not_read", kind or "typeBilan")
        return _blank(kind, closed_on) if secrecy != "none" else None
    account_type, reader = _READERS[kind]
    figures = liasse.Figures()
    if secrecy != "full" and _is_readable(identity):
        where = f"{closed_on}:{account_type}"
        figures = reader(
            liasse.Lines(sheet.section("detail"), notes=notes, where=where)
        )
    return _row(figures, identity, closed_on, account_type, secrecy)


def _row(
    figures: liasse.Figures,
    identity: Section,
    closed_on: date,
    account_type: AccountType,
    secrecy: Secrecy,
) -> YearlyAccounts | None:
    told = asdict(figures)
    is_empty = all(value is None for value in told.values())
    if is_empty and secrecy == "none":
        # Filed, but not typed: neither a figure nor a secret.
        return None
    if told["revenue"] is not None and told["revenue"] <= 0:
        identity.warn("revenue_not_published", f"{closed_on}:{account_type}")
        told["revenue"] = None
    return YearlyAccounts(
        closed_on=closed_on,
        account_type=account_type,
        duration_months=identity.whole("dureeExerciceN", low=1, high=36),
        confidential=secrecy != "none",
        **told,
    )


def _is_readable(identity: Section) -> bool:
    if identity.text("codeDevise") not in {None, "EUR"}:
        identity.warn("not_in_euros", "codeDevise")
        return False
    # 00: typed without a remark; 01: its lines contradict one another.
    if identity.whole("codeSaisie") == 1:
        identity.warn("typed_with_inconsistencies", "codeSaisie")
    return True


def _withheld(deposit: Section) -> YearlyAccounts | None:
    """A deposit that was scanned only: all it can tell is that it is a secret."""
    closed_on = deposit.day("dateCloture")
    if closed_on is None or _secrecy(deposit, _identity(deposit)) == "none":
        return None
    return _blank(deposit.text("typeBilan") or "", closed_on)


def _blank(kind: str, closed_on: date) -> YearlyAccounts | None:
    account_type = _TYPES.get(kind)
    if account_type is None:
        return None
    return YearlyAccounts(
        closed_on=closed_on, account_type=account_type, confidential=True
    )


def _secrecy(deposit: Section, identity: Section) -> Secrecy:
    """The stricter of what the deposit says in words and the return in a code."""
    word = (deposit.text("confidentiality") or "Public").casefold()
    code = identity.text("codeConfidentialite") or "0"
    said: set[Secrecy] = {_SECRECY.get(code.lstrip("0") or "0", "partial")}
    if word != "public":
        said.add("full" if word == "confidentiel" else "partial")
    ordered: tuple[Secrecy, ...] = ("full", "partial", "none")
    return next(level for level in ordered if level in said)


def _identity(deposit: Section) -> Section:
    return deposit.section("bilanSaisi").section("bilan").section("identite")
