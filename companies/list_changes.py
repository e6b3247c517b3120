"""Whole selections put into a list or taken out of it, however many companies.

A change is a row, so that it can be followed, taken up again and undone. It goes by
batches, each in a transaction of its own: adding what is there or removing what is not
changes nothing, so going through a batch again is harmless.
"""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

from django.db import connection, models, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies import lists, selection, targets
from companies.choices import ListChangeKind, ListChangeState
from companies.models import ListChange, TargetList
from companies.search import engine
from companies.selection import Chosen

logger = logging.getLogger(__name__)

# Up to this many companies the person waits for it.
AT_ONCE = 5000
BATCH = 5000
# Well within a job's time: what is left then goes to another job.
BUDGET = timedelta(minutes=3)
# Longer than a batch can last: each of its statements has 30 s at most.
LEASE = timedelta(minutes=2)
REVIVALS = 2


class CannotBeUndone(ValueError):
    """Only an addition that is over, and not undone yet, can be undone."""


class Superseded(Exception):
    """Another worker took this change over, or its list was deleted."""


@transaction.atomic
def ask(
    *, kind: ListChangeKind, target_list: TargetList, chosen: Chosen, by: User
) -> ListChange:
    """A change to carry out: ``advance`` does it, at once or in a job."""
    there = chosen.count_in(target_list)
    is_addition = kind == ListChangeKind.ADD
    asked: ListChange = ListChange.objects.create(
        list=target_list,
        kind=kind,
        query=chosen.query,
        words=chosen.words,
        asked_by=by,
        total=chosen.count,
        expected=chosen.count - there if is_addition else there,
    )
    return asked


@transaction.atomic
def undo(*, change: ListChange, by: User) -> ListChange:
    """A change that takes out what an addition put in and that is still there."""
    locked = ListChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if not can_be_undone(locked):
        raise CannotBeUndone
    asked: ListChange = ListChange.objects.create(
        list=change.list,
        kind=ListChangeKind.UNDO,
        undoes=change,
        words=change.words,
        asked_by=by,
        total=change.changed,
        expected=change.changed,
    )
    return asked


def can_be_undone(change: ListChange) -> bool:
    return (
        change.kind == ListChangeKind.ADD
        and not change.is_pending
        and change.changed > 0
        and not ListChange.objects.filter(undoes=change).exists()
    )


def is_small(change: ListChange) -> bool:
    return change.total <= AT_ONCE


def advance(
    *,
    change_id: int,
    within: timedelta = BUDGET,
    request: HttpRequest | None = None,
) -> bool:
    """Carry out a change that waits; whether some of it is left for another time.

    Safe to call twice. What goes wrong unforeseen rises, and the sweep tries again.
    """
    change = _take(change_id)
    if change is None:
        return False
    until = time.monotonic() + within.total_seconds()
    try:
        for sirens in _batches(change):
            _apply(change, sirens)
            if time.monotonic() > until:
                return _hand_over(change)
    except selection.SelectionIsNotUnderstood as error:
        _fail(change, str(error))
    except Superseded:
        logger.warning("list change %s was taken over", change.public_id)
    else:
        _finish(change, request)
    return False


def _take(change_id: int) -> ListChange | None:
    waiting = ListChange.objects.filter(pk=change_id, state=ListChangeState.QUEUED)
    taken = waiting.update(
        state=ListChangeState.RUNNING,
        attempt=F("attempt") + 1,
        heartbeat_at=timezone.now(),
    )
    if not taken:
        return None
    found: ListChange = ListChange.objects.select_related(
        "list", "asked_by", "undoes"
    ).get(pk=change_id)
    return found


def _mine(change: ListChange) -> models.QuerySet[ListChange]:
    """The row, as long as nobody took the change over nor deleted its list."""
    mine: models.QuerySet[ListChange] = ListChange.objects.filter(
        pk=change.pk,
        state=ListChangeState.RUNNING,
        attempt=change.attempt,
        list__deleted_at__isnull=True,
    )
    return mine


# Which companies


def _batches(change: ListChange) -> Iterator[list[str]]:
    if change.undoes:
        return _still_there(change.undoes)
    desk_id = change.list.desk_id
    chosen = selection.of_query(change.query, desk_id=desk_id)
    # What was done already is not found again: a change is taken up where it stopped.
    if change.kind == ListChangeKind.ADD:
        return engine.siren_batches(chosen.outside(change.list), batch=BATCH)
    return engine.siren_batches(chosen.inside(change.list), batch=BATCH)


