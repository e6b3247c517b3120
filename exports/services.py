"""An export's life: asked for, cancelled, found dead, kept for a time, taken away.

``exports.writing`` makes it.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import installation
from accounts.models import Desk, User
from exports import files, rights, trail, writing
from exports.asked import Asked
from exports.choice import Choice
from exports.models import Export, ExportState, Format
from exports.snapshot import data_version
from exports.trail import Action

# Below this many rows the file is written while the person waits; a page of a PDF
# costs what fifty lines do.
AT_ONCE = 1000
AT_ONCE_PDF = 20
REUSED_FOR = timedelta(minutes=30)
# Longer than a batch can last: each of its statements has 30 s at most.
LEASE = timedelta(minutes=4)


class NothingToExport(ValueError):
    pass


class PersonHasNoDesk(ValueError):
    """An export belongs to a desk: someone without one cannot have any."""


@transaction.atomic
def ask(
    *, wish: Asked, choice: Choice, by: User, request: HttpRequest | None = None
) -> Export:
    """A new export to write, or the same one asked for less than 30 minutes ago.

    Raises NothingToExport, PersonHasNoDesk, ``rights.RightMissing``.
    """
    if by.desk_id is None:
        raise PersonHasNoDesk
    rights.check(by=by, desk_id=by.desk_id, choice=choice)
    # Two clicks make one export: the second waits here, then finds the first.
    Desk.objects.select_for_update(of=("self",), no_key=True).get(pk=by.desk_id)
    version = data_version(by.desk_id)
    export = _same(wish, choice, by.desk_id, version)
    is_reused = export is not None
    if export is None:
        count = wish.count()
        if not count:
            raise NothingToExport
        export = draft(wish, choice, by=by, desk_id=by.desk_id, count=count)
        export.save()
    asked_for = Action.EXPORT_TRIED if export.is_trial else Action.EXPORT_ASKED
    action = Action.EXPORT_REUSED if is_reused else asked_for
    trail.record(export, action, by=by, request=request)
    return export


def _same(wish: Asked, choice: Choice, desk_id: int, version: str) -> Export | None:
    """Never one that left for somewhere: sending again is for the destination.

    Of dry runs, only one that is not over: what is there may change by itself.
    """
    if choice.destination is not None and choice.format != Format.TRIAL:
        return None
    now = timezone.now()
    found: Export | None = (
        Export.objects.filter(
            desk_id=desk_id,
            query=wish.query,
            profile=choice.profile,
            format=choice.format,
            columns=list(choice.columns),
            with_contacts=choice.with_contacts,
            destination=choice.destination,
            data_version=version,
            created_at__gt=now - REUSED_FOR,
            wants_stop=False,
        )
        .filter(
            Q(state__in=(ExportState.QUEUED, ExportState.RUNNING))
            | Q(state=ExportState.DONE, expires_at__gt=now) & ~Q(path="")
        )
        .newest_first()
        .first()
    )
    return found


def draft(wish: Asked, choice: Choice, *, by: User, desk_id: int, count: int) -> Export:
    """The row of an export, not written: what a dry run at once is made of."""
    is_trial = choice.format == Format.TRIAL
    return Export(
        desk_id=desk_id,
        created_by=by,
        profile=choice.profile,
        format=choice.format,
        columns=list(choice.columns),
        with_contacts=choice.with_contacts,
        destination=choice.destination,
        query=wish.query,
        words=wish.words,
        data_version=data_version(desk_id),
        rows_total=count,
        is_sandbox=installation.is_sandbox(),
        expires_at=timezone.now() + writing.KEPT_FOR if is_trial else None,
    )


def is_at_once(*, count: int, kind: str) -> bool:
    """Whether the person waits for it; what leaves for elsewhere never holds a page."""
    if kind in (Format.DELIVERY, Format.TRIAL):
        return False
    return count < (AT_ONCE_PDF if kind == Format.PDF else AT_ONCE)


@transaction.atomic
def cancel(*, export: Export, by: User, request: HttpRequest | None = None) -> bool:
    """Stop it, at once if nobody writes it yet; False when it was over already."""
    now = timezone.now()
    pending = Export.objects.filter(pk=export.pk)
    stopped = pending.filter(state=ExportState.QUEUED).update(
        state=ExportState.CANCELLED, wants_stop=True, ended_at=now
    )
    # Its worker sees it between two batches, and takes the part away.
    told = stopped or pending.filter(state=ExportState.RUNNING).update(wants_stop=True)
    if told:
        trail.record(export, Action.EXPORT_CANCELLED, by=by, request=request)
    return bool(told)


def record_download(
    *, export: Export, by: User, request: HttpRequest | None = None
) -> None:
    trail.record(export, Action.EXPORT_DOWNLOADED, by=by, request=request)


# Sweeping


def revive() -> list[int]:
    """Exports whose worker died or whose job was lost, ready to be written again.

    After three attempts the export has failed: something in it kills workers.
    """
    silent = Export.objects.unfinished().silent_for(LEASE)
    now = timezone.now()
    silent.filter(wants_stop=True).update(state=ExportState.CANCELLED, ended_at=now)
    silent.filter(attempt__gte=writing.ATTEMPTS).update(
        state=ExportState.FAILED,
        reason=_("Le travail a été interrompu trois fois. Prévenez l’exploitation."),
        ended_at=now,
    )
    found = list(silent.order_by("pk").values_list("pk", flat=True))
    revived = Export.objects.unfinished().silent_for(LEASE).filter(pk__in=found)
    revived.update(state=ExportState.QUEUED, heartbeat_at=now)
    return found


def delete_expired() -> int:
    """Take away files and dry runs past their time, and what killed processes left."""
    gone = _delete_files(Export.objects.past_keeping())
    gone += Export.objects.trials_past_keeping().delete()[0]
    kept = Export.objects.exclude(path="").values_list("path", flat=True)
    return gone + files.remove_orphans(set(kept))


def delete_contacts() -> int:
    """Someone objected: no file may hold them, whichever company they are of.

    Those being written are written again: they read what is not there any more.
    """
    held = Export.objects.filter(with_contacts=True)
    held.filter(state=ExportState.RUNNING).update(
        state=ExportState.QUEUED, heartbeat_at=timezone.now() - LEASE
    )
    return _delete_files(held.exclude(path=""))


def _delete_files(exports: QuerySet[Export]) -> int:
    gone = 0
    for export in exports.only("pk", "path"):
        files.remove(export.path)
        Export.objects.filter(pk=export.pk).update(path="")
        gone += 1
    return gone
