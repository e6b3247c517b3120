"""pgbouncer.ini and userlist.txt as texts; nothing is read or written here."""

import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from urllib.parse import unquote, urlsplit

from mainsite.lib.database_sessions import Kind, connect_query

TEMPLATE = Path(__file__).with_name("pgbouncer.ini")
_SCRAM = re.compile(r"SCRAM-SHA-256\$\d+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[\w+/=]+")


class PoolerError(Exception):
    """Something given that cannot work, in a sentence for the terminal."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where PostgreSQL is, and as whom the application comes in."""

    host: str
    port: int
    database: str
    user: str
    password: str

    @classmethod
    def from_url(cls, url: str) -> "Server":
        parts = urlsplit(url)
        if not (parts.hostname and parts.username and parts.path.strip("/")):
            raise PoolerError("DATABASE_URL n’a pas d’hôte, de rôle ou de base.")
        return cls(
            host=parts.hostname,
            port=parts.port or 5432,
            database=unquote(parts.path.strip("/")),
            user=unquote(parts.username),
            password=unquote(parts.password or ""),
        )


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Clients of PgBouncer, connections to PostgreSQL, prepared statements of each."""

    web_pool: int = 20
    jobs_pool: int = 20
    max_clients: int = 2000
    max_prepared: int = 0

    def check(self, room: int) -> None:
        """``room``: what PostgreSQL accepts beyond its reserved connections."""
        wanted = self.web_pool + self.jobs_pool
        # A load and a migration come in directly, and whoever looks at the server.
        if wanted + 5 > room:
            raise PoolerError(
                f"PGBOUNCER_WEB_POOL ({self.web_pool}) et PGBOUNCER_JOBS_POOL "
                f"({self.jobs_pool}) demandent {wanted} connexions, plus 5 qui "
                f"passent à côté : PostgreSQL n’en accepte que {room}."
            )


def configuration(
    server: Server, sizes: Sizes, *, listen: str, listen_port: int, auth_file: Path
) -> str:
    prepared = f"max_prepared_statements = {sizes.max_prepared}"
    # The first lines tell who reads it in the repository that it is a template.
    template = TEMPLATE.read_text(encoding="utf-8").partition("\n\n")[2]
    text = Template(template).substitute(
        host=server.host,
        port=server.port,
        database=_bare(server.database),
        web_pool=sizes.web_pool,
        jobs_pool=sizes.jobs_pool,
        web_session=connect_query(Kind.WEB),
        jobs_session=connect_query(Kind.JOBS),
        user=_bare(server.user),
        listen=listen,
        listen_port=listen_port,
        auth_file=auth_file,
        max_clients=sizes.max_clients,
        # Older versions refuse to start on a word that they do not know.
        prepared=prepared if sizes.max_prepared else "",
    )
    return text.strip() + "\n"


def userlist(server: Server, *, scram_secret: str = "") -> str:
    """With the SCRAM secret that PostgreSQL keeps, no password stands on this disk.

    PgBouncer then opens its connections with what the first client proved; without it,
    the file holds the password, which PgBouncer never sends in clear either way.
    """
    if scram_secret and not _SCRAM.fullmatch(scram_secret):
        raise PoolerError("PGBOUNCER_SCRAM_SECRET n’a pas la forme SCRAM-SHA-256$…")
    if not scram_secret and not server.password:
        raise PoolerError("DATABASE_URL n’a pas de mot de passe.")
    return f"{_quoted(server.user)} {_quoted(scram_secret or server.password)}\n"


def _quoted(text: str) -> str:
    if "\n" in text or "\x00" in text:
        raise PoolerError("Le rôle ou le mot de passe a un caractère impossible.")
    return '"' + text.replace('"', '""') + '"'


def _bare(name: str) -> str:
    if not re.fullmatch(r"[\w-]+", name):
        raise PoolerError(f"Nom impossible dans pgbouncer.ini : {name}")
    return name
