"""Taking a backup: one moment of the database, the files beside it, whole or not there.

Nothing in clear touches the disk: pg_dump speaks into the seal.
"""

import fcntl
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction

from mainsite.backup import manifest, programs, sealed
from mainsite.backup.manifest import Manifest
from mainsite.lib.storage import EXPORTS, UPLOADS, names_in, storage_of

DATABASE, FILES = "database.sealed", "files.sealed"
APART = "apart"
UNFINISHED = ".part"
_PIECE = 1 << 20
_NAME = "%Y%m%dT%H%M%SZ"
_DUMP = ("--format=custom", "--no-password", "--lock-wait-timeout=60000")


class BackupFailed(Exception):
    """``str()`` is a sentence for whoever runs the command."""


@dataclass(frozen=True)
class Taken:
    folder: Path
    manifest: Manifest
    removed: tuple[str, ...]


def take(*, folder: Path, keep: int) -> Taken:
    """One more backup in ``folder``; of the whole ones, the last ``keep`` stay.

    Raises BackupFailed, NoKey, NoProgram, and OSError; nothing half-made is left.
    """
    key, _secret = sealed.sealing_key()
    pg_dump = programs.find("pg_dump")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder), _draft(folder) as draft:
        facts = _dump(pg_dump, draft / DATABASE)
        files = _pack(draft / FILES)
        parts = {name: manifest.digest_of(draft / name) for name in (DATABASE, FILES)}
        whole = Manifest(**facts, key=key, parts=parts, files=files)
        _write(draft / manifest.FILE, manifest.text(whole))
        made = folder / datetime.now(UTC).strftime(_NAME)
        _sync(draft)
        draft.rename(made)
        _sync(folder)
        return Taken(made, whole, _rotate(folder, keep))


def whole_ones(folder: Path) -> list[Path]:
    """The oldest first; a draft is none."""
    return sorted(
        path
        for path in folder.iterdir()
        if not path.name.startswith(".") and (path / manifest.FILE).is_file()
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupFailed(
                f"Une autre sauvegarde est en cours dans {folder}."
            ) from None
        yield


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    # Whoever holds the lock is alone: what lies here was left by one that was killed.
    for left in folder.glob(f".*{UNFINISHED}"):
        shutil.rmtree(left, ignore_errors=True)
    draft = folder / f".{os.getpid()}{UNFINISHED}"
    draft.mkdir(mode=0o700)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@transaction.atomic
def _dump(pg_dump: str, path: Path) -> dict[str, Any]:
    """What is counted and what is dumped are of the same snapshot."""
    snapshot = _snapshot()
    facts = manifest.facts()
    with _sealing(path, purpose=DATABASE) as target:
        _run_dump([pg_dump, *_DUMP, f"--snapshot={snapshot}"], target)
    return facts


def _snapshot() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        return str(cursor.fetchone()[0])


def _run_dump(command: list[str], target: sealed.Writer) -> None:
    with (
        TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            env=programs.environment(),
        ) as dump,
    ):
        assert dump.stdout is not None  # noqa: S101
        try:
            while piece := dump.stdout.read(_PIECE):
                target.write(piece)
        except BaseException:
            dump.kill()
            raise
        if dump.wait():
            raise BackupFailed(
                f"pg_dump n’a pas abouti : {programs.complaint(said)}. Rien n’est "
                "gardé."
            )


@contextmanager
def _sealing(path: Path, *, purpose: str) -> Iterator[Any]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        writer = sealed.Writer(target, purpose=purpose)
        yield writer
        writer.close()
        target.flush()
        os.fsync(target.fileno())


def _pack(path: Path) -> dict[str, dict[str, Any]]:
    """The stored files, and the two that are kept apart from the database."""
    known = {}
    with (
        _sealing(path, purpose=FILES) as target,
        tarfile.open(mode="w|", fileobj=target) as packed,
    ):
        for alias in (EXPORTS, UPLOADS):
            for name in names_in(alias):
                # One that expired since it was listed is not missed.
                with suppress(FileNotFoundError), storage_of(alias).open(name) as file:
                    known[f"{alias}/{name}"] = _add(packed, f"{alias}/{name}", file)
        for given in (settings.AUDIT_ANCHOR_FILE, settings.OPPOSITION_FILE):
            if given.exists():
                name = f"{APART}/{given.name}"
                known[name] = _add(packed, name, BytesIO(given.read_bytes()))
    return known


class _Counted:
    """A file that is digested while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


def _add(packed: tarfile.TarFile, name: str, file: IO[bytes]) -> dict[str, Any]:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    counted = _Counted(file)
    packed.addfile(entry, counted)
    return {"sha256": counted.digest.hexdigest(), "bytes": size}


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _rotate(folder: Path, keep: int) -> tuple[str, ...]:
    old = whole_ones(folder)[:-keep] if keep else []
    for path in old:
        # Hidden first: what a kill leaves half removed is no backup.
        hidden = path.with_name(f".{path.name}{UNFINISHED}")
        path.rename(hidden)
        shutil.rmtree(hidden)
    return tuple(path.name for path in old)
