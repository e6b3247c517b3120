"""An export's life: asked for, written, kept a week, taken away."""

import logging
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, installation
from accounts.models import Desk, User
from exports import asked, files, rows
from exports.asked import Asked
from exports.formats import csv
from exports.models import Export, ExportState
from exports.profiles import TABLES, Table
from exports.rows import Record
from exports.snapshot import connection_beside, data_version, snapshot

logger = logging.getLogger(__name__)

# Below this many rows the file is written while the person waits.
AT_ONCE = 1000
REUSED_FOR = timedelta(minutes=30)
KEPT_FOR = timedelta(days=7)
# Longer than a batch can last: each of its statements has 30 s at most.
LEASE = timedelta(minutes=4)
ATTEMPTS = 3
BEAT_S = 1.0


class Action(models.TextChoices):
    """What the audit trail tells of exports."""

    EXPORT_ASKED = "export_asked", gettext_lazy("export demandé")
    EXPORT_REUSED = "export_reused", gettext_lazy("export repris")
    EXPORT_DOWNLOADED = "export_downloaded", gettext_lazy("export téléchargé")


class NothingToExport(ValueError):
    pass


class PersonHasNoDesk(ValueError):
    """An export belongs to a desk: someone without one cannot have any."""


class Superseded(Exception):
    """Another worker took this export over: its file is the one that counts."""


@transaction.atomic
def ask(
    *, wish: Asked, profile: str, by: User, request: HttpRequest | None = None
) -> Export:
    """A new export to write, or the same one asked for less than 30 minutes ago."""
    if by.desk_id is None:
        raise PersonHasNoDesk
    # Two clicks make one export: the second waits here, then finds the first.
    Desk.objects.select_for_update(of=("self",), no_key=True).get(pk=by.desk_id)
    version = data_version(by.desk_id)
    export = _same(wish, profile, by.desk_id, version)
    action = Action.EXPORT_REUSED if export else Action.EXPORT_ASKED
    export = export or _new(wish, profile, by, by.desk_id, version)
    _audit(export, by=by, action=action, request=request)
    return export


def _same(wish: Asked, profile: str, desk_id: int, version: str) -> Export | None:
    now = timezone.now()
    found: Export | None = (
        Export.objects.filter(
            desk_id=desk_id,
            query=wish.query,
            profile=profile,
            data_version=version,
            columns=TABLES[profile].names,
            created_at__gt=now - REUSED_FOR,
        )
        .filter(
            Q(state__in=(ExportState.QUEUED, ExportState.RUNNING))
            | Q(state=ExportState.DONE, expires_at__gt=now) & ~Q(path="")
        )
        .newest_first()
        .first()
    )
    return found


def _new(wish: Asked, profile: str, by: User, desk_id: int, version: str) -> Export:
    count = wish.count()
    if not count:
        raise NothingToExport
    export: Export = Export.objects.create(
        desk_id=desk_id,
        created_by=by,
        profile=profile,
        query=wish.query,
        words=wish.words,
        columns=TABLES[profile].names,
        data_version=version,
        rows_total=count,
        is_sandbox=installation.is_sandbox(),
    )
    return export


def record_download(
    *, export: Export, by: User, request: HttpRequest | None = None
) -> None:
    _audit(export, by=by, action=Action.EXPORT_DOWNLOADED, request=request)


def _audit(
    export: Export, *, by: User, action: Action, request: HttpRequest | None
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"export:{export.public_id}",
        details={
            "profile": export.profile,
            "filter": export.words,
            "rows": export.rows_total,
            "columns": export.columns,
            "sandbox": export.is_sandbox,
        },
        request=request,
    )


# Writing


def write(*, export_id: int) -> None:
    """Write the file of an export that waits; anything else is left as it is.

    Safe to call twice. What goes wrong with the disk or with a list deleted meanwhile
    is said on the row; anything else rises, and the sweep tries again.
    """
    export = _take(export_id)
    if export is None:
        return
    try:
        with snapshot():
            version = data_version(export.desk_id)
            count = _Count()
            pieces = _pieces(export, count)
            written = files.write(pieces, suffix=".csv")
    except Superseded:
        logger.warning("export %s was taken over", export.public_id)
    except asked.NotUnderstood as error:
        sentence = _("Un critère a disparu depuis la demande. %(why)s")
        _fail(export, sentence % {"why": error})
    except OSError as error:
        logger.exception("export %s could not be written", export.public_id)
        _fail(export, _why(error))
    else:
        _finish(export, written, rows=count.rows, version=version)


