"""Tables partitioned by month: what keeps their months, and says when one is missing.

The work is one function of the database's owner (``accounts`` migrations): it makes
the months to come and drops those past the retention. The application may call it and
nothing more, so that nothing here could drop a month that must be kept.
"""

import logging
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

logger = logging.getLogger(__name__)


def is_installed() -> bool:
    """Whether the migrations that partition have run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('history_retention') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM history_retention ORDER BY table_name")
        return [name for (name,) in cursor.fetchall()]


def maintain() -> list[str]:
    """Every day, by the scheduler; what was done: ``made`` or ``dropped``, and a name.

    Safe to run twice, or beside itself. Each table is a transaction: its locks are
    held no longer than its own work.
    """
    told = []
    for table in tables():
        for done, partition in _maintain(table):
            logger.info("history partition %s %s", partition, done)
            told.append(f"{done} {partition}")
    if lacking := missing():
        logger.error("no partition for next month: %s", ", ".join(lacking))
    return told


@transaction.atomic
def _maintain(table: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        # Moving what strayed into the default partition takes the time it takes.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT * FROM history_maintain(%s)", [table])
        done: list[tuple[str, str]] = cursor.fetchall()
    return done


def missing() -> list[str]:
    """History tables whose next month has no partition: its rows would stray."""
    suffix = _next_month().strftime("_%Y%m")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM history_retention"
            " WHERE to_regclass(table_name || %s) IS NULL ORDER BY table_name",
            [suffix],
        )
        return [name for (name,) in cursor.fetchall()]


def _next_month() -> date:
    # Months are months of UTC.
    today = timezone.now().date().replace(day=1)
    return date(today.year + today.month // 12, today.month % 12 + 1, 1)
