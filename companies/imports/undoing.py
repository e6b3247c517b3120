"""A whole import taken back: what it wrote and nothing has touched since.

Part by part: the changes of a part are forgotten in the transaction that takes them
back, so a run that died goes on with those that are left.
"""

import logging
import time
from collections import Counter
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from companies.imports import kinds, narrow, removing, taking_back, trail
from companies.imports.models import Import, ImportKind, ImportState
from companies.imports.running import Superseded, mine, take
from mainsite.lib import queue

logger = logging.getLogger(__name__)
S = ImportState
BUDGET = timedelta(minutes=20)


def undo(*, import_id: int) -> bool:
    """Carry on an undo; whether some of it is left for another job."""
    imp = take(import_id, S.UNDOING)
    if imp is None:
        return False
    until = time.monotonic() + BUDGET.total_seconds()
    try:
        while _part(imp):
            if time.monotonic() > until or queue.is_leaving():
                return True
    except Superseded:
        logger.warning("undo of import %s was taken over", imp.public_id)
        return False
    _end(imp)
    return False


@transaction.atomic
def _part(imp: Import) -> bool:
    """One part and what it came to; False when none is left."""
    done = _take_back(imp)
    if done is None and not narrow.take_away(imp):
        return False
    done = done or Counter()
    told = Counter(imp.counts.get("undo", {})) + done
    counts = imp.counts | {"undo": dict(told)}
    kept = mine(imp).update(
        counts=counts,
        position=models.F("position") + sum(done.values()),
        heartbeat_at=timezone.now(),
    )
    if not kept:
        raise Superseded
    imp.counts = counts
    return True


def _take_back(imp: Import) -> Counter[str] | None:
    if imp.kind != ImportKind.COMPANIES:
        return kinds.WRITERS[imp.kind].undo(imp) or None
    told = taking_back.changes(imp)
    return (removing.companies(imp) or None) if told is None else told


@transaction.atomic
def _end(imp: Import) -> None:
    now = timezone.now()
    if mine(imp).update(state=S.UNDONE, undone_at=now, ended_at=now, heartbeat_at=now):
        trail.taken_back(imp)
