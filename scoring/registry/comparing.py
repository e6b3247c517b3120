"""A model beside the rules and the present model, on the same later companies.

Paired: each bootstrap replicate draws the same rows for both, so that the interval is
of the difference and not of two figures apart.
"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from django.utils import timezone

from scoring.learning import metrics
from scoring.learning.arrays import Bools, Floats
from scoring.registry import data as reading
from scoring.registry import storing
from scoring.registry.data import Data
from scoring.registry.models import LearnedModel, Stage

if TYPE_CHECKING:
    from scoring.learning.model import Model

# Of each outcome among those held out: of fewer, an interval says nothing.
FEWEST: Final = 8
NAMES: Final = ("roc_auc", "pr_auc", "precision_at_k")
BINS: Final = 20
TIMES: Final = 2000


@dataclass(frozen=True)
class Against:
    """Ours minus theirs, and whether that is a win."""

    differences: dict[str, Any]
    theirs: dict[str, float]
    rows: int
    wins: bool

    def as_dict(self) -> dict[str, Any]:
        return dict(self.__dict__)


def held_out(row: LearnedModel, *, today: date | None = None) -> Data:
    """What was observed since, of companies it did not learn from."""
    found = reading.labels(
        horizon_months=row.horizon_months,
        until=today or timezone.localdate(),
        with_sandbox=row.has_sandbox,
    )
    is_later = found.observed >= row.held_from.toordinal()
    is_other = ~np.isin(found.sirens, storing.taught(row))
    return reading.gather(found.take(is_later & is_other))


def compare(model: "Model", held: Data, present: LearnedModel | None) -> dict[str, Any]:
    """Everything that is said of it: plain JSON."""
    labels = held.labels
    told: dict[str, Any] = {
        "at": timezone.now().isoformat(),
        "ruleset": held.ruleset,
        "present": None if present is None else present.version,
        **held.snapshot(),
    }
    if _rarer(labels.deals) < FEWEST:
        return told | {"wins": False, "too_few": _rarer(labels.deals)}
    ours = model.probability(held.table)
    k = max(1, min(100, len(held) // 10))
    rules, unknown = _filled(held.rules)
    against = {"rules": _against(held, ours, rules, k)}
    seen = None if present is None else _present(present, held)
    if seen is not None:
        rows, theirs = seen
        against["present"] = (
            _against(held.take(rows), ours[rows], theirs, k)
            if _rarer(labels.deals[rows]) >= FEWEST
            else Against({}, {}, int(rows.sum()), False)
        )
    summary = metrics.summary(
        labels.deals, ours, k=k, groups=labels.groups, times=TIMES
    )
    told |= {
        "k": k,
        "figures": {name: each.as_dict() for name, each in summary.items()},
        "ece_band": list(metrics.ece_band(ours)),
        "curve": [
            dict(p.__dict__) for p in metrics.calibration_curve(labels.deals, ours)
        ],
        "scores": np.histogram(model.score(held.table), BINS, (0, 100))[0].tolist(),
        "rules_unknown": unknown,
        "against": {name: each.as_dict() for name, each in against.items()},
        "wins": all(each.wins for each in against.values()),
    }
    plain: dict[str, Any] = storing.plain(told)
    return plain


def again(row: LearnedModel) -> dict[str, Any]:
    """Against what is in service today, on what is known today; kept with the model."""
    told = compare(storing.load(row), held_out(row), in_service())
    row.comparison = told
    row.save(update_fields=["comparison"])
    return told


def in_service() -> LearnedModel | None:
    return LearnedModel.objects.filter(stage=Stage.PUBLISHED).first()


def _present(present: LearnedModel, held: Data) -> tuple[Bools, Floats] | None:
    """Rows that it did not learn from, and its answers; None: it cannot answer."""
    from scoring.learning.model import ModelMismatch

    rows: Bools = ~np.isin(held.labels.sirens, storing.taught(present))
    try:
        return rows, storing.load(present).probability(held.table.take(rows))
    except ModelMismatch:
        return None


def _filled(rules: Floats) -> tuple[Floats, int]:
    """A company that the rules do not rate stands in their middle."""
    is_unknown = np.isnan(rules)
    middle = float(np.median(rules[~is_unknown])) if not is_unknown.all() else 50.0
    return np.where(is_unknown, middle, rules) / 100, int(is_unknown.sum())


def _against(held: Data, ours: Floats, theirs: Floats, k: int) -> Against:
    labels = held.labels
    k = min(k, len(held))
    found = metrics.paired_differences(
        labels.deals, ours, theirs, k=k, names=NAMES, groups=labels.groups, times=TIMES
    )
    wins = found["roc_auc"].low > 0 and found["pr_auc"].high >= 0
    return Against(
        {name: each.as_dict() for name, each in found.items()},
        {
            "roc_auc": metrics.roc_auc(labels.deals, theirs),
            "pr_auc": metrics.pr_auc(labels.deals, theirs),
            "precision_at_k": metrics.precision_at_k(labels.deals, theirs, k),
        },
        len(held),
        bool(wins),
    )


def _rarer(deals: Bools) -> int:
    return int(min(deals.sum(), len(deals) - deals.sum()))
