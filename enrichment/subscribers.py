from companies.events import ContactsErased
from enrichment import contact_erasure, jobs
from enrichment.events import BatchWaiting
from mainsite.lib import queue
from mainsite.lib.events import subscribe


@subscribe(BatchWaiting)
def put_workers_on_it(event: BatchWaiting) -> None:
    jobs.ask_for_workers(batch_id=event.batch_id)


@subscribe(ContactsErased)
def empty_what_they_were_read_in(event: ContactsErased) -> None:
    queue.enqueue(
        contact_erasure.empty_answers, queue="default", receipt_id=event.receipt_id
    )
