"""A batch's life: made from a list, started, paused, cancelled, taken up, ended."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import Truncator

from accounts import audit
from accounts.models import Desk, User
from enrichment import ledger, recording, weighing
from enrichment.actions import Action
from enrichment.batch_rows import Tally, copy_items
from enrichment.choices import NOT_RETRYABLE, BatchKind, BatchState, ItemState, Step
from enrichment.events import BatchWaiting
from enrichment.intake import Accepted, IntakeError, Reading
from enrichment.models import Batch, BatchLine, Item, JournalEntry
from enrichment.preview import preview
from enrichment.querysets import ItemQuerySet
from enrichment.sources import all_terms
from enrichment.wording import TAKEN_UP
from mainsite.lib.connections import take_time
from mainsite.lib.events import publish


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
    tally = Tally(batch)
    copy_items(batch, tally.follow(reading.lines))
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
    _audit(Action.BATCH_CREATED, batch, by, request, companies=tally.accepted)
    return batch


@transaction.atomic
def make_batch_of(
    *,
    by: User,
    name: str,
    sirens: Iterable[str],
    kind: BatchKind = BatchKind.ASKED,
    request: HttpRequest | None = None,
) -> Batch:
    """A draft from companies chosen on the list, whose SIREN are known to be right."""
    batch = Batch(desk=_desk_of(by), created_by=by, name=name, kind=kind)
    count = fill(batch, sirens)
    _audit(Action.BATCH_CREATED, batch, by, request, companies=count)
    return batch


def fill(batch: Batch, sirens: Iterable[str]) -> int:
    """Save a new draft with these companies at each source; how many there are."""
    chosen = list(dict.fromkeys(sirens))
    batch.name = Truncator(batch.name).chars(120)
    batch.lines_read, batch.detected = len(chosen), {"accepted": len(chosen)}
    batch.save()
    copy_items(
        batch, (Accepted(n, siren, siren) for n, siren in enumerate(chosen, start=1))
    )
    return len(chosen)


def _desk_of(user: User) -> Desk:
    if user.desk is None:
        raise TypeError("a batch belongs to a desk")
    return user.desk


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
    """Set a draft going with the chosen sources; False when it was started already.

    What would settle nothing is not bought; where money may run short, the companies
    with the most points per euro come first.
    """
    locked = _locked(batch)
    if locked.state != BatchState.DRAFT:
        return False
    take_time()
    Item.objects.filter(batch=locked).exclude(source__in=sources).delete()
    locked.started_by, locked.cap_eur = by, cap_eur
    _set_going(locked, Step.STARTED, by)
    _weigh(locked, by, cap_eur)
    cap = None if cap_eur is None else str(cap_eur)
    _audit(
        Action.BATCH_STARTED, locked, by, request, sources=sorted(sources), cap_eur=cap
    )
    recording.finish_batch(locked.pk)
    return True


def _weigh(batch: Batch, by: User, cap_eur: Decimal | None) -> None:
    terms = all_terms()
    if not any(one.is_paid for one in terms.values()):
        return
    plan = preview(batch, by=by, cap_eur=cap_eur)
    settled = weighing.settle_worth(batch.pk, terms)
    if settled:
        _note(batch, Step.SETTLED, count=settled)
    if plan.may_run_short:
        weighing.best_first(batch.pk, terms)
        _note(batch, Step.BEST_FIRST)


@transaction.atomic
def refresh_company(
    *, by: User, siren: str, name: str, request: HttpRequest | None = None
) -> Batch:
    """Ask the free sources about one company, at once: there is nothing to agree to.

    A second click finds the batch that is under way.
    """
    under_way: Batch | None = (
        Batch.objects.visible_to(by)
        .filter(kind=BatchKind.ONE, state=BatchState.RUNNING, items__siren=siren)
        .first()
    )
    if under_way is not None:
        return under_way
    batch = make_batch_of(
        by=by, name=name, sirens=[siren], kind=BatchKind.ONE, request=request
    )
    start_batch(
        batch=batch, by=by, sources=free_sources(), cap_eur=None, request=request
    )
    batch.refresh_from_db()
    return batch


def free_sources() -> list[str]:
    """Those that may be asked without anybody's agreement."""
    every = all_terms().items()
    return [name for name, one in every if not one.is_paid and not one.off]


@transaction.atomic
def start_scheduled(*, batch: Batch, sirens: Iterable[str], only: str = "") -> int:
    """Set a batch of the schedule going, free sources only: nobody pays for it."""
    count = fill(batch, sirens)
    asked = [name for name in free_sources() if only in {"", name}]
    Item.objects.filter(batch=batch).exclude(source__in=asked).delete()
    _set_going(batch, Step.STARTED)
    recording.finish_batch(batch.pk)
    return count


# Pause, resume, cancel


@transaction.atomic
def pause_batch(*, batch: Batch, by: User, request: HttpRequest | None = None) -> bool:
    """Let nothing more leave; calls under way finish and are kept."""
    locked = _locked(batch)
    if locked.state != BatchState.RUNNING:
        return False
    locked.state = BatchState.PAUSED
    locked.save(update_fields=["state"])
    _note(locked, Step.HELD, by)
    _audit(Action.BATCH_PAUSED, locked, by, request)
    return True


