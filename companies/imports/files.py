"""The files of imports: random names in UPLOAD_DIR, readable by us only."""

import os
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File

from companies.imports.codes import FileFault
from mainsite.lib.sheets.decoding import SheetError

# A file that no row names is left alone this long: its row may be about to.
ORPHAN_AFTER_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Kept:
    name: str
    sha256: str
    size_bytes: int


def keep(file: "File[bytes]") -> Kept:
    """Write an upload under a name of its own, whole or not at all."""
    name = uuid4().hex
    path = path_of(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as kept:
            for piece in file.chunks():
                size += len(piece)
                if size > settings.UPLOAD_MAX_BYTES:
                    raise SheetError(FileFault.TOO_BIG)
                kept.write(piece)
                digest.update(piece)
            kept.flush()
            os.fsync(kept.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Kept(name, digest.hexdigest(), size)


def path_of(name: str) -> Path:
    folder: Path = settings.UPLOAD_DIR
    return folder / name


def remove(name: str) -> None:
    """The upload, and what was made of it to read it."""
    if not name:
        return
    with suppress(FileNotFoundError):
        for path in settings.UPLOAD_DIR.glob(f"{name}*"):
            path.unlink(missing_ok=True)


def remove_working(name: str) -> None:
    """What was made of an upload to read it; it can be made again."""
    if name:
        for path in settings.UPLOAD_DIR.glob(f"{name}.*"):
            path.unlink(missing_ok=True)


def remove_orphans(known: Collection[str]) -> int:
    """Take away what killed processes left; returns how many files."""
    gone = 0
    oldest = time.time() - ORPHAN_AFTER_S
    with suppress(FileNotFoundError):
        for path in settings.UPLOAD_DIR.iterdir():
            owner = path.name.partition(".")[0]
            if owner not in known and path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
                gone += 1
    return gone
