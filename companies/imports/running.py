"""A file gone through, chunk by chunk: tried, or written for good.

Each chunk is one transaction that also says how far the import is; whoever took the
work over meanwhile is noticed there, and the chunk is undone. So each chunk is stored
once, whatever dies.
"""

import errno
import logging
import os
import time
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import timedelta

from django.db import OperationalError, connection, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.imports import (
    chunks,
    files,
    keeping,
    kinds,
    narrow,
    refusals,
    resolving,
    trail,
    wording,
)
from companies.imports.ahead import one_ahead
from companies.imports.chunks import Chunk, Tally
from companies.imports.codes import FileFault
from companies.imports.matching import services as matching
from companies.imports.models import (
    UNDONE_WITHIN,
    Import,
    ImportChunk,
    ImportKind,
    ImportState,
)
from companies.imports.prepare import Preparer, Ready
from companies.imports.reading import working
from companies.imports.reading.limits import BATCH
from companies.imports.reading.working import Working
from companies.imports.writing import chunk as company_chunk
from companies.imports.writing import statistics
from mainsite.lib import arrow, queue
from mainsite.lib.contention import is_contention
from mainsite.lib.sheets.decoding import SheetError

logger = logging.getLogger(__name__)
S = ImportState

# Well within a job's ten minutes of processor: what is left then goes to another job.
BUDGET = timedelta(minutes=8)
BEAT_S = 5.0
# Two imports of the same companies may end up waiting for each other: one tries again.
TRIES = 5


class Superseded(Exception):
    """Another worker took this import over, or somebody took it away."""


class Stopped(Exception):
    """Somebody asked to stop, and the chunk in hand is done."""


def check(*, import_id: int) -> bool:
    """Carry on a dry run; whether some of it is left for another job."""
    return _go(import_id, S.CHECKING)


def run(*, import_id: int) -> bool:
    """Carry on a run; whether some of it is left for another job."""
    return _go(import_id, S.RUNNING)


def _go(import_id: int, state: ImportState) -> bool:
    imp = take(import_id, state)
    if imp is None:
        return False
    arrow.leave_pandas()
    arrow.give_columns_back()
    try:
        return not _carry_on(imp)
    except Superseded:
        logger.warning("import %s was taken over", imp.public_id)
    except Stopped:
        _end(imp, S.STOPPED if imp.state == S.RUNNING else S.DRAFT)
    except SheetError as error:
        _end(imp, S.FAILED, wording.file_fault(error.code, line=error.line))
    except (MemoryError, queue.OutOfTime):
        return _took_too_much(imp)
    except OSError as error:
        # Arrow gives no number, only the system's words.
        if os.strerror(errno.ENOMEM) in str(error):
            return _took_too_much(imp)
        logger.exception("import %s could not be read", imp.public_id)
        _end(
            imp, S.FAILED, _("Le fichier n’a pas pu être lu. Prévenez l’exploitation.")
        )
    return False


def _took_too_much(imp: Import) -> bool:
    """Whether another job tries once more."""
    queue.lift_bounds()
    logger.exception("import %s took too much", imp.public_id)
    return keeping.broke(import_id=imp.pk)


def take(import_id: int, state: ImportState) -> Import | None:
    """The row, from now on this worker's; None when there is nothing of this to do."""
    waiting = Import.objects.filter(pk=import_id, state=state)
    taken = waiting.update(attempt=F("attempt") + 1, heartbeat_at=timezone.now())
    return Import.objects.get(pk=import_id) if taken else None


def mine(imp: Import) -> "models.QuerySet[Import]":
    """The row, as long as nobody took the import over."""
    return Import.objects.filter(pk=imp.pk, state=imp.state, attempt=imp.attempt)


