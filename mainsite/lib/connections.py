"""Whether this process's connections can work, asked once when the web starts."""

import logging
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

from mainsite.lib.database_sessions import SETTINGS

logger = logging.getLogger(__name__)

# reserved_connections came with PostgreSQL 16; a role without a limit says -1.
_SERVER = """
    SELECT current_setting('max_connections')::int
            - current_setting('superuser_reserved_connections')::int
            - coalesce(current_setting('reserved_connections', true)::int, 0),
        (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),
        (SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout')
"""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """What the web may open at once, and what has to be left for the rest."""

    workers: int
    threads: int
    pool: int
    jobs: int

    @property
    def web(self) -> int:
        """Without a pool, each thread opens its own connection."""
        return self.workers * (self.pool or self.threads)


def sizes() -> Sizes:
    return Sizes(
        workers=settings.WEB_WORKERS,
        threads=settings.WEB_THREADS,
        pool=settings.WEB_POOL_SIZE,
        jobs=settings.JOB_CONNECTIONS,
    )


def verify() -> None:
    """ImproperlyConfigured, in a sentence for the terminal, when it cannot work.

    A server that does not answer now is not a mistake: the pages say 503 until it does.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(_SERVER)
            accepted, limit, statement_timeout_ms = cursor.fetchone()
    except OperationalError:
        logger.warning("the database is away: sizes were not compared")
        return
    finally:
        connection.close()
    if complaint := complaint_about_sessions(statement_timeout_ms):
        raise ImproperlyConfigured(complaint)
    # Behind PgBouncer the server sees PgBouncer's pools, which its own script compares.
    room = None if settings.PGBOUNCER else min(accepted, limit or accepted)
    if complaint := complaint_about_sizes(sizes(), room):
        raise ImproperlyConfigured(complaint)


def complaint_about_sessions(statement_timeout_ms: int) -> str:
    wanted = int(SETTINGS[settings.DATABASE_KIND]["statement_timeout"])
    if statement_timeout_ms == wanted:
        return ""
    return (
        f"Les sessions ont un statement_timeout de {statement_timeout_ms} ms au lieu "
        f"de {wanted} : l’adresse de DATABASE_URL ne passe pas par l’entrée "
        "« ma_web » de PgBouncer (deploy/pgbouncer/README.md)."
    )


def complaint_about_sizes(sizes: Sizes, room: int | None) -> str:
    if 0 < sizes.pool < sizes.threads:
        return (
            f"WEB_POOL_SIZE ({sizes.pool}) est plus petit que WEB_THREADS "
            f"({sizes.threads}) : des pages attendraient une connexion. Donnez-en au "
            "moins une par fil, deux pour que les exports n’attendent pas."
        )
    if room is None or sizes.web + sizes.jobs <= room:
        return ""
    each = f"WEB_POOL_SIZE ({sizes.pool})" if sizes.pool else "WEB_THREADS"
    return (
        f"WEB_WORKERS ({sizes.workers}) × {each} demandent {sizes.web} connexions et "
        f"JOB_CONNECTIONS en garde {sizes.jobs} : PostgreSQL n’en accepte que {room}. "
        "Baissez ces nombres, augmentez max_connections, ou placez PgBouncer devant "
        "(deploy/pgbouncer/README.md)."
    )


def take_time() -> None:
    """Until the transaction ends no statement is cut short, whoever waits for it.

    For what is of any size and was asked for by a page, where five seconds are the
    rule: a list of two million lines is one long statement.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
