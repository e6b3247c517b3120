"""The files of exports: random names, whole or not there, readable by us only."""

import errno
import os
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings

UNFINISHED = ".part"
# A file that no row names is left alone this long: its row may be about to.
ORPHAN_AFTER_S = 24 * 3600
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class Written:
    name: str
    sha256: str
    size_bytes: int


def write(fill: Callable[[Path], object], *, suffix: str) -> Written:
    """Let ``fill`` write under a name of ours; whatever goes wrong, nothing stays.

    A killed process leaves a ``.part``, which ``remove_orphans`` takes.
    """
    name = f"{uuid4().hex}{suffix}"
    path = path_of(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(name + UNFINISHED)
    try:
        # Made first, so that a format which opens it by name leaves it ours alone.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        fill(part)
        digest, size = seal(part)
        part.rename(path)
    except BaseException:
        # A library may have left a journal beside it.
        for left in part.parent.glob(f"{part.name}*"):
            left.unlink(missing_ok=True)
        raise
    return Written(name, digest, size)


def seal(path: Path) -> tuple[str, int]:
    """Its SHA-256 and size, once all of it is on the disk."""
    with path.open("rb") as file:
        # A full disk may only be told here.
        os.fsync(file.fileno())
        return file_digest(file, "sha256").hexdigest(), path.stat().st_size


def read(name: str) -> BinaryIO:
    """Raises FileNotFoundError when somebody took the file away."""
    return path_of(name).open("rb")


def is_full(error: OSError) -> bool:
    return error.errno in _NO_SPACE


def remove(name: str) -> None:
    path_of(name).unlink(missing_ok=True)


def remove_orphans(known: Collection[str]) -> int:
    """Take away what killed processes left; returns how many files."""
    gone = 0
    oldest = time.time() - ORPHAN_AFTER_S
    with suppress(FileNotFoundError):
        for path in settings.EXPORT_DIR.iterdir():
            if path.name not in known and path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def path_of(name: str) -> Path:
    folder: Path = settings.EXPORT_DIR
    return folder / name
