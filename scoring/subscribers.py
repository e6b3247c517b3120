from companies.events import CompaniesEnriched
from mainsite.lib import queue
from mainsite.lib.events import subscribe
from scoring import jobs


@subscribe(CompaniesEnriched)
def rescore(event: CompaniesEnriched) -> None:
    name = "interactive" if event.is_awaited else "scoring"
    queue.enqueue(jobs.score_companies, queue=name, sirens=list(event.sirens))
