"""Exercises of many companies, reduced to the one that counts and two years before.

What counts is told in words by ``scoring.gather``, which does the same for one
company at a time; a test holds the two against each other.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from companies.accounts_rows import COMPARABLE_MONTHS, FULL_YEAR
from scoring.bulk import groups, wire
from scoring.bulk.choice import Choice
from scoring.bulk.groups import NOWHERE, Places
from scoring.bulk.wire import Column, Texts
from scoring.gather import PREFERENCE, SOURCED
from scoring.rules.arrays import Bools, Floats, Indexes

# Between the sources of one exercise's figures.
SEPARATOR: Final = "\x1f"
KINDS: Final = "ascii(account_type)"
_SOURCES: Final = f" || '{SEPARATOR}' || ".join(
    f"coalesce(provenance->'{name}'->>0, '')" for name in SOURCED
)
COLUMNS: Final = (
    Column("siren", "int", "siren"),
    Column("closed_on", "int", wire.ORDINAL.format("closed_on")),
    Column("kind", "int", KINDS),
    Column("months", "int", "duration_months"),
    Column("has_unit_jump", "bool", "has_unit_jump"),
    Column("is_confidential", "bool", "is_confidential"),
    Column("revenue", "float", "revenue"),
    Column("net_income", "float", "net_income"),
    Column("equity", "float", "equity"),
    Column("financial_debt", "float", "financial_debt"),
    Column("headcount", "float", "headcount"),
    Column("sources", "text", _SOURCES),
)
# By preference: a company's own accounts before its group's.
_PREFERENCE: Final = np.zeros(128, np.int64)
for _kind, _place in PREFERENCE.items():
    _PREFERENCE[ord(_kind)] = _place
# Day 1 of ``date.toordinal`` is this day of NumPy's calendar.
_FIRST_DAY: Final = np.datetime64("0001-01-01", "D") - np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Exercises:
    """By company: the figures of the exercise that counts, and of those before.

    ``last``, ``before`` and ``earlier`` are the numbers of their rows, for what each
    source gave: ``sources`` and ``year`` are by row.
    """

    figures: dict[str, Floats]
    closed_on: Floats
    is_confidential: Bools
    last: Places
    before: Places
    earlier: Places
    sources: Texts
    year: Indexes


def read(choice: Choice, sirens: Indexes) -> Exercises:
    table = wire.read(COLUMNS, f"FROM annual_accounts WHERE siren {choice.sql}")
    return reduce(table, sirens)


def reduce(table: wire.Table, sirens: Indexes) -> Exercises:
    """``sirens`` are sorted."""
    rows = _Rows(table, sirens)
    last, confidential = rows.last()
    before, earlier = (rows.years_before(last, back) for back in (1, 2))
    return Exercises(
        figures=_figures(table, last, before, earlier),
        closed_on=groups.take(table["closed_on"].astype(float), last),
        is_confidential=confidential,
        last=last,
        before=before,
        earlier=earlier,
        sources=table["sources"],
        year=_years(table["closed_on"]),
    )


class _Rows:
    """The rows of the chosen type, by company and then by closing date."""

    def __init__(self, table: wire.Table, sirens: Indexes) -> None:
        self._count = len(sirens)
        self._table = table
        places = groups.places_of(sirens, table["siren"])
        self._is_usable = is_published(table) & is_comparable(table)
        self._order = self._of_one_type(places)
        self._starts = groups.starts_of(places[self._order])
        self._owners = places[self._order][self._starts]

    def _of_one_type(self, places: Places) -> Indexes:
        """Of each company the type whose usable figures are the newest."""
        kind = _PREFERENCE[self._table["kind"]]
        group = places * 3 + kind
        order: Indexes = np.lexsort((self._table["closed_on"], group))
        order = order[places[order] != NOWHERE]
        if not len(order):
            return order
        starts = groups.starts_of(group[order])
        known = np.where(self._is_usable, self._table["closed_on"], 0)[order]
        newest = np.maximum.reduceat(known, starts).astype(np.int64)
        first = order[starts]
        worth = newest * 3 + (2 - kind[first])
        owners = groups.starts_of(places[first])
        best = np.repeat(
            np.maximum.reduceat(worth, owners), np.diff(np.append(owners, len(first)))
        )
        sizes = np.diff(np.append(starts, len(order)))
        chosen: Indexes = order[np.repeat(worth == best, sizes)]
        return chosen

    def last(self) -> tuple[Places, Bools]:
        """The exercise that counts; whether the newest of all is confidential."""
        found = np.full(self._count, NOWHERE, np.int64)
        confidential = np.zeros(self._count, bool)
        if not len(self._order):
            return found, confidential
        position = groups.last_where(self._is_usable[self._order], self._starts)
        found[self._owners] = self._numbers(position)
        newest = np.append(self._starts[1:], len(self._order)) - 1
        confidential[self._owners] = self._table["is_confidential"][self._order[newest]]
        return found, confidential

    def years_before(self, last: Places, back: int) -> Places:
        found = np.full(self._count, NOWHERE, np.int64)
        if not len(self._order):
            return found
        year = _years(self._table["closed_on"])
        chosen = last[self._owners]
        wanted = np.where(chosen == NOWHERE, NOWHERE, year[chosen] - back)
        sizes = np.diff(np.append(self._starts, len(self._order)))
        holds = (year[self._order] == np.repeat(wanted, sizes)) & self._is_usable[
            self._order
        ]
        found[self._owners] = self._numbers(groups.last_where(holds, self._starts))
        return found

    def _numbers(self, positions: Places) -> Places:
        known = self._order[np.maximum(positions, 0)]
        return np.where(positions == NOWHERE, NOWHERE, known)


def _years(ordinals: npt.NDArray[Any]) -> Indexes:
    years = (_FIRST_DAY + ordinals).astype("datetime64[Y]").astype(np.int64) + 1970
    return np.asarray(years, np.int64)


def is_published(table: wire.Table) -> Bools:
    known: Bools = ~np.isnan(table["revenue"]) | ~np.isnan(table["net_income"])
    return known


def is_comparable(table: wire.Table) -> Bools:
    """Euros, and about a year of them."""
    months = table["months"]
    low, high = COMPARABLE_MONTHS
    is_long_enough = (months == wire.UNKNOWN) | ((months >= low) & (months <= high))
    usable: Bools = is_long_enough & ~table["has_unit_jump"]
    return usable


def _figures(
    table: wire.Table, last: Places, before: Places, earlier: Places
) -> dict[str, Floats]:
    is_full = _is_full_year(table["months"])
    figures = {
        name: groups.take(table[name], last)
        for name in ("revenue", "net_income", "equity", "headcount")
    }
    figures["debt_ratio"] = debt_ratio(
        groups.take(table["financial_debt"], last), figures["equity"]
    )
    for suffix, years in (("_n1", before), ("_n2", earlier)):
        figures[f"net_income{suffix}"] = groups.take(table["net_income"], years)
        growth = groups.take(np.where(is_full, table["revenue"], np.nan), years)
        is_full_last = groups.take(is_full.astype(float), last) == 1.0
        figures[f"revenue{suffix}"] = np.where(is_full_last, growth, np.nan)
    return figures


def _is_full_year(months: npt.NDArray[Any]) -> Bools:
    full: Bools = (months == wire.UNKNOWN) | (
        (months >= FULL_YEAR[0]) & (months <= FULL_YEAR[1])
    )
    return full


def debt_ratio(debt: Floats, equity: Floats) -> Floats:
    """As ``scoring.gather.debt_ratio``."""
    is_known = (debt >= 0) & ~np.isnan(equity)
    above = np.where(is_known & (equity > 0), debt, 1.0)
    below = np.where(is_known & (equity > 0), debt + equity, 1.0)
    return np.where(is_known, above / below, np.nan)
