"""What a model costs when it answers: a million companies, and one with its reasons."""

import statistics
import time
from dataclasses import replace
from datetime import date
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.scoring.ground import Rows, Verdicts, verdict
from scoring.learning import protocol
from scoring.learning.candidates import BAGGING, QUICK
from scoring.learning.model import Model
from scoring.learning.table import Table
from scoring.rules import engine
from scoring.rules.facts import CompanyFacts
from scoring.rules.ruleset import Ruleset

ROWS: Final = 1_000_000
LEARNT: Final = 6000
ASKED_ALONE: Final = 60
ROUNDS: Final = 2
# As the published protocol leaves them: the largest sum that the search may choose.
AS_OF: Final = date(2026, 11, 22)
FACTS: Final = {
    "siren": "732829320",
    "name": "X",
    "naf": "4321A",
    "created_on": "2005-01-01",
    "revenue": 3_000_000,
    "net_income": 90_000,
    "headcount": 30,
    "leader_age": 58,
}
FIGURES, SECTORS, REGIONS = 26, 88, 18


def measure(_options: Any) -> tuple[Rows, Verdicts]:
    model = _model()
    ours, theirs = _million(model)
    alone = _one(model)
    ratio = theirs / ours
    rows = [
        ("forests, trees", _described(model)),
        ("1 M companies, one call of the library", f"{ROWS / theirs:,.0f} rows/s"),
        (
            "1 M companies, probability()",
            f"{ROWS / ours:,.0f} rows/s, {ratio:.2f} × the library",
        ),
        (
            "one company, rules, model and five reasons, warm",
            f"{statistics.median(alone):.1f} ms (median), {max(alone):.1f} ms (worst)",
        ),
    ]
    return rows, {
        "predict_ratio": verdict(ratio, 0.8),
        "one_company_ms": verdict(statistics.median(alone), 50.0, most=True),
    }


def companies(rows: int, seed: int) -> tuple[Table, Any]:
    """Made up: what is timed is the number of trees and columns, not their truth."""
    rng = np.random.default_rng(seed)
    numeric = {f"figure {n}": rng.normal(size=rows) for n in range(FIGURES)}
    signal = sum(numeric[f"figure {n}"] for n in range(5))
    for column in numeric.values():
        column[rng.random(rows) < 0.2] = np.nan
    levels = {"sector": SECTORS, "region": REGIONS}
    categorical = {
        name: rng.integers(10, 10 + count, rows).astype(str)
        for name, count in levels.items()
    }
    return Table(numeric, categorical), signal + rng.normal(0, 2, rows) > 3.5


def _model() -> Model:
    table, labels = companies(LEARNT, seed=1)
    # The smallest search: its forest is then made as large as a search ever chooses.
    budget = replace(QUICK, folds=2, seeds=1, outer=0)
    trained = protocol.train(table, labels, budget=budget).model
    forest = trained.pipeline[-1]
    forest.set_params(
        boosting={"max_leaf_nodes": 31, "max_iter": 250, "learning_rate": 0.1},
        bagging={"n_estimators": 200, **BAGGING[1]},
        weights=(1.0, 4.0),
        seeds=4,
    )
    with threadpool_limits(1, user_api="openmp"):
        trained.pipeline.fit(trained.inputs.matrix(table), labels.astype(float))
    return trained


def _described(model: Model) -> str:
    forest = model.pipeline[-1]
    boosted = sum(e.n_iter_ for e in forest.boosted_)
    bagged = sum(len(e.estimators_) for e in forest.bagged_)
    return (
        f"{boosted} boosted trees in {len(forest.boosted_)} forests, {bagged} of a "
        f"random forest, {len(model.features)} columns"
    )


def _million(model: Model) -> tuple[float, float]:
    """Seconds of ours and of the library, in turn, the best of each."""
    table, _ = companies(ROWS, seed=2)
    matrix = model.inputs.matrix(table)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(_timed(lambda: _library(model, matrix)))
        ours.append(_timed(lambda: model.probability(table)))
    return min(ours), min(theirs)


def _library(model: Model, matrix: Any) -> Any:
    """What any user of scikit-learn would write: one call per estimator, all rows."""
    ready = model.pipeline[:-1].transform(matrix)
    return [
        estimator.predict_proba(ready) for estimator, _ in model.pipeline[-1].parts()
    ]


def _one(model: Model) -> list[float]:
    """Milliseconds of rules, model, reasons and their mean, each of another company,
    once the explainers are built.
    """
    table, _ = companies(ASKED_ALONE + 1, seed=3)
    ruleset = Ruleset.load("2.0")

    def hybrid(row: int) -> float:
        facts = CompanyFacts.from_dict(FACTS)
        rules = engine.score_one(facts, ruleset=ruleset, preset="default", as_of=AS_OF)
        answer = model.answers(table.take(np.array([row])))[0]
        return 0.6 * (rules.attractiveness or 0.0) + 0.4 * answer.score

    hybrid(ASKED_ALONE)
    return [1000 * _timed(lambda row=row: hybrid(row)) for row in range(ASKED_ALONE)]


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
