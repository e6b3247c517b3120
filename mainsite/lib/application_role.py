"""The rights of the application's role, for migrations.

Migrations that have run everywhere call these functions, and a new database runs them
again: what they do does not change. Another rule is another function.
"""

import os

import environ
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper


def application_role(connection: BaseDatabaseWrapper) -> str | None:
    """Its name in quotes, as SQL takes it.

    None when one role does everything: there is nothing to grant, and check --deploy
    says so.
    """
    role = environ.Env.db_url_config(os.environ.get("DATABASE_URL", "")).get("USER")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user",
            [role],
        )
        if cursor.fetchone() is None:
            return None
    return connection.ops.quote_name(role)


def leave_only(cursor: CursorWrapper, role: str, *, table: str, rights: str) -> None:
    """The role keeps these rights on the table; everybody else has none."""
    cursor.execute(f"REVOKE ALL ON {table} FROM {role}, PUBLIC")
    cursor.execute(f"GRANT {rights} ON {table} TO {role}")
