"""The same companies by two rulesets: how many move, by how much, who and why."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from scoring.bulk.source import Known
from scoring.rules import bands, engine, wording
from scoring.rules.arrays import Floats, Indexes
from scoring.rules.curves import round2
from scoring.rules.readings import Readings
from scoring.rules.result import Result
from scoring.rules.ruleset import Ruleset

MOST_MOVERS, MOST_CROSSERS, MOST_PARTS = 20, 20, 3
# What is rounded away moves nobody.
STEP: Final = 0.005
# Upper ends of the moves that are counted together; the last one has no end.
EDGES: Final = (-10.0, -5.0, -2.0, -STEP, STEP, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Moves:
    """What two rulesets make of the same companies, a line of each array a company."""

    sirens: Indexes
    before: Readings
    after: Readings

    @cached_property
    def scores(self) -> tuple[Floats, Floats]:
        """As they are shown; NaN is not evaluable."""
        return round2(self.before.attractiveness), round2(self.after.attractiveness)

    @cached_property
    def moves(self) -> Floats:
        """NaN where one of the two gives no score."""
        before, after = self.scores
        return np.round(after - before, 2)

    @property
    def movers(self) -> list[str]:
        """Those who move most, the farthest first."""
        rows = np.flatnonzero(np.abs(self.moves) > STEP)
        order = np.lexsort((self.sirens[rows], -np.abs(self.moves[rows])))
        return self._named(rows[order[:MOST_MOVERS]])

    @property
    def crossers(self) -> list[str]:
        """Those who pass the floor of coverage: first those that go above it."""
        rows = [*np.flatnonzero(self._gained), *np.flatnonzero(self._lost)]
        return self._named(rows[:MOST_CROSSERS])

    @property
    def _gained(self) -> Any:
        return ~self.before.is_evaluable & self.after.is_evaluable

    @property
    def _lost(self) -> Any:
        return self.before.is_evaluable & ~self.after.is_evaluable

    def _named(self, rows: Iterable[int]) -> list[str]:
        return [f"{self.sirens[row]:09d}" for row in rows]

    @property
    def figures(self) -> dict[str, Any]:
        """Of all of them, as numbers and codes."""
        moves = self.moves[~np.isnan(self.moves)]
        gained, lost = int(self._gained.sum()), int(self._lost.sum())
        up, down = int((moves > STEP).sum()), int((moves < -STEP).sum())
        both = ~np.isnan(self.moves)
        return {
            "comparable": len(moves),
            "moved": up + down + gained + lost,
            "up": up,
            "down": down,
            "gained": gained,
            "lost": lost,
            "bins": np.bincount(
                np.searchsorted(EDGES, moves), minlength=len(EDGES) + 1
            ).tolist(),
            "before": _summary(self.scores[0][both]),
            "after": _summary(self.scores[1][both]),
            "mean_move": _rounded(np.abs(moves).mean()) if len(moves) else None,
            "levels": _crossings(self.scores[0][both], self.scores[1][both]),
            "sale_moved": _differing(_sale(self.before), _sale(self.after)),
            "coverage_moved": _differing(_coverage(self.before), _coverage(self.after)),
        }


def compare(known: Known, rules: tuple[Ruleset, Ruleset], preset: str) -> Moves:
    before, after = (
        engine.compute(
            known.columns(each), ruleset=each, preset=preset, as_of=known.as_of
        )
        for each in rules
    )
    return Moves(known.sirens, before, after)


def _summary(scores: Floats) -> dict[str, float] | None:
    if not len(scores):
        return None
    return {"mean": _rounded(scores.mean()), "median": _rounded(np.median(scores))}


def _rounded(value: Any) -> float:
    return round(float(value), 2)


def _crossings(before: Floats, after: Floats) -> list[list[Any]]:
    """[level before, level after, how many], the most frequent first."""
    levels = zip(
        map(bands.level, before.tolist()), map(bands.level, after.tolist()), strict=True
    )
    crossed = Counter((old, new) for old, new in levels if old != new)
    return [[*pair, n] for pair, n in crossed.most_common()]


def _sale(readings: Readings) -> Floats | None:
    return None if readings.sale is None else round2(readings.sale.total)


def _coverage(readings: Readings) -> Floats | None:
    return None if readings.coverage is None else round2(readings.coverage.total)


def _differing(before: Floats | None, after: Floats | None) -> int:
    """The prototype has neither of the two."""
    if before is None or after is None:
        return 0
    return int((~((before == after) | (np.isnan(before) & np.isnan(after)))).sum())


def told(name: str, before: Result, after: Result) -> dict[str, Any]:
    """One company: both scores, the caps, and the components that moved it most."""
    return {
        "siren": before.siren,
        "name": name,
        "before": before.attractiveness,
        "after": after.attractiveness,
        "coverage": [before.coverage, after.coverage],
        "levels": [before.level, after.level],
        "caps": [before.cap, after.cap],
        "parts": _parts(before, after)[:MOST_PARTS],
    }


def _parts(before: Result, after: Result) -> list[dict[str, Any]]:
    """Components by what they moved: the sum of them all is the move before caps."""
    old, new = before.components, after.components
    parts = []
    for name, b in old.items():
        a = new[name]
        points = (a.value or 0.0) * a.share - (b.value or 0.0) * b.share
        if abs(points) < STEP:
            continue
        parts.append(
            {
                "component": name,
                "points": round(points, 2),
                "values": [b.value, a.value],
                "shares": [round(100 * b.share, 1), round(100 * a.share, 1)],
                "fact": {
                    "fr": wording.component_fact(after, name, "fr"),
                    "en": wording.component_fact(after, name, "en"),
                },
            }
        )
    return sorted(parts, key=lambda part: -abs(part["points"]))
