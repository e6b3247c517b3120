"""The ledger's own writes: leases, calls opened before they are made, calls closed.

Each function is one transaction over a group. The clock of leases is PostgreSQL's.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from enrichment.choices import BatchState, CallState, Step
from enrichment.models import Batch, Item, JournalEntry, today

LEASE_S = 30
# After so many calls, answers lost to kills included, an item is given up.
MAX_CALLS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    id: int
    siren: str
    source: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A call that is about to be made, with the most it can cost."""

    call_id: UUID
    item_id: int
    siren: str
    source: str
    hold_eur: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An answer as it will be kept, whatever becomes of its facts."""

    status: str
    raw: bytes
    sha256: str
    http_status: int
    fetched_at: datetime
    expires_at: datetime
    is_sandbox: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What became of a call. Lost keeps its hold: the source may have charged it."""

    opening: Opening
    state: CallState
    http_status: int | None = None
    reason: str = ""
    tokens: Decimal = Decimal(0)
    amount_eur: Decimal = Decimal(0)
    answer: Stored | None = None


# Leases

_LEASE = """
    WITH due AS (
        SELECT id FROM enrichment_item
        WHERE batch_id = %s AND state = 'waiting'
            AND (retry_at IS NULL OR retry_at <= now())
        ORDER BY position LIMIT %s FOR UPDATE SKIP LOCKED
    ), leased AS (
        UPDATE enrichment_item i SET state = 'running', leased_by = %s,
            lease_until = now() + make_interval(secs => %s), updated_at = now()
        FROM due WHERE i.id = due.id
        RETURNING i.id, i.siren, i.source, i.attempts, i.position
    )
    SELECT id, siren, source, attempts FROM leased ORDER BY position
"""
_RENEW = """
    UPDATE enrichment_item SET lease_until = now() + make_interval(secs => %s)
    WHERE leased_by = %s AND state = 'running'
"""
# An item whose worker died goes back; its call, if one was open, had left: what the
# source answered is lost and what it may have charged stays counted.
_EXPIRE = """
    WITH dead AS (
        SELECT i.id, i.batch_id, i.siren, i.source, i.attempts, b.state AS batch_state
        FROM enrichment_item i JOIN enrichment_batch b ON b.id = i.batch_id
        WHERE i.state = 'running' AND i.lease_until < now()
        FOR UPDATE OF i SKIP LOCKED
    ), lost AS (
        UPDATE enrichment_call c SET state = 'lost', reason = 'killed',
            closed_at = now()
        FROM dead WHERE c.state = 'open' AND c.batch_id = dead.batch_id
            AND c.siren = dead.siren AND c.source = dead.source
    ), back AS (
        UPDATE enrichment_item i SET leased_by = NULL, lease_until = NULL,
            updated_at = now(),
            state = CASE WHEN dead.batch_state = 'cancelled' THEN 'cancelled'
                WHEN dead.attempts >= %s THEN 'failed' ELSE 'waiting' END,
            reason = CASE WHEN dead.batch_state <> 'cancelled'
                AND dead.attempts >= %s THEN 'answer_lost' ELSE i.reason END
        FROM dead WHERE i.id = dead.id RETURNING i.batch_id
    )
    SELECT batch_id, count(*) FROM back GROUP BY batch_id
"""


def lease(batch_id: int, lane: UUID, limit: int) -> list[Leased]:
    """Take the next due items of a running batch; nobody else has them for 30 s."""
    if not Batch.objects.filter(pk=batch_id, state=BatchState.RUNNING).exists():
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LEASE, [batch_id, limit, lane, LEASE_S])
        return [
            Leased(id=pk, siren=f"{siren:09d}", source=source, attempts=attempts)
            for pk, siren, source, attempts in cursor.fetchall()
        ]


def renew(lane: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [LEASE_S, lane])


