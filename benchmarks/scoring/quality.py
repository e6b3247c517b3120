"""What the model is worth on labels that nobody here made, beside its peers.

Per set: the leak check, the published protocol on the training rows, then the held-out
ones, asked once. Without TEST the held-out part is cut from TRAIN, which needs no more
than the same protocol: the latest rows, else whole groups.
"""

import argparse
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from benchmarks.peers.rows import UnavailableError
from benchmarks.scoring import labelled, lightgbm_peer
from benchmarks.scoring.ground import PROJECT, Rows, Verdicts, verdict
from benchmarks.scoring.labelled import BadSet, Part
from scoring.learning import leaks, metrics, protocol, splits
from scoring.learning.arrays import Bools, Floats
from scoring.learning.candidates import Budget
from scoring.learning.features import Features
from scoring.learning.metrics import Interval
from scoring.learning.table import Table

SETS: Final = PROJECT.parent / "shared" / "data" / "ml"
BUDGET: Final = Budget(outer=0)
HELD_OUT: Final = 1 / 3
SEED: Final = 0
K: Final = 100
# The plan's figure for precision; at which recall is it reached?
PLAN: Final = 0.85
PROCESSES: Final = 2
OURS, BASE = "this model", "base rate"
LOGISTIC, LIGHTGBM = "logistic regression", "LightGBM, defaults"
ROC_MARGIN: Final = -0.01
_NAMES: Final = {
    "roc_auc": "ROC-AUC",
    "pr_auc": "PR-AUC",
    "precision_at_k": "P@k",
    "brier": "Brier",
    "ece": "ECE",
}


@dataclass(frozen=True)
class Job:
    name: str
    train: Path
    test: Path | None
    spec: labelled.Spec


@dataclass(frozen=True)
class Found:
    name: str
    rows: Rows
    verdicts: Verdicts


def measure(options: argparse.Namespace) -> tuple[Rows, Verdicts]:
    train = Path(options.train) if options.train else SETS
    return measure_sets(train, Path(options.test) if options.test else None)


