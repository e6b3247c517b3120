"""The columns that a model learns from: figures, and levels of nomenclatures.

Missing is NaN for a figure and "" for a level, and never zero: an amount that is not
published says nothing. Counts of contacts and of notices are zero when there are none.
"""

from collections.abc import Callable
from functools import cache
from typing import Final

import numpy as np

from companies import nomenclature
from scoring.bulk.wire import Texts as Coded
from scoring.features.known import KnownAt
from scoring.learning.arrays import Floats, Texts
from scoring.learning.table import Table
from scoring.rules.leaders import DAYS_PER_YEAR

# Years before the observation: a negative one would be a fact of later.
DATED: Final = frozenset(
    {
        "company_age",
        "accounts_age",
        "leader_tenure",
        "leader_change_age",
        "accounts_filed_age",
    }
)


def of(known: KnownAt) -> Table:
    return Table(_figures(known), _levels(known), DATED)


def _figures(known: KnownAt) -> dict[str, Floats]:
    facts, more = known.facts, known.more
    amounts, day = facts.exercises.figures, float(facts.as_of.toordinal())
    revenue = np.where(amounts["revenue"] > 0, amounts["revenue"], np.nan)
    heads = np.where(
        np.isnan(amounts["headcount"]),
        facts.register.headcount_floor,
        amounts["headcount"],
    )
    led, seen = facts.leadership, facts.events
    return {
        "revenue": revenue,
        "revenue_growth": _change(revenue, amounts["revenue_n1"]),
        "revenue_growth_2y": _change(revenue, amounts["revenue_n2"]),
        "net_margin": _over(100 * amounts["net_income"], revenue),
        "net_margin_change": _over(100 * amounts["net_income"], revenue)
        - _over(100 * amounts["net_income_n1"], amounts["revenue_n1"]),
        "ebitda_margin": _over(100 * more.ebitda, revenue),
        "revenue_per_head": _over(revenue, heads),
        "financial_debt": np.where(
            more.financial_debt >= 0, more.financial_debt, np.nan
        ),
        "debt_ratio": amounts["debt_ratio"],
        "equity": amounts["equity"],
        "equity_to_revenue": _over(100 * amounts["equity"], revenue),
        "headcount": heads,
        "company_age": _years(day, facts.register.created_on),
        "accounts_age": _years(day, facts.exercises.closed_on),
        "leader_age": led.age,
        "leader_tenure": led.tenure_years,
        "leaders_count": led.leaders_count,
        "has_second": led.has_second.astype(float),
        "has_holding": facts.has_holding.astype(float),
        "emails": more.emails,
        "phones": more.phones,
        "leader_change_age": _years(day, seen.leader_changed_on),
        "accounts_filed_age": _years(day, seen.accounts_filed_on),
        "has_proceeding": seen.has_proceeding.astype(float),
        "has_lease": seen.has_lease.astype(float),
        "notices": more.notices,
        "is_confidential": facts.exercises.is_confidential.astype(float),
    }


def _levels(known: KnownAt) -> dict[str, Texts]:
    register, more = known.facts.register, known.more
    return {
        "naf_section": _mapped(register.naf, _naf("section")),
        "naf_division": _mapped(register.naf, _naf("division")),
        "naf_group": _mapped(register.naf, _naf("group")),
        "naf_class": _mapped(register.naf, _naf("class_")),
        "region": _mapped(more.commune, _region),
        "headcount_band": _mapped(more.band, lambda band: "" if band == "NN" else band),
        "legal_form": _mapped(more.legal_form, lambda form: form[:2]),
    }


def _over(above: Floats, below: Floats) -> Floats:
    """NaN where it would be divided by nothing, or by less."""
    is_known = below > 0
    return np.where(is_known, above / np.where(is_known, below, 1.0), np.nan)


def _change(now: Floats, before: Floats) -> Floats:
    return _over(100 * (now - before), before)


def _years(day: float, on: Floats) -> Floats:
    return (day - on) / DAYS_PER_YEAR


def _mapped(column: Coded, make: Callable[[str], str]) -> Texts:
    found = np.array([make(value) for value in column.values], dtype=np.str_)
    return found[column.codes] if len(found) else np.empty(0, "<U1")


@cache
def _by_code() -> dict[str, nomenclature.Naf]:
    return {code.replace(".", ""): naf for code, naf in _nafs()}


def _nafs() -> list[tuple[str, nomenclature.Naf]]:
    return list(nomenclature.naf_codes().items())


def _naf(level: str) -> Callable[[str], str]:
    """A code of another nomenclature has no level: it is missing."""

    def at(code: str) -> str:
        naf = _by_code().get(code)
        return "" if naf is None else str(getattr(naf, level))

    return at


def _region(commune: str) -> str:
    place = nomenclature.places().get(commune)
    return "" if place is None else place.region