@transaction.atomic
def expire_leases() -> dict[int, int]:
    """Hand back what dead workers held; how many items, by batch."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRE, [MAX_CALLS, MAX_CALLS])
        returned = dict(cursor.fetchall())
    JournalEntry.objects.bulk_create(
        JournalEntry(batch_id=batch_id, kind=Step.RECOVERED, count=count)
        for batch_id, count in returned.items()
    )
    return returned


# Calls


@dataclass(frozen=True, slots=True)
class Refused:
    """The call must not leave.

    ``cap``: it would pass the cap. ``cancelled``: the batch was. ``elsewhere``: the
    same question is being asked, or was just answered, in another batch.
    """

    reason: str


Entry = Opening | Closing
Result = Refused | int | None

_CLOSE = """
    WITH given AS (
        SELECT * FROM jsonb_to_recordset(%s) AS v(id uuid, siren int, source text,
            state text, http_status smallint, reason text, tokens numeric,
            amount_eur numeric, answer int, status text, sha256 text,
            fetched_at timestamptz, expires_at timestamptz, is_sandbox boolean)
    ), closed AS (
        UPDATE enrichment_call c SET state = v.state, closed_at = now(),
            http_status = v.http_status, reason = v.reason, tokens = v.tokens,
            amount_eur = v.amount_eur
        FROM given v WHERE c.id = v.id AND c.state IN ('open', 'lost')
        RETURNING c.id
    ), stored AS (
        INSERT INTO enrichment_answer (siren, source, call_id, status, raw, sha256,
            http_status, fetched_at, expires_at, is_sandbox)
        SELECT v.siren, v.source, v.id, v.status, (%s::bytea[])[v.answer], v.sha256,
            v.http_status, v.fetched_at, v.expires_at, v.is_sandbox
        FROM given v JOIN closed USING (id) WHERE v.answer IS NOT NULL
        RETURNING id, call_id
    )
    SELECT closed.id, stored.id FROM closed LEFT JOIN stored ON call_id = closed.id
"""
# The row of the batch is locked from here to the commit: two workers never spend
# the same euro of the cap.
_COMMIT_MONEY = """
    UPDATE enrichment_batch SET committed_eur = committed_eur + %s WHERE id = %s
    RETURNING committed_eur, cap_eur
"""
_OPEN = """
    WITH opened AS (
        INSERT INTO enrichment_call (id, batch_id, user_id, siren, source, state, day,
            leased_by, opened_at, reason, tokens, held_eur, amount_eur)
        SELECT v.id, b.id, b.started_by_id, v.siren, v.source, 'open', %s, %s, now(),
            '', 0, v.held_eur, 0
        FROM jsonb_to_recordset(%s) AS v(id uuid, siren int, source text,
            held_eur numeric)
        JOIN enrichment_batch b ON b.id = %s AND b.state = 'running'
        WHERE v.held_eur = 0 OR NOT EXISTS (SELECT 1 FROM enrichment_answer a
            WHERE a.siren = v.siren AND a.source = v.source AND a.expires_at > now())
        ON CONFLICT DO NOTHING RETURNING id, siren, source
    ), tried AS (
        UPDATE enrichment_item i SET attempts = attempts + 1 FROM opened o
        WHERE i.batch_id = %s AND i.siren = o.siren AND i.source = o.source
    )
    SELECT id FROM opened
