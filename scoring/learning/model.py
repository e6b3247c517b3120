"""A trained model: answers, what moved each answer, and when it should keep silent."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.pipeline import Pipeline

from scoring.learning.arrays import Bools, Floats
from scoring.learning.calibration import Calibration
from scoring.learning.drift import Reference
from scoring.learning.features import Features
from scoring.learning.table import Table

# Rows worked on at once, so that a million companies cost no more memory than these.
CHUNK: Final = 100_000
# The weight of what is known and in range under which no answer should be given.
FLOOR: Final = 0.4
# The weight of what lies outside the training range over which rules should answer.
OUTSIDE: Final = 0.2
STRONGEST: Final = 5


class ModelMismatch(Exception):
    """The model was trained on other columns, or for another question."""


@dataclass(frozen=True)
class Factor:
    """``contribution`` is signed and on the margin; ``value`` is None when missing."""

    feature: str
    value: float | str | None
    contribution: float


@dataclass(frozen=True)
class Answer:
    """``probability`` is None where the model gives a score and not a probability."""

    score: float
    probability: float | None
    confidence: float
    factors: tuple[Factor, ...]
    is_outside: bool
    is_silent: bool
    version: str


@dataclass(frozen=True, eq=False)
class Model:
    """``columns`` are those of the training table, ``features`` those it kept.
    ``weights`` say how much of the answers each feature moves, and sum to one.
    ``quantiles`` are the margins of training rows the model had not learnt from: a
    score is the share of them that a margin exceeds.
    """

    columns: tuple[str, ...]
    inputs: Features
    pipeline: Pipeline
    calibration: Calibration | None
    quantiles: Floats
    weights: Floats
    reference: Reference
    version: str
    _explainers: list[tuple[Any, float, bool]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    @property
    def features(self) -> tuple[str, ...]:
        return self.inputs.names

    @property
    def gives_probability(self) -> bool:
        return self.calibration is not None

    def margin(self, table: Table) -> Floats:
        """What the trees add up to, before calibration."""
        found = np.empty(len(table))
        for rows, matrix in self._matrices(table):
            found[rows] = self._margin(self._ready(matrix))
        return found

    def probability(self, table: Table) -> Floats:
        if self.calibration is None:
            raise ModelMismatch("Ce modèle donne un score, pas une probabilité.")
        return self.calibration(self.margin(table))

    def score(self, table: Table) -> Floats:
        """0-100: the rank of the margin among training rows, or the number learnt."""
        return self._scored(self.margin(table))

    def confidence(self, table: Table) -> Floats:
        """0-1: the weight of the features that are known and in the training range."""
        found = np.empty(len(table))
        for rows, matrix in self._matrices(table):
            found[rows] = self.inputs.is_read(matrix)[1] @ self.weights
        return found

    def is_outside(self, table: Table) -> Bools:
        """Rows that are too far from what was learnt: rules should answer."""
        found = np.empty(len(table), bool)
        for rows, matrix in self._matrices(table):
            known, inside = self.inputs.is_read(matrix)
            found[rows] = (known & ~inside) @ self.weights > OUTSIDE
        return found

    def abstains(self, table: Table) -> Bools:
        """Rows of which too little is known for any answer."""
        return self.confidence(table) < FLOOR

    def explain(self, table: Table) -> tuple[float, Floats]:
        """A base and rows × features that add up to the margin, exactly."""
        found = np.zeros((len(table), len(self.features)))
        for rows, matrix in self._matrices(table):
            found[rows] = self._contributions(self._ready(matrix))
        base = sum(
            weight * float(np.ravel(explainer.expected_value)[-1])
            for explainer, weight, _ in self._explained()
        )
        return base, found

    def strongest(self, table: Table, n: int = STRONGEST) -> list[tuple[Factor, ...]]:
        """Per row, the features that moved its answer most, whichever way."""
        return self._factors(table, self.explain(table)[1], n)

    def answers(self, table: Table, n: int = STRONGEST) -> list[Answer]:
        """Everything that is said of a company, in one pass."""
        found: list[Answer] = []
        for rows, matrix in self._matrices(table):
            part = table if len(table) <= CHUNK else table.take(rows)
            found += self._answers(part, matrix, n)
        return found

    def check(self, table: Table) -> None:
        """Raises ModelMismatch when the table is not of the columns of training."""
        names = set(table.names)
        missing = [name for name in self.features if name not in names]
        other = sorted(names - set(self.columns))
        wrong = [name for name in self.inputs.numeric if name in table.categorical]
        wrong += [name for name in self.inputs.categorical if name in table.numeric]
        said = [
            f"{what} : {', '.join(found)}"
            for what, found in (
                ("absentes", missing),
                ("inconnues de lui", other),
                ("d’un autre type", wrong),
            )
            if found
        ]
        if said:
            raise ModelMismatch(
                f"Le modèle {self.version} a appris d’autres colonnes ; "
                f"{' ; '.join(said)}."
            )

    def _answers(self, table: Table, matrix: Floats, n: int) -> list[Answer]:
        ready = self._ready(matrix)
        margin = self._margin(ready)
        scores = self._scored(margin)
        chances = None if self.calibration is None else self.calibration(margin)
        known, inside = self.inputs.is_read(matrix)
        confidence = inside @ self.weights
        outside = (known & ~inside) @ self.weights > OUTSIDE
        factors = self._factors(table, self._contributions(ready), n)
        return [
            Answer(
                float(scores[row]),
                None if chances is None else float(chances[row]),
                float(confidence[row]),
                factors[row],
                bool(outside[row]),
                bool(confidence[row] < FLOOR),
                self.version,
            )
            for row in range(len(table))
        ]

    def _ready(self, matrix: Floats) -> Floats:
        """Levels encoded: what the trees read, a column per feature."""
        found: Floats = self.pipeline[0].transform(matrix)
        return found

    def _margin(self, ready: Floats) -> Floats:
        found: Floats = self.pipeline[-1].decision_function(ready)
        return found

    def _contributions(self, ready: Floats) -> Floats:
        total = np.zeros(ready.shape)
        single = ready.astype(np.float32).astype(np.float64)
        for explainer, weight, is_single in self._explained():
            values = explainer.shap_values(
                single if is_single else ready, check_additivity=False
            )
            total += weight * _of_outcome(values)
        return total

    def _matrices(self, table: Table) -> Iterator[tuple[slice, Floats]]:
        self.check(table)
        for start in range(0, len(table), CHUNK):
            rows = slice(start, min(start + CHUNK, len(table)))
            part = table if len(table) <= CHUNK else table.take(rows)
            yield rows, self.inputs.matrix(part)

    def _scored(self, margin: Floats) -> Floats:
        if self.calibration is None:
            return np.clip(margin, 0.0, 100.0)
        ranks = np.linspace(0.0, 100.0, len(self.quantiles))
        return np.interp(margin, self.quantiles, ranks)

    def _explained(self) -> list[tuple[Any, float, bool]]:
        """Built at the first question and kept: building costs more than asking."""
        if not self._explainers:
            # Seconds of imports, which whoever only asks for a score need not wait for.
            import shap

            # In one go: two threads that both build them end with the same list.
            self._explainers[:] = [
                (
                    shap.TreeExplainer(estimator),
                    weight,
                    # They compare in single precision.
                    isinstance(
                        estimator, (RandomForestClassifier, RandomForestRegressor)
                    ),
                )
                for estimator, weight in self.pipeline[-1].parts()
            ]
        return self._explainers

    def _factors(
        self, table: Table, contributions: Floats, n: int
    ) -> list[tuple[Factor, ...]]:
        order = np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :n]
        return [
            tuple(
                Factor(
                    self.features[place],
                    _value(table, self.features[place], row),
                    float(contributions[row, place]),
                )
                for place in places
            )
            for row, places in enumerate(order)
        ]


def _of_outcome(values: Any) -> Floats:
    """A random forest explains both outcomes; the second is the one that is asked."""
    found = np.asarray(values, dtype=float)
    return found[:, :, -1] if found.ndim == 3 else found


def _value(table: Table, name: str, row: int) -> float | str | None:
    if name in table.numeric:
        figure = float(table.numeric[name][row])
        return None if np.isnan(figure) else figure
    return str(table.categorical[name][row]) or None