def measure_sets(train: Path, test: Path | None) -> tuple[Rows, Verdicts]:
    """Every labelled set of TRAIN that somebody has described."""
    jobs, left_out = _jobs(train, test)
    # One processor each: forests of this size lose more to waiting for a second one.
    os.environ["OMP_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(run, jobs))
    rows = [("set, held-out rows", "value [95 % of 2,000 bootstrap replicates]")]
    verdicts: Verdicts = {}
    for each in found:
        rows += each.rows
        verdicts |= each.verdicts
    return rows + left_out, verdicts


def _jobs(train: Path, test: Path | None) -> tuple[list[Job], Rows]:
    jobs, left_out = [], []
    held = labelled.sets(test) if test else {}
    for folder in filter(None, (train, test)):
        if not folder.is_dir():
            left_out.append((str(folder), "no such folder"))
    for name, path in labelled.sets(train).items():
        try:
            spec = labelled.spec_of(name, train)
        except BadSet as error:
            left_out.append((name, f"left out: {error}"))
            continue
        if spec is None:
            left_out.append((name, "left out: no description beside it"))
        elif test and name not in held:
            left_out.append((name, "left out: not in TEST"))
        else:
            jobs.append(Job(name, path, held.get(name), spec))
    known = {job.name for job in jobs} | {name for name, _ in left_out}
    left_out += [(n, "left out: not in TRAIN") for n in held if n not in known]
    # The longest first.
    jobs.sort(key=lambda job: -job.train.stat().st_size)
    return jobs, left_out


def run(job: Job) -> Found:
    """One set, from its file to its verdicts. What cannot be used is said."""
    try:
        parts = _parts(job)
        learnt, held, how = parts
        trained = protocol.train(
            learnt.table,
            learnt.labels,
            groups=learnt.kin(),
            moments=learnt.moments,
            seed=SEED,
            budget=BUDGET,
        )
    except (
        BadSet,
        OSError,
        pl.exceptions.PolarsError,
        protocol.NoSplit,
        protocol.NothingLeft,
        protocol.OneClass,
        protocol.TooFew,
    ) as error:
        return Found(job.name, [(job.name, f"left out: {error}")], {})
    model = trained.model
    kept = learnt.table.select(model.features), held.table.select(model.features)
    answers = {BASE: np.full(len(held.labels), learnt.labels.mean())}
    answers[LOGISTIC] = logistic(kept[0], learnt.labels, kept[1])
    said = []
    try:
        answers[LIGHTGBM] = lightgbm_peer.predict(kept[0], learnt.labels, kept[1])
    except UnavailableError as error:
        said.append(("", f"LightGBM left out: {error}"))
    answers[OURS] = model.probability(held.table)
    rows, verdicts = _compare(job.name, held, answers)
    head = (job.name, _head(learnt, held, how))
    return Found(job.name, [head, *_said(trained.report), *said, *rows], verdicts)


def _parts(job: Job) -> tuple[Part, Part, str]:
    """Training rows, held-out rows, and how they were parted."""
    raw = labelled.load(job.train)
    reader = labelled.Reader.learn(raw, job.spec)
    whole = reader.read(raw)
    if not len(whole.labels):
        raise BadSet("no row has an outcome")
    if job.test:
        held = reader.read(labelled.load(job.test))
        if len(np.unique(held.labels)) < 2:
            raise protocol.OneClass("TEST holds one outcome only")
        return whole, *_unseen(whole, held)
    parted = splits.last(
        whole.labels.astype(float),
        groups=whole.kin(),
        moments=whole.moments,
        share=HELD_OUT,
        seed=SEED,
    )
    fold = parted.folds[0]
    said = {
        splits.TIME: "the latest rows of TRAIN",
        splits.GROUPED: "no date: whole groups of TRAIN",
        splits.STRATIFIED: "no date, no group: rows of TRAIN, stratified by outcome",
    }
    return whole.take(fold.train), whole.take(fold.test), said[parted.how]


def _unseen(whole: Part, held: Part) -> tuple[Part, str]:
    """TEST without the kin of what was learnt from."""
    said = "TEST"
    mine, theirs = whole.kin(), held.kin()
    if mine is not None and theirs is not None:
        is_known = np.isin(theirs, mine)
        if is_known.any():
            held = held.take(~is_known)
            said += f", without {int(is_known.sum()):,} rows whose kin is in TRAIN"
    if whole.moments is None:
        said += (
            "; no date: folds are grouped"
            if mine is not None
            else ("; no date, no group: folds are stratified by outcome")
        )
    return held, said


def logistic(train: Table, labels: Bools, test: Table) -> Floats:
    """Medians for what is missing, one column per frequent level, default settings."""
    features = Features.of(train)
    numbers = len(features.numeric)
    steps: list[tuple[str, Any, list[int]]] = [
        (
            "figures",
            make_pipeline(
                SimpleImputer(strategy="median", add_indicator=True), StandardScaler()
            ),
            list(range(numbers)),
        )
    ]
    if features.categorical:
        encoder = OneHotEncoder(min_frequency=10, handle_unknown="infrequent_if_exist")
        steps.append(("levels", encoder, list(range(numbers, len(features.names)))))
    pipeline = make_pipeline(
        ColumnTransformer(steps, sparse_threshold=0), LogisticRegression(max_iter=2000)
    )
    pipeline.fit(features.matrix(train), labels)
    found: Floats = pipeline.predict_proba(features.matrix(test))[:, 1]
    return found


def _head(learnt: Part, held: Part, how: str) -> str:
    return (
        f"learnt from {len(learnt.labels):,} rows ({learnt.labels.mean():.1%}), asked "
        f"about {len(held.labels):,} ({held.labels.mean():.1%}); held out: {how}"
    )


def _said(report: Mapping[str, Any]) -> Rows:
    leaking = (leaks.SEPARATES, leaks.DOMINATES, leaks.MISSINGNESS, leaks.PURE)
    found = [f for f in report["left_out"] if f["reason"] in (*leaking, leaks.LATER)]
    other = [f for f in report["left_out"] if f not in found]
    rows = [
        (f"  {what}", ", ".join(f"{f['column']} ({f['reason']})" for f in columns))
        for what, columns in (("leaks found", found), ("left out", other))
        if columns
    ]
    chosen = report["parameters"]
    boosted, bagged = chosen["weights"]
    return [
        *rows,
        (
            "  chosen",
            f"{boosted:g} × boosted + {bagged:g} × random forest, "
            f"{chosen['calibration']}",
        ),
    ]


def _compare(
    name: str, held: Part, answers: Mapping[str, Floats]
) -> tuple[Rows, Verdicts]:
    labels, groups = held.labels, held.groups
    k = min(K, max(1, len(labels) // 10))
    rows: Rows = []
    found: dict[str, Mapping[str, Interval]] = {}
    for who, probabilities in answers.items():
        found[who] = metrics.summary(
            labels, probabilities, k=k, groups=groups, seed=SEED
        )
        rows.append((f"  {who}", _figures(found[who], k)))
    ours = answers[OURS]
    low, high = metrics.ece_band(ours, seed=SEED)
    error, skill = metrics.ece(labels, ours), found[OURS]["brier_skill"]
    rows += [
        ("  Brier skill over the base rate", _said_interval(skill)),
        ("  ECE of a perfect model, 95 %", f"{low:.4f}–{high:.4f}; ours {error:.4f}"),
        ("  precision and recall", _precision(labels, ours)),
    ]
    verdicts: Verdicts = {
        f"{name}.brier_skill": verdict(skill.value, 0.0)
        | {"ok": bool(skill.value > 0)},
        f"{name}.ece": verdict(error, high, most=True),
    }
    if LIGHTGBM in answers:
        beside = metrics.paired_differences(
            labels, ours, answers[LIGHTGBM], k=k, groups=groups, seed=SEED
        )
        for figure, label in (("roc_auc", "ROC-AUC"), ("pr_auc", "PR-AUC")):
            interval = beside[figure]
            rows.append((f"  {label} less LightGBM's", _said_interval(interval)))
            verdicts[f"{name}.{figure}_upper"] = verdict(interval.high, 0.0)
        verdicts[f"{name}.roc_auc"] = verdict(beside["roc_auc"].value, ROC_MARGIN)
    return rows, verdicts


def _figures(found: Mapping[str, Interval], k: int) -> str:
    return "  ".join(
        f"{label.replace('k', str(k))} {_said_interval(found[name])}"
        for name, label in _NAMES.items()
    )


def _said_interval(interval: Interval) -> str:
    return f"{interval.value:.4f} [{interval.low:.4f}, {interval.high:.4f}]"


def _precision(labels: Bools, probabilities: Floats) -> str:
    said = [
        f"{metrics.precision_at_k(labels, probabilities, k):.0%} among the {k} first "
        f"(recall {metrics.recall_at_k(labels, probabilities, k):.0%})"
        for k in _counts(len(labels))
    ]
    reached = _recall_at(labels, probabilities, PLAN)
    said.append(
        f"{PLAN:.0%} up to a recall of {reached:.0%}"
        if reached
        else f"{PLAN:.0%} nowhere"
    )
    return "; ".join(said)


def _counts(rows: int) -> Iterator[int]:
    yield from (k for k in (50, 100) if k <= rows // 2)


def _recall_at(labels: Bools, probabilities: Floats, precision: float) -> float:
    """The most that can be found at this precision, among at least ten rows."""
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(labels[order])
    is_enough = hits >= precision * np.arange(1, len(order) + 1)
    is_enough[:9] = False
    if not is_enough.any():
        return 0.0
    return float(hits[np.flatnonzero(is_enough)[-1]] / labels.sum())