"""


@transaction.atomic
def write(batch_id: int, lane: UUID, entries: Sequence[Entry]) -> list[Result]:
    """One commit for a group, in as few round trips as it takes.

    An opening gets None, or Refused; a closing gets the id of its stored answer.
    """
    closings = [entry for entry in entries if isinstance(entry, Closing)]
    openings = [entry for entry in entries if isinstance(entry, Opening)]
    closed = _close(closings)
    released = sum((_released(c, closed) for c in closings), Decimal(0))
    refused = _hold(batch_id, openings, released)
    leaving = [opening for opening in openings if opening.call_id not in refused]
    refused |= _open(batch_id, lane, leaving)
    return [
        closed.get(entry.opening.call_id)
        if isinstance(entry, Closing)
        else refused.get(entry.call_id)
        for entry in entries
    ]


def _close(closings: Sequence[Closing]) -> dict[UUID, int | None]:
    """The calls that are closed now, each with the id of its answer."""
    if not closings:
        return {}
    bodies: list[bytes] = []
    rows = [_closed(closing, bodies) for closing in closings]
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, [json.dumps(rows), bodies])
        return dict(cursor.fetchall())


def _closed(closing: Closing, bodies: list[bytes]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": str(closing.opening.call_id),
        "siren": int(closing.opening.siren),
        "source": closing.opening.source,
        "state": closing.state,
        "http_status": closing.http_status,
        "reason": closing.reason,
        "tokens": str(closing.tokens),
        "amount_eur": str(closing.amount_eur),
    }
    if closing.answer is not None:
        bodies.append(closing.answer.raw)
        # Bytes do not travel in JSON: the place in the array of bodies does.
        row |= {
            "answer": len(bodies),
            "http_status": closing.answer.http_status,
            "status": closing.answer.status,
            "sha256": closing.answer.sha256,
            "fetched_at": closing.answer.fetched_at.isoformat(),
            "expires_at": closing.answer.expires_at.isoformat(),
            "is_sandbox": closing.answer.is_sandbox,
        }
    return row


def _released(closing: Closing, closed: Mapping[UUID, object]) -> Decimal:
    """What the closing changes in the batch's money; a lost call keeps its hold."""
    is_settled = closing.opening.call_id in closed and closing.state != CallState.LOST
    return closing.amount_eur - closing.opening.hold_eur if is_settled else Decimal(0)


def _hold(
    batch_id: int, openings: Sequence[Opening], released: Decimal
) -> dict[UUID, Result]:
    """Hold the price of each opening; those that would pass the cap are refused."""
    wanted = sum((opening.hold_eur for opening in openings), Decimal(0))
    if not wanted and not released:
        return {}
    committed, cap = _commit_money(batch_id, released + wanted)
    refused: dict[UUID, Result] = {}
    for opening in reversed(openings):
        if cap is None or committed <= cap:
            break
        if opening.hold_eur:
            committed -= opening.hold_eur
            refused[opening.call_id] = Refused("cap")
    given_back = sum((o.hold_eur for o in openings if o.call_id in refused), Decimal(0))
    if given_back:
        _commit_money(batch_id, -given_back)
    return refused


def _commit_money(batch_id: int, change: Decimal) -> tuple[Decimal, Decimal | None]:
    with connection.cursor() as cursor:
        cursor.execute(_COMMIT_MONEY, [change, batch_id])
        committed, cap = cursor.fetchone() or (Decimal(0), None)
        return committed, cap


def _open(batch_id: int, lane: UUID, openings: Sequence[Opening]) -> dict[UUID, Result]:
    """Write the calls down; those that may not leave give back what they held."""
    if not openings:
        return {}
    rows = [
        {
            "id": str(opening.call_id),
            "siren": int(opening.siren),
            "source": opening.source,
            "held_eur": str(opening.hold_eur),
        }
        for opening in openings
    ]
    with connection.cursor() as cursor:
        values: list[Any] = [today(), lane, json.dumps(rows), batch_id, batch_id]
        cursor.execute(_OPEN, values)
        opened = {row[0] for row in cursor.fetchall()}
    stayed = [opening for opening in openings if opening.call_id not in opened]
    if not stayed:
        return {}
    held = sum((opening.hold_eur for opening in stayed), Decimal(0))
    if held:
        _commit_money(batch_id, -held)
    running = Batch.objects.filter(pk=batch_id, state=BatchState.RUNNING).exists()
    why = Refused("elsewhere" if running else "cancelled")
    return {opening.call_id: why for opening in stayed}


# Pauses


@transaction.atomic
def pause_source(batch_id: int, source: str, until: datetime) -> None:
    """Leave a source alone: what waits for it waits until then."""
    waiting = Item.objects.waiting().filter(batch_id=batch_id, source=source)
    waiting.update(retry_at=until)
    seconds = max(1, round((until - timezone.now()).total_seconds()))
    JournalEntry.objects.create(
        batch_id=batch_id, kind=Step.PAUSED, source=source, count=seconds
    )
