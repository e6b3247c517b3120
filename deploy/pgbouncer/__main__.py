"""Write pgbouncer.ini and userlist.txt for the server of DATABASE_URL.

    DATABASE_URL=postgresql://ma_app:…@db.internal/ma \\
        python -m deploy.pgbouncer /etc/pgbouncer

Run it again after a change of password or of sizes, then `RELOAD` PgBouncer.
"""

import argparse
import os
import sys
from pathlib import Path

import psycopg

from deploy.local.messages import complain, say
from deploy.local.state import write_private
from deploy.pgbouncer import files
from deploy.pgbouncer.files import PoolerError, Server, Sizes

_ROOM = """
    SELECT current_setting('max_connections')::int
        - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true)::int, 0)
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.pgbouncer")
    parser.add_argument("folder", type=Path, help="where PgBouncer reads its files")
    folder = parser.parse_args().folder.resolve()
    try:
        _write(folder)
    except (PoolerError, OSError, psycopg.OperationalError) as error:
        complain(str(error))
        sys.exit(1)


def _write(folder: Path) -> None:
    server = Server.from_url(_given("DATABASE_URL"))
    sizes = Sizes(
        web_pool=_number("PGBOUNCER_WEB_POOL", 20),
        jobs_pool=_number("PGBOUNCER_JOBS_POOL", 20),
        max_clients=_number("PGBOUNCER_MAX_CLIENTS", 2000),
        max_prepared=_number("PGBOUNCER_MAX_PREPARED", 0),
    )
    sizes.check(_room(server))
    listen = os.environ.get("PGBOUNCER_LISTEN", "127.0.0.1")
    port = _number("PGBOUNCER_PORT", 6432)
    auth_file = folder / "userlist.txt"
    secret = os.environ.get("PGBOUNCER_SCRAM_SECRET", "")
    text = files.configuration(
        server, sizes, listen=listen, listen_port=port, auth_file=auth_file
    )
    write_private(auth_file, files.userlist(server, scram_secret=secret))
    write_private(folder / "pgbouncer.ini", text)
    address = f"postgresql://{server.user}:…@{listen}:{port}"
    say(f"{folder / 'pgbouncer.ini'} et {auth_file} sont écrits, lisibles par vous.")
    say(f"web     : PGBOUNCER=1 DATABASE_URL={address}/ma_web")
    say(f"tâches  : PGBOUNCER=1 DATABASE_URL={address}/ma_jobs")
    say("chargements : DATABASE_SESSION_URL=l’adresse directe, en plus")


def _room(server: Server) -> int:
    with psycopg.connect(
        host=server.host,
        port=server.port,
        dbname=server.database,
        user=server.user,
        password=server.password,
        connect_timeout=5,
    ) as connection:
        row = connection.execute(_ROOM).fetchone()
    return int(row[0]) if row else 0


def _given(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise PoolerError(f"{name} manque.")
    return value


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, "") or str(default)
    if not value.isdigit():
        raise PoolerError(f"{name} vaut « {value} » : ce n’est pas un nombre.")
    return int(value)


if __name__ == "__main__":
    main()
