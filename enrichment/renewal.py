"""What the night asks again by itself: free sources only, so that nobody pays for it.

Each night makes at most one batch for each followed list and one for the rest; running
it twice makes none twice.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.models import TargetList
from enrichment import services
from enrichment.choices import BatchKind, BatchState
from enrichment.models import Batch
from mainsite.lib import formatting

# A draft that nobody launched in so long is forgotten with its lines.
DRAFTS_KEPT = timedelta(days=30)
_DELETED_AT_ONCE = 20_000

# Followed by somebody: in a list of a desk, or in its pipeline and not put aside.
_LISTED = """
    SELECT e.siren FROM list_entry e
    JOIN target_list l ON l.id = e.list_id AND l.deleted_at IS NULL
"""
_PURSUED = "SELECT siren FROM pursuit WHERE status NOT IN ('perdu', 'ecarte')"
# The longest expired first; a company whose free sources were all read lately is not
# stale, one that was never read comes last.
_STALE = """
    SELECT w.siren FROM ({watched}) w
    LEFT JOIN source_reading r ON r.siren = w.siren AND r.source = ANY(%(sources)s)
    WHERE NOT EXISTS (SELECT FROM enrichment_item i
        JOIN enrichment_batch b ON b.id = i.batch_id
        WHERE i.siren = w.siren AND b.kind = 'scheduled' AND b.created_at > %(since)s)
    GROUP BY w.siren
    HAVING count(r.id) = 0 OR min(r.expires_at) < now()
    ORDER BY min(r.expires_at) NULLS LAST, w.siren LIMIT %(most)s
"""


def renew_stale(*, night: date | None = None) -> int:
    """Ask again for what somebody follows and has expired; how many companies.

    The followed lists come first, each as a batch of its desk; then all that is in a
    list or in a pipeline, as one batch of the installation's own.
    """
    night = night or timezone.localdate()
    most: int = settings.NIGHTLY_RENEWALS
    left = most
    for target_list in _followed_lists():
        left -= _renew_list(target_list, night, left)
    return most - left + _renew_rest(night, left)


def _followed_lists() -> Iterable[TargetList]:
    lists = TargetList.objects.present().followed()
    return lists.select_related("desk", "created_by").order_by("pk")


def _renew_list(target_list: TargetList, night: date, most: int) -> int:
    watched = "SELECT siren FROM list_entry WHERE list_id = %(list)s"
    batch = Batch(
        desk=target_list.desk,
        created_by=target_list.created_by,
        kind=BatchKind.SCHEDULED,
        name=_("Vivier «\u00a0%(list)s\u00a0», nuit du %(day)s")
        % {"list": target_list.name, "day": formatting.long_date(night)},
    )
    return make(batch, _stale(watched, most, {"list": target_list.pk}))


def _renew_rest(night: date, most: int) -> int:
    day = formatting.long_date(night)
    batch = Batch(
        kind=BatchKind.SCHEDULED,
        name=_("Sociétés suivies, nuit du %(day)s") % {"day": day},
    )
    return make(batch, _stale(f"{_LISTED} UNION {_PURSUED}", most, {}))


def _stale(watched: str, most: int, values: dict[str, Any]) -> list[str]:
    if most <= 0:
        return []
    values = {
        **values,
        "sources": services.free_sources(),
        "since": timezone.now() - timedelta(hours=20),
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STALE.format(watched=watched), values)
        return [f"{siren:09d}" for (siren,) in cursor.fetchall()]


@transaction.atomic
def make(batch: Batch, sirens: Iterable[str], *, only: str = "") -> int:
    """Start a batch of the schedule, unless the night has one of its name already."""
    wanted = list(sirens)
    if not wanted or _was_made(batch):
        return 0
    return services.start_scheduled(batch=batch, sirens=wanted, only=only)


def _was_made(batch: Batch) -> bool:
    """Two schedulers that come at once: the second waits, and then sees it."""
    with connection.cursor() as cursor:
        key = f"{batch.desk_id}:{batch.name}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [key])
    same = Batch.objects.filter(desk=batch.desk, name=batch.name[:120])
    return same.filter(kind=BatchKind.SCHEDULED).exists()


# Clean-up


def forget_old_drafts() -> int:
    """Drafts that were never launched, with all their lines; how many.

    A batch that was launched is kept, whatever its age: its calls are in the ledger.
    """
    old = Batch.objects.filter(
        state__in=[BatchState.DRAFT, BatchState.CANCELLED],
        started_at__isnull=True,
        created_at__lt=timezone.now() - DRAFTS_KEPT,
    )
    count = 0
    for batch in old.order_by("pk"):
        while _delete_lines(batch):
            pass
        with transaction.atomic():
            locked = Batch.objects.select_for_update().get(pk=batch.pk)
            if locked.started_at is None:
                locked.delete()
                count += 1
    return count


def _delete_lines(batch: Batch) -> int:
    """Some at a time: a draft may hold millions, and no lock should last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM enrichment_item WHERE id IN (SELECT i.id"
            " FROM enrichment_item i JOIN enrichment_batch b ON b.id = i.batch_id"
            " WHERE b.id = %s AND b.started_at IS NULL LIMIT %s)",
            [batch.pk, _DELETED_AT_ONCE],
        )
        return int(cursor.rowcount)
