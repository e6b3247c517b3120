from enrichment import jobs
from enrichment.events import BatchWaiting
from mainsite.lib.events import subscribe


@subscribe(BatchWaiting)
def put_workers_on_it(event: BatchWaiting) -> None:
    jobs.ask_for_workers(batch_id=event.batch_id)
