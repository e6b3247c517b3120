"""The few facts that explain each reading most, as codes with parameters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from scoring.rules import measures
from scoring.rules.arrays import Floats, Indexes, columns_of
from scoring.rules.readings import CONTRIBUTIONS, FAMILIES, Readings
from scoring.rules.ruleset import COMPONENTS, Ruleset

if TYPE_CHECKING:
    from scoring.rules.result import Result

Sign = Literal["+", "-", "±"]
Reading = Literal["attractiveness", "sale", "coverage"]

# The fact behind each component.
CODES: Final = (
    "revenue_level",
    "revenue_growth",
    "net_margin",
    "financial_health",
    "size",
    "sector_rank",
    "management",
    "thesis",
)
NOTHING = -1


@dataclass(frozen=True, slots=True)
class Reason:
    reading: Reading
    code: str
    sign: Sign
    params: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReasonCodes:
    """One character per reason: its place in COMPONENTS, CONTRIBUTIONS, FAMILIES."""

    attractiveness: str = ""
    sale: str = ""
    coverage: str = ""


_DIGITS = "0123456789a"


def choose(
    readings: Readings, ruleset: Ruleset, preset: str
) -> tuple[Indexes, Indexes, Indexes]:
    """Places of the strongest facts of each reading, NOTHING where there is none."""
    if readings.sale is None or readings.coverage is None:
        nothing = np.full((len(readings.penalty), 0), NOTHING)
        return nothing, nothing, nothing
    most = int(ruleset.figures["reasons"]["most"])
    weights = np.array([ruleset.weights(preset)[name] for name in COMPONENTS])
    distance = np.abs(readings.components - 50.0) * weights
    contributions = np.abs(readings.sale.contributions)
    contributions[:, CONTRIBUTIONS.index("base")] = 0.0
    missing = np.array(readings.coverage.most) - readings.coverage.points
    return (
        _strongest(np.where(np.isnan(distance), -1.0, distance), most, -0.5),
        _strongest(contributions, most, 0.0),
        _strongest(missing, most, 0.0),
    )


def _strongest(impact: Floats, most: int, above: float) -> Indexes:
    """The greatest first, among equals the one that comes first; above ``above``.

    Picked one after the other along whole columns: a sort of each row costs more.
    """
    left = np.array(impact.T)
    rows = np.arange(len(impact))
    picked = []
    for _ in range(min(most, len(left))):
        # One more than the place, and zero for none: places come in rising order, so
        # that the last one to be better is the greatest.
        found = np.zeros(len(impact), np.int8)
        best = np.full(len(impact), above)
        for number, column in enumerate(left, 1):
            is_better = (column > best).view(np.int8)
            np.maximum(found, is_better * np.int8(number), out=found)
            np.maximum(best, column, out=best)
        place = found.astype(np.int64) - 1
        picked.append(place)
        is_found = place != NOTHING
        left.put((place * len(rows) + rows)[is_found], above)
    return columns_of(picked)


def encode(places: list[int]) -> str:
    return "".join(_DIGITS[place] for place in places if place != NOTHING)


def decode(codes: ReasonCodes, result: "Result") -> tuple[Reason, ...]:
    return (
        *_flag_reasons(result),
        *(_component_reason(_DIGITS.index(c), result) for c in codes.attractiveness),
        *_sale_reasons(codes.sale, result),
        *_coverage_reasons(codes.coverage, result),
    )


def _flag_reasons(result: "Result") -> Iterator[Reason]:
    for flag in result.flags:
        yield Reason("attractiveness", f"flag_{flag}", "-")


def _component_reason(place: int, result: "Result") -> Reason:
    value, terms = result.values[place] or 0.0, result.terms
    sign: Sign = "+" if value >= terms.strong else "-" if value < terms.weak else "±"
    params = {"value": value, **measures.of_component(COMPONENTS[place], result)}
    return Reason("attractiveness", CODES[place], sign, params)


def _sale_reasons(codes: str, result: "Result") -> Iterator[Reason]:
    if "sold" in result.flags:
        yield Reason("sale", "sale_sold", "-")
        return
    if result.terms.has_readings and result.sale_likelihood is None:
        yield Reason("sale", "sale_age_unknown", "±")
    for character in codes:
        place = _DIGITS.index(character)
        points = result.contribution_values[place]
        sign: Sign = "+" if points > 0 else "-"
        name = CONTRIBUTIONS[place]
        params = {"points": points, **measures.of_contribution(name, result)}
        yield Reason("sale", f"sale_{name}", sign, params)


def _coverage_reasons(codes: str, result: "Result") -> Iterator[Reason]:
    if result.terms.has_readings and result.inputs.is_confidential:
        yield Reason("coverage", "accounts_confidential", "±")
    for character in codes:
        place = _DIGITS.index(character)
        got, most = result.point_values[place], result.terms.most[place]
        code = "partial" if got > 0 else "missing"
        params = {"points": round(most - got, 2)}
        yield Reason("coverage", f"{code}_{FAMILIES[place]}", "-", params)
