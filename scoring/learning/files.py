"""A model's file: skops, a fixed list of types, and a digest checked before reading."""

import hashlib
import io
import os
import struct
import zipfile
import zlib
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
from skops import io as skops_io
from skops.io.exceptions import UntrustedTypesFoundException

from scoring.learning.calibration import Calibration
from scoring.learning.drift import Reference
from scoring.learning.features import Features
from scoring.learning.model import Model

FORMAT: Final = 1
# What skops does not trust by itself and a model of ours is made of; nothing else.
TRUSTED: Final = (
    "scoring.learning.forest.Forest",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.model_selection._split.KFold",
    "sklearn.tree._tree.Tree",
)
# How a file cut short or altered fails, somewhere inside the library.
UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ImportError,
    LookupError,
    AttributeError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
LARGEST_BYTES: Final = 500_000_000


class ModelRefused(Exception):
    """The file is not the one that was registered, or is not a model of ours."""


def save(model: Model, path: Path) -> str:
    """Write the file, whole or not at all, and give its SHA-256."""
    data = _pack(model)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return hashlib.sha256(data).hexdigest()


def load(path: Path, sha256: str) -> Model:
    """Nothing in the file is looked at before its digest is the registered one."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ModelRefused("Fichier de modèle refusé : trop grand.")
        data = path.read_bytes()
    except OSError as error:
        raise ModelRefused(
            f"Fichier de modèle illisible : {error.strerror or error}."
        ) from error
    if hashlib.sha256(data).hexdigest() != sha256.lower():
        raise ModelRefused(
            "Fichier de modèle refusé : son empreinte n’est pas celle du registre."
        )
    return _unpack(data)


def _pack(model: Model) -> bytes:
    inputs = model.inputs
    calibration = model.calibration
    whole = {
        "format": FORMAT,
        "scikit-learn": version("scikit-learn"),
        "version": model.version,
        "columns": list(model.columns),
        "numeric": list(inputs.numeric),
        "categorical": list(inputs.categorical),
        "low": inputs.low,
        "high": inputs.high,
        "levels": [levels.tolist() for levels in inputs.levels],
        "pipeline": model.pipeline,
        "calibration": None if calibration is None else calibration.as_dict(),
        "quantiles": model.quantiles,
        "weights": model.weights,
        "reference": model.reference.as_dict(),
    }
    with io.BytesIO() as file:
        skops_io.dump(whole, file, compression=zipfile.ZIP_DEFLATED, compresslevel=1)
        return file.getvalue()


def _unpack(data: bytes) -> Model:
    try:
        found: dict[str, Any] = skops_io.loads(data, trusted=list(TRUSTED))
    except UntrustedTypesFoundException as error:
        raise ModelRefused(
            f"Fichier de modèle refusé : il contient d’autres types ({error})."
        ) from error
    except UNREADABLE as error:
        raise ModelRefused(f"Fichier de modèle illisible : {error}.") from error
    try:
        return _model(found)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelRefused("Ce fichier n’est pas celui d’un modèle.") from error


def _line(version: str) -> list[str]:
    """1.9 of 1.9.1: trees are laid out alike within it."""
    return version.split(".")[:2]


def _model(found: dict[str, Any]) -> Model:
    if found["format"] != FORMAT:
        raise ModelRefused(f"Format de modèle inconnu : {found['format']}.")
    if _line(found["scikit-learn"]) != _line(version("scikit-learn")):
        raise ModelRefused(
            f"Modèle de scikit-learn {found['scikit-learn']}, ici "
            f"{version('scikit-learn')} : il faut l’entraîner à nouveau."
        )
    calibration = found["calibration"]
    return Model(
        columns=tuple(found["columns"]),
        inputs=Features(
            tuple(found["numeric"]),
            tuple(found["categorical"]),
            found["low"],
            found["high"],
            tuple(np.array(levels, dtype=np.str_) for levels in found["levels"]),
        ),
        pipeline=found["pipeline"],
        calibration=None if calibration is None else Calibration.from_dict(calibration),
        quantiles=found["quantiles"],
        weights=found["weights"],
        reference=Reference.from_dict(found["reference"]),
        version=found["version"],
    )
