"""A batch's life: made from a list, started, worked on, cancelled, retried, ended."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import Truncator

from accounts import audit
from accounts.models import Desk, User
from enrichment import ledger, recording
from enrichment.choices import BatchState, ItemState, Step
from enrichment.events import BatchWaiting
from enrichment.intake import Accepted, IntakeError, Line, Reading, Refused
from enrichment.models import Batch, BatchLine, Item, JournalEntry
from enrichment.sources import all_terms
from enrichment.wording import NOT_RETRYABLE
from mainsite.lib.connections import take_time
from mainsite.lib.events import publish

# The report lists so many refused lines, and counts every one of them.
LINES_KEPT = 20_000
# The rank of a source inside a company's place in the batch.
RANKS = 10


class NothingAccepted(IntakeError):
    """No line of the list can be enriched; ``refused`` says why, line by line."""

    def __init__(self, refused: list[BatchLine], counts: Counter[str]) -> None:
        super().__init__("nothing_accepted")
        self.refused = refused
        self.counts = counts


# Draft


@transaction.atomic
def make_batch(
    *, by: User, name: str, reading: Reading, request: HttpRequest | None = None
) -> Batch:
    """A draft from a list: each accepted company at each source, each refused line.

    All or nothing: an IntakeError on the last line leaves no trace of the first.
    """
    batch = Batch.objects.create(
        desk=_desk_of(by),
        created_by=by,
        name=Truncator(name).chars(120),
        detected=reading.detected.as_dict(),
    )
    tally = _Tally(batch)
    _copy_items(batch, tally.follow(reading.lines))
    if not tally.accepted:
        raise NothingAccepted(tally.lines, tally.refused)
    BatchLine.objects.bulk_create(tally.lines, batch_size=2000)
    batch.lines_read = tally.accepted + sum(tally.refused.values())
    batch.detected |= {
        "refused": dict(tally.refused),
        "repaired": dict(tally.repaired),
        "accepted": tally.accepted,
    }
    batch.save(update_fields=["lines_read", "detected"])
    _audit("batch.create", batch, by, request, companies=tally.accepted)
    return batch


@transaction.atomic
def make_batch_of(
    *,
    by: User,
    name: str,
    sirens: Iterable[str],
    request: HttpRequest | None = None,
) -> Batch:
    """A draft from companies chosen on the list, whose SIREN are known to be right."""
    batch = Batch.objects.create(
        desk=_desk_of(by), created_by=by, name=Truncator(name).chars(120)
    )
    chosen = list(dict.fromkeys(sirens))
    lines = (Accepted(n, siren, siren) for n, siren in enumerate(chosen, start=1))
    _copy_items(batch, lines)
    batch.lines_read = len(chosen)
    batch.detected = {"accepted": len(chosen)}
    batch.save(update_fields=["lines_read", "detected"])
    _audit("batch.create", batch, by, request, companies=len(chosen))
    return batch


def _desk_of(user: User) -> Desk:
    if user.desk is None:
        raise TypeError("a batch belongs to a desk")
    return user.desk


class _Tally:
    """Counts every line; keeps, up to a limit, those the report shows."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self.accepted = 0
        self.refused: Counter[str] = Counter()
        self.repaired: Counter[str] = Counter()
        self.lines: list[BatchLine] = []

    def follow(self, lines: Iterable[Line]) -> Iterator[Accepted]:
        for line in lines:
            if isinstance(line, Refused):
                self.refused[line.reason] += 1
                self._keep(line)
                continue
            self.accepted += 1
            if line.repair:
                self.repaired[line.repair] += 1
                self._keep(line)
            yield line

    def _keep(self, line: Line) -> None:
        if len(self.lines) < LINES_KEPT:
            self.lines.append(_batch_line(self._batch, line))


def _batch_line(batch: Batch, line: Line) -> BatchLine:
    read = _storable(line.read)[:200]
    if isinstance(line, Refused):
        cells = [_storable(cell)[:2000] for cell in line.cells]
        return BatchLine(
            batch=batch,
            number=line.number,
            read=read,
            is_refused=True,
            reason=line.reason,
            hint=line.hint[:40],
            cells=cells,
        )
    return BatchLine(
        batch=batch,
        number=line.number,
        read=read,
        is_refused=False,
        reason=line.repair or "",
        hint=line.siren,
    )


def _storable(text: str) -> str:
    """PostgreSQL keeps neither NUL nor half of a surrogate pair."""
    cleaned = text.replace("\x00", "␀")
    return cleaned.encode("utf-8", "replace").decode("utf-8")


