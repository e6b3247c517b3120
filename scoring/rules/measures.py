"""The figures behind a component or a contribution, as its sentence quotes them."""

from typing import TYPE_CHECKING

import numpy as np

from scoring.rules import derived
from scoring.rules.arrays import Floats
from scoring.rules.columns import Columns
from scoring.rules.sale import counted_age

if TYPE_CHECKING:
    from scoring.rules.result import Result

Measures = dict[str, float]


def of_component(name: str, result: "Result") -> Measures:
    """Only what is known: a figure that is missing has no key."""
    c = Columns.from_inputs([result.inputs])
    index = COMPONENT_MEASURES.get(name)
    figures = index(c, result) if index else {}
    return _known(figures)


def of_contribution(name: str, result: "Result") -> Measures:
    c = Columns.from_inputs([result.inputs])
    figures: dict[str, Floats] = {}
    if name == "age":
        figures = {"age": counted_age(c)}
    elif name == "relay":
        figures = {"age": c.relay_age}
    elif name == "tenure":
        figures = {"years": c.leader_tenure_years}
    elif name == "company":
        figures = {"years": derived.company_years(c, result.as_of)}
    return _known(figures)


def _known(figures: dict[str, Floats]) -> Measures:
    scalars = {name: float(column[0]) for name, column in figures.items()}
    return {k: round(v, 4) for k, v in scalars.items() if not np.isnan(v)}


def _revenue(c: Columns, _: "Result") -> dict[str, Floats]:
    return {"revenue": derived.positive_revenue(c)}


def _growth(c: Columns, _: "Result") -> dict[str, Floats]:
    if not np.isnan(c.revenue_growth_3y[0]):
        return {"growth_given": c.revenue_growth_3y}
    two_years = derived.cagr(c)
    if not np.isnan(two_years[0]):
        return {"growth_yearly": two_years}
    return {"growth_last_year": derived.last_year_growth(c)}


def _margin(c: Columns, _: "Result") -> dict[str, Floats]:
    return {"margin": derived.margin(c)}


def _health(c: Columns, result: "Result") -> dict[str, Floats]:
    ratio = c.net_income / derived.positive_revenue(c) * 100.0
    return {
        "debt_ratio": c.debt_ratio,
        "result_share": ratio,
        "years": derived.company_years(c, result.as_of),
    }


def _scale(c: Columns, _: "Result") -> dict[str, Floats]:
    band = np.where(np.isnan(c.headcount), c.headcount_floor, np.nan)
    return {"headcount": c.headcount, "at_least": band} | _revenue(c, _)


def _market(c: Columns, result: "Result") -> dict[str, Floats]:
    if not result.terms.has_readings:
        return {}
    value = result.values[5]
    return {"percentile": np.array([np.nan if value is None else value])}


def _management(c: Columns, _: "Result") -> dict[str, Floats]:
    leaders = np.where(c.leaders_count >= 1, c.leaders_count, np.nan)
    return {"tenure": c.leader_tenure_years, "leaders": leaders}


COMPONENT_MEASURES = {
    "financial_performance": _revenue,
    "growth_trajectory": _growth,
    "profitability": _margin,
    "financial_health": _health,
    "operational_scale": _scale,
    "market_position": _market,
    "management_quality": _management,
}
