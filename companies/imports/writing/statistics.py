"""What the planner knows of the tables that a first import fills."""

from typing import Any


def freshen(cursor: Any) -> int:
    """How many tables were analysed: those that count as empty and are not.

    In a transaction of its own: it waits for an autovacuum of the same table.
    """
    cursor.execute("SELECT analyse_stale_companies()")
    analysed: int = cursor.fetchone()[0]
    return analysed
