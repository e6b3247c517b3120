"""RQ as we use it: JSON payloads, quick recovery, jobs that name their door."""

import gc
import inspect
import logging
import math
import random
import resource
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import django_rq
from django.conf import settings
from django.db import connections
from rq import Queue, Retry
from rq import Worker as RQWorker
from rq.job import Job as RQJob
from rq.registry import StartedJobRegistry
from rq.scheduler import RQScheduler

from mainsite.lib import logs
from mainsite.lib.retries import backoff_s

logger = logging.getLogger(__name__)
Door = TypeVar("Door", bound=Callable[..., None])

# Measured with the defaults (420 s): a worker killed with its work-horse leaves
# its job "started" for 765 s. With these, 90 to 100 s; the ledger's own sweep,
# which does not wait for RQ at all, is faster still.
WORKER_TTL_S = 60
MAINTENANCE_S = 30
MONITORING_S = 10
# The version of what is written in a job. Optional arguments may come without a new
# one: a reader leaves out those it does not know. What must not be left out gets a
# new version, which older workers refuse.
VERSION = 1
# Of the processor, between being told to end and being killed.
LAST_WORDS_S = 30
RETRY_BASE_S = 10.0
RETRY_LONGEST_S = 600.0
# What a worker that was asked to stop sends to its work-horse.
_LEAVE = signal.SIGUSR1
_leaving = threading.Event()


class NewerPayload(Exception):
    """The job was written by a later release: requeue it once the workers are."""


class OutOfTime(Exception):
    """The job took more of the processor than its bounds allow."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What one run of a job may take of the machine, beyond what its worker has.

    Too much memory raises MemoryError in the job, too much time OutOfTime; whatever
    kills its work-horse instead (a library that gives up, the system), ``died`` is
    called by the worker, with the job's arguments.
    """

    memory_mb: int
    cpu_s: int
    died: Callable[..., None]

    def apply(self) -> None:
        most = _address_space() + self.memory_mb * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
        signal.signal(signal.SIGXCPU, _out_of_time)
        soft = math.ceil(time.process_time()) + self.cpu_s
        resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + LAST_WORDS_S))


def bounded(bounds: Bounds) -> Callable[[Door], Door]:
    def mark(job: Door) -> Door:
        job.bounds = bounds  # type: ignore[attr-defined]
        return job

    return mark


def lift_bounds() -> None:
    """For the few words that say what happened."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _out_of_time(*_: object) -> None:
    # The system repeats it every second: the last words would be cut short.
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    raise OutOfTime


def _address_space() -> int:
    pages = Path("/proc/self/statm").read_text().split()[0]
    return int(pages) * resource.getpagesize()


def _bounds_of(job: RQJob) -> Bounds | None:
    found = getattr(job.func, "bounds", None)
    return found if isinstance(found, Bounds) else None


class Job(RQJob):
    """Reads what another release of the code has written."""

    def _execute(self) -> Any:
        return self.func(*self.args, **readable(self.func, self.kwargs))


def readable(func: Callable[..., Any], written: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that this release's function takes."""
    given = dict(written)
    version = given.pop("v", VERSION)
    if version > VERSION:
        raise NewerPayload(f"version {version}, this worker reads {VERSION}")
    parameters = inspect.signature(func).parameters.values()
    if any(each.kind is each.VAR_KEYWORD for each in parameters):
        return given
    known = {each.name for each in parameters}
    return {name: value for name, value in given.items() if name in known}