class _Count:
    rows = 0


def _take(export_id: int) -> Export | None:
    now = timezone.now()
    waiting = Export.objects.filter(pk=export_id, state=ExportState.QUEUED)
    taken = waiting.update(
        state=ExportState.RUNNING,
        attempt=F("attempt") + 1,
        started_at=now,
        heartbeat_at=now,
        rows_done=0,
    )
    return Export.objects.get(pk=export_id) if taken else None


def _mine(export: Export) -> models.QuerySet[Export]:
    """The row, as long as nobody took the export over."""
    return Export.objects.filter(
        pk=export.pk, state=ExportState.RUNNING, attempt=export.attempt
    )


def _pieces(export: Export, count: _Count) -> Iterator[bytes]:
    table = TABLES[export.profile]
    search = asked.of_query(export.query, desk_id=export.desk_id).checked().search
    groups = _counted(export, rows.records(search), count)
    return csv.encode(
        table.names, _cells(table, groups), has_french_dates=table.has_french_dates
    )


def _cells(
    table: Table, groups: Iterable[list[Record]]
) -> Iterator[list[list[csv.Cell]]]:
    for group in groups:
        yield [table.cells(record) for record in group]


def _counted(
    export: Export, groups: Iterable[list[Record]], count: _Count
) -> Iterator[list[Record]]:
    """Count what passes and say so, about once a second, outside of the snapshot."""
    said_at = time.monotonic()
    with connection_beside() as beside:
        for group in groups:
            yield group
            count.rows += len(group)
            if time.monotonic() - said_at >= BEAT_S:
                said_at = time.monotonic()
                _beat(export, count.rows, beside)


def _beat(export: Export, done: int, beside: BaseDatabaseWrapper) -> None:
    with beside.cursor() as cursor:
        cursor.execute(
            "UPDATE exports_export SET rows_done = %s, heartbeat_at = %s"
            " WHERE id = %s AND state = %s AND attempt = %s",
            [done, timezone.now(), export.pk, ExportState.RUNNING, export.attempt],
        )
        if not cursor.rowcount:
            raise Superseded


def _finish(export: Export, written: files.Written, *, rows: int, version: str) -> None:
    now = timezone.now()
    done = _mine(export).update(
        state=ExportState.DONE,
        path=written.name,
        sha256=written.sha256,
        size_bytes=written.size_bytes,
        rows_total=rows,
        rows_done=rows,
        data_version=version,
        reason="",
        ended_at=now,
        heartbeat_at=now,
        expires_at=now + KEPT_FOR,
    )
    if not done:
        files.remove(written.name)


def _fail(export: Export, reason: str) -> None:
    _mine(export).update(
        state=ExportState.FAILED, reason=reason, ended_at=timezone.now()
    )


def _why(error: OSError) -> str:
    if files.is_full(error):
        return _(
            "Le disque du serveur est plein. Prévenez l’exploitation, puis redemandez "
            "l’export."
        )
    return _("Le fichier n’a pas pu être écrit. Prévenez l’exploitation.")


# Sweeping


def revive() -> list[int]:
    """Exports whose worker died or whose job was lost, ready to be written again.

    After three attempts the export has failed: something in it kills workers.
    """
    silent = Export.objects.unfinished().silent_for(LEASE)
    silent.filter(attempt__gte=ATTEMPTS).update(
        state=ExportState.FAILED,
        reason=_("L’écriture a été interrompue trois fois. Prévenez l’exploitation."),
        ended_at=timezone.now(),
    )
    found = list(silent.order_by("pk").values_list("pk", flat=True))
    revived = Export.objects.unfinished().silent_for(LEASE).filter(pk__in=found)
    revived.update(state=ExportState.QUEUED, heartbeat_at=timezone.now())
    return found


def delete_expired() -> int:
    """Take away the files past their week, and what killed processes left."""
    gone = 0
    for export in Export.objects.past_keeping().only("pk", "path"):
        files.remove(export.path)
        Export.objects.filter(pk=export.pk).update(path="")
        gone += 1
    kept = Export.objects.exclude(path="").values_list("path", flat=True)
    return gone + files.remove_orphans(set(kept))
