"""A ruleset: weights, curves, caps and points, read from JSON and checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final, Self

from scoring.rules.curves import Curve
from scoring.rules.sectors import SectorTable

COMPONENTS: Final = (
    "financial_performance",
    "growth_trajectory",
    "profitability",
    "financial_health",
    "operational_scale",
    "market_position",
    "management_quality",
    "strategic_value",
)
SHIPPED: Final = ("1.0", "2.0")
# Each algorithm is code; its figures are data shaped like those first shipped.
PROTOTYPE: Final = "prototype"
COVERAGE: Final = "coverage"
TEMPLATES: Final = {PROTOTYPE: "1.0", COVERAGE: "2.0"}
WEIGHT_TOLERANCE = 0.001
# Tables whose keys ops choose; everywhere else the keys are those of the template.
OPEN_TABLES: Final = frozenset(
    {"presets", "market.place", "market.sector", "strategic.place"}
)


class RulesetError(ValueError):
    """The ruleset cannot be used; the message names the entry at fault."""


@dataclass(frozen=True, slots=True)
class Ruleset:
    version: str
    algorithm: str
    presets: Mapping[str, Mapping[str, float]]
    curves: Mapping[str, Curve]
    figures: Mapping[str, Any] = field(repr=False)
    sectors: SectorTable | None = field(repr=False)

    @classmethod
    def load(cls, version: str) -> "Ruleset":
        """One of the shipped rulesets."""
        if version not in SHIPPED:
            raise RulesetError(f"no ruleset {version!r}: {', '.join(SHIPPED)}")
        return _shipped(version)

    @classmethod
    def from_json(cls, source: str | Mapping[str, Any]) -> Self:
        """Read and check a ruleset, as text or as an already decoded object."""
        data = json.loads(source) if isinstance(source, str) else source
        algorithm = data.get("algorithm")
        if algorithm not in TEMPLATES:
            raise RulesetError(f"algorithm: {algorithm!r} is none of {[*TEMPLATES]}")
        _check_shape(_template(TEMPLATES[algorithm]), data, "")
        _check_presets(data["presets"])
        return cls(
            version=data["version"],
            algorithm=algorithm,
            presets=data["presets"],
            curves={k: _curve(k, knots) for k, knots in data["curves"].items()},
            figures=data,
            sectors=_sectors(data.get("sector_table")),
        )

    def weights(self, preset: str) -> Mapping[str, float]:
        try:
            return self.presets[preset]
        except KeyError:
            known = ", ".join(self.presets)
            raise RulesetError(f"no preset {preset!r}: {known}") from None

    @property
    def keywords(self) -> tuple[str, ...]:
        return tuple(self.figures.get("keywords", ()))

    @property
    def relay_gap_years(self) -> float:
        gap: float = self.figures.get("sale", {}).get("relay_gap_years", 20)
        return gap


def read_shipped(version: str) -> str:
    """The JSON text of a shipped ruleset, as a migration loads it."""
    return _read(f"ruleset-{version}.json")


def _read(name: str) -> str:
    folder = resources.files("scoring.rulesets")
    return folder.joinpath(name).read_text(encoding="utf-8")


@cache
def _shipped(version: str) -> Ruleset:
    return Ruleset.from_json(read_shipped(version))


@cache
def _template(version: str) -> Mapping[str, Any]:
    template: Mapping[str, Any] = json.loads(read_shipped(version))
    return template


@cache
def _load_sectors(name: str) -> SectorTable:
    return SectorTable.from_json(_read(name))


def _sectors(name: str | None) -> SectorTable | None:
    if name is None:
        return None
    if not name.startswith("sectors-") or "/" in name:
        raise RulesetError(f"sector_table: {name!r} is not a shipped table")
    try:
        return _load_sectors(name)
    except FileNotFoundError:
        raise RulesetError(f"sector_table: no file {name!r}") from None


def _curve(name: str, knots: list[list[float]]) -> Curve:
    try:
        return Curve.from_knots(knots)
    except ValueError as error:
        raise RulesetError(f"curves.{name}: {error}") from None


def _check_presets(presets: Mapping[str, Mapping[str, float]]) -> None:
    if "default" not in presets:
        raise RulesetError("presets: there is no preset named default")
    for name, weights in presets.items():
        if set(weights) != set(COMPONENTS):
            raise RulesetError(f"presets.{name}: the eight components are needed")
        if min(weights.values()) < 0:
            raise RulesetError(f"presets.{name}: a weight is negative")
        total = sum(weights.values())
        if abs(total - 1) > WEIGHT_TOLERANCE:
            raise RulesetError(f"presets.{name}: the weights sum to {total:g}, not 1")


def _check_shape(template: Any, value: Any, path: str) -> None:
    """Refuse missing and unknown entries and values of another type."""
    if isinstance(template, dict):
        _check_table(template, value, path)
    elif isinstance(template, list):
        if not isinstance(value, list) or not value:
            raise RulesetError(f"{path}: a list is needed")
        for position, each in enumerate(value):
            _check_shape(template[0], each, f"{path}[{position}]")
    elif isinstance(template, str):
        if not isinstance(value, str):
            raise RulesetError(f"{path}: {value!r} is not text")
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise RulesetError(f"{path}: {value!r} is not a number")


def _check_table(template: dict[str, Any], value: Any, path: str) -> None:
    if not isinstance(value, Mapping):
        raise RulesetError(f"{path}: a table is needed")
    is_open = path in OPEN_TABLES
    if not is_open and set(value) != set(template):
        wrong = ", ".join(sorted(set(value) ^ set(template)))
        raise RulesetError(f"{path or 'ruleset'}: missing or unknown entries: {wrong}")
    first = next(iter(template.values()))
    for key, each in value.items():
        model = first if is_open else template[key]
        _check_shape(model, each, f"{path}.{key}".lstrip("."))
