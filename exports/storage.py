"""Files put into a folder that ops declared, each with its manifest, whole or not."""

import io
import os
import shutil
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from exports import destinations, files, manifest
from exports.models import Destination, Export

PIECE = 1 << 20


class StorageRefused(ValueError):
    """``str()`` is a sentence for whoever asked."""


def place(export: Export, destination: Destination) -> None:
    """The file comes last: whoever finds it finds its manifests too.

    An export has names of its own there, so that it replaces nothing but itself.
    Raises StorageRefused, and OSError.
    """
    folder = folder_of(destination)
    stem = f"{export.file_stem}-{export.public_id.hex[-8:]}"
    manifests = {
        folder / f"{stem}.manifeste.txt": manifest.text(export),
        folder / f"{stem}.manifeste.json": manifest.as_json(export),
    }
    try:
        for path, words in manifests.items():
            _put(path, io.BytesIO(words.encode()))
        with files.read(export.path) as source:
            _put(folder / f"{stem}.{export.format}", source)
    except BaseException:
        for path in manifests:
            path.unlink(missing_ok=True)
        raise


def _put(path: Path, source: IO[bytes]) -> None:
    """Under its name once all of it is on the disk."""
    part = path.with_name(f".{path.name}{files.UNFINISHED}")
    try:
        with part.open("wb") as target:
            shutil.copyfileobj(source, target, PIECE)
            target.flush()
            os.fsync(target.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def folder_of(destination: Destination) -> Path:
    """Raises StorageRefused when it is not a folder that we may write into."""
    given = destinations.secret_of(destination)
    folder = Path(given)
    if (
        not given
        or not folder.is_absolute()
        or not os.access(folder, os.W_OK | os.X_OK)
    ):
        raise StorageRefused(
            _(
                "Le dossier de « %(name)s » n’est pas accessible. Prévenez "
                "l’exploitation : rien n’y a été écrit."
            )
            % {"name": destination.name}
        )
    return folder