def _still_there(addition: ListChange) -> Iterator[list[str]]:
    last = -1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT siren FROM list_entry"
                " WHERE list_id = %s AND change_id = %s AND siren > %s"
                " ORDER BY siren LIMIT %s",
                [addition.list_id, addition.pk, last, BATCH],
            )
            found = [siren for (siren,) in cursor.fetchall()]
        if not found:
            return
        yield [f"{siren:09d}" for siren in found]
        last = found[-1]


# What is done with them


@transaction.atomic
def _apply(change: ListChange, sirens: list[str]) -> None:
    """One batch, with what the row tells of it."""
    count = _add(change, sirens) if _adds(change) else _remove(change, sirens)
    change.digest = _digest(change.digest, sirens)
    kept = _mine(change).update(
        seen=F("seen") + len(sirens),
        changed=F("changed") + count,
        digest=change.digest,
        heartbeat_at=timezone.now(),
    )
    if not kept:
        raise Superseded


def _adds(change: ListChange) -> bool:
    return change.kind == ListChangeKind.ADD


def _add(change: ListChange, sirens: list[str]) -> int:
    targets.ensure(sirens)
    return lists.insert(
        sirens, target_list=change.list, by=change.asked_by, change_id=change.pk
    )


# An undo takes out what one addition put in, and nothing else.
_DELETE = """
    DELETE FROM list_entry
    WHERE list_id = %s AND siren = ANY(%s)
        AND (%s::bigint IS NULL OR change_id = %s)
"""


def _remove(change: ListChange, sirens: list[str]) -> int:
    numbers = [int(siren) for siren in sirens]
    undone = change.undoes.pk if change.undoes else None
    with connection.cursor() as cursor:
        cursor.execute(_DELETE, [change.list.pk, numbers, undone, undone])
        return int(cursor.rowcount)


def _digest(before: str, sirens: list[str]) -> str:
    """Of all the SIREN so far, in the order they were gone through."""
    return sha256("\n".join([before, *sirens]).encode()).hexdigest()


# How it ends


def _hand_over(change: ListChange) -> bool:
    waiting = ListChangeState.QUEUED
    return bool(_mine(change).update(state=waiting, heartbeat_at=timezone.now()))


@transaction.atomic
def _finish(change: ListChange, request: HttpRequest | None) -> None:
    now = timezone.now()
    done = _mine(change).update(
        state=ListChangeState.DONE, ended_at=now, heartbeat_at=now
    )
    if done:
        change.refresh_from_db()
        _audit(change, request)


@transaction.atomic
def _fail(change: ListChange, reason: str) -> None:
    failed = _mine(change).update(
        state=ListChangeState.FAILED, reason=reason, ended_at=timezone.now()
    )
    if failed:
        change.refresh_from_db()
        _audit(change, None)


def _audit(change: ListChange, request: HttpRequest | None) -> None:
    """One row for the whole of it, with what would tell its companies again."""
    lists.record(
        change.list,
        lists.Action.LISTED if _adds(change) else lists.Action.UNLISTED,
        by=change.asked_by,
        request=request,
        details={
            "change": str(change.public_id),
            "kind": change.kind,
            "state": change.state,
            "query": change.query,
            "total": change.total,
            "changed": change.changed,
            "digest": change.digest,
        },
    )


def revive() -> list[int]:
    """Changes whose worker died or whose job was lost, ready to be carried out.

    After three deaths the change has failed: something in it kills workers.
    """
    silent = ListChange.objects.pending().silent_for(LEASE)
    for change in silent.filter(revivals__gte=REVIVALS).select_related("list"):
        _fail(change, _("Interrompu trois fois. Prévenez l’exploitation."))
    now = timezone.now()
    died = silent.filter(state=ListChangeState.RUNNING, list__deleted_at__isnull=True)
    died.filter(revivals__lt=REVIVALS).update(
        state=ListChangeState.QUEUED, revivals=F("revivals") + 1
    )
    waiting = silent.filter(state=ListChangeState.QUEUED)
    found = list(waiting.order_by("pk").values_list("pk", flat=True))
    ListChange.objects.filter(pk__in=found).update(heartbeat_at=now)
    return found
