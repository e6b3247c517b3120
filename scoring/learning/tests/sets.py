"""Made-up companies whose outcome is known to follow from some columns."""

import numpy as np

from scoring.learning.candidates import Budget
from scoring.learning.table import Table

# As small as a search can be and still choose.
SMALL = Budget(
    boosting=1, bagging=1, trees=40, bagged_trees=20, folds=3, seeds=2, outer=0, rows=0
)


def columns(rows=400, seed=0, **more):
    """``margin`` and ``sector`` say something of the outcome, ``noise`` nothing."""
    rng = np.random.default_rng(seed)
    margin, noise = rng.normal(size=(2, rows))
    sector = rng.choice(["62", "47", "10", ""], rows)
    chance = 1 / (1 + np.exp(-(1.5 * margin + (sector == "62") - 1.2)))
    labels = rng.random(rows) < chance
    margin[rng.random(rows) < 0.15] = np.nan
    figures = {"margin": margin, "noise": noise}
    figures |= {name: make(rng, labels) for name, make in more.items()}
    numeric = {k: v for k, v in figures.items() if v.dtype.kind != "U"}
    texts = {k: v for k, v in figures.items() if v.dtype.kind == "U"}
    return Table(numeric, {"sector": sector, **texts}), labels
