"""The files of exports: random names, whole or not there, readable by us only.

They are made in EXPORT_DIR, on this machine, and kept in the storage ``exports``.
"""

import errno
import os
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import IO
from uuid import uuid4

from django.conf import settings

from mainsite.lib.storage import EXPORTS, hand_over, names_in, storage_of

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
    folder: Path = settings.EXPORT_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / (name + UNFINISHED)
    try:
        # Made first, so that a format which opens it by name leaves it ours alone.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        fill(part)
        digest, size = seal(part)
        hand_over(EXPORTS, part, name)
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


def read(name: str) -> IO[bytes]:
    """Raises FileNotFoundError when somebody took the file away."""
    return storage_of(EXPORTS).open(name, "rb")


def is_full(error: OSError) -> bool:
    return error.errno in _NO_SPACE


def remove(name: str) -> None:
    storage_of(EXPORTS).delete(name)


def remove_orphans(known: Collection[str]) -> int:
    """Take away what killed processes left; returns how many files."""
    gone = 0
    storage = storage_of(EXPORTS)
    oldest = datetime.now(UTC) - timedelta(seconds=ORPHAN_AFTER_S)
    for name in names_in(EXPORTS):
        with suppress(FileNotFoundError):
            if name not in known and storage.get_modified_time(name) < oldest:
                storage.delete(name)
                gone += 1
    return gone + _remove_unfinished(oldest)


def _remove_unfinished(oldest: datetime) -> int:
    """Where the storage is elsewhere, what was being made is still here."""
    gone = 0
    for path in settings.EXPORT_DIR.glob(f"*{UNFINISHED}*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest.timestamp():
                path.unlink()
                gone += 1
    return gone