@transaction.atomic
def resume_batch(*, batch: Batch, by: User, request: HttpRequest | None = None) -> bool:
    locked = _locked(batch)
    if locked.state != BatchState.PAUSED:
        return False
    _set_going(locked, Step.RESUMED, by)
    _audit(Action.BATCH_RESUMED, locked, by, request)
    # Its last calls may have come back while it was paused.
    recording.finish_batch(locked.pk)
    return True


@transaction.atomic
def cancel_batch(*, batch: Batch, by: User, request: HttpRequest | None = None) -> bool:
    """Stop what has not left; calls under way finish and are kept."""
    locked = _locked(batch)
    if locked.state not in {BatchState.RUNNING, BatchState.PAUSED, BatchState.DRAFT}:
        return False
    take_time()
    now = timezone.now()
    Item.objects.waiting().filter(batch=locked).update(
        state=ItemState.CANCELLED, updated_at=now
    )
    locked.state = BatchState.CANCELLED
    locked.save(update_fields=["state"])
    _note(locked, Step.CANCELLED, by)
    _audit(Action.BATCH_CANCELLED, locked, by, request)
    recording.finish_batch(locked.pk)
    return True


# Again


@transaction.atomic
def retry_failed(*, batch: Batch, by: User, request: HttpRequest | None = None) -> int:
    """Ask again for the failures that may succeed; how many items go back."""
    locked = _locked(batch)
    failed = Item.objects.failed().exclude(reason__in=NOT_RETRYABLE)
    count = _put_back(locked, failed)
    if count:
        _set_going(locked, Step.RETRIED, by, count=count)
        _audit(Action.BATCH_RETRIED, locked, by, request, items=count)
    return count


@transaction.atomic
def retry_given_up(*, source: str, reason: str, since: datetime) -> int:
    """Ask again, in every batch, for what a source failed to give for one reason.

    Ops do, once the reason is gone; each batch is paid for by whoever launched it.
    """
    items = Item.objects.given_up(since=since).filter(source=source, reason=reason)
    count = 0
    for pk in sorted(items.values_list("batch_id", flat=True).distinct()):
        locked = Batch.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
        returned = _put_back(locked, items)
        if returned:
            _set_going(locked, Step.RETRIED, count=returned)
        count += returned
    return count


@transaction.atomic
def take_up(
    *,
    batch: Batch,
    by: User,
    cap_eur: Decimal | None,
    request: HttpRequest | None = None,
) -> int:
    """Buy what a limit had stopped, up to a new cap; how many items go back.

    Whoever launched the batch pays, out of the budget of today.
    """
    locked = _locked(batch)
    stopped = Item.objects.filter(state=ItemState.NOT_BOUGHT, reason__in=TAKEN_UP)
    count = _put_back(locked, stopped)
    if count:
        locked.cap_eur = cap_eur
        _set_going(locked, Step.TAKEN_UP, by, count=count)
        cap = None if cap_eur is None else str(cap_eur)
        _audit(Action.BATCH_TAKEN_UP, locked, by, request, items=count, cap_eur=cap)
    return count


def _locked(batch: Batch) -> Batch:
    locked: Batch = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    return locked


def _put_back(batch: Batch, items: ItemQuerySet) -> int:
    if batch.state not in {BatchState.RUNNING, BatchState.DONE}:
        return 0
    take_time()
    return items.filter(batch=batch).update(
        state=ItemState.WAITING,
        attempts=0,
        reason="",
        retry_at=None,
        updated_at=timezone.now(),
    )


def _set_going(
    batch: Batch, step: Step, by: User | None = None, *, count: int | None = None
) -> None:
    batch.state, batch.ended_at = BatchState.RUNNING, None
    batch.started_at = batch.started_at or timezone.now()
    batch.save(
        update_fields=["state", "ended_at", "started_at", "started_by", "cap_eur"]
    )
    _note(batch, step, by, count=count)
    publish(BatchWaiting(batch_id=batch.pk))


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
        batch_id=batch_id, state=ItemState.RUNNING, lease_until__gt=Now()
    )
    return running.values("leased_by").distinct().count()


def is_awaited(batch_id: int) -> bool:
    """Whether somebody looks at a page until it ends: one company, or its contacts."""
    return Batch.objects.awaited().filter(pk=batch_id).exists()


def has_due_items(batch_id: int) -> bool:
    batch = Batch.objects.filter(pk=batch_id, state=BatchState.RUNNING)
    return batch.exists() and Item.objects.due().filter(batch_id=batch_id).exists()


# Traces


def _note(
    batch: Batch, step: Step, by: User | None = None, *, count: int | None = None
) -> None:
    JournalEntry.objects.create(batch=batch, kind=step, by=by, count=count)


def _audit(
    action: Action,
    batch: Batch,
    by: User,
    request: HttpRequest | None,
    **details: object,
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"batch:{batch.public_id}",
        details=details,
        request=request,
    )
