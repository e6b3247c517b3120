"""The accounts of one type as the page shows them: a column a year, a row a figure.

Pure: rows of ``AnnualAccounts`` in, a table and margin notes out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from companies import accounts_rows, accounts_words
from companies.accounts_rows import Row, Slot
from companies.choices import AccountType
from companies.margin import Margin
from companies.models import AnnualAccounts
from mainsite.lib import charts, formatting

MOST_COLUMNS = 7
SHOWN_WHEN_NARROW = 4
THOUSANDS_FROM = 1_000_000_000
STALE_AFTER_MONTHS = 24


@dataclass(frozen=True, kw_only=True)
class Column:
    """One exercise, or a year between two that no source gives."""

    label: str
    title: str
    is_old: bool
    bar: SafeString
    calls: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AccountsTable:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    closing: str
    in_thousands: bool
    left_out: int
    latest: date
    is_stale: bool

    @property
    def old_count(self) -> int:
        """Columns that leave first on a narrow screen."""
        return sum(column.is_old for column in self.columns)


def types_known(exercises: Iterable[AnnualAccounts]) -> list[AccountType]:
    known = {exercise.account_type for exercise in exercises}
    return [kind for kind in AccountType if kind.value in known]


def type_to_open_on(exercises: Sequence[AnnualAccounts]) -> AccountType:
    """The type of the newest year; a company's own accounts before a group's."""
    order = list(AccountType)

    def newest(exercise: AnnualAccounts) -> tuple[int, int]:
        return exercise.year, -order.index(AccountType(exercise.account_type))

    return AccountType(max(exercises, key=newest).account_type)


def build(
    exercises: Sequence[AnnualAccounts], *, margin: Margin, today: date
) -> AccountsTable:
    """The last seven columns of exercises that are all of one type."""
    ordered = sorted(exercises, key=lambda e: e.closed_on)
    slots = _slots(ordered)
    shown = [slot for slot in slots if slot.exercise]
    latest = ordered[-1].closed_on
    in_thousands = _are_great(shown)
    return AccountsTable(
        columns=_columns(slots, margin),
        rows=tuple(
            accounts_rows.build(slots, in_thousands=in_thousands, margin=margin)
        ),
        closing=_common_closing(shown),
        in_thousands=in_thousands,
        left_out=len(ordered) - len(shown),
        latest=latest,
        is_stale=_months(latest, today) > STALE_AFTER_MONTHS,
    )


def _slots(ordered: Sequence[AnnualAccounts]) -> list[Slot]:
    slots = [Slot(ordered[0].year, ordered[0])]
    for before, exercise in pairwise(ordered):
        slots += [Slot(year, None) for year in range(before.year + 1, exercise.year)]
        slots.append(Slot(exercise.year, exercise))
    slots = slots[-MOST_COLUMNS:]
    while slots[0].exercise is None:
        slots.pop(0)
    return slots


def _months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def _are_great(slots: Iterable[Slot]) -> bool:
    """Whether a figure would not fit a column in whole euros."""
    fields = ("revenue", "net_income", "ebitda", "equity", "financial_debt")
    amounts = (slot.amount(field) for slot in slots for field in fields)
    return any(abs(a) >= THOUSANDS_FROM for a in amounts if a is not None)


def _common_closing(slots: Iterable[Slot]) -> str:
    """« 31/12 » when every exercise shown closes on that day."""
    days = {f"{s.exercise.closed_on:%d/%m}" for s in slots if s.exercise}
    return days.pop() if len(days) == 1 else ""


# Column heads


def _columns(slots: Sequence[Slot], margin: Margin) -> tuple[Column, ...]:
    years = [slot.year for slot in slots]
    old = len(slots) - SHOWN_WHEN_NARROW
    bars = charts.accounts(
        [_bar(slot) for slot in slots], language=accounts_words.language()
    )
    return tuple(
        Column(
            label=_head(slot, is_twice=years.count(slot.year) > 1),
            title=_head_title(slot),
            is_old=i < old,
            bar=bars[i],
            calls=_head_calls(slot, margin),
        )
        for i, slot in enumerate(slots)
    )


def _head(slot: Slot, *, is_twice: bool) -> str:
    if is_twice and slot.exercise:
        return f"{slot.exercise.closed_on:%m/%Y}"
    return str(slot.year)


def _head_title(slot: Slot) -> str:
    if slot.exercise is None:
        return _("Aucune source ne donne cet exercice.")
    day = formatting.long_date(
        slot.exercise.closed_on, language=accounts_words.language()
    )
    return _("Exercice clos le %(day)s") % {"day": day}


def _head_calls(slot: Slot, margin: Margin) -> tuple[int, ...]:
    exercise, calls = slot.exercise, []
    if exercise is None:
        return ()
    if exercise.is_closing_estimated:
        text = _(
            "La source donne une année sans jour de clôture : "
            "le 31 décembre est estimé."
        )
        calls.append(
            margin.add(text, cite=accounts_words.source_of(exercise, "revenue"))
        )
    months = exercise.duration_months
    if months is not None and not accounts_rows.is_full_year(months):
        calls.append(margin.add(_odd_length(slot.year, months)))
    return tuple(calls)


def _odd_length(year: int, months: int) -> str:
    if accounts_rows.is_about_a_year(months):
        text = _(
            "Exercice %(year)s de %(months)s mois : aucune croissance n’est calculée."
        )
    else:
        text = _(
            "Exercice %(year)s de %(months)s mois : aucune croissance n’est calculée, "
            "et les lectures ne s’en servent pas."
        )
    return text % {"year": year, "months": months}


# Bars


def _bar(slot: Slot) -> charts.YearOfAccounts:
    revenue = slot.amount("revenue")
    return charts.YearOfAccounts(
        revenue=revenue,
        result=slot.amount("net_income"),
        words=_why_no_bar(slot) if revenue is None else (),
    )


def _why_no_bar(slot: Slot) -> tuple[str, ...]:
    """The dashed outline is for what was filed and not published, and nothing else."""
    if slot.exercise is None or not slot.exercise.is_confidential:
        return ()
    return (_("non"), _("publiés"))
