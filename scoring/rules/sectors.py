"""Rank of a company among those of its sector and size, from a shipped table."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

from scoring.rules.arrays import Floats, Indexes, Ints, Texts

# Last division of each section of NAF rev. 2, in order.
SECTIONS: Final = (
    ("A", 3), ("B", 9), ("C", 33), ("D", 35), ("E", 39), ("F", 43), ("G", 47),
    ("H", 53), ("I", 56), ("J", 63), ("K", 66), ("L", 68), ("M", 75), ("N", 82),
    ("O", 84), ("P", 85), ("Q", 88), ("R", 93), ("S", 96), ("T", 98), ("U", 99),
)  # fmt: skip
NOWHERE, IN_DIVISION, IN_SECTION = 0, 1, 2
DIVISIONS: Final = tuple(f"{number:02d}" for number in range(100))
NO_DIVISION: Final = -1
NO_CELL: Final = -1


def section_of(division: str) -> str:
    """The section letter of a division; empty for one that does not exist."""
    if not division.isdigit() or division == "00":
        return ""
    return next((s for s, last in SECTIONS if int(division) <= last), "")


@dataclass(frozen=True, slots=True)
class Measure:
    """``bounds`` are the floors of the size classes above the first.

    ``known`` holds the values of all cells, ``counts`` how many of a cell's own lie
    before each of them; ``numbers`` and ``levels`` lead from division and class to the
    row of ``counts``, which is the section's where the division has none.
    """

    bounds: Floats
    cells: Mapping[str, Floats]
    known: Floats
    counts: Indexes
    sizes: Indexes
    numbers: Indexes
    levels: Ints

    @classmethod
    def of(cls, bounds: Floats, cells: Mapping[str, Floats]) -> Self:
        known = np.unique(np.concatenate([*cells.values(), np.empty(0)]))
        inside = [np.searchsorted(cell, known) for cell in cells.values()]
        sizes = [len(cell) for cell in cells.values()]
        numbers = np.full((len(DIVISIONS), len(bounds) + 1), NO_CELL, np.int64)
        levels = np.full(numbers.shape, NOWHERE, np.int8)
        for row, division in enumerate(DIVISIONS):
            for size in range(len(bounds) + 1):
                numbers[row, size], levels[row, size] = _cell(cells, division, size)
        return cls(
            bounds=bounds,
            cells=cells,
            known=known,
            counts=np.array(
                [[*row, size] for row, size in zip(inside, sizes, strict=True)]
            ).reshape(len(cells), len(known) + 1),
            sizes=np.array(sizes, np.int64),
            numbers=numbers,
            levels=levels,
        )

    def size_class(self, values: Floats) -> Floats:
        return np.searchsorted(self.bounds, values, side="right").astype(float)

    def midranks(self, values: Floats, cells: Indexes) -> Floats:
        """Of each value within its cell: share below in per cent, ties half."""
        place = np.searchsorted(self.known, values)
        below = self.counts[cells, place]
        is_tied = self.known[np.minimum(place, len(self.known) - 1)] == values
        not_above = self.counts[cells, place + is_tied]
        rank: Floats = 50.0 * (below + not_above) / self.sizes[cells]
        return rank


@dataclass(frozen=True, slots=True)
class SectorTable:
    measures: Mapping[str, Measure]

    @classmethod
    def from_json(cls, text: str) -> Self:
        data: dict[str, Any] = json.loads(text)["measures"]
        return cls(
            {
                name: Measure.of(
                    np.array(each["bounds"], float),
                    {k: np.array(v, float) for k, v in each["cells"].items()},
                )
                for name, each in data.items()
            }
        )

    def percentiles(
        self, measure: str, values: Floats, naf: Texts
    ) -> tuple[Floats, Ints]:
        """Share of the sector below each value, ties counted half, and which cell.

        Of ``naf`` the first two characters count: the division.
        """
        table = self.measures[measure]
        percentile = np.full(len(values), np.nan)
        level = np.full(len(values), NOWHERE, np.int8)
        division = divisions_of(naf)
        usable = np.flatnonzero(~np.isnan(values) & (division != NO_DIVISION))
        place = (division[usable], table.size_class(values[usable]).astype(np.int64))
        has_cell = table.numbers[place] != NO_CELL
        rows = usable[has_cell]
        cells = table.numbers[place][has_cell]
        percentile[rows] = table.midranks(values[rows], cells)
        level[rows] = table.levels[place][has_cell]
        return percentile, level


def divisions_of(naf: Texts) -> Indexes:
    """The number that a code begins with; NO_DIVISION where it is not of two digits."""
    if not len(naf):
        return np.empty(0, np.int64)
    width = max(naf.dtype.itemsize // 4, 2)
    points = np.ascontiguousarray(naf.astype(f"U{width}", copy=False)).view(np.uint32)
    tens, units = (points.reshape(len(naf), width)[:, :2].astype(np.int64) - ord("0")).T
    is_number = (tens >= 0) & (tens <= 9) & (units >= 0) & (units <= 9)
    return np.where(is_number, 10 * tens + units, NO_DIVISION)


def _cell(cells: Mapping[str, Floats], division: str, size: int) -> tuple[int, int]:
    names = list(cells)
    for area, level in ((division, IN_DIVISION), (section_of(division), IN_SECTION)):
        key = f"{area}/{size}"
        if key in cells:
            return names.index(key), level
    return NO_CELL, NOWHERE
