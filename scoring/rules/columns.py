"""Inputs of many companies, turned into NumPy columns: NaN is unknown."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np

from scoring.rules.arrays import Bools, Floats, Texts
from scoring.rules.inputs import Inputs

TEXTS: Final = ("department", "naf")
FLAGS: Final = tuple(
    each.name for each in fields(Inputs) if each.name.startswith(("has_", "is_"))
)
FLOATS: Final = tuple(
    each.name for each in fields(Inputs) if each.name not in (*TEXTS, *FLAGS)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """A bulk reader may fill these straight from a query, without Inputs."""

    revenue: Floats
    revenue_n1: Floats
    revenue_n2: Floats
    net_income: Floats
    net_income_n1: Floats
    net_income_n2: Floats
    net_margin: Floats
    revenue_growth_3y: Floats
    headcount: Floats
    headcount_floor: Floats
    debt_ratio: Floats
    equity: Floats
    leader_age: Floats
    relay_age: Floats
    leader_tenure_years: Floats
    leaders_count: Floats
    created_on: Floats
    accounts_closed_on: Floats
    leader_changed_on: Floats
    accounts_filed_on: Floats
    data_age_days: Floats
    department: Texts
    naf: Texts
    has_legal_form: Bools
    has_keyword: Bools
    has_second: Bools
    has_sale: Bools
    has_closing: Bools
    has_proceeding: Bools
    has_lease: Bools
    has_holding: Bools
    is_confidential: Bools

    def __len__(self) -> int:
        return len(self.revenue)

    @classmethod
    def from_inputs(cls, rows: Sequence[Inputs]) -> Self:
        floats = {k: np.array([getattr(r, k) for r in rows], float) for k in FLOATS}
        flags = {k: np.array([getattr(r, k) for r in rows], bool) for k in FLAGS}
        return cls(
            **floats,
            **flags,
            department=np.array([r.department for r in rows], "U2"),
            naf=np.array([r.naf for r in rows], "U5"),
        )
