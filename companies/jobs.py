"""Doors of the workers: load, call one service, done."""

from companies import contacts, list_changes, lists
from mainsite.lib import queue

QUEUE = "default"


def change_list(*, change_id: int) -> None:
    """A long change is handed from job to job until all of it is done."""
    if list_changes.advance(change_id=change_id):
        queue.enqueue(change_list, queue=QUEUE, change_id=change_id)


def sweep() -> None:
    """Every minute: changes left behind by a dead worker, lists to empty."""
    for change_id in list_changes.revive():
        queue.enqueue(change_list, queue=QUEUE, change_id=change_id)
    lists.purge_deleted()


def purge_contacts() -> None:
    """Every day: what may be kept no longer; the audit trail says what went."""
    contacts.purge_expired()


def reconcile_oppositions() -> None:
    """Every day: the list kept outside of the database is the whole list."""
    contacts.reconcile_oppositions()
