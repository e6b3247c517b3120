"""Ruleset 2.0, attractivité: what is known, without bonuses nor defaults."""

from datetime import date

import numpy as np

from scoring.rules import basis, derived
from scoring.rules.arrays import Bools, Floats, Ints, columns_of
from scoring.rules.columns import Columns
from scoring.rules.curves import steps, weighted
from scoring.rules.readings import FLAGS
from scoring.rules.ruleset import COMPONENTS, Ruleset

Component = tuple[Floats, Ints]


def components(c: Columns, ruleset: Ruleset, as_of: date) -> tuple[Floats, Ints]:
    """Values (NaN when absent) and bases, in the order of COMPONENTS."""
    pairs = (
        financial_performance(c, ruleset),
        growth_trajectory(c, ruleset),
        profitability(c, ruleset),
        financial_health(c, ruleset, as_of),
        operational_scale(c, ruleset),
        market_position(c, ruleset),
        management_quality(c, ruleset),
        strategic_value(c),
    )
    values = columns_of([value for value, _ in pairs])
    codes = columns_of([code for _, code in pairs])
    return values, np.where(np.isnan(values), 0, codes).astype(np.int8)


def total(
    values: Floats, flags: Bools, ruleset: Ruleset, preset: str
) -> tuple[Floats, Floats]:
    """The capped score, NaN when nothing is known, and the weight of the known."""
    weights = ruleset.weights(preset)
    score, weight = weighted(
        [(weights[name], values[:, i]) for i, name in enumerate(COMPONENTS)]
    )
    for position, name in enumerate(FLAGS):
        cap = float(ruleset.figures["caps"][name])
        score = np.where(flags[:, position], np.minimum(score, cap), score)
    return np.clip(score, 0.0, 100.0), weight


def red_flags(c: Columns) -> Bools:
    losses = (c.net_income < 0) & (c.net_income_n1 < 0) & (c.net_income_n2 < 0)
    return columns_of(
        (c.has_sale | c.has_closing, c.has_proceeding, losses, c.equity <= 0)
    )


def _codes(*choices: tuple[Floats | Bools, int]) -> Ints:
    """Code of the first choice that holds (true, or not NaN), else 0."""
    code = np.zeros(len(choices[0][0]), np.int8)
    for holds, value in reversed(choices):
        mask = holds if holds.dtype == np.bool_ else ~np.isnan(holds)
        code = np.where(mask, value, code).astype(np.int8)
    return code


def _mask(*bits: tuple[Floats, int]) -> Ints:
    code = np.zeros(len(bits[0][0]), np.int8)
    for part, bit in bits:
        code = code + np.where(np.isnan(part), 0, bit).astype(np.int8)
    return code


def financial_performance(c: Columns, ruleset: Ruleset) -> Component:
    revenue = derived.positive_revenue(c)
    return ruleset.curves["financial_performance"](revenue), _codes((revenue, 1))


def growth_trajectory(c: Columns, ruleset: Ruleset) -> Component:
    """The given change, else the yearly rate over two years, else over one."""
    given, two_years = c.revenue_growth_3y, derived.cagr(c)
    one_year = derived.last_year_growth(c)
    growth = np.where(np.isnan(two_years), one_year, two_years)
    growth = np.where(np.isnan(given), growth, given)
    codes = _codes((given, 1), (two_years, 2), (one_year, 3))
    return ruleset.curves["growth_trajectory"](growth), codes


def profitability(c: Columns, ruleset: Ruleset) -> Component:
    margin = derived.margin(c)
    codes = _codes((c.net_margin, 1), (margin, 2))
    return ruleset.curves["profitability"](margin), codes


def financial_health(c: Columns, ruleset: Ruleset, as_of: date) -> Component:
    parts = ruleset.figures["parts"]["financial_health"]
    debt = ruleset.curves["debt"](c.debt_ratio)
    liquidity = derived.liquidity(c, ruleset.figures["liquidity"])
    maturity = ruleset.curves["maturity"](derived.company_years(c, as_of))
    value, _ = weighted(
        [
            (parts["debt"], debt),
            (parts["liquidity"], liquidity),
            (parts["maturity"], maturity),
        ]
    )
    codes = _mask(
        (debt, basis.DEBT), (liquidity, basis.LIQUIDITY), (maturity, basis.MATURITY)
    )
    return value, codes


def operational_scale(c: Columns, ruleset: Ruleset) -> Component:
    """A band counts by its lower bound, and makes the component an estimate."""
    parts = ruleset.figures["parts"]["operational_scale"]
    people = np.where(np.isnan(c.headcount), c.headcount_floor, c.headcount)
    revenue = ruleset.curves["scale_revenue"](derived.positive_revenue(c))
    value, _ = weighted(
        [
            (parts["headcount"], ruleset.curves["headcount"](people)),
            (parts["revenue"], revenue),
        ]
    )
    band = np.where(np.isnan(c.headcount), c.headcount_floor, np.nan)
    codes = _mask(
        (c.headcount, basis.HEADCOUNT), (revenue, basis.REVENUE), (band, basis.BAND)
    )
    return value, codes


def market_position(c: Columns, ruleset: Ruleset) -> Component:
    """Percentile of revenue, else of headcount, in the shipped table."""
    if ruleset.sectors is None:
        return np.full(len(c), np.nan), np.zeros(len(c), np.int8)
    rank, codes = ruleset.sectors.percentiles(
        "revenue", derived.positive_revenue(c), c.naf
    )
    people = np.where(np.isnan(c.headcount), c.headcount_floor, c.headcount)
    people = np.where(np.isnan(rank), people, np.nan)
    by_people, cell = ruleset.sectors.percentiles("headcount", people, c.naf)
    first_code = np.where(np.isnan(c.headcount), 4, 2)
    codes = np.where(np.isnan(rank), cell + first_code, codes).astype(np.int8)
    return np.where(np.isnan(rank), by_people, rank), codes


def management_quality(c: Columns, ruleset: Ruleset) -> Component:
    """Tenure and team only: the leader's age belongs to cédabilité."""
    parts = ruleset.figures["parts"]["management_quality"]
    table, team_table = ruleset.figures["tenure"], ruleset.figures["team"]
    tenure = steps(c.leader_tenure_years, table["floors"], table["otherwise"])
    size = np.where(c.leaders_count > 1, team_table["several"], team_table["otherwise"])
    # A count of zero says that no leader was found, not that nobody leads.
    team = np.where(c.leaders_count >= 1, size, np.nan)
    value, _ = weighted([(parts["tenure"], tenure), (parts["team"], team)])
    return value, _mask((tenure, basis.TENURE), (team, basis.TEAM))


def strategic_value(c: Columns) -> Component:
    """Absent: it needs a thesis to be measured against."""
    return np.full(len(c), np.nan), np.zeros(len(c), np.int8)
