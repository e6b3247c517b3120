"""Doors of the workers: load, call one service, done."""

from exports import services
from mainsite.lib import queue

QUEUE, INTERACTIVE = "exports", "interactive"
# Written in the time that somebody waits for a page.
SMALL = 10_000


def ask_for_worker(*, export_id: int, rows: int) -> None:
    """A small one never stands behind a million rows."""
    name = INTERACTIVE if rows <= SMALL else QUEUE
    queue.enqueue(write_export, queue=name, export_id=export_id)


def write_export(*, export_id: int) -> None:
    services.write(export_id=export_id)


def delete_expired() -> None:
    """Every hour: a file does not outlive its week."""
    services.delete_expired()


def sweep() -> None:
    """Every minute: what a dead worker or a flushed queue left behind."""
    for export_id in services.revive():
        queue.enqueue(write_export, queue=QUEUE, export_id=export_id)
