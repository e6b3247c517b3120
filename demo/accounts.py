"""Annual accounts of the INPI files: one row per closing and type of accounts. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

# Thousands deposited instead of euros; real growth stays far below.
UNIT_JUMP = range(500, 2001)
TYPES = {"C", "K", "S"}
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Exercise:
    """None is not published; in these files a revenue of 0 says the same."""

    revenue: int | None
    net_income: int | None


def read(
    rows: Iterable[Mapping[str, str]], *, revenue: str, net_income: str
) -> dict[Key, Exercise]:
    """Exercises by (siren, closing date, account type)."""
    found: dict[Key, Exercise] = {}
    for row in rows:
        exercise = Exercise(_euros(row[revenue]) or None, _euros(row[net_income]))
        if exercise.revenue is None and not exercise.net_income:
            continue
        if row["type_bilan"] in TYPES and _is_past(row["date_cloture_exercice"]):
            key = row["siren"], row["date_cloture_exercice"], row["type_bilan"]
            found[key] = exercise
    return found


def unit_jumps(exercises: Mapping[Key, Exercise]) -> set[Key]:
    """Exercises about 1,000 times below the one before or after of their type."""
    series: dict[tuple[str, str], list[tuple[Key, int]]] = defaultdict(list)
    for key in sorted(exercises):
        revenue = exercises[key].revenue
        if revenue is not None and revenue > 0:
            series[key[0], key[2]].append((key, revenue))
    small = set()
    for years in series.values():
        for (earlier, first), (later, second) in pairwise(years):
            if max(first, second) // min(first, second) in UNIT_JUMP:
                small.add(earlier if first < second else later)
    return small


def _euros(cell: str) -> int | None:
    return round(float(cell)) if cell else None


def _is_past(cell: str) -> bool:
    return date(2000, 1, 1) < date.fromisoformat(cell) < date(2026, 9, 30)
