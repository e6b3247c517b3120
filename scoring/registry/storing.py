"""The file of a model, in the database and out of it."""

import hashlib
import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring.learning.arrays import Indexes
from scoring.registry.models import LearnedModel, ModelFile

if TYPE_CHECKING:
    from scoring.learning.model import Model


class FileRefused(Exception):
    """The bytes are gone, are not those registered, or make no model of ours."""


def packed(model: "Model") -> tuple[bytes, str]:
    """The bytes to keep and their SHA-256."""
    from scoring.learning import files

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.skops"
        sha256 = files.save(model, path)
        return path.read_bytes(), sha256


def load(row: LearnedModel) -> "Model":
    """Raises FileRefused: nothing is read before its digest is the registered one."""
    # Seconds of imports: a process that never meets a model does not pay them.
    from scoring.learning import files

    data = bytes(_file(row).data)
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise FileRefused(
            "Fichier de modèle refusé : son empreinte n’est pas celle du registre."
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.skops"
        path.write_bytes(data)
        try:
            return files.load(path, row.sha256)
        except files.ModelRefused as error:
            raise FileRefused(str(error)) from error


def taught(row: LearnedModel) -> Indexes:
    """The SIRENs it learnt from."""
    found = ModelFile.objects.only("taught").filter(model=row).first()
    stored = b"" if found is None else bytes(found.taught)
    return np.frombuffer(stored, "<i4").astype(np.int64)


def as_bytes(sirens: Indexes) -> bytes:
    return np.unique(sirens).astype("<i4").tobytes()


def _file(row: LearnedModel) -> ModelFile:
    try:
        found: ModelFile = ModelFile.objects.only("data").get(model=row)
    except ModelFile.DoesNotExist:
        raise FileRefused("Le fichier de ce modèle n’existe plus.") from None
    return found


def plain(value: Any) -> Any:
    """As JSON of PostgreSQL may hold it: a figure without meaning is null."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