_COPY_ITEMS = """
    COPY enrichment_item (batch_id, siren, source, position, state, attempts, reason,
        updated_at) FROM STDIN
"""


def _copy_items(batch: Batch, lines: Iterable[Accepted]) -> None:
    names = list(all_terms())
    now = timezone.now()
    take_time()
    with connection.cursor() as cursor, cursor.copy(_COPY_ITEMS) as copy:
        for place, line in enumerate(lines):
            siren = int(line.siren)
            for rank, name in enumerate(names):
                position = place * RANKS + rank
                copy.write_row((batch.pk, siren, name, position, "waiting", 0, "", now))


# Start


@transaction.atomic
def start_batch(
    *,
    batch: Batch,
    by: User,
    sources: Collection[str],
    cap_eur: Decimal | None,
    request: HttpRequest | None = None,
) -> bool:
    """Set a draft going with the chosen sources; False when it was started already."""
    locked = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if locked.state != BatchState.DRAFT:
        return False
    take_time()
    Item.objects.filter(batch=locked).exclude(source__in=sources).delete()
    locked.state = BatchState.RUNNING
    locked.started_by, locked.started_at = by, timezone.now()
    locked.cap_eur = cap_eur
    locked.save(update_fields=["state", "started_by", "started_at", "cap_eur"])
    _note(locked, Step.STARTED, by)
    cap = None if cap_eur is None else str(cap_eur)
    _audit("batch.start", locked, by, request, sources=sorted(sources), cap_eur=cap)
    publish(BatchWaiting(batch_id=locked.pk))
    return True


# Cancel, retry


@transaction.atomic
def cancel_batch(*, batch: Batch, by: User, request: HttpRequest | None = None) -> bool:
    """Stop what has not left; calls under way finish and are kept."""
    locked = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if locked.state not in {BatchState.RUNNING, BatchState.DRAFT}:
        return False
    take_time()
    now = timezone.now()
    Item.objects.waiting().filter(batch=locked).update(
        state=ItemState.CANCELLED, updated_at=now
    )
    locked.state = BatchState.CANCELLED
    locked.save(update_fields=["state"])
    _note(locked, Step.CANCELLED, by)
    _audit("batch.cancel", locked, by, request)
    recording.finish_batch(locked.pk)
    return True


@transaction.atomic
def retry_failed(*, batch: Batch, by: User, request: HttpRequest | None = None) -> int:
    """Ask again for the failures that may succeed; how many items go back."""
    locked = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if locked.state not in {BatchState.RUNNING, BatchState.DONE}:
        return 0
    take_time()
    failed = Item.objects.failed().filter(batch=locked)
    count = failed.exclude(reason__in=NOT_RETRYABLE).update(
        state=ItemState.WAITING,
        attempts=0,
        reason="",
        retry_at=None,
        updated_at=timezone.now(),
    )
    if not count:
        return 0
    locked.state, locked.ended_at = BatchState.RUNNING, None
    locked.save(update_fields=["state", "ended_at"])
    _note(locked, Step.RETRIED, by, count=count)
    _audit("batch.retry", locked, by, request, items=count)
    publish(BatchWaiting(batch_id=locked.pk))
    return count


# Recovery


def sweep() -> list[int]:
    """Hand back what dead workers held, close what has ended.

    Returns the batches that have something due: an event may have been lost.
    """
    ledger.expire_leases()
    open_batches = Batch.objects.filter(
        state__in=[BatchState.RUNNING, BatchState.CANCELLED], ended_at__isnull=True
    )
    due = []
    for pk in open_batches.values_list("pk", flat=True):
        with transaction.atomic():
            recording.finish_batch(pk)
        if Item.objects.due().filter(batch_id=pk, batch__state="running").exists():
            due.append(pk)
    return due


def live_lanes(batch_id: int) -> int:
    """How many workers hold items of a batch now."""
    running = Item.objects.filter(
        batch_id=batch_id, state=ItemState.RUNNING, lease_until__gt=timezone.now()
    )
    return running.values("leased_by").distinct().count()


def has_due_items(batch_id: int) -> bool:
    batch = Batch.objects.filter(pk=batch_id, state=BatchState.RUNNING)
    return batch.exists() and Item.objects.due().filter(batch_id=batch_id).exists()


# Traces


def _note(
    batch: Batch, step: Step, by: User | None = None, *, count: int | None = None
) -> None:
    JournalEntry.objects.create(batch=batch, kind=step, by=by, count=count)


def _audit(
    action: str, batch: Batch, by: User, request: HttpRequest | None, **details: object
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"batch:{batch.public_id}",
        details=details,
        request=request,
    )
