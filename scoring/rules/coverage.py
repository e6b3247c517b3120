"""Ruleset 2.0, couverture: how much of what is needed is known and fresh."""

from datetime import date

import numpy as np

from scoring.rules import derived
from scoring.rules.arrays import Bools, Floats, columns_of
from scoring.rules.columns import Columns
from scoring.rules.curves import Curve
from scoring.rules.readings import FAMILIES, CoverageReading
from scoring.rules.ruleset import Ruleset
from scoring.rules.sale import counted_age


def read(c: Columns, ruleset: Ruleset, as_of: date) -> CoverageReading:
    table = ruleset.figures["coverage"]
    most = tuple(float(table["points"][family]) for family in FAMILIES)
    freshness = _freshness(c, ruleset, as_of)
    shares = _shares(c, ruleset)
    points, total = [], np.zeros(len(c))
    for family, full in zip(FAMILIES, most, strict=True):
        got = full * shares[family]
        if family in table["from_accounts"]:
            got = got * freshness
        points.append(got)
        total = total + got
    return CoverageReading(columns_of(points), most, total)


def _shares(c: Columns, ruleset: Ruleset) -> dict[str, Floats]:
    table = ruleset.figures["coverage"]
    history = _one(c.revenue_n1 > 0) + _one(c.revenue_n2 > 0)
    equity = _one(~np.isnan(c.equity)) * table["equity_alone_share"]
    band = _one(~np.isnan(c.headcount_floor)) * table["estimated_share"]
    return {
        "revenue": _one(c.revenue > 0),
        "result": _one(~np.isnan(c.net_income)),
        # The ratio is computed from both amounts: it says that both are known.
        "balance": np.where(np.isnan(c.debt_ratio), equity, 1.0),
        "headcount": np.where(np.isnan(c.headcount), band, 1.0),
        "history": history / 2.0,
        "leader_age": _one(~np.isnan(counted_age(c))),
        "tenure": _one(~np.isnan(c.leader_tenure_years)),
        "created_on": _one(~np.isnan(c.created_on)),
        "legal_form": _one(c.has_legal_form),
        "naf": _one(c.naf != ""),
        "place": _one(c.department != ""),
    }


def _freshness(c: Columns, ruleset: Ruleset, as_of: date) -> Floats:
    """1 until the accounts age; an unknown closing date takes nothing away."""
    curve = Curve.from_knots(ruleset.figures["coverage"]["freshness"])
    share = curve(derived.months_since(c.accounts_closed_on, as_of))
    return np.where(np.isnan(share), 1.0, share)


def _one(holds: Bools) -> Floats:
    return holds.astype(float)
