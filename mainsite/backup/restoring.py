"""From a backup to a database that answers: checked, restored, brought up to date.

Nothing is written before every digest was compared; the dump then goes in as one
transaction, so that a fault leaves an empty database.
"""

import re
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from mainsite.backup import emptying, manifest, programs, sealed
from mainsite.backup.manifest import Manifest
from mainsite.backup.taking import APART, DATABASE, FILES
from mainsite.lib.storage import EXPORTS, UPLOADS, storage_of

_PIECE = 1 << 20
_STORED = re.compile(rf"({EXPORTS}|{UPLOADS})/([\w.-]+)")
# The administrator's: extensions and what belongs to them, the schema itself.
_NOT_OURS = re.compile(r"^\d+; \d+ \d+ (EXTENSION|COMMENT - EXTENSION|SCHEMA) ")
_EXTENSION = re.compile(r"^\d+; \d+ \d+ EXTENSION - (\w+)")


class RestoreRefused(Exception):
    """``str()`` is a sentence for whoever runs the command; nothing was written."""


class RestoreFailed(Exception):
    """``str()`` is a sentence; the database is as empty as before."""


@dataclass(frozen=True)
class Files:
    written: int
    kept: int


def check(folder: Path) -> Manifest:
    """Digests, signature, and whether this installation can take it.

    Raises CannotOpen, NoKey and RestoreRefused.
    """
    told = manifest.read(folder)
    if told.mode != settings.PROVIDERS:
        raise RestoreRefused(
            f"Cette sauvegarde est d’une installation « {told.mode} » et PROVIDERS "
            f"vaut « {settings.PROVIDERS} »."
        )
    disk = MigrationLoader(None).disk_migrations
    # A squashed one stands for those it replaces.
    here = {*disk, *(each for known in disk.values() for each in known.replaces)}
    newer = [
        f"{app}.{name}" for app, name in told.migrations if (app, name) not in here
    ]
    if newer:
        raise RestoreRefused(
            f"Cette sauvegarde vient d’une version plus récente : {newer[0]} n’existe "
            "pas ici. Restaurez-la avec sa version, ou une plus récente."
        )
    return told


def check_server(told: Manifest, *, replace: bool) -> None:
    server = programs.server_version()
    if server < told.postgresql // 10_000:
        raise RestoreRefused(
            f"La sauvegarde vient de PostgreSQL {told.postgresql // 10_000} ; ce "
            f"serveur est un PostgreSQL {server}."
        )
    missing = sorted(set(told.roles) - _roles())
    if missing:
        raise RestoreRefused(
            f"Rôle absent de ce serveur : {', '.join(missing)}. Créez-le d’abord "
            "(docs/backup.md) : ses droits sont dans la sauvegarde."
        )
    if emptying.holds_something() and not replace:
        raise RestoreRefused(
            "Cette base n’est pas vide : donnez une base vide, ou --replace pour "
            "effacer ce qu’elle contient."
        )


def restore_database(folder: Path, *, replace: bool) -> None:
    """Raises RestoreFailed, CannotOpen and NoProgram."""
    pg_restore = programs.find("pg_restore")
    if replace:
        emptying.empty()
    emptying.forget_default_rights()
    wanted = _contents(pg_restore, folder)
    connection.close()
    with NamedTemporaryFile("w", encoding="utf-8") as listed:
        listed.write(wanted)
        listed.flush()
        command = [
            *(pg_restore, "--single-transaction", "--exit-on-error", "--no-password"),
            *("--use-list", listed.name),
            *("--dbname", str(connection.settings_dict["NAME"])),
        ]
        _run(command, folder)


def verify(told: Manifest) -> list[str]:
    """What is not as it was counted: tables, or who may do what."""
    found = manifest.rows()
    differing = [name for name, count in told.rows.items() if found.get(name) != count]
    return sorted(differing) + (["droits"] if manifest.rights() != told.rights else [])


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def restore_files(folder: Path, told: Manifest) -> Files:
    """What a storage has already is left; each file is compared before it is kept."""
    written = kept = 0
    for name, file in _unpacked(folder, told):
        found = _STORED.fullmatch(name)
        if found is None:
            continue
        storage = storage_of(found[1])
        if storage.exists(found[2]):
            kept += 1
        else:
            storage.save(found[2], File(file))
            written += 1
    return Files(written, kept)


def apart(folder: Path, told: Manifest, name: str) -> bytes:
    """The copy of a file that is kept apart from the database; empty: none."""
    for found, file in _unpacked(folder, told):
        if found == f"{APART}/{name}":
            return file.read()
    return b""


def _roles() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid::regrole::text FROM pg_roles")
        return {row[0] for row in cursor.fetchall()}


def _contents(pg_restore: str, folder: Path) -> str:
    """The list of what the dump holds, without what is the administrator's."""
    with TemporaryFile() as listed:
        _run([pg_restore, "--list"], folder, output=listed, may_stop=True)
        listed.seek(0)
        lines = listed.read().decode().splitlines()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        there = {row[0] for row in cursor.fetchall()}
    lacking = {found[1] for line in lines if (found := _EXTENSION.match(line))} - there
    if lacking:
        raise RestoreRefused(
            f"Extension absente de cette base : {', '.join(sorted(lacking))}. Son "
            "administrateur doit la créer (docs/backup.md)."
        )
    return "\n".join(line for line in lines if not _NOT_OURS.match(line)) + "\n"


def _run(
    command: list[str],
    folder: Path,
    *,
    output: IO[bytes] | None = None,
    may_stop: bool = False,
) -> None:
    """``may_stop``: it reads the beginning of the dump only."""
    with (
        TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=output or subprocess.DEVNULL,
            stderr=said,
            env=programs.environment(),
        ) as program,
        (folder / DATABASE).open("rb") as source,
    ):
        assert program.stdin is not None  # noqa: S101
        try:
            for piece in sealed.Reader(source, purpose=DATABASE).pieces():
                program.stdin.write(piece)
            program.stdin.close()
        except BrokenPipeError:
            pass
        except BaseException:
            # Its transaction is never committed.
            program.kill()
            with suppress(BrokenPipeError):
                program.stdin.close()
            raise
        if program.wait() and not may_stop:
            raise RestoreFailed(
                f"pg_restore n’a pas abouti : {programs.complaint(said)}. La base est "
                "vide : rien n’y est à moitié."
            )


@contextmanager
def _packed(folder: Path) -> Iterator[tarfile.TarFile]:
    with (folder / FILES).open("rb") as source:
        reader: Any = sealed.Reader(source, purpose=FILES)
        with tarfile.open(mode="r|", fileobj=reader) as packed:
            yield packed


def _unpacked(folder: Path, told: Manifest) -> Iterable[tuple[str, IO[bytes]]]:
    """Nothing is extracted by its name; what the manifest does not tell is refused."""
    with _packed(folder) as packed:
        for entry in packed:
            known = told.files.get(entry.name)
            content = packed.extractfile(entry) if entry.isreg() else None
            if known is None or content is None or entry.size != known["bytes"]:
                raise sealed.CannotOpen(f"Fichier inattendu : {entry.name}.")
            with TemporaryFile() as file:
                digest = sha256()
                while piece := content.read(_PIECE):
                    digest.update(piece)
                    file.write(piece)
                if digest.hexdigest() != known["sha256"]:
                    raise sealed.CannotOpen(f"Fichier altéré : {entry.name}.")
                file.seek(0)
                yield entry.name, file
