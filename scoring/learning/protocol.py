"""The one published way to train: docs/model.md says the same in words.

Leaking columns out, folds that never look ahead, a search inside them, one forest, one
monotone map; then the same once more inside outer folds, to say what it is worth.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, Final

import numpy as np
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from scoring.learning import calibration, leaks, metrics, splits
from scoring.learning.arrays import Floats, Indexes, Moments, Texts
from scoring.learning.calibration import Calibration
from scoring.learning.candidates import FULL, Budget
from scoring.learning.drift import Reference
from scoring.learning.features import Features, preparation
from scoring.learning.leaks import Finding
from scoring.learning.model import Model
from scoring.learning.search import Found, search
from scoring.learning.splits import NoSplit, Splits
from scoring.learning.table import Table, TableError

__all__ = [
    "FULL",
    "Budget",
    "NoSplit",
    "NothingLeft",
    "OneClass",
    "TooFew",
    "Trained",
    "train",
]

FEWEST_ROWS: Final = 30
# Of the rarer outcome.
FEWEST_EVENTS: Final = 8
OUTER_SHARE: Final = 0.25
FEW_ROWS: Final = 20_000
QUANTILES: Final = 201
EXPLAINED_ROWS: Final = 500
TIMES: Final = 1000
LIBRARIES: Final = ("numpy", "scikit-learn", "shap", "skops")


class OneClass(Exception):
    """The labels say one thing only: there is nothing to tell apart."""


class TooFew(Exception):
    """A model of so few rows would say more about them than about others."""


class NothingLeft(Exception):
    """Every column is constant, an identifier, or a leak."""


@dataclass(frozen=True)
class HeldOut:
    """What models that had not seen these rows, nor later ones, answer about them."""

    rows: Indexes
    predictions: Floats


@dataclass(frozen=True)
class Trained:
    """``held_out`` is None where the budget has no outer folds. The report is plain
    JSON: splits, columns left out and why, search, parameters, figures, versions.
    """

    model: Model
    report: dict[str, Any]
    held_out: HeldOut | None


@dataclass(frozen=True)
class _Data:
    """``labels`` are numbers here: 0 and 1 where they are outcomes."""

    table: Table
    labels: Floats
    groups: Texts | None
    moments: Moments | None
    is_number: bool

    def take(self, rows: Indexes) -> "_Data":
        return _Data(
            self.table.take(rows),
            self.labels[rows],
            None if self.groups is None else self.groups[rows],
            None if self.moments is None else self.moments[rows],
            self.is_number,
        )


@dataclass(frozen=True)
class _Fitted:
    pipeline: Pipeline
    calibration: Calibration | None
    features: Features
    found: Found
    folds: Splits

    def predict(self, table: Table) -> Floats:
        margin: Floats = self.pipeline.decision_function(self.features.matrix(table))
        return margin if self.calibration is None else self.calibration(margin)


def train(
    table: Table,
    labels: np.ndarray,
    *,
    groups: Texts | None = None,
    moments: Moments | None = None,
    seed: int = 0,
    budget: Budget = FULL,
) -> Trained:
    """Boolean labels make a classifier, which gives the probability of a deal; numbers
    from 0 to 100 make a regressor, which gives a score.
    """
    data = _checked(table, labels, groups, moments)
    # Small forests lose more to waiting for a second processor than it brings.
    threads = 1 if len(data.labels) < FEW_ROWS else None
    with threadpool_limits(threads, user_api="openmp"):
        return _train(data, table.names, seed, budget)


def _train(data: _Data, columns: Sequence[str], seed: int, budget: Budget) -> Trained:
    out = _left_out(data, seed)
    gone = {finding.column for finding in out}
    kept = data.table.select([name for name in columns if name not in gone])
    if not kept.names:
        raise NothingLeft(
            "Aucune colonne utilisable : toutes sont constantes, des identifiants ou "
            "des fuites."
        )
    whole = replace(data, table=kept)
    try:
        outer, held = _outer(whole, budget, seed)
    except NoSplit:
        # Enough to learn from, too little to part twice: the report says "inner".
        outer, held = None, None
    fitted = _fit(whole, budget, seed)
    model = _model(fitted, whole, columns, _version(whole, fitted, seed))
    report = _report(model, fitted, whole, out, seed)
    report["splits"]["outer"] = None if outer is None else outer.describe()
    report["metrics"] = _figures(whole, fitted, held)
    return Trained(model, report, held)


# Checks


def _checked(
    table: Table, labels: np.ndarray, groups: Texts | None, moments: Moments | None
) -> _Data:
    for what, column in (
        ("étiquettes", labels),
        ("groupes", groups),
        ("dates", moments),
    ):
        if column is not None and len(column) != len(table):
            raise TableError(
                f"{len(table)} lignes, mais {len(column)} {what} : il en faut autant."
            )
    is_number = labels.dtype.kind != "b"
    values = labels.astype(float)
    if not np.isfinite(values).all():
        raise TableError("Des étiquettes manquent ou sont infinies.")
    if moments is not None and np.isnat(moments).any():
        raise TableError("Des dates d’observation manquent.")
    if len(np.unique(values)) < 2:
        raise OneClass(
            f"Une seule issue parmi les {len(values)} étiquettes : il n’y a rien à "
            "distinguer."
        )
    events = len(values) if is_number else int(min(values.sum(), (1 - values).sum()))
    if len(values) < FEWEST_ROWS or events < FEWEST_EVENTS:
        raise TooFew(
            f"{len(values)} lignes dont {events} de l’issue la plus rare : il en faut "
            f"{FEWEST_ROWS} et {FEWEST_EVENTS}."
        )
    return _Data(table, values, groups, moments, is_number)


def _left_out(data: _Data, seed: int) -> list[Finding]:
    if data.is_number:
        return leaks.useless(data.table)
    return leaks.find(data.table, data.labels == 1, groups=data.groups, seed=seed)


# Fitting


def _fit(data: _Data, budget: Budget, seed: int) -> _Fitted:
    features = Features.of(data.table)
    matrix = features.matrix(data.table)
    folds = _inner(data, budget, seed)
    found = search(
        matrix,
        data.labels,
        features=features,
        folds=folds.folds,
        budget=budget,
        is_number=data.is_number,
        seed=seed,
    )
    pipeline = Pipeline(
        [
            ("prepare", preparation(features, is_number=data.is_number, seed=seed)),
            ("forest", found.forest),
        ]
    )
    pipeline.fit(matrix, data.labels)
    chosen = None
    if not data.is_number:
        outcomes = data.labels[found.rows] == 1
        chosen = calibration.choose(found.margins, outcomes, seed=seed)
    return _Fitted(pipeline, chosen, features, found, folds)


def _inner(data: _Data, budget: Budget, seed: int) -> Splits:
    """Repeated where rows are few and time does not order them."""
    made = [
        splits.make(
            data.labels,
            groups=data.groups,
            moments=data.moments,
            count=budget.folds,
            seed=seed + number,
        )
        for number in range(budget.repeats(len(data.labels)))
    ]
    if made[0].how == splits.TIME:
        return made[0]
    return Splits(made[0].how, tuple(fold for each in made for fold in each))


def _outer(
    data: _Data, budget: Budget, seed: int
) -> tuple[Splits | None, HeldOut | None]:
    """The whole procedure, without the rows it is then asked about."""
    if not budget.outer:
        return None, None
    how: dict[str, Any] = {"groups": data.groups, "moments": data.moments, "seed": seed}
    if budget.outer == 1:
        outer = splits.last(data.labels, share=OUTER_SHARE, **how)
    else:
        outer = splits.make(data.labels, count=budget.outer, **how)
    rows = np.concatenate([fold.test for fold in outer])
    found = np.concatenate(
        [
            _fit(data.take(fold.train), budget, seed).predict(
                data.table.take(fold.test)
            )
            for fold in outer
        ]
    )
    return outer, HeldOut(rows, found)


def _model(fitted: _Fitted, data: _Data, columns: Sequence[str], version: str) -> Model:
    margins = fitted.found.margins
    quantiles = np.quantile(margins, np.linspace(0, 1, QUANTILES))
    names = fitted.features.names
    made = {
        "columns": tuple(columns),
        "inputs": fitted.features,
        "pipeline": fitted.pipeline,
        "calibration": fitted.calibration,
        "quantiles": quantiles,
        "version": version,
    }
    draft = Model(
        **made,
        weights=np.full(len(names), 1 / len(names)),
        reference=Reference({}),
    )
    rng = np.random.default_rng(0)
    count = min(EXPLAINED_ROWS, len(data.labels))
    sample = data.table.take(
        np.sort(rng.choice(len(data.labels), count, replace=False))
    )
    moved = np.abs(draft.explain(sample)[1]).mean(axis=0)
    weights = moved / moved.sum() if moved.sum() else draft.weights
    # Of rows it had not learnt from, as the rows to come will be.
    scores = draft._scored(margins)
    reference = Reference.of(data.table, scores)
    return Model(**made, weights=weights, reference=reference)


def _version(data: _Data, fitted: _Fitted, seed: int) -> str:
    said = [_digest(data), fitted.features.names, _parameters(fitted), seed]
    text = json.dumps(said, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


# The report


def _digest(data: _Data) -> str:
    found = hashlib.sha256(data.table.digest().encode())
    found.update(data.labels.tobytes())
    if data.groups is not None:
        found.update("\0".join(data.groups.tolist()).encode())
    if data.moments is not None:
        found.update(data.moments.astype("datetime64[us]").tobytes())
    return found.hexdigest()


def _parameters(fitted: _Fitted) -> dict[str, Any]:
    forest = fitted.found.forest
    chosen = fitted.calibration
    return {
        "boosting": forest.boosting,
        "bagging": forest.bagging,
        "weights": list(forest.weights),
        "seeds": forest.seeds,
        "calibration": None if chosen is None else chosen.kind,
    }


def _report(
    model: Model, fitted: _Fitted, data: _Data, out: Sequence[Finding], seed: int
) -> dict[str, Any]:
    order = np.argsort(-model.weights, kind="stable")
    return {
        "version": model.version,
        "kind": "regressor" if data.is_number else "classifier",
        "rows": len(data.labels),
        "positives": None if data.is_number else int(data.labels.sum()),
        "features": list(model.features),
        "left_out": [finding.as_dict() for finding in out],
        "splits": {"inner": fitted.folds.describe()},
        "search": [trial.as_dict() for trial in fitted.found.trials],
        "parameters": _parameters(fitted),
        "importance": [
            {"feature": model.features[place], "share": float(model.weights[place])}
            for place in order
        ],
        "seed": seed,
        "data_digest": _digest(data),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def _figures(data: _Data, fitted: _Fitted, held: HeldOut | None) -> dict[str, Any]:
    """On outer folds; without them on the inner ones, which the search has seen."""
    if held is None:
        rows, predictions = fitted.found.rows, fitted.found.margins
        if fitted.calibration is not None:
            predictions = fitted.calibration(predictions)
    else:
        rows, predictions = held.rows, held.predictions
    groups = None if data.groups is None else data.groups[rows]
    if held is None and groups is None:
        # A row that repeated folds bring several times is one row.
        groups = rows.astype(str)
    found: dict[str, Any] = {"on": "inner" if held is None else "outer"}
    labels = data.labels[rows]
    if data.is_number:
        return found | _number_figures(labels, predictions)
    outcomes = labels == 1
    k = max(1, min(100, len(rows) // 10))
    summary = metrics.summary(outcomes, predictions, k=k, groups=groups, times=TIMES)
    low, high = metrics.ece_band(predictions)
    curve = metrics.calibration_curve(outcomes, predictions)
    return found | {
        "rows": len(rows),
        "base_rate": float(outcomes.mean()),
        "k": k,
        "recall_at_k": metrics.recall_at_k(outcomes, predictions, k),
        "lift_at_k": metrics.lift(outcomes, predictions, k),
        "ece_band": [low, high],
        "curve": [dict(point.__dict__) for point in curve],
        **{name: interval.as_dict() for name, interval in summary.items()},
    }


def _number_figures(labels: Floats, predictions: Floats) -> dict[str, Any]:
    errors = np.clip(predictions, 0, 100) - labels
    spread = float(np.mean((labels - labels.mean()) ** 2))
    draws = metrics.replicates(len(labels), times=TIMES)
    shares = [weights / weights.sum() for weights in draws]
    absolute = [float(share @ np.abs(errors)) for share in shares]
    return {
        "rows": len(labels),
        "mean_absolute_error": metrics.interval(
            float(np.abs(errors).mean()), absolute
        ).as_dict(),
        "r2": 1 - float(np.mean(errors**2)) / spread,
    }
