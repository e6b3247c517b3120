"""Ruleset 1.0: the prototype's algorithm, kept to the second decimal."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from scoring.rules import derived
from scoring.rules.arrays import Floats, columns_of
from scoring.rules.columns import Columns
from scoring.rules.curves import by_prefix, divide, known_or, steps
from scoring.rules.readings import FLAGS, Readings
from scoring.rules.ruleset import COMPONENTS, Ruleset


def read(c: Columns, ruleset: Ruleset, preset: str, as_of: date) -> Readings:
    components = columns_of(
        (
            financial_performance(c, ruleset),
            growth_trajectory(c, ruleset),
            profitability(c, ruleset),
            financial_health(c, ruleset, as_of),
            operational_scale(c, ruleset),
            market_position(c, ruleset),
            management_quality(c, ruleset),
            strategic_value(c, ruleset),
        )
    )
    penalty = _penalty(c, ruleset)
    score = _weighted_sum(components, ruleset.weights(preset)) - penalty
    return Readings(
        components=components,
        basis=np.ones(components.shape, np.int8),
        penalty=penalty,
        attractiveness=np.clip(score, 0.0, 100.0),
        flags=np.zeros((len(c), len(FLAGS)), bool),
        is_evaluable=np.ones(len(c), bool),
    )


def _weighted_sum(components: Floats, weights: Mapping[str, float]) -> Floats:
    """Added in the order of the table, so that the last digit never depends on n."""
    total = np.zeros(len(components))
    for position, name in enumerate(COMPONENTS):
        total = total + weights[name] * components[:, position]
    return total


def financial_performance(c: Columns, ruleset: Ruleset) -> Floats:
    base = ruleset.curves["financial_performance"](known_or(c.revenue, 0.0))
    years = np.stack((c.revenue, c.revenue_n1, c.revenue_n2))
    highest, lowest = years.max(axis=0), years.min(axis=0)
    spread = divide(highest - lowest, highest)
    bonus = ruleset.figures["bonuses"]["stability"] * (1.0 - spread)
    # The maximum is NaN as soon as a year is unknown, which excludes the bonus.
    return np.minimum(100.0, base + np.where(lowest > 0, bonus, 0.0))


def growth_trajectory(c: Columns, ruleset: Ruleset) -> Floats:
    given = c.revenue_growth_3y
    growth = np.where(np.isnan(given), derived.cagr(c), given)
    base = ruleset.curves["growth_trajectory"](growth)
    most = float(ruleset.figures["bonuses"]["acceleration"])
    speed_up = (derived.last_year_growth(c) - growth) / 2.0
    total = np.minimum(100.0, base + np.clip(known_or(speed_up, 0.0), 0.0, most))
    return known_or(total, ruleset.figures["missing"]["growth"])


def profitability(c: Columns, ruleset: Ruleset) -> Floats:
    margin = derived.margin(c)
    before = divide(c.net_income_n1, c.revenue_n1) * 100.0
    both = (margin > 0) & (before > 0)
    change = 1.0 - divide(np.minimum(margin, before), np.maximum(margin, before))
    bonus = ruleset.figures["bonuses"]["margin_change"] * change
    total = ruleset.curves["profitability"](margin) + np.where(both, bonus, 0.0)
    points = known_or(total, ruleset.figures["missing"]["margin"])
    return np.where(c.revenue > 0, points, 0.0)


def financial_health(c: Columns, ruleset: Ruleset, as_of: date) -> Floats:
    parts = ruleset.figures["parts"]["financial_health"]
    missing = ruleset.figures["missing"]
    debt = known_or(ruleset.curves["debt"](c.debt_ratio), missing["debt"])
    liquidity = derived.liquidity(c, ruleset.figures["liquidity"])
    maturity = ruleset.curves["maturity"](derived.company_years(c, as_of))
    points: Floats = (
        parts["debt"] * debt
        + parts["liquidity"] * known_or(liquidity, missing["liquidity"])
        + parts["maturity"] * known_or(maturity, missing["maturity"])
    )
    return points


def operational_scale(c: Columns, ruleset: Ruleset) -> Floats:
    parts = ruleset.figures["parts"]["operational_scale"]
    headcount = ruleset.curves["headcount"](known_or(c.headcount, 0.0))
    revenue = ruleset.curves["scale_revenue"](known_or(c.revenue, 0.0))
    points: Floats = parts["headcount"] * headcount + parts["revenue"] * revenue
    return points


def market_position(c: Columns, ruleset: Ruleset) -> Floats:
    parts = ruleset.figures["parts"]["market_position"]
    market = ruleset.figures["market"]
    place = by_prefix(c.department, market["place"], market["place_otherwise"])
    sector = by_prefix(c.naf, market["sector"], market["sector_otherwise"])
    name = np.where(c.has_keyword, market["keyword"], market["keyword_otherwise"])
    points: Floats = (
        parts["place"] * place + parts["sector"] * sector + parts["name"] * name
    )
    return points


def management_quality(c: Columns, ruleset: Ruleset) -> Floats:
    figures = ruleset.figures
    parts, missing = figures["parts"]["management_quality"], figures["missing"]
    table = figures["tenure"]
    tenure = steps(c.leader_tenure_years, table["floors"], table["otherwise"])
    several, otherwise = figures["team"]["several"], figures["team"]["otherwise"]
    points: Floats = (
        parts["tenure"] * known_or(tenure, missing["tenure"])
        + parts["age"] * _leader_age(c, ruleset)
        + parts["team"] * np.where(c.leaders_count > 1, several, otherwise)
    )
    return points


def _leader_age(c: Columns, ruleset: Ruleset) -> Floats:
    table = ruleset.figures["leader_age"]
    points = np.full(len(c), float(table["otherwise"]))
    for low, high, value in (table["working"], table["prime"]):
        is_within = (c.leader_age >= low) & (c.leader_age <= high)
        points = np.where(is_within, float(value), points)
    missing = float(ruleset.figures["missing"]["age"])
    return np.where(np.isnan(c.leader_age), missing, points)


def strategic_value(c: Columns, ruleset: Ruleset) -> Floats:
    table = ruleset.figures["strategic"]
    size = np.zeros(len(c))
    for people, revenue, points in reversed(table["sizes"]):
        is_large = (c.headcount >= people) & (c.revenue >= revenue)
        size = np.where(is_large, float(points), size)
    place = by_prefix(c.department, table["place"], 0.0)
    keyword = np.where(c.has_keyword, float(table["keyword"]), 0.0)
    base = float(table["base"])
    return np.minimum(100.0, base + place + size + keyword)


def _penalty(c: Columns, ruleset: Ruleset) -> Floats:
    table = ruleset.figures["penalty"]
    total = np.zeros(len(c))
    for amount in (c.revenue, c.net_income, c.headcount):
        is_missing = np.isnan(amount) | (amount == 0)
        total = total + np.where(is_missing, float(table["major"]), 0.0)
    for is_missing in (np.isnan(c.created_on), ~c.has_legal_form, c.naf == ""):
        total = total + np.where(is_missing, float(table["minor"]), 0.0)
    days = c.data_age_days
    stale = np.minimum(float(table["stale_most"]), days / table["stale_days_per_point"])
    total = total + np.where(days > table["stale_after_days"], stale, 0.0)
    return np.minimum(float(table["most"]), total)
