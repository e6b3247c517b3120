"""Doors of the workers: load, call one service, done."""

from exports import schedules, services, writing
from mainsite.lib import queue

QUEUE, INTERACTIVE = "exports", "interactive"
# Written in the time that somebody waits for a page.
SMALL = 10_000


def ask_for_worker(*, export_id: int, rows: int, is_slow: bool = False) -> None:
    """A small one never stands behind a million rows.

    ``is_slow``: what is quick in a file is not when each row leaves for elsewhere.
    """
    name = INTERACTIVE if rows <= SMALL and not is_slow else QUEUE
    queue.enqueue(write_export, queue=name, export_id=export_id)


def write_export(*, export_id: int) -> None:
    writing.write(export_id=export_id)


def delete_expired() -> None:
    """Every hour: a file does not outlive its time."""
    services.delete_expired()


def delete_contacts() -> None:
    services.delete_contacts()


def run_schedules() -> None:
    """Every minute: the weekly exports whose hour has come."""
    for export in schedules.run_due():
        ask_for_worker(export_id=export.pk, rows=export.rows_total, is_slow=True)


def sweep() -> None:
    """Every minute: what a dead worker or a flushed queue left behind."""
    for export_id in services.revive():
        queue.enqueue(write_export, queue=QUEUE, export_id=export_id)
