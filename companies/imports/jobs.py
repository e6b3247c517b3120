"""Doors of the workers: load, call one service, done."""

from django.conf import settings

from companies.imports import keeping, running, undoing
from companies.imports.models import Import, ImportState
from mainsite.lib import queue

QUEUE, INTERACTIVE = "imports", "interactive"
# Dealt with in the time that somebody waits for a page; about 80 bytes a row.
SMALL = 10_000
SMALL_BYTES = 4 * 1024 * 1024


def ask_for_worker(*, import_id: int) -> None:
    """Whatever the row's state asks for; a small one never stands behind a million."""
    imp = Import.objects.get(pk=import_id)
    known = imp.rows_total or SMALL
    is_small = known <= SMALL and imp.size_bytes <= SMALL_BYTES
    doors = {
        ImportState.CHECKING: check,
        ImportState.RUNNING: run,
        ImportState.UNDOING: undo,
    }
    door = doors.get(ImportState(imp.state))
    if door is not None:
        name = INTERACTIVE if is_small else QUEUE
        queue.enqueue(door, queue=name, import_id=import_id)


def broke(*, import_id: int) -> None:
    """Its work-horse was killed at it: once more, then the file is set aside."""
    if keeping.broke(import_id=import_id):
        ask_for_worker(import_id=import_id)


BOUNDS = queue.Bounds(
    memory_mb=settings.IMPORT_MEMORY_MB, cpu_s=settings.IMPORT_CPU_S, died=broke
)


@queue.bounded(BOUNDS)
def check(*, import_id: int) -> None:
    if running.check(import_id=import_id):
        queue.enqueue(check, queue=QUEUE, import_id=import_id)


@queue.bounded(BOUNDS)
def run(*, import_id: int) -> None:
    if running.run(import_id=import_id):
        queue.enqueue(run, queue=QUEUE, import_id=import_id)


def undo(*, import_id: int) -> None:
    if undoing.undo(import_id=import_id):
        queue.enqueue(undo, queue=QUEUE, import_id=import_id)


def sweep() -> None:
    """Every minute: what a dead worker or a flushed queue left behind."""
    for import_id in keeping.revive():
        ask_for_worker(import_id=import_id)


def delete_expired() -> None:
    """Every hour: files and refused rows do not outlive their week."""
    keeping.delete_expired()
