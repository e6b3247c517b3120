"""What PostgreSQL is told when a session opens, by the kind of process that opens it.

One table for both ways in: a direct connection says it in its start-up options, and
PgBouncer, which refuses those in transaction mode, says it for us when it opens a
connection to the server (deploy/pgbouncer).
"""

from enum import StrEnum


class Kind(StrEnum):
    WEB = "web"
    JOBS = "jobs"
    OWNER = "owner"


# Milliseconds and kilobytes, without quotes: the values stand in start-up options and
# in a configuration file alike.
_EVERYONE = {"jit": "off"}
SETTINGS: dict[Kind, dict[str, str]] = {
    # Somebody waits, and a thread that waits serves nobody else.
    Kind.WEB: {
        **_EVERYONE,
        "statement_timeout": "5000",
        "lock_timeout": "1000",
        "idle_in_transaction_session_timeout": "60000",
        "max_parallel_workers_per_gather": "0",
        "work_mem": "32768",
    },
    # A statement that is known to be longer says so itself, by SET LOCAL.
    Kind.JOBS: {
        **_EVERYONE,
        "statement_timeout": "60000",
        "lock_timeout": "10000",
        "idle_in_transaction_session_timeout": "120000",
        "max_parallel_workers_per_gather": "2",
        "work_mem": "65536",
    },
    # An index takes as long as it takes; a migration that waits for a table makes all
    # who come after it wait too.
    Kind.OWNER: {**_EVERYONE, "statement_timeout": "0", "lock_timeout": "10000"},
}


def startup_options(kind: Kind) -> str:
    """For libpq's ``options``, on a direct connection."""
    return " ".join(f"-c {name}={value}" for name, value in SETTINGS[kind].items())


def connect_query(kind: Kind) -> str:
    """For PgBouncer's ``connect_query``: once per connection to the server."""
    return "; ".join(f"SET {name} TO {value}" for name, value in SETTINGS[kind].items())
