"""What a company is like, one byte for each trait: few enough to compare with all.

A trait is a step of a scale that never changes, so that what changed since the index
was built compares with what did not, and a pair is as alike tomorrow as today. Step 0
is the unknown. What steps are worth, and how traits weigh, is ``scoring.lookalikes``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from companies import nomenclature
from companies.search.index.columns import Table, unknown

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint8]

STEPS = 255
# Days of the scale of dates: half years from 1 January 1930 to the end of 2056.
_FIRST_DAY, _HALF_YEAR = -14_610, 182.625


def _same(values: Floats) -> Floats:
    return values


@dataclass(frozen=True, slots=True)
class Scale:
    """255 even steps from ``low`` to ``high`` of ``warp``; what lies beyond is held."""

    low: float
    high: float
    warp: Callable[[Floats], Floats] = _same
    unwarp: Callable[[Floats], Floats] = _same

    def steps(self, values: Floats) -> Codes:
        """NaN is 0, the unknown."""
        low, high = self.warp(np.array([self.low, self.high], np.float64))
        with np.errstate(invalid="ignore", divide="ignore"):
            place = (self.warp(values) - low) / (high - low) * (STEPS - 1)
        steps = np.rint(np.clip(place, 0, STEPS - 1)) + 1
        return np.where(np.isnan(values), 0, steps).astype(np.uint8)

    @property
    def values(self) -> Floats:
        """What each step from 1 on stands for."""
        low, high = self.warp(np.array([self.low, self.high], np.float64))
        return self.unwarp(np.linspace(low, high, STEPS))


def _signed_log(values: Floats) -> Floats:
    """Even around zero, by ratios beyond; below zero as above."""
    return np.arcsinh(values / 20_000)


def _signed_exp(values: Floats) -> Floats:
    return np.sinh(values) * 20_000


# Amounts in euros; margins, growth and debt are ratios; dates are days of 1970.
SCALES: Mapping[str, Scale] = {
    "revenue": Scale(10_000, 2e10, np.log, np.exp),
    "per_head": Scale(1_000, 1e7, np.log, np.exp),
    "net_margin": Scale(-0.2, 0.3),
    "ebitda_margin": Scale(-0.2, 0.4),
    "growth": Scale(-0.5, 0.75),
    "debt": Scale(0, 1),
    "equity": Scale(-1e9, 1e9, _signed_log, _signed_exp),
    "created": Scale(_FIRST_DAY, _FIRST_DAY + (STEPS - 1) * _HALF_YEAR),
    "born": Scale(1870, 1870 + STEPS - 1),
    "appointed": Scale(_FIRST_DAY, _FIRST_DAY + (STEPS - 1) * _HALF_YEAR),
}
# Known of every company; the others of the targets only.
REGISTER = ("band", "department", "created")
COLUMNS = (*REGISTER, *(name for name in SCALES if name != "created"))


def derive(rows: Mapping[str, Array] | Table, accounts: Table) -> dict[str, Codes]:
    """``like_…``: the steps of each of the rows, which have the index's columns."""
    found = {
        "like_band": band_of(rows["headcount"]).astype(np.uint8),
        "like_department": department_of(rows["geo"]),
    }
    for name, values in figures(rows, accounts):
        if name in SCALES:
            found[f"like_{name}"] = SCALES[name].steps(values)
    return found


def band_of(headcount: Array) -> npt.NDArray[np.int64]:
    """0 for unknown, then the bands in their order."""
    return np.searchsorted(_band_floors(), headcount, side="right")


@cache
def _band_floors() -> Array:
    return np.array([band.lower for band in nomenclature.HEADCOUNT_BANDS.values()])


@cache
def departments() -> tuple[str, ...]:
    """Codes in the order of their communes: the first one is step 1."""
    ranges = nomenclature.department_ranges()
    return tuple(sorted(ranges, key=lambda code: ranges[code].first))


