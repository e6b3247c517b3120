"""LightGBM with default settings, in an environment of its own under .bench/."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.peers.environments import interpreter
from scoring.learning.arrays import Bools, Floats
from scoring.learning.features import Features
from scoring.learning.table import Table

VERSION = "4.7.0"
PROGRAM = """
import sys
import numpy as np
from lightgbm import LGBMClassifier
found = np.load(sys.argv[1])
coded = found["coded"].tolist()
model = LGBMClassifier(verbose=-1)
model.fit(found["train"], found["labels"], categorical_feature=coded or "auto")
np.save(sys.argv[2], model.predict_proba(found["test"])[:, 1])
"""


def installed() -> Path:
    # Its scikit-learn interface asks for scikit-learn.
    wanted = (f"lightgbm=={VERSION}", "scikit-learn==1.9.*")
    return interpreter(f"lightgbm-{VERSION}", *wanted)


def predict(train: Table, labels: Bools, test: Table) -> Floats:
    """On the same columns: figures with NaN, texts as its own categories."""
    features = Features.of(train)
    numbers = len(features.numeric)
    with tempfile.TemporaryDirectory(prefix="ma-lightgbm-") as folder:
        rows, answer = Path(folder) / "rows.npz", Path(folder) / "answer.npy"
        np.savez(
            rows,
            train=_as_it_reads(features.matrix(train), numbers),
            test=_as_it_reads(features.matrix(test), numbers),
            labels=labels,
            coded=np.arange(numbers, len(features.names)),
        )
        command = [str(installed()), "-W", "ignore", "-c", PROGRAM]
        subprocess.run([*command, str(rows), str(answer)], check=True)  # noqa: S603
        found: Floats = np.load(answer)
    return found


def _as_it_reads(matrix: Floats, numbers: int) -> Floats:
    """Missing and unseen levels are both missing to it."""
    found = matrix.copy()
    coded = found[:, numbers:]
    coded[coded < 0] = np.nan
    return found
