"""Imports left behind by dead workers, and files past their week."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.imports import files, wording
from companies.imports.codes import FileFault
from companies.imports.matching.models import ImportMatch
from companies.imports.models import UNDONE_WITHIN, Import, ImportRefusal, ImportState

logger = logging.getLogger(__name__)
S = ImportState

# Longer than a chunk can last.
LEASE = timedelta(minutes=4)
# Takes in a row by workers that did not come to an end: something in it kills them.
ATTEMPTS = 5


def broke(*, import_id: int) -> bool:
    """One more try that took too much, or killed who tried; whether there is another.

    After two the file is set aside: it is kept for its week, and read by nobody.
    """
    with transaction.atomic():
        working = Import.objects.working().select_for_update(of=("self",))
        imp = working.filter(pk=import_id).first()
        if imp is None:
            return False
        imp.detected["broken"] = imp.tries_broken + 1
        imp.heartbeat_at = timezone.now()
        if imp.is_set_aside:
            imp.state, imp.ended_at = S.FAILED, timezone.now()
            imp.reason = wording.file_fault(FileFault.SET_ASIDE)
        imp.save(
            update_fields=["detected", "heartbeat_at", "state", "ended_at", "reason"]
        )
    if not imp.is_set_aside:
        return True
    logger.error("import %s was set aside: it broke its workers", imp.public_id)
    files.remove_working(imp.path)
    return False


def revive() -> list[int]:
    """Imports whose worker died or whose job was lost, to be asked for again."""
    silent = Import.objects.working().silent_for(LEASE)
    found = []
    for imp in silent.order_by("pk"):
        counts = imp.trial if imp.state == S.CHECKING else imp.counts
        taken = imp.attempt - int(counts.get("first_attempt", imp.attempt))
        row = Import.objects.filter(pk=imp.pk, state=imp.state, attempt=imp.attempt)
        if taken < ATTEMPTS:
            row.update(heartbeat_at=timezone.now())
            found.append(imp.pk)
            continue
        row.update(
            state=S.FAILED,
            reason=_("Interrompu cinq fois. Prévenez l’exploitation."),
            ended_at=timezone.now(),
        )
    return found


def delete_expired() -> int:
    """Take away what is kept no longer; the import stays as a line of history."""
    gone = 0
    for imp in Import.objects.past_keeping().exclude(state__in=_WORKING):
        files.remove(imp.path)
        ImportRefusal.objects.filter(of=imp).update(cells=[], value="", hint="")
        ImportMatch.objects.filter(of=imp).delete()
        Import.objects.filter(pk=imp.pk).update(path="")
        gone += 1
    _delete_drafts()
    kept = Import.objects.exclude(path="").values_list("path", flat=True)
    return gone + files.remove_orphans(set(kept))


_WORKING = (S.CHECKING, S.RUNNING, S.UNDOING)


def _delete_drafts() -> None:
    """Nothing came of them: nothing is history."""
    old = timezone.now() - UNDONE_WITHIN
    drafts = Import.objects.filter(
        Q(state__in=(S.DRAFT, S.CHECKED), path="", started_at=None, created_at__lt=old)
    )
    drafts.delete()
