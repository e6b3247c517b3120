"""Doors of the workers: load, call one service, done."""

from exports import services
from mainsite.lib import queue

QUEUE = "exports"


def write_export(*, export_id: int) -> None:
    services.write(export_id=export_id)


def delete_expired() -> None:
    """Every hour: a file does not outlive its week."""
    services.delete_expired()


def sweep() -> None:
    """Every minute: what a dead worker or a flushed queue left behind."""
    for export_id in services.revive():
        queue.enqueue(write_export, queue=QUEUE, export_id=export_id)
