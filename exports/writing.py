"""An export made: taken by one worker, told of while it lasts, whole or not there."""

import json
import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from exports import (
    asked,
    choice,
    content,
    definition,
    delivering,
    files,
    manifest,
    rights,
    storage,
    trail,
)
from exports.formats import WRITERS, Facts, FormatRefused
from exports.models import DestinationKind, Export, ExportState
from exports.profiles import Table
from exports.snapshot import connection_beside, data_version, snapshot
from exports.trail import Action

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=7)
CONTACTS_KEPT_FOR = timedelta(hours=24)
BEAT_S = 1.0
# After so many, something in it kills workers, or nobody answers.
ATTEMPTS = 3


class Superseded(Exception):
    """Another worker took this export over: its file is the one that counts."""


class Stopped(Exception):
    """Somebody cancelled it."""


# What can go wrong and that a person can act on: each says so in a sentence.
_REFUSALS = (
    rights.RightMissing,
    FormatRefused,
    storage.StorageRefused,
)


def write(*, export_id: int) -> None:
    """Make an export that waits; anything else is left as it is.

    Safe to call twice. What a person can act on is said on the row; anything else
    rises, and the sweep tries again.
    """
    export = _take(export_id)
    if export is None:
        return
    try:
        _check_rights(export)
        _make(export)
    except Superseded:
        logger.warning("export %s was taken over", export.public_id)
    except Stopped:
        _end(export, ExportState.CANCELLED)
    except asked.NotUnderstood as error:
        sentence = _("Un critère a disparu depuis la demande. %(why)s")
        _fail(export, sentence % {"why": error})
    except delivering.DeliveryRefused as error:
        _fail_or_wait(export, error)
    except _REFUSALS as error:
        _fail(export, str(error))
    except OSError as error:
        logger.exception("export %s could not be written", export.public_id)
        _fail(export, _why(error))


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
    if not taken:
        return None
    found: Export = Export.objects.select_related(
        "created_by", "desk", "destination", "schedule"
    ).get(pk=export_id)
    return found


def _check_rights(export: Export) -> None:
    """As they are now, not as they were when the export was asked for."""
    by = User.objects.get(pk=export.created_by_id)
    rights.check(by=by, desk_id=export.desk_id, choice=choice.of(export))


def _make(export: Export) -> None:
    if export.is_trial:
        _try(export)
    elif export.is_delivery:
        _deliver(export)
    else:
        _write_file(export)


# A file


@dataclass(slots=True)
class _Told:
    """What was read: rows, and contacts by the column that holds them."""

    rows: int = 0
    contacts: Counter[str] = field(default_factory=Counter)
    version: str = ""


def _write_file(export: Export) -> None:
    told = _Told()

    def fill(path: Path) -> None:
        told.rows = _fill(path, export, told)

    written = files.write(fill, suffix=f".{export.format}")
    try:
        _finish(export, written, told)
    except BaseException:
        files.remove(written.name)
        raise


def _fill(path: Path, export: Export, told: _Told) -> int:
    """All of one moment: the rows, how many, and what the manifest inside says."""
    wish = asked.of_query(export.query, desk_id=export.desk_id).checked()
    table = definition.table(choice.of(export), watermark=definition.watermark(export))
    with snapshot():
        told.version = export.data_version = data_version(export.desk_id)
        export.rows_total = wish.count()
        frames = content.read(
            table,
            wish.search,
            with_contacts=export.with_contacts,
            desk_id=export.desk_id,
            tally=told.contacts,
        )
        return WRITERS[export.format](
            path, table, _followed(export, frames, table), facts=_facts(export)
        )


def _facts(export: Export) -> Facts:
    return Facts(
        manifest=manifest.facts(export),
        is_sandbox=export.is_sandbox,
        watermark=definition.watermark(export),
    )


def _followed(export: Export, groups: Iterable[Any], table: Table) -> Iterator[Any]:
    """Count what passes and say so, about once a second, outside of the snapshot."""
    done, said_at = 0, time.monotonic()
    with connection_beside() as beside:
        for group in groups:
            yield group
            done += _height(group)
            if time.monotonic() - said_at >= BEAT_S:
                said_at = time.monotonic()
                _beat(export, done, beside)


def _height(group: Any) -> int:
    """Companies of a group: a frame, or a mapping of one frame a table."""
    first = next(iter(group.values())) if isinstance(group, dict) else group
    return int(first.height)


_BEAT = """
    UPDATE exports_export
    SET rows_done = %s, heartbeat_at = %s, progress = coalesce(%s::jsonb, progress)
    WHERE id = %s AND state = %s AND attempt = %s
    RETURNING wants_stop
"""


