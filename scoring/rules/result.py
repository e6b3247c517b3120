"""One company's score, as shown, stored and exported."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self

from scoring.rules import bands, basis
from scoring.rules.basis import State
from scoring.rules.inputs import Inputs
from scoring.rules.readings import CONTRIBUTIONS, FAMILIES, FLAGS, GROUPS
from scoring.rules.reasons import Reason, ReasonCodes, decode
from scoring.rules.ruleset import COMPONENTS, COVERAGE, Ruleset

Evaluation = Literal["evaluable", "non_evaluable"]


@dataclass(frozen=True, slots=True)
class Component:
    """``share`` is the weight once those of absent components are spread."""

    value: float | None
    weight: float
    share: float
    state: State
    basis: str


@dataclass(frozen=True, slots=True)
class Stake:
    """Points of attractivité and couverture open; would it change what is said?"""

    attractiveness: float
    coverage: float
    verdict: bool


@dataclass(frozen=True, slots=True)
class Points:
    got: float
    most: float


@dataclass(frozen=True, slots=True)
class Terms:
    """What a row keeps by reference only: the figures of its ruleset and preset."""

    version: str
    preset: str
    has_readings: bool
    weights: tuple[float, ...]
    caps: tuple[float, ...]
    most: tuple[float, ...]
    floor: float
    strong: float
    weak: float

    @classmethod
    def of(cls, ruleset: Ruleset, preset: str) -> Self:
        weights = ruleset.weights(preset)
        coverage: Mapping[str, Any] = ruleset.figures.get("coverage", {})
        points = coverage.get("points", {})
        caps = ruleset.figures.get("caps", {})
        signs = ruleset.figures.get("reasons", {})
        return cls(
            version=ruleset.version,
            preset=preset,
            has_readings=ruleset.algorithm == COVERAGE,
            weights=tuple(weights[name] for name in COMPONENTS),
            caps=tuple(float(caps.get(name, 100)) for name in FLAGS),
            most=tuple(float(points.get(name, 0)) for name in FAMILIES),
            floor=float(coverage.get("floor", 0)),
            strong=float(signs.get("strong", 100)),
            weak=float(signs.get("weak", 0)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Figures are rounded to two decimals; None is absent or not evaluable.

    ``sale_likelihood``, ``coverage``, ``reasons`` and ``stakes`` are those of
    ruleset 2.0; under 1.0 they are None or empty.
    """

    siren: str
    terms: Terms
    as_of: date
    attractiveness: float | None
    values: tuple[float | None, ...]
    basis_codes: tuple[int, ...]
    penalty: float
    flags: tuple[str, ...]
    is_evaluable: bool
    inputs: Inputs
    sale_likelihood: float | None = None
    contribution_values: tuple[float, ...] = ()
    coverage: float | None = None
    point_values: tuple[float, ...] = ()
    reason_codes: ReasonCodes = ReasonCodes()
    stake_values: tuple[tuple[float, float, bool], ...] = ()

    @property
    def ruleset(self) -> str:
        return self.terms.version

    @property
    def preset(self) -> str:
        return self.terms.preset

    @property
    def state(self) -> Evaluation:
        return "evaluable" if self.is_evaluable else "non_evaluable"

    @property
    def sale_state(self) -> Evaluation:
        return "non_evaluable" if self.sale_likelihood is None else "evaluable"

    @property
    def components(self) -> dict[str, Component]:
        held = sum(
            weight
            for weight, value in zip(self.terms.weights, self.values, strict=True)
            if value is not None
        )
        rows = zip(
            COMPONENTS, self.values, self.basis_codes, self.terms.weights, strict=True
        )
        return {
            name: _component(name, value, code, weight, held, self.terms.has_readings)
            for name, value, code, weight in rows
        }

    @property
    def cap(self) -> tuple[str, float] | None:
        """The lowest cap that holds, by name; the score may lie below it anyway."""
        if not self.flags:
            return None
        name = self.flags[0]
        return name, self.terms.caps[FLAGS.index(name)]

    @property
    def contributions(self) -> dict[str, float]:
        """Signed points of cédabilité that count for something."""
        pairs = zip(CONTRIBUTIONS, self.contribution_values, strict=False)
        return {name: points for name, points in pairs if points}

    @property
    def coverage_points(self) -> dict[str, Points]:
        rows = zip(FAMILIES, self.point_values, self.terms.most, strict=False)
        return {name: Points(got, most) for name, got, most in rows}

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return decode(self.reason_codes, self)

    @property
    def stakes(self) -> dict[str, Stake]:
        """The field groups with something still open."""
        return {
            name: Stake(*each)
            for name, each in zip(GROUPS, self.stake_values, strict=False)
            if each[0] > 0 or each[1] > 0 or each[2]
        }

    @property
    def next_group(self) -> str | None:
        """The group to ask for: what lifts the verdict first, then what weighs most."""
        return max(
            self.stakes.items(),
            key=lambda item: (
                item[1].verdict,
                item[1].attractiveness,
                item[1].coverage,
            ),
            default=(None, None),
        )[0]

    @property
    def grade(self) -> str | None:
        return bands.grade(self.attractiveness)

    @property
    def level(self) -> str:
        return bands.level(self.attractiveness)

    @property
    def priority(self) -> str | None:
        return bands.priority(self.attractiveness)

    @property
    def is_high_value(self) -> bool:
        score = self.attractiveness
        return score is not None and score >= bands.HIGH_VALUE


def _component(
    name: str,
    value: float | None,
    code: int,
    weight: float,
    held: float,
    has_readings: bool,
) -> Component:
    rests_on = basis.read(name, code) if has_readings else basis.RULE
    if value is None:
        return Component(None, weight, 0.0, basis.ABSENT.state, basis.ABSENT.code)
    return Component(value, weight, weight / held, rests_on.state, rests_on.code)
