"""What each missing field group could still move. Scoring knows no price."""

import numpy as np

from scoring.rules import basis
from scoring.rules.arrays import Bools, Floats, Ints, columns_of
from scoring.rules.columns import Columns
from scoring.rules.readings import (
    FAMILIES,
    GROUPS,
    CoverageReading,
    SaleReading,
    Stakes,
)
from scoring.rules.ruleset import COMPONENTS, Ruleset

FAMILIES_OF = {
    "accounts": ("revenue", "result"),
    "history": ("history",),
    "balance": ("balance",),
    "headcount": ("headcount",),
    "leader": ("leader_age", "tenure"),
    "register": ("created_on", "legal_form", "naf", "place"),
}


def read(
    c: Columns,
    codes: Ints,
    coverage: CoverageReading,
    sale: SaleReading,
    ruleset: Ruleset,
    preset: str,
) -> Stakes:
    floor = float(ruleset.figures["coverage"]["floor"])
    coverage_open = _coverage_open(coverage)
    lifts = (coverage.total < floor)[:, None] & (
        coverage.total[:, None] + coverage_open >= floor
    )
    leader = GROUPS.index("leader")
    lifts[:, leader] |= np.isnan(sale.total)
    return Stakes(_score_open(c, codes, ruleset, preset), coverage_open, lifts)


def _coverage_open(coverage: CoverageReading) -> Floats:
    missing = np.array(coverage.most) - coverage.points
    columns = []
    for group in GROUPS:
        total = np.zeros(len(missing))
        for family in FAMILIES_OF[group]:
            total = total + missing[:, FAMILIES.index(family)]
        columns.append(total)
    return columns_of(columns)


def _score_open(c: Columns, codes: Ints, ruleset: Ruleset, preset: str) -> Floats:
    """Width of the interval in which the score lies once the group is known.

    A component that appears may be worth 0 to 100 of its weight; a part that is
    added to a known component moves its own share of it.
    """
    weights = ruleset.weights(preset)
    shares = _missing_shares(c, codes, ruleset)
    known = np.zeros(len(c))
    for position, name in enumerate(COMPONENTS):
        known = known + np.where(codes[:, position] > 0, weights[name], 0.0)
    columns = []
    for group in GROUPS:
        moved, appears = np.zeros(len(c)), np.zeros(len(c))
        for name, share in shares[group].items():
            is_absent = codes[:, COMPONENTS.index(name)] == 0
            gain = np.where(is_absent & (share > 0), 1.0, share) * weights[name]
            moved = moved + gain
            appears = appears + np.where(is_absent, gain, 0.0)
        weight = known + appears
        columns.append(100.0 * moved / np.where(weight > 0, weight, 1.0))
    return columns_of(columns)


def _missing_shares(
    c: Columns, codes: Ints, ruleset: Ruleset
) -> dict[str, dict[str, Floats]]:
    parts = ruleset.figures["parts"]
    health, scale = parts["financial_health"], parts["operational_scale"]
    team = parts["management_quality"]
    held = {name: codes[:, i] for i, name in enumerate(COMPONENTS)}
    absent = {name: code == 0 for name, code in held.items()}
    no_revenue = ~(c.revenue > 0)
    no_people = np.isnan(c.headcount)
    is_banded = no_people & ~np.isnan(c.headcount_floor)
    estimated = float(ruleset.figures["coverage"]["estimated_share"])
    lead_weight = team["tenure"] + team["team"]
    no_rank = absent["market_position"]
    has_naf = c.naf != ""
    no_tenure = ~_has(held["management_quality"], basis.TENURE)
    no_team = ~_has(held["management_quality"], basis.TEAM)
    no_liquidity = ~_has(held["financial_health"], basis.LIQUIDITY)
    no_debt = ~_has(held["financial_health"], basis.DEBT)
    no_maturity = ~_has(held["financial_health"], basis.MATURITY)
    return {
        "accounts": {
            "financial_performance": _share(no_revenue, 1.0),
            "profitability": _share(absent["profitability"], 1.0),
            "financial_health": _share(no_liquidity, health["liquidity"]),
            "operational_scale": _share(no_revenue, scale["revenue"]),
            "market_position": _share(no_rank & has_naf & no_revenue, 1.0),
        },
        "history": {"growth_trajectory": _share(absent["growth_trajectory"], 1.0)},
        "balance": {"financial_health": _share(no_debt, health["debt"])},
        "headcount": {
            "operational_scale": _share(no_people, scale["headcount"])
            * np.where(is_banded, estimated, 1.0),
            "market_position": _share(no_rank & has_naf & no_people & ~is_banded, 1.0),
        },
        "leader": {
            "management_quality": _share(no_tenure, team["tenure"] / lead_weight)
            + _share(no_team, team["team"] / lead_weight)
        },
        "register": {
            "financial_health": _share(no_maturity, health["maturity"]),
            "market_position": _share(no_rank & ~has_naf, 1.0),
        },
    }


def _has(code: Ints, bit: int) -> Bools:
    return (code & bit) > 0


def _share(is_missing: Bools, share: float) -> Floats:
    return np.where(is_missing, share, 0.0)
