"""Files kept under STORAGES: made on this machine, then handed over whole.

A storage of folders takes the file by renaming it; any other one sends it away.
"""

from pathlib import Path
from typing import BinaryIO

from django.core.files import File
from django.core.files.storage import Storage, storages

EXPORTS, UPLOADS = "exports", "uploads"


class _Finished(File):  # type: ignore[type-arg]
    """Django moves, instead of copying, a file that says where it lies."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        super().__init__(file)
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


def storage_of(alias: str) -> Storage:
    return storages[alias]


def hand_over(alias: str, part: Path, name: str) -> None:
    """``part`` becomes ``name``. Raises OSError, and FileExistsError when taken."""
    storage = storage_of(alias)
    with part.open("rb") as file:
        kept = storage.save(name, _Finished(file, part))
    # A storage gives another name to what it has already; ours are drawn at random.
    if kept != name:
        storage.delete(kept)
        raise FileExistsError(name)
    part.unlink(missing_ok=True)


def names_in(alias: str) -> list[str]:
    """Of its files; none when nothing was ever kept."""
    try:
        return sorted(storage_of(alias).listdir("")[1])
    except FileNotFoundError:
        return []
