"""RQ as we use it: JSON payloads, quick recovery, jobs that name their door."""

from collections.abc import Callable
from typing import Any

import django_rq
from rq import Worker as RQWorker

# Measured with the defaults (420 s): a worker killed with its work-horse leaves
# its job "started" for 765 s. With these, 90 to 100 s; the ledger's own sweep,
# which does not wait for RQ at all, is faster still.
WORKER_TTL_S = 60
MAINTENANCE_S = 30
MONITORING_S = 10


class Worker(RQWorker):
    """Forgets a dead colleague within about a minute and a half."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["worker_ttl"] = WORKER_TTL_S
        kwargs["maintenance_interval"] = MAINTENANCE_S
        kwargs["job_monitoring_interval"] = MONITORING_S
        super().__init__(*args, **kwargs)


def enqueue(job: Callable[..., None], *, queue: str, **arguments: Any) -> None:
    """Ask a worker for ``job(**arguments)``; the arguments must fit in JSON.

    Inside a transaction the job is asked for after commit (django-rq's rule), so
    that no worker reads rows that do not exist yet.
    """
    django_rq.get_queue(queue).enqueue_call(func=job, kwargs=arguments)
