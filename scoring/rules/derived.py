"""Figures that both rulesets compute in the same way from the columns."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from scoring.rules.arrays import Floats
from scoring.rules.columns import Columns
from scoring.rules.curves import divide
from scoring.rules.leaders import DAYS_PER_YEAR

MONTHS_PER_YEAR = 12


def positive_revenue(c: Columns) -> Floats:
    """NaN when missing or not above zero: a published zero means unpublished."""
    return np.where(c.revenue > 0, c.revenue, np.nan)


def cagr(c: Columns) -> Floats:
    """Yearly growth over two years, in per cent."""
    return (np.sqrt(divide(positive_revenue(c), c.revenue_n2)) - 1.0) * 100.0


def last_year_growth(c: Columns) -> Floats:
    return (divide(positive_revenue(c), c.revenue_n1) - 1.0) * 100.0


def margin(c: Columns) -> Floats:
    """Net margin in per cent: the given one, else what the amounts imply."""
    implied = divide(c.net_income, c.revenue) * 100.0
    return np.where(np.isnan(c.net_margin), implied, c.net_margin)


def liquidity(c: Columns, table: Mapping[str, Any]) -> Floats:
    """Points for result over revenue; strictly above each floor."""
    ratio = divide(c.net_income, c.revenue)
    points = np.full(len(ratio), float(table["otherwise"]))
    points = np.where(ratio < 0, float(table["negative"]), points)
    for floor, value in reversed(table["above"]):
        points = np.where(ratio > floor, float(value), points)
    return np.where(np.isnan(ratio), np.nan, points)


def company_years(c: Columns, as_of: date) -> Floats:
    return (as_of.toordinal() - c.created_on) / DAYS_PER_YEAR


def months_since(days: Floats, as_of: date) -> Floats:
    return (as_of.toordinal() - days) / DAYS_PER_YEAR * MONTHS_PER_YEAR


def months_before(as_of: date, months: int) -> int:
    """Ordinal of the same day of the month, or the month's last, earlier on."""
    year, month = divmod(as_of.year * MONTHS_PER_YEAR + as_of.month - 1 - months, 12)
    for day in range(as_of.day, 27, -1):
        try:
            return date(year, month + 1, day).toordinal()
        except ValueError:
            continue
    return date(year, month + 1, as_of.day).toordinal()