def department_of(geo: Array) -> Codes:
    ranges = nomenclature.department_ranges()
    firsts = np.array([ranges[code].first for code in departments()], geo.dtype)
    return np.searchsorted(firsts, geo, side="right").astype(np.uint8)


def figures(
    rows: Mapping[str, Array] | Table, accounts: Table
) -> Iterator[tuple[str, Floats]]:
    """Each figure of the rows, one at a time; NaN is unknown.

    A revenue that is not above zero is unknown: a published zero means unpublished.
    """
    yield "created", -_known(rows["seniority"])
    yield "headcount", _known(rows["headcount"])
    names = rows.dtype.names or () if isinstance(rows, np.ndarray) else rows
    if "revenue" not in names:
        return
    revenue, headcount = _positive(rows["revenue"]), _positive(rows["headcount"])
    yield "revenue", revenue
    yield "per_head", revenue / headcount
    yield "net_margin", _known(rows["net_income"]) / revenue
    yield "ebitda_margin", _known(rows["ebitda"]) / revenue
    yield "born", 2100 - _known(rows["leader_age"])
    yield "appointed", -_known(rows["leader_tenure"])
    yield from _of_accounts(rows["siren"], accounts)


def _known(column: Array) -> Floats:
    missing = unknown(column.dtype.itemsize)
    return np.where(column == missing, np.nan, column.astype(np.float64))


def _positive(column: Array) -> Floats:
    return np.where(column > 0, column.astype(np.float64), np.nan)


def _of_accounts(siren: Array, accounts: Table) -> Iterator[tuple[str, Floats]]:
    last = _last_exercises(accounts)
    where = _places(last["siren"], siren)
    equity, debt = _known(last["equity"]), _known(last["debt"])
    with np.errstate(invalid="ignore", divide="ignore"):
        # An insolvent company is all debt, whatever the ratio of the amounts says.
        ratio = np.where(equity <= 0, 1.0, debt / (debt + equity))
    ratio[np.isnan(debt)] = np.nan
    for name, values in (
        ("growth", _growth(last, accounts)),
        ("debt", ratio),
        ("equity", equity),
    ):
        yield name, np.append(values, np.nan)[where]


def _last_exercises(accounts: Table) -> Table:
    """One a company: the last published, a company's own before its group's."""
    told = accounts[accounts["is_published"] > 0]
    told = told[np.lexsort((told["kind"], -told["closed_on"], told["siren"]))]
    last: Table = told[np.diff(told["siren"], prepend=-1) != 0]
    return last


def _growth(last: Table, accounts: Table) -> Floats:
    """By year, over the two years before or else over one, within one account type."""
    order = np.lexsort((accounts["closed_on"], _exercise(accounts, 0)))
    past = accounts[order]
    keys = _exercise(past, 0)
    now, before, earlier = (
        np.append(_positive(past["revenue"]), np.nan)[
            _places(keys, _exercise(last, back))
        ]
        for back in (0, 1, 2)
    )
    over_one, over_two = now / before - 1, np.sqrt(now / earlier) - 1
    growth: Floats = np.where(np.isnan(over_two), over_one, over_two)
    return growth


def _exercise(accounts: Table, years_before: int) -> npt.NDArray[np.int64]:
    """One number for a company, an account type and a year."""
    year = accounts["year"].astype(np.int64) - years_before
    series = accounts["siren"].astype(np.int64) * 4 + accounts["kind"]
    exercise: npt.NDArray[np.int64] = series * 10_000 + year
    return exercise


def _places(known: Array, wanted: Array) -> npt.NDArray[np.int64]:
    """The last place of each in ``known``, which is sorted; else one after its end."""
    if not len(known):
        return np.zeros(len(wanted), np.int64)
    wanted = wanted.astype(known.dtype, copy=False)
    place = np.searchsorted(known, wanted, side="right") - 1
    is_here = (place >= 0) & (known[np.maximum(place, 0)] == wanted)
    return np.where(is_here, place, len(known))
