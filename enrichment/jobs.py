"""The doors of the queue: work on a batch, and sweep after whoever died."""

import logging
from functools import partial

import django_rq
import redis
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from enrichment import invariants, lane, renewal, services, watch
from mainsite.lib.queue import enqueue

logger = logging.getLogger(__name__)

QUEUE, INTERACTIVE = "enrichment", "interactive"
# Workers on one batch at a time; one batch never takes the whole house.
LANES = 2
# Where the last night's check is read, for as long as a few missed nights.
LEDGER_CHECK, CHECK_KEPT_S = "ledger:check", 3 * 86400


def work_on_batch(*, batch_id: int, number: int = 0, turn: int = 0) -> None:
    """Take items for a while, then ask for a successor if any is left.

    Safe to run twice, or beside itself: every item is leased to one worker.
    """
    if not services.has_due_items(batch_id):
        return
    do_others_wait = partial(_do_others_wait, _queue_of(batch_id), batch_id)
    lane.run(batch_id, do_others_wait=do_others_wait)
    if services.has_due_items(batch_id):
        _ask(batch_id, number, 1 - turn)


def ask_for_workers(*, batch_id: int) -> None:
    """Queue as many jobs as the batch may have, less those that are there already."""
    queue = _queue_of(batch_id)
    lanes = 1 if queue == INTERACTIVE else LANES
    wanted = lanes - services.live_lanes(batch_id)
    for number in range(lanes):
        if wanted > 0 and not _is_queued(queue, batch_id, number):
            _ask(batch_id, number, 0)
            wanted -= 1


def sweep() -> None:
    """Every few seconds, by the scheduler: PostgreSQL knows what Redis forgot."""
    for batch_id in services.sweep():
        try:
            ask_for_workers(batch_id=batch_id)
        except RedisError:
            logger.warning("Redis is away: batch %s waits for the next sweep", batch_id)
            return


def renew_stale() -> None:
    """Every night: what somebody follows and has expired, at the free sources."""
    renewal.renew_stale()


def watch_events() -> None:
    """Every night: the companies of ours that the gazette has just named."""
    watch.watch_events()


def clean_up() -> None:
    """Every night: drafts that nobody launched."""
    renewal.forget_old_drafts()


def check_ledger() -> None:
    """Every night: what must be true of the ledger, for ops to read and be told."""
    found = invariants.broken()
    for fault in found:
        logger.error("%s: %d rows, such as %s", fault.rule, fault.count, fault.example)
    cache.set(
        LEDGER_CHECK,
        {"at": timezone.now().isoformat(), "broken": len(found)},
        CHECK_KEPT_S,
    )


def _ask(batch_id: int, number: int, turn: int) -> None:
    enqueue(
        work_on_batch,
        queue=_queue_of(batch_id),
        job_id=_job_id(batch_id, number, turn),
        batch_id=batch_id,
        number=number,
        turn=turn,
    )


def _do_others_wait(name: str, batch_id: int) -> bool:
    """Whether another batch stands in that queue; without Redis nobody can.

    Workers read from Redis without a time-out; a lane that asks so would lose its
    leases while Redis is frozen.
    """
    limits = {"socket_connect_timeout": settings.REDIS_TIMEOUT_S}
    limits["socket_timeout"] = settings.REDIS_TIMEOUT_S
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **limits) as client:
            waiting = django_rq.get_queue(name, connection=client).get_job_ids()
    except RedisError:
        return False
    return not all(job_id.startswith(_of_batch(batch_id)) for job_id in waiting)


def _queue_of(batch_id: int) -> str:
    """Somebody waits for the answer about one company: it never stands behind lists."""
    return INTERACTIVE if services.is_awaited(batch_id) else QUEUE


def _is_queued(name: str, batch_id: int, number: int) -> bool:
    queue = django_rq.get_queue(name)
    ids = (_job_id(batch_id, number, turn) for turn in (0, 1))
    return any(queue.get_job_position(job_id) is not None for job_id in ids)


def _job_id(batch_id: int, number: int, turn: int) -> str:
    """Known beforehand, so that a job is never queued twice.

    A job that asks for its successor gives it the other turn: RQ would take one id
    for one job.
    """
    return f"{_of_batch(batch_id)}{number}-{turn}"


def _of_batch(batch_id: int) -> str:
    return f"batch-{batch_id}-"
