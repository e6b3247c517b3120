"""What a component rests on: one digit per component, stored with the score."""

from dataclasses import dataclass
from typing import Final, Literal

State = Literal["known", "estimated", "absent"]


@dataclass(frozen=True, slots=True)
class Basis:
    state: State
    code: str


def _known(code: str) -> Basis:
    return Basis("known", code)


def _estimated(code: str) -> Basis:
    return Basis("estimated", code)


ABSENT: Final = Basis("absent", "absent")
# The prototype gives every component a figure, from a default when need be.
RULE: Final = _known("rule")

DEBT, LIQUIDITY, MATURITY = 1, 2, 4
HEADCOUNT, REVENUE, BAND = 1, 2, 4
TENURE, TEAM = 1, 2

_HEALTH = {
    mask: _known(
        "+".join(
            name
            for bit, name in ((1, "debt"), (2, "liquidity"), (4, "maturity"))
            if mask & bit
        )
    )
    for mask in range(1, 8)
}

BASES: Final[dict[str, dict[int, Basis]]] = {
    "financial_performance": {1: _known("revenue")},
    "growth_trajectory": {
        1: _known("given"),
        2: _known("three_years"),
        3: _known("last_year"),
    },
    "profitability": {1: _known("given"), 2: _known("amounts")},
    "financial_health": _HEALTH,
    "operational_scale": {
        HEADCOUNT: _known("headcount"),
        REVENUE: _known("revenue"),
        HEADCOUNT + REVENUE: _known("headcount+revenue"),
        BAND: _estimated("headcount_band"),
        BAND + REVENUE: _estimated("headcount_band+revenue"),
    },
    "market_position": {
        1: _known("revenue_in_division"),
        2: _known("revenue_in_section"),
        3: _known("headcount_in_division"),
        4: _known("headcount_in_section"),
        5: _estimated("headcount_band_in_division"),
        6: _estimated("headcount_band_in_section"),
    },
    "management_quality": {
        TENURE: _known("tenure"),
        TEAM: _known("team"),
        TENURE + TEAM: _known("tenure+team"),
    },
    "strategic_value": {},
}


def read(component: str, code: int) -> Basis:
    return BASES[component].get(code, ABSENT)
