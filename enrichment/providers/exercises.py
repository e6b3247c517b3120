"""Rules on yearly accounts that hold whichever source gives them."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from enrichment.providers.facts import YearlyAccounts
from enrichment.providers.reading import Notes, Section

# Deposits written in thousands of euros by mistake. Real growth stays far below.
_UNIT_JUMP = range(500, 2001)
# Company accounts stand before the group's of the same day.
_RANKS = {"C": 0, "S": 1, "K": 2}


def revenue_of(row: Section, name: str) -> int | None:
    """A revenue of zero or less means "not published" in every public source."""
    revenue = row.amount(name)
    if revenue is not None and revenue <= 0:
        row.warn("revenue_not_published", name)
        return None
    return revenue


def in_order(
    rows: Iterable[YearlyAccounts], notes: Notes
) -> tuple[YearlyAccounts, ...]:
    """Newest first, those about 1,000 times below a neighbour flagged."""
    ordered = sorted(rows, key=lambda row: (row.closed_on, -_RANKS[row.account_type]))
    too_small: set[tuple[object, str]] = set()
    for account_type in _RANKS:
        series = [
            row
            for row in ordered
            if row.account_type == account_type and row.revenue is not None
        ]
        for before, after in pairwise(series):
            small = _smaller_by_a_unit(before, after)
            if small is not None:
                too_small.add((small.closed_on, small.account_type))
                notes.warn("unit_jump", f"{small.closed_on}:{small.account_type}")
    return tuple(
        replace(row, has_unit_jump=(row.closed_on, row.account_type) in too_small)
        for row in reversed(ordered)
    )


def _smaller_by_a_unit(
    before: YearlyAccounts, after: YearlyAccounts
) -> YearlyAccounts | None:
    first, second = before.revenue or 1, after.revenue or 1
    if max(first, second) // min(first, second) not in _UNIT_JUMP:
        return None
    return before if first < second else after
