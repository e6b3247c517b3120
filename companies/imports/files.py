"""The files of imports: random names, readable by us only.

They are kept in the storage ``uploads``; each machine reads its own copy in UPLOAD_DIR,
beside what it makes of it.
"""

import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File

from companies.imports.codes import FileFault
from mainsite.lib.sheets.decoding import SheetError
from mainsite.lib.storage import UPLOADS, hand_over, names_in, storage_of

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
    part = _folder() / f"{name}.part"
    digest, size = sha256(), 0
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
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
        hand_over(UPLOADS, part, name)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Kept(name, digest.hexdigest(), size)


def path_of(name: str) -> Path:
    """Where this machine reads it, fetched the first time; it may be gone."""
    path = _folder() / name
    if name and not path.exists():
        with suppress(FileNotFoundError):
            _fetch(name, path)
    return path


def _fetch(name: str, path: Path) -> None:
    part = path.with_name(f"{name}.{uuid4().hex}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with (
            os.fdopen(descriptor, "wb") as target,
            storage_of(UPLOADS).open(name, "rb") as source,
        ):
            shutil.copyfileobj(source, target)
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _folder() -> Path:
    folder: Path = settings.UPLOAD_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def remove(name: str) -> None:
    """The upload, and what was made of it to read it."""
    if not name:
        return
    storage_of(UPLOADS).delete(name)
    for path in settings.UPLOAD_DIR.glob(f"{name}*"):
        path.unlink(missing_ok=True)


def remove_working(name: str) -> None:
    """What was made of an upload to read it; it can be made again."""
    if name:
        for path in settings.UPLOAD_DIR.glob(f"{name}.*"):
            path.unlink(missing_ok=True)


def remove_orphans(known: Collection[str]) -> int:
    """Take away what killed processes left; returns how many files."""
    storage = storage_of(UPLOADS)
    oldest = datetime.now(UTC) - timedelta(seconds=ORPHAN_AFTER_S)
    gone = set()
    for name in names_in(UPLOADS):
        with suppress(FileNotFoundError):
            is_orphan = name.partition(".")[0] not in known
            if is_orphan and storage.get_modified_time(name) < oldest:
                storage.delete(name)
                gone.add(name)
    # Where the storage is elsewhere, copies and unfinished files are still here.
    for path in settings.UPLOAD_DIR.glob("*"):
        with suppress(FileNotFoundError):
            is_orphan = path.name.partition(".")[0] not in known
            if is_orphan and path.stat().st_mtime < oldest.timestamp():
                path.unlink()
                gone.add(path.name)
    return len(gone)
