"""Somebody objected: a file that may hold what was erased is taken away."""

from companies.events import ContactsErased
from exports import jobs
from mainsite.lib import queue
from mainsite.lib.events import subscribe


@subscribe(ContactsErased)
def forget(event: ContactsErased) -> None:
    queue.enqueue(jobs.delete_contacts, queue="default")
