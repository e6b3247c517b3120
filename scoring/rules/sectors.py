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


def section_of(division: str) -> str:
    """The section letter of a division; empty for one that does not exist."""
    if not division.isdigit() or division == "00":
        return ""
    return next((s for s, last in SECTIONS if int(division) <= last), "")


@dataclass(frozen=True, slots=True)
class Measure:
    """``bounds`` are the floors of the size classes above the first."""

    bounds: Floats
    cells: Mapping[str, Floats]

    def size_class(self, values: Floats) -> Floats:
        return np.searchsorted(self.bounds, values, side="right").astype(float)


@dataclass(frozen=True, slots=True)
class SectorTable:
    measures: Mapping[str, Measure]

    @classmethod
    def from_json(cls, text: str) -> Self:
        data: dict[str, Any] = json.loads(text)["measures"]
        return cls(
            {
                name: Measure(
                    np.array(each["bounds"], float),
                    {k: np.array(v, float) for k, v in each["cells"].items()},
                )
                for name, each in data.items()
            }
        )

    def percentiles(
        self, measure: str, values: Floats, divisions: Texts
    ) -> tuple[Floats, Ints]:
        """Share of the sector below each value, ties counted half, and which cell."""
        table = self.measures[measure]
        percentile = np.full(len(values), np.nan)
        level = np.zeros(len(values), np.int8)
        usable = np.flatnonzero(~np.isnan(values) & (divisions != ""))
        classes = table.size_class(values[usable]).astype(int)
        keys = np.char.add(np.char.add(divisions[usable], "/"), classes.astype("U2"))
        for key, rows in _groups(keys, usable):
            cell, where = _cell(table, key)
            if cell is not None:
                percentile[rows] = _midrank(cell, values[rows])
                level[rows] = where
        return percentile, level


def _groups(keys: Texts, rows: Indexes) -> list[tuple[str, Indexes]]:
    if not len(keys):
        return []
    names, group = np.unique(keys, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(1, len(names)))
    return list(zip(names.tolist(), np.split(rows[order], starts), strict=True))


def _cell(table: Measure, key: str) -> tuple[Floats | None, int]:
    division, size = key.split("/")
    if key in table.cells:
        return table.cells[key], IN_DIVISION
    section = table.cells.get(f"{section_of(division)}/{size}")
    return section, NOWHERE if section is None else IN_SECTION


def _midrank(cell: Floats, values: Floats) -> Floats:
    below = np.searchsorted(cell, values, side="left")
    not_above = np.searchsorted(cell, values, side="right")
    rank: Floats = 50.0 * (below + not_above) / len(cell)
    return rank
