"""What is done again and again, by name: this file imports nothing of ours."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Periodic:
    """A function by its dotted path. Without a queue the scheduler runs it itself."""

    every_s: float
    path: str
    queue: str = ""


PERIODIC = (
    # In the scheduler's own process: it is what notices that no worker is alive.
    Periodic(every_s=5, path="enrichment.jobs.sweep"),
    Periodic(every_s=3600, path="scoring.jobs.score_stale_companies", queue="scoring"),
    Periodic(every_s=60, path="exports.jobs.sweep", queue="exports"),
    Periodic(every_s=60, path="companies.jobs.sweep", queue="default"),
    Periodic(every_s=3600, path="accounts.throttle.forget_old", queue="default"),
    Periodic(every_s=3600, path="exports.jobs.delete_expired", queue="exports"),
    # Three months ahead are made: a day without it costs nothing.
    Periodic(every_s=86400, path="mainsite.lib.history.maintain", queue="default"),
    Periodic(every_s=21600, path="companies.statistics.refresh", queue="default"),
)