class Worker(RQWorker):
    """Forgets a dead colleague within about a minute and a half."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["worker_ttl"] = WORKER_TTL_S
        kwargs["maintenance_interval"] = MAINTENANCE_S
        kwargs["job_monitoring_interval"] = MONITORING_S
        super().__init__(*args, **kwargs)

    def fork_work_horse(self, job: RQJob, queue: Queue) -> None:
        # A work-horse inherits what is open: once PostgreSQL was restarted, each of
        # them would find the same dead connection, and fail, for ever.
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:
                connection.close()
        # From its first moment: what asks it to leave must never kill it.
        signal.signal(_LEAVE, signal.SIG_IGN)
        super().fork_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        signal.signal(_LEAVE, lambda *_: _leaving.set())

    def handle_warm_shutdown_request(self) -> None:
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            self.kill_horse(sig=_LEAVE)

    def main_work_horse(self, job: RQJob, queue: Queue) -> None:
        # What the worker loaded stays for good: looked through again at each full
        # collection, it stops an asynchronous job for a tenth of a second.
        gc.freeze()
        if bounds := _bounds_of(job):
            bounds.apply()
        super().main_work_horse(job, queue)

    def handle_work_horse_killed(self, job: RQJob, *about: Any) -> None:
        super().handle_work_horse_killed(job, *about)  # type: ignore[no-untyped-call]
        if bounds := _bounds_of(job):
            bounds.died(**readable(bounds.died, job.kwargs))

    def handle_job_failure(
        self,
        job: RQJob,
        queue: Queue,
        started_job_registry: StartedJobRegistry | None = None,
        exc_string: str = "",
    ) -> None:
        # Redis keeps it for a day, and the page of dead letters shows it.
        told = logs.cut(exc_string)
        super().handle_job_failure(job, queue, started_job_registry, told)

    def perform_job(self, job: RQJob, queue: Queue) -> bool:
        started = time.monotonic()
        is_done: bool = super().perform_job(job, queue)
        seconds = time.monotonic() - started
        end = "done" if is_done else "failed"
        logger.info("%s %s %s after %.2f s", job.func_name, job.id, end, seconds)
        return is_done


def is_leaving() -> bool:
    """Whether this worker was asked to stop: a long job then hands back the rest."""
    return _leaving.is_set()


def enqueue(
    job: Callable[..., None],
    *,
    queue: str,
    retries: int = 0,
    job_id: str | None = None,
    **arguments: Any,
) -> None:
    """Ask a worker for ``job(**arguments)``; the arguments must fit in JSON.

    Inside a transaction the job is asked for after commit (django-rq's rule), so
    that no worker reads rows that do not exist yet. ``retries`` only where another
    try can help, and where the job may run twice.
    """
    django_rq.get_queue(queue).enqueue_call(
        func=job,
        kwargs={"v": VERSION, **arguments},
        retry=Retry(max=retries, interval=pauses_s(retries)) if retries else None,
        job_id=job_id,
    )


def age_s(name: str, *, connection: Any = None) -> float:
    """How long the next job of a queue has been waiting. Raises redis.RedisError."""
    queue = django_rq.get_queue(name, connection=connection)
    job_id = next(iter(queue.get_job_ids(0, 1)), None)
    job = queue.fetch_job(job_id) if job_id else None
    if job is None or job.enqueued_at is None:
        return 0.0
    return max(0.0, time.time() - job.enqueued_at.timestamp())


def pauses_s(retries: int) -> list[int]:
    """Doubled each time, and drawn, so that jobs which fail together do not return so.

    RQ takes the first for the first retry.
    """
    # Spreading retries is not a secret: an ordinary generator will do.
    draws = (random.random() for _ in range(retries))  # noqa: S311
    return [
        round(
            backoff_s(number, base_s=RETRY_BASE_S, longest_s=RETRY_LONGEST_S, draw=draw)
        )
        for number, draw in enumerate(draws, start=1)
    ]


def enqueue_due() -> None:
    """Every few seconds: jobs whose pause between two tries is over.

    RQ would fork a process for it beside each worker, which may die unseen.
    """
    queue = django_rq.get_queue("default")
    # Its methods have no annotations.
    mover: Any = RQScheduler(
        list(settings.RQ_QUEUES),
        connection=queue.connection,
        serializer=queue.serializer,
    )
    mover.acquire_locks()
    try:
        mover.enqueue_scheduled_jobs()
    finally:
        mover.release_locks()