def _carry_on(imp: Import) -> bool:
    """Whether the end of the file was reached."""
    started = time.monotonic()
    until = started + BUDGET.total_seconds()
    source = _opened(imp)
    if not mine(imp).update(rows_total=source.rows):
        raise Superseded
    imp.rows_total = source.rows
    is_trial = imp.state == S.CHECKING
    if is_trial and "name" in imp.mapping.values():
        matching.find(imp=imp, source=source, beat=_beating(imp))
    done = imp.position // BATCH
    with closing(_made_ready(imp, source)) as batches:
        for number, ready in enumerate(batches):
            if number < done:
                # Only to know again which line brought each company first.
                continue
            _store(imp, number, ready, is_trial=is_trial, since=started)
            started = time.monotonic()
            _look_around(imp)
            if time.monotonic() > until or queue.is_leaving():
                return number + 1 >= -(-source.rows // BATCH) and _finished(imp)
    return _finished(imp)


def _made_ready(imp: Import, source: Working) -> Generator[Ready]:
    resolve = resolving.resolver_of(imp)
    batches = map(Preparer(imp, timezone.localdate(), resolve), source.batches())
    reads_database = resolve is not None and resolve is not resolving.nobody
    yield from batches if reads_database else one_ahead(batches)


def _opened(imp: Import) -> Working:
    upload = files.path_of(imp.path)
    if not imp.path or not upload.exists():
        raise SheetError(FileFault.GONE)
    path = upload.with_name(working.name_of(upload.name, imp.detected))
    found = working.opened(path)
    return found or working.make(upload, path, imp.detected, beat=_beating(imp))


def _beating(imp: Import) -> Callable[[int], None]:
    said_at = time.monotonic()

    def beat(rows: int) -> None:
        nonlocal said_at
        if time.monotonic() - said_at >= BEAT_S:
            said_at = time.monotonic()
            if not mine(imp).update(heartbeat_at=timezone.now()):
                raise Superseded
            _look_around(imp)

    return beat


def _look_around(imp: Import) -> None:
    wants = mine(imp).values_list("wants_stop", flat=True).first()
    if wants is None:
        raise Superseded
    if wants:
        raise Stopped


def _store(
    imp: Import, number: int, ready: Ready, *, is_trial: bool, since: float
) -> None:
    chunk = Chunk(imp=imp, number=number, rows=ready.rows, is_trial=is_trial)
    with connection.cursor() as cursor:
        statistics.freshen(cursor)
    if is_trial:
        tally = _rolled_back(chunk)
        with transaction.atomic():
            _record(imp, ready, tally, is_trial=True, since=since)
        return
    for turn in range(TRIES):
        try:
            with transaction.atomic():
                before = narrow.without(chunk)
                tally = _write(chunk)
                narrow.remember(imp, before)
                _record(imp, ready, tally, is_trial=False, since=since)
                _remember(chunk, ready, tally)
            return
        except OperationalError as error:
            if not is_contention(error) or turn == TRIES - 1:
                raise
            logger.warning("import %s: chunk %s tries again", imp.public_id, number)
            imp.refresh_from_db(fields=["counts", "position"])


def _write(chunk: Chunk) -> Tally:
    if chunk.imp.kind == ImportKind.COMPANIES:
        return company_chunk.write(chunk)
    return kinds.WRITERS[chunk.imp.kind].write(chunk)


def _rolled_back(chunk: Chunk) -> Tally:
    with transaction.atomic():
        tally = _write(chunk)
        transaction.set_rollback(True)
    return tally


def _record(
    imp: Import, ready: Ready, tally: Tally, *, is_trial: bool, since: float
) -> None:
    """How far it is, with what became of the chunk's rows, in one update."""
    refused = refusals.whole(ready, tally, imp)
    tally.refuse(ready.refused)
    tally.repairs.update(ready.repairs)
    tally.aliases.update(ready.aliases)
    tally.read = ready.read
    name = "trial" if is_trial else "counts"
    total = chunks.add(getattr(imp, name), tally)
    total["seconds"] = round(total.get("seconds", 0.0) + time.monotonic() - since, 3)
    position = imp.position + ready.read
    kept = mine(imp).update(
        position=position, heartbeat_at=timezone.now(), **{name: total}
    )
    if not kept:
        raise Superseded
    refusals.store(imp, refused, is_trial=is_trial, before=total["refused"])
    setattr(imp, name, total)
    imp.position = position


def _remember(chunk: Chunk, ready: Ready, tally: Tally) -> None:
    ImportChunk.objects.create(
        of=chunk.imp,
        number=chunk.number,
        rows=ready.read,
        new_sirens=tally.new_sirens,
        counts=tally.as_dict(),
    )


def _finished(imp: Import) -> bool:
    _end(imp, S.CHECKED if imp.state == S.CHECKING else S.DONE)
    return True


def _end(imp: Import, state: ImportState, reason: str = "") -> None:
    now = timezone.now()
    is_run = imp.state == S.RUNNING
    with transaction.atomic():
        ended = mine(imp).update(
            state=state,
            reason=reason,
            wants_stop=False,
            heartbeat_at=now,
            ended_at=now,
            expires_at=now + UNDONE_WITHIN,
        )
        if ended and is_run:
            trail.ended(imp, state)
    if not ended:
        return
    if is_run and state == S.DONE:
        files.remove_working(imp.path)
        if not kinds.keeps_file(imp.kind):
            _forget_file(imp)


def _forget_file(imp: Import) -> None:
    """A list of those who object does not stay a day longer than it takes."""
    files.remove(imp.path)
    Import.objects.filter(pk=imp.pk).update(path="")
