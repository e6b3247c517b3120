"""The files of exports: random names, whole or not there, readable by us only."""

import errno
import os
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
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


def write(pieces: Iterable[bytes], *, suffix: str) -> Written:
    """Write under a name of its own; whatever goes wrong, no part of it stays.

    A killed process leaves a ``.part``, which ``remove_orphans`` takes.
    """
    name = f"{uuid4().hex}{suffix}"
    path = _path(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(name + UNFINISHED)
    try:
        digest, size = _fill(part, pieces)
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Written(name, digest, size)


def _fill(path: Path, pieces: Iterable[bytes]) -> tuple[str, int]:
    digest, size = sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
        file.flush()
        # A full disk may only be told here.
        os.fsync(file.fileno())
    return digest.hexdigest(), size


def read(name: str) -> BinaryIO:
    """Raises FileNotFoundError when somebody took the file away."""
    return _path(name).open("rb")


def is_full(error: OSError) -> bool:
    return error.errno in _NO_SPACE


def remove(name: str) -> None:
    _path(name).unlink(missing_ok=True)


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


def _path(name: str) -> Path:
    folder: Path = settings.EXPORT_DIR
    return folder / name
