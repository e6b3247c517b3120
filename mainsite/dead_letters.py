"""What was tried and given up, by kind: read, asked for again, or dropped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import django_rq
from django.conf import settings
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rq.exceptions import DeserializationError, InvalidJobOperation, NoSuchJobError
from rq.job import Job, JobStatus

from enrichment import services, wording
from enrichment.models import Item

SHOWN = 200
ITEM_DAYS = 30


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
    may_drop: bool

    def letters(self) -> Sequence[Letter]:
        """The latest first, ``SHOWN`` at the most."""

    def requeue(self, key: str) -> bool:
        """False when it is not there any more."""

    def drop(self, key: str) -> bool: ...


class FailedJobs:
    """Jobs that RQ gave up, of every queue; it keeps them for a day."""

    name = "taches"
    may_drop = True
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


class GivenUpItems:
    """What sources failed to give, by reason; lists and scores miss it meanwhile."""

    name = "lignes"
    title: str | Promise = _("Lignes d’enrichissement abandonnées")
    help: str | Promise = _(
        "Par source et motif, sur trente jours. Relancer redemande dans chaque lot, "
        "sous son plafond et le budget de qui l’a lancé."
    )
    may_drop = False

    def letters(self) -> list[Letter]:
        rows = (
            Item.objects.given_up(since=_since())
            .values("source", "reason")
            .annotate(count=Count("pk"), last=Max("updated_at"))
            .order_by("-last")[:SHOWN]
        )
        return [
            Letter(
                key=f"{row['source']}:{row['reason']}",
                title=wording.source_label(row["source"]),
                details=str(row["count"]),
                reason=str(wording.FAILURES.get(row["reason"], row["reason"])),
                since=row["last"],
            )
            for row in rows
        ]

    def requeue(self, key: str) -> bool:
        source, _sign, reason = key.partition(":")
        since = _since()
        return services.retry_given_up(source=source, reason=reason, since=since) > 0

    def drop(self, key: str) -> bool:
        return False


def _since() -> datetime:
    return timezone.now() - timedelta(days=ITEM_DAYS)


SECTIONS: tuple[Section, ...] = (GivenUpItems(), FailedJobs())
