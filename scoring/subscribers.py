from companies.events import CompaniesEnriched
from mainsite.lib import queue
from mainsite.lib.events import subscribe
from scoring import jobs


@subscribe(CompaniesEnriched)
def rescore(event: CompaniesEnriched) -> None:
    queue.enqueue(jobs.score_companies, queue="scoring", sirens=list(event.sirens))
