"""What makes two companies alike: each trait, its weight, the distance of two values.

A distance is 0 for the same and 1 for what has nothing in common any more; it grows
evenly and stops there, so that no outlier decides alone. The steps compared are those
of ``companies.search.index.likeness``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from companies import nomenclature
from companies.search.index.likeness import SCALES, departments

Floats = npt.NDArray[np.float64]
Table = npt.NDArray[np.int32]
T = TypeVar("T", float, Floats)
Steps = Mapping[str, int]

# Thousandths of a point of a hundred: what a whole distance is.
WHOLE = 100_000
# What a trait that cannot be compared counts for: neither near nor far.
MIDDLE = 0.5
DAYS_A_YEAR = 365.25
YOUNGEST, OLDEST = 16, 100
UNKNOWN = 0
# Of the tree of activities and of places: by the smallest level that two share.
SAME_CODE, SAME_CLASS, SAME_GROUP, SAME_DIVISION, SAME_SECTION = 0, 0.1, 0.2, 0.4, 0.75
SAME_DEPARTMENT, SAME_REGION = 0, 0.4

# From the step of one company, the distance to every step; what is unknown is NaN.
Distances = Callable[[int, date], Floats]


@dataclass(frozen=True, slots=True)
class Trait:
    """``column`` of the index holds its steps; weights are percents of the whole."""

    name: str
    weight: int
    column: str
    distances: Distances


Measure = Callable[[Floats, date], Floats]


def _plain(values: Floats, _today: date) -> Floats:
    return values


def _log(values: Floats, _today: date) -> Floats:
    return np.log(values)


def _arsinh(values: Floats, _today: date) -> Floats:
    return np.arcsinh(values / 20_000)


def years_since(days: T, today: date) -> T:
    """Whole and parts; a day to come is none."""
    now = (today - date(1970, 1, 1)).days
    years: T = np.maximum((now - days) / DAYS_A_YEAR, 0)
    return years


def _log_years(days: Floats, today: date) -> Floats:
    """Two years count for much in a young company, for little in an old one."""
    return np.log(years_since(days, today) + 3)


def _age(born: Floats, today: date) -> Floats:
    age = today.year - born
    return np.where((age >= YOUNGEST) & (age <= OLDEST), age, np.nan)


# How a figure counts, and how far apart two have nothing in common any more.
SPANS: Mapping[str, tuple[Measure, float]] = {
    "revenue": (_log, float(np.log(8))),
    "per_head": (_log, float(np.log(6))),
    "net_margin": (_plain, 0.2),
    "ebitda_margin": (_plain, 0.25),
    "growth": (_plain, 0.4),
    "debt": (_plain, 0.6),
    "equity": (_arsinh, float(np.log(20))),
    "created": (_log_years, float(np.log(6))),
    "born": (_age, 25.0),
    "appointed": (_log_years, float(np.log(6))),
}


def _on_scale(name: str) -> Distances:
    measure, span = SPANS[name]

    def distances(step: int, today: date) -> Floats:
        measured = np.concatenate([[np.nan], measure(SCALES[name].values, today)])
        found: Floats = np.minimum(np.abs(measured - measured[step]) / span, 1)
        return found

    return distances


def apart(name: str, figures: Floats, others: Floats, today: date) -> Floats:
    """Each figure's mean distance to the others, where a scale would hold both.

    Of what is unknown it is 0: nothing is summed.
    """
    measure, span = SPANS[name]
    gaps = measure(figures, today)[:, None] - measure(others, today)
    known = np.maximum(np.count_nonzero(~np.isnan(gaps), axis=1), 1)
    found: Floats = np.nansum(np.minimum(np.abs(gaps) / span, 1), axis=1) / known
    return found


def _bands(step: int, _today: date) -> Floats:
    """Four bands apart: 6 to 9 people and 100 to 199."""
    bands = np.arange(len(nomenclature.HEADCOUNT_BANDS) + 1, dtype=np.float64)
    bands[UNKNOWN] = np.nan
    found: Floats = np.minimum(np.abs(bands - bands[step]) / 4, 1)
    return found


def _activities(step: int, _today: date) -> Floats:
    found = np.ones(len(nomenclature.naf_by_id()) + 1)
    found[UNKNOWN] = np.nan
    if step == UNKNOWN:
        return np.full_like(found, np.nan)
    naf, levels = nomenclature.naf_by_id()[step], nomenclature.naf_levels()
    for code, distance in (
        (naf.section, SAME_SECTION),
        (naf.division, SAME_DIVISION),
        (naf.group, SAME_GROUP),
        (naf.class_, SAME_CLASS),
        (naf.code, SAME_CODE),
    ):
        span = levels[code][1]
        found[span.first : span.last + 1] = distance
    return found


@cache
def regions() -> tuple[str, ...]:
    """Of each département, by its step; nothing for the unknown."""
    return ("", *(nomenclature.region_of(code) for code in departments()))


def _places(step: int, _today: date) -> Floats:
    region = np.array(regions())
    found = np.where(region == region[step], SAME_REGION, 1.0)
    found[step] = SAME_DEPARTMENT
    found[UNKNOWN] = np.nan
    return found if step != UNKNOWN else np.full_like(found, np.nan)


def _figure(name: str, weight: int) -> Trait:
    return Trait(name, weight, f"like_{name}", _on_scale(name))


TRAITS = (
    Trait("naf", 25, "naf", _activities),
    _figure("revenue", 16),
    Trait("place", 9, "like_department", _places),
    Trait("band", 8, "like_band", _bands),
    _figure("net_margin", 7),
    _figure("growth", 7),
    _figure("ebitda_margin", 6),
    _figure("per_head", 5),
    _figure("debt", 5),
    _figure("born", 4),
    _figure("equity", 3),
    _figure("created", 3),
    _figure("appointed", 2),
)
# What the register says of every company.
REGISTER = ("naf", "place", "band", "created")


@dataclass(frozen=True, slots=True)
class Compared:
    """Of some seeds, each trait's distance to every step; NaN where none is known.

    ``known`` is the weight of what is known of at least one seed, in percent.
    """

    tables: Mapping[str, Table]
    distances: Mapping[str, Floats]
    known: int

    @property
    def floor(self) -> int:
        """What a company costs that only the register knows, at the least."""
        return sum(
            int(table.min()) if name in REGISTER else int(table[UNKNOWN])
            for name, table in self.tables.items()
        )


def compare(seeds: Sequence[Steps], today: date) -> Compared | None:
    """One table a trait: the mean of the distances to each seed, weighed.

    The mean distance to the seeds, not the distance to a mean company, which would
    have no activity and no place: what the seeds agree on tells candidates apart, what
    they disagree on does not. It costs one pass whatever their number. A trait that is
    unknown of a seed weighs nothing for it; None when nothing is known of any.
    """
    told = [found for seed in seeds if (found := _known(seed, today))]
    if not told:
        return None
    shared = [trait for trait in TRAITS if any(trait.name in each for each in told)]
    return Compared(
        tables={trait.name: _table(trait, told) for trait in shared},
        distances={
            trait.name: np.mean(
                [each[trait.name] for each in told if trait.name in each], axis=0
            )
            for trait in shared
        },
        known=sum(trait.weight for trait in shared),
    )


def _known(seed: Steps, today: date) -> dict[str, Floats]:
    """The distances to a seed by trait, without those that it cannot tell."""
    found = {trait.name: trait.distances(seed[trait.name], today) for trait in TRAITS}
    return {name: each for name, each in found.items() if not np.isnan(each).all()}


def _table(trait: Trait, told: Sequence[Mapping[str, Floats]]) -> Table:
    total = np.zeros(1)
    for each in told:
        if trait.name in each:
            distances = each[trait.name]
            cost = np.where(np.isnan(distances), MIDDLE, distances)
            weight = sum(other.weight for other in TRAITS if other.name in each)
            total = total + cost * (trait.weight / weight)
    return np.rint(total * (WHOLE / len(told))).astype(np.int32)


def steps_of(arrays: Mapping[str, npt.NDArray[Any]], row: int) -> dict[str, int]:
    """Of one row, the step of each trait; what its block does not hold is unknown."""
    return {
        trait.name: max(int(arrays[trait.column][row]), UNKNOWN)
        if trait.column in arrays
        else UNKNOWN
        for trait in TRAITS
    }
