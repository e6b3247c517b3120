"""What was tried and given up, by kind: read, asked for again, or dropped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import django_rq
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rq.exceptions import DeserializationError, InvalidJobOperation, NoSuchJobError
from rq.job import Job, JobStatus

SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One thing given up. ``key`` is what its section knows it by."""

    key: str
    title: str
    details: str
    reason: str
    since: datetime | None
    trace: str = ""


class Section(Protocol):
    """A kind of dead letters; a page shows the sections in ``SECTIONS``."""

    name: str
    title: str | Promise
    # Said beside the button, so that whoever presses knows what it costs.
    help: str | Promise

    def letters(self) -> Sequence[Letter]:
        """The latest first, ``SHOWN`` at the most."""

    def requeue(self, key: str) -> bool:
        """False when it is not there any more."""

    def drop(self, key: str) -> bool: ...


class FailedJobs:
    """Jobs that RQ gave up, of every queue; it keeps them for a day."""

    name = "taches"
    title: str | Promise = _("Tâches en échec")
    help: str | Promise = _(
        "Une tâche reprend là où son registre en est\u00a0: la relancer ne paie rien "
        "deux fois."
    )

    def letters(self) -> list[Letter]:
        found = [letter for queue in settings.RQ_QUEUES for letter in _failed(queue)]
        found.sort(key=lambda each: each.since.timestamp() if each.since else 0)
        return found[: -SHOWN - 1 : -1]

    def requeue(self, key: str) -> bool:
        name, _sign, job_id = key.partition(":")
        try:
            django_rq.get_queue(name).failed_job_registry.requeue(job_id)
        except (InvalidJobOperation, NoSuchJobError):
            return False
        return True

    def drop(self, key: str) -> bool:
        name, _sign, job_id = key.partition(":")
        job = django_rq.get_queue(name).fetch_job(job_id)
        if job is None or job.get_status() != JobStatus.FAILED:
            return False
        job.delete()
        return True


def _failed(queue_name: str) -> Iterable[Letter]:
    queue = django_rq.get_queue(queue_name)
    ids = queue.failed_job_registry.get_job_ids(-SHOWN, -1)
    jobs = queue.job_class.fetch_many(
        ids, connection=queue.connection, serializer=queue.serializer
    )
    for job in jobs:
        # One that was asked for again under its name is no dead letter any more.
        if job is not None and job.get_status(refresh=False) == JobStatus.FAILED:
            yield _letter(queue_name, job)


def _letter(queue_name: str, job: Job) -> Letter:
    result = job.latest_result()
    trace = (result.exc_string or "") if result else ""
    lines = trace.strip().splitlines()
    try:
        title = job.func_name or job.id
        details = ", ".join(f"{name}={value}" for name, value in job.kwargs.items())
    except DeserializationError:
        title, details = job.id, ""
    return Letter(
        key=f"{queue_name}:{job.id}",
        title=title,
        details=details,
        # The last line of a traceback is the error itself.
        reason=lines[-1] if lines else "",
        since=job.ended_at or job.enqueued_at,
        trace=trace,
    )


SECTIONS: tuple[Section, ...] = (FailedJobs(),)
