"""The clock of the product: what is periodic, once, whoever else is running.

RQ has a scheduler of its own since 2.5; it keeps its next moments in memory, takes no
lock and forgets at a restart. So this command ticks, and a slot is claimed in
PostgreSQL, by whose clock it is computed, before its task is run: of two schedulers
one is answered, after a restart nothing runs twice, and what was missed in between is
caught up once, however many slots it was.
"""

import logging
import os
import signal
import socket
import threading
from datetime import datetime
from typing import Any

import django_rq
from django.core.management.base import BaseCommand
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.utils.module_loading import import_string
from redis.exceptions import RedisError
from rq import Queue
from rq.job import Job, JobStatus

from accounts import installation
from accounts.models import ScheduledRun
from mainsite.lib.queue import VERSION
from mainsite.lib.schedule import PERIODIC, Periodic

logger = logging.getLogger(__name__)

LONGEST_SLEEP_S = 5.0
SHORTEST_SLEEP_S = 0.2
_PENDING = {
    JobStatus.QUEUED,
    JobStatus.STARTED,
    JobStatus.SCHEDULED,
    JobStatus.DEFERRED,
}


class Command(BaseCommand):
    help = "Runs what is periodic. Several may be started: each slot is run by one."
    # As for workers: bin/lint has checked the code, and the slots do not wait.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        installation.verify()
        self.stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        while not self.stopping.is_set():
            sleep_s = LONGEST_SLEEP_S
            try:
                sleep_s = tick(PERIODIC)
            except DatabaseError:
                logger.warning("the database is away: the schedule waits")
                connection.close()
            self.stopping.wait(sleep_s)


def tick(tasks: tuple[Periodic, ...]) -> float:
    """Run what is due, and say how long nothing will be."""
    now, taken = ScheduledRun.now_and_taken()
    for task in tasks:
        slot = task.slot(now)
        if task.path not in taken or taken[task.path] < slot:
            _take(task, slot)
    next_at = min(task.next_slot(now) for task in tasks)
    sleep_s = (next_at - now).total_seconds()
    return max(SHORTEST_SLEEP_S, min(LONGEST_SLEEP_S, sleep_s))


def _take(task: Periodic, slot: datetime) -> None:
    try:
        if task.queue:
            _ask(task, slot)
        elif _claim(task, slot):
            import_string(task.path)()
    except RedisError:
        # A claim whose job was not queued is taken back with its transaction.
        logger.warning("Redis is away: %s waits for it", task.path)
    except DatabaseError:
        raise
    except Exception:
        # A wall: one broken task is not the end of the others.
        logger.exception("%s failed", task.path)


def _ask(task: Periodic, slot: datetime) -> None:
    """Queued before the claim is committed: killed in between, it is asked for again.

    The job's name makes that harmless: it is known, and not queued twice.
    """
    with transaction.atomic():
        if not _claim(task, slot):
            return
        queue = django_rq.get_queue(task.queue, commit_mode="auto")
        job_id = f"schedule-{task.path.replace('.', '-')}"
        if _is_asked_for(queue, job_id, slot):
            return
        queue.failed_job_registry.remove(job_id)
        queue.enqueue_call(
            func=task.path,
            kwargs={"v": VERSION},
            job_id=job_id,
            meta={"slot": slot.isoformat()},
        )


def _is_asked_for(queue: Queue, job_id: str, slot: datetime) -> bool:
    """For this slot already, or for an older one that no worker has had time for."""
    job: Job | None = queue.fetch_job(job_id)
    if job is None:
        return False
    is_same = job.meta.get("slot") == slot.isoformat()
    return is_same or job.get_status() in _PENDING


def _claim(task: Periodic, slot: datetime) -> bool:
    by = f"{socket.gethostname()}:{os.getpid()}"
    return ScheduledRun.claim(name=task.path, slot=slot, by=by)
