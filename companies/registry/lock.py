"""One load at a time: two would undo each other's chunks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from companies.registry.errors import RegistryFileError

# "registry" in ASCII; nothing else of ours locks by this number.
_KEY = 0x7265676973747279


@contextmanager
def only_one_load() -> Iterator[None]:
    """Refuse a second load; the lock goes with its session, however that ends.

    A session of its own, inside a transaction: it holds through a pooler and whatever
    happens to the one that writes. Without a snapshot it keeps no row from VACUUM.
    """
    session: Any = connection.copy()
    session.settings_dict["OPTIONS"].pop("pool", None)
    try:
        with session.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_KEY])
            if not cursor.fetchone()[0]:
                raise RegistryFileError(
                    "Un autre chargement du registre est en cours : attendez sa fin, "
                    "puis relancez la commande. Son avancement se lit dans "
                    "l’administration, « Chargements du registre »."
                )
            yield
            # The end of a session is noticed a moment later; that of a transaction not.
            cursor.execute("ROLLBACK")
    finally:
        session.close()
