"""What the search may choose from, and how much of it a budget allows."""

from dataclasses import dataclass
from typing import Any, Final

# Boosted: which of STAGES is best is read off the same folds. In the order in which a
# small budget takes them.
TREES: Final = 300
STAGES: Final = (10, 20, 30, 40, 60, 80, 100, 130, 160, 200, 250, TREES)
LEARNING_RATE: Final = 0.1
BOOSTING: Final[tuple[dict[str, Any], ...]] = (
    {"max_leaf_nodes": 15, "min_samples_leaf": 20, "max_features": 0.3},
    {"max_leaf_nodes": 31, "min_samples_leaf": 10, "max_features": 0.2},
    {"max_leaf_nodes": 6, "min_samples_leaf": 20, "max_features": 0.4},
    {
        "max_leaf_nodes": 15,
        "min_samples_leaf": 20,
        "max_features": 0.3,
        "class_weight": "balanced",
    },
)
# However many rows a tree has learnt from, so that one answer of two hundred of them is
# explained in some twenty milliseconds: it takes as long as there are leaves.
MOST_LEAVES: Final = 200
BAGGING: Final[tuple[dict[str, Any], ...]] = (
    {"min_samples_leaf": 3, "max_features": "sqrt", "max_leaf_nodes": MOST_LEAVES},
    {"min_samples_leaf": 3, "max_features": 0.4, "max_leaf_nodes": MOST_LEAVES},
)
# What the boosted forests' log-odds and the random forest's share of votes count for.
WEIGHTS: Final = (
    (1.0, 0.0),
    (1.0, 1.0),
    (1.0, 2.0),
    (1.0, 4.0),
    (1.0, 8.0),
    (1.0, 16.0),
    (0.0, 1.0),
)
# The same where both answer with a number.
SHARES: Final = ((1.0, 0.0), (0.75, 0.25), (0.5, 0.5), (0.25, 0.75), (0.0, 1.0))


@dataclass(frozen=True)
class Budget:
    """``outer`` folds repeat the whole search to say what it is worth: 0 where other
    rows will say it. ``rows`` is what repeated folds should add up to on a small set.
    """

    boosting: int = len(BOOSTING)
    bagging: int = len(BAGGING)
    trees: int = TREES
    bagged_trees: int = 200
    folds: int = 4
    seeds: int = 4
    outer: int = 3
    rows: int = 1500

    def repeats(self, count: int) -> int:
        return max(1, min(5, self.rows // max(1, count)))


FULL: Final = Budget()
# For tests and for a first look.
QUICK: Final = Budget(
    boosting=1, bagging=1, trees=40, bagged_trees=30, folds=3, seeds=2, outer=1, rows=0
)
