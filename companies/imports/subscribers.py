"""What follows from facts about imports: one job each."""

from companies.imports import jobs
from companies.imports.events import ImportAsked
from mainsite.lib.events import subscribe


@subscribe(ImportAsked)
def begin(event: ImportAsked) -> None:
    jobs.ask_for_worker(import_id=event.import_id)
