"""Exports made again each week, on behalf of whoever programmed them."""

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from exports import asked, definition, rights, services, trail
from exports.asked import Asked
from exports.choice import Choice
from exports.choice import of as choice_of
from exports.models import Export, ExportSchedule, ExportState
from exports.trail import Action
from exports.weekly import next_slot

NAME_LENGTH = 80


class CannotRun(ValueError):
    """Says in a sentence why a schedule is suspended."""


@transaction.atomic
def make(
    *,
    wish: Asked,
    choice: Choice,
    name: str,
    weekday: int,
    hour: int,
    by: User,
    request: HttpRequest | None = None,
) -> ExportSchedule:
    """Raises PersonHasNoDesk, ``rights.RightMissing``."""
    if by.desk_id is None:
        raise services.PersonHasNoDesk
    rights.check(by=by, desk_id=by.desk_id, choice=choice)
    made: ExportSchedule = ExportSchedule.objects.create(
        desk_id=by.desk_id,
        created_by=by,
        name=name or wish.words[:NAME_LENGTH],
        query=wish.query,
        profile=choice.profile,
        format=choice.format,
        columns=list(choice.columns),
        with_contacts=choice.with_contacts,
        destination=choice.destination,
        weekday=weekday,
        hour=hour,
        next_at=next_slot(weekday=weekday, hour=hour, after=timezone.now()),
    )
    trail.record_schedule(made, Action.SCHEDULE_MADE, by=by, request=request)
    return made


@transaction.atomic
def suspend(
    *, schedule: ExportSchedule, by: User, request: HttpRequest | None = None
) -> None:
    _suspend(schedule, by=by, request=request)


@transaction.atomic
def resume(
    *, schedule: ExportSchedule, by: User, request: HttpRequest | None = None
) -> None:
    """On behalf of whoever made it, and from the next slot on.

    Raises CannotRun: what suspended it may still be so.
    """
    _checked(schedule)
    slot = next_slot(weekday=schedule.weekday, hour=schedule.hour, after=timezone.now())
    schedule.is_active, schedule.reason, schedule.next_at = True, "", slot
    schedule.save(update_fields=["is_active", "reason", "next_at"])
    trail.record_schedule(schedule, Action.SCHEDULE_RESUMED, by=by, request=request)


@transaction.atomic
def delete(
    *, schedule: ExportSchedule, by: User, request: HttpRequest | None = None
) -> None:
    """The exports that it made stay."""
    trail.record_schedule(schedule, Action.SCHEDULE_DELETED, by=by, request=request)
    schedule.delete()


def run_due() -> list[Export]:
    """Ask for the export of each slot that has come; returns those to write.

    Several missed slots make one export.
    """
    made: list[Export] = []
    for pk in ExportSchedule.objects.due().order_by("pk").values_list("pk", flat=True):
        if (export := _run(pk, timezone.now())) is not None:
            made.append(export)
    return made


@transaction.atomic
def _run(pk: int, now: datetime) -> Export | None:
    """In one transaction with the claim: a slot is neither lost nor taken twice."""
    found = ExportSchedule.objects.due().select_related("created_by", "destination")
    schedule = found.filter(pk=pk).first()
    if schedule is None or not _claim(schedule, now):
        return None
    try:
        wish = _checked(schedule)
    except CannotRun as error:
        _suspend(schedule, by=None, reason=str(error))
        return None
    return _ask(schedule, wish)


def _claim(schedule: ExportSchedule, now: datetime) -> bool:
    """Whether this scheduler is the one that moved the slot on."""
    slot = next_slot(weekday=schedule.weekday, hour=schedule.hour, after=now)
    due = ExportSchedule.objects.filter(
        pk=schedule.pk, next_at=schedule.next_at, is_active=True
    )
    return bool(due.update(next_at=slot))


def _checked(schedule: ExportSchedule) -> Asked:
    """What it asks for, with the rights and the columns of today."""
    choice = choice_of(schedule)
    try:
        by = schedule.created_by
        rights.check(by=by, desk_id=schedule.desk_id, choice=choice)
        wish = asked.of_query(schedule.query, desk_id=schedule.desk_id).checked()
        definition.still_there(choice)
    except (rights.RightMissing, definition.ColumnsGone) as error:
        raise CannotRun(str(error)) from error
    except asked.NotUnderstood as error:
        sentence = _("Un critère a disparu depuis la programmation. %(why)s")
        raise CannotRun(sentence % {"why": error}) from error
    return wish


def _ask(schedule: ExportSchedule, wish: Asked) -> Export | None:
    """The row of this week; nothing to write when nothing is found this time."""
    by, count = schedule.created_by, wish.count()
    choice = choice_of(schedule)
    export = services.draft(wish, choice, by=by, desk_id=schedule.desk_id, count=count)
    export.schedule = schedule
    if not count:
        export.state, export.ended_at = ExportState.FAILED, timezone.now()
        export.reason = _("Aucune société ne répondait à ces critères cette semaine.")
    export.save()
    trail.record(export, Action.EXPORT_ASKED, by=by)
    return export if count else None


def _suspend(
    schedule: ExportSchedule,
    *,
    by: User | None,
    reason: str = "",
    request: HttpRequest | None = None,
) -> None:
    schedule.is_active, schedule.reason = False, reason
    schedule.save(update_fields=["is_active", "reason"])
    trail.record_schedule(
        schedule, Action.SCHEDULE_SUSPENDED, by=by, request=request, reason=reason
    )