def _beat(
    export: Export,
    done: int,
    beside: BaseDatabaseWrapper,
    progress: dict[str, Any] | None = None,
) -> None:
    """Raises Superseded, or Stopped when somebody cancelled it."""
    told = None if progress is None else json.dumps(progress)
    row = (export.pk, ExportState.RUNNING, export.attempt)
    with beside.cursor() as cursor:
        cursor.execute(_BEAT, (done, timezone.now(), told, *row))
        found = cursor.fetchone()
    if found is None:
        raise Superseded
    if found[0]:
        raise Stopped


# A delivery


def _deliver(export: Export) -> None:
    """What was sent stays sent, whatever comes after: it is resumed from there."""
    version = data_version(export.desk_id)
    with connection_beside() as beside:

        def beat(done: int, progress: dict[str, Any]) -> None:
            _beat(export, done, beside, progress)

        export.progress = delivering.deliver(export, beat=beat)
    now = timezone.now()
    rows = sum(manifest.sent_counts(export).values())
    ending = {
        "progress": export.progress,
        "rows_total": rows,
        "rows_done": rows,
        "data_version": version,
        "ended_at": now,
    }
    _done(export, ending, contacts=export.progress.get("contacts", {}))


def _try(export: Export) -> None:
    """What a delivery would do, kept on the row; nothing is written there."""
    version = data_version(export.desk_id)
    with connection_beside() as beside:

        def beat(done: int, progress: dict[str, Any]) -> None:
            _beat(export, done, beside, progress)

        plan = delivering.plan(export, beat=beat)
    ending = {
        "progress": asdict(plan),
        "rows_total": plan.rows,
        "rows_done": plan.rows,
        "data_version": version,
        "ended_at": timezone.now(),
    }
    _done(export, ending, contacts={})


# How it ends


def _mine(export: Export) -> models.QuerySet[Export]:
    """The row, as long as nobody took the export over."""
    return Export.objects.filter(
        pk=export.pk, state=ExportState.RUNNING, attempt=export.attempt
    )


def _finish(export: Export, written: files.Written, told: _Told) -> None:
    now = timezone.now()
    kept_for = CONTACTS_KEPT_FOR if export.with_contacts else KEPT_FOR
    ending = {
        "path": written.name,
        "sha256": written.sha256,
        "size_bytes": written.size_bytes,
        "rows_total": told.rows,
        "rows_done": told.rows,
        "data_version": told.version,
        "ended_at": now,
        "expires_at": now + kept_for,
    }
    for name, value in ending.items():
        setattr(export, name, value)
    _check_rights(export)
    _done(export, ending, contacts=dict(told.contacts))


@transaction.atomic
def _done(export: Export, ending: dict[str, Any], *, contacts: dict[str, int]) -> None:
    """Whoever cancels meanwhile waits, then finds it over."""
    done = _mine(export).filter(wants_stop=False)
    if not done.update(
        state=ExportState.DONE, reason="", heartbeat_at=timezone.now(), **ending
    ):
        raise Stopped if _mine(export).exists() else Superseded
    if export.is_trial:
        # Told of when it was asked for: nothing left.
        return
    by = export.created_by
    if export.with_contacts:
        trail.record(export, Action.CONTACTS_EXPORTED, by=by, held=contacts)
    if export.destination is not None:
        sent = manifest.sent_counts(export)
        trail.record(export, Action.EXPORT_SENT, by=by, sent=sent)
        if export.destination.kind == DestinationKind.STORAGE:
            storage.place(export, export.destination)


def _fail(export: Export, reason: str) -> None:
    _end(export, ExportState.FAILED, reason)


def _fail_or_wait(export: Export, error: delivering.DeliveryRefused) -> None:
    """What passes by itself is tried again, once the sweep finds it silent."""
    if error.is_passing and export.attempt < ATTEMPTS:
        _mine(export).update(
            state=ExportState.QUEUED, reason=str(error), heartbeat_at=timezone.now()
        )
    else:
        _fail(export, str(error))


def _end(export: Export, state: ExportState, reason: str = "") -> None:
    _mine(export).update(state=state, reason=reason, ended_at=timezone.now())


def _why(error: OSError) -> str:
    if files.is_full(error):
        return _(
            "Le disque du serveur est plein. Prévenez l’exploitation, puis redemandez "
            "l’export."
        )
    return _("Le fichier n’a pas pu être écrit. Prévenez l’exploitation.")
