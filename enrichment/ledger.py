"""The ledger's own writes: leases, calls opened before they are made, calls closed.

Each function is one transaction over a group. The clock of leases is PostgreSQL's.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from enrichment import money
from enrichment.choices import BatchState, CallState, Step
from enrichment.models import Batch, Item, JournalEntry, today
from enrichment.money import Back, Opening

LEASE_S = 30
# After so many calls, answers lost to kills included, an item is given up.
MAX_CALLS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    id: int
    siren: str
    source: str
    attempts: int
    subject: str = ""
    worth: float | None = None

    @property
    def option(self) -> str:
        return self.subject.partition(":")[0]

    @property
    def lead(self) -> str:
        """Whom a contact is looked up for, as the number of a lead."""
        return self.subject.partition(":")[2]


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
    encoding: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


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
        RETURNING i.id, i.siren, i.source, i.attempts, i.subject, i.worth, i.position
    )
    SELECT id, siren, source, attempts, subject, worth FROM leased ORDER BY position
"""
_RENEW = """
    UPDATE enrichment_item SET lease_until = now() + make_interval(secs => %s)
    WHERE leased_by = %s AND state = 'running'
"""
# An item whose worker died goes back; its call, if one was open, had left: what the
# source answered is lost and what it may have charged stays counted.
_EXPIRE = """
    WITH dead AS (
        SELECT i.id, i.batch_id, i.siren, i.source, i.subject, i.attempts,
            b.state AS batch_state
        FROM enrichment_item i JOIN enrichment_batch b ON b.id = i.batch_id
        WHERE i.state = 'running' AND i.lease_until < now()
        FOR UPDATE OF i SKIP LOCKED
    ), lost AS (
        UPDATE enrichment_call c SET state = 'lost', reason = 'killed',
            closed_at = now()
        FROM dead WHERE c.state = 'open' AND c.batch_id = dead.batch_id
            AND c.siren = dead.siren AND c.source = dead.source
            AND c.subject = dead.subject
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
            Leased(
                id=pk,
                siren=f"{siren:09d}",
                source=source,
                attempts=attempts,
                subject=subject,
                worth=worth,
            )
            for pk, siren, source, attempts, subject, worth in cursor.fetchall()
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

    ``cap``, ``budget``, ``units``, ``quota``: it would pass what the batch, the user's
    day, the source's pool or its calls of the day allow. ``paused``, ``cancelled``: the
    batch is. ``elsewhere``: the same question is being asked, or was just answered, in
    another batch.
    """

    reason: str


Entry = Opening | Closing
Result = Refused | int | None

_CLOSE = """
    WITH given AS (
        SELECT * FROM jsonb_to_recordset(%s) AS v(id uuid, siren int, source text,
            subject text, state text, http_status smallint, reason text,
            tokens numeric, units numeric, amount_eur numeric, answer int,
            status text, sha256 text, encoding text, headers jsonb,
            fetched_at timestamptz, expires_at timestamptz, is_sandbox boolean)
    ), closed AS (
        UPDATE enrichment_call c SET state = v.state, closed_at = now(),
            http_status = v.http_status, reason = v.reason, tokens = v.tokens,
            amount_eur = v.amount_eur
        FROM given v WHERE c.id = v.id AND c.state IN ('open', 'lost')
        RETURNING c.id, c.batch_id, c.user_id, c.source, c.day,
            v.state <> 'lost' AS is_settled, v.tokens - v.units AS units,
            v.amount_eur - c.held_eur AS eur
    ), moved AS (
        INSERT INTO enrichment_moneyline (call_id, batch_id, user_id, source, day, at,
            kind, tokens, amount_eur)
        SELECT id, batch_id, user_id, source, day, now(),
            CASE WHEN eur > 0 OR units > 0 THEN 'extra' ELSE 'refund' END, units, eur
        FROM closed WHERE is_settled AND (eur <> 0 OR units <> 0)
    ), stored AS (
        INSERT INTO enrichment_answer (siren, source, subject, call_id, status, raw,
            encoding, sha256, http_status, headers, tokens, amount_eur, fetched_at,
            expires_at, is_sandbox)
        SELECT v.siren, v.source, v.subject, v.id, v.status,
            (%s::bytea[])[v.answer], v.encoding, v.sha256, v.http_status, v.headers,
            v.tokens, v.amount_eur, v.fetched_at, v.expires_at, v.is_sandbox
        FROM given v JOIN closed USING (id) WHERE v.answer IS NOT NULL
        RETURNING id, call_id
    )
    SELECT closed.id, stored.id, closed.day FROM closed
    LEFT JOIN stored ON call_id = closed.id
"""
_OPEN = """
    WITH opened AS (
        INSERT INTO enrichment_call (id, batch_id, user_id, siren, source, subject,
            state, day, leased_by, opened_at, reason, tokens, held_eur, amount_eur)
        SELECT v.id, b.id, b.started_by_id, v.siren, v.source, v.subject, 'open', %s,
            %s, now(), '', 0, v.held_eur, 0
        FROM jsonb_to_recordset(%s) AS v(id uuid, siren int, source text,
            subject text, units numeric, held_eur numeric)
        JOIN enrichment_batch b ON b.id = %s AND b.state = 'running'
        WHERE v.units = 0 OR NOT EXISTS (SELECT 1 FROM enrichment_answer a
            WHERE a.siren = v.siren AND a.source = v.source
                AND a.subject = v.subject AND a.expires_at > now())
        ON CONFLICT DO NOTHING
        RETURNING id, batch_id, user_id, siren, source, subject, day, held_eur
    ), held AS (
        INSERT INTO enrichment_moneyline (call_id, batch_id, user_id, source, day, at,
            kind, tokens, amount_eur)
        SELECT o.id, o.batch_id, o.user_id, o.source, o.day, now(), 'hold', v.units,
            o.held_eur
        FROM opened o JOIN jsonb_to_recordset(%s) AS v(id uuid, units numeric)
            USING (id)
        WHERE v.units > 0
    ), tried AS (
        UPDATE enrichment_item i SET attempts = attempts + 1 FROM opened o
        WHERE i.batch_id = %s AND i.siren = o.siren AND i.source = o.source
            AND i.subject = o.subject
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
    day = today()
    closed = _close(closings)
    limited = money.move(batch_id, day, openings, _back(closings, closed))
    leaving = [opening for opening in openings if opening.call_id not in limited]
    refused: dict[UUID, Result] = {id: Refused(why) for id, why in limited.items()}
    refused |= _open(batch_id, lane, day, leaving)
    answers = {call_id: answer_id for call_id, (answer_id, _) in closed.items()}
    return [
        answers.get(entry.opening.call_id)
        if isinstance(entry, Closing)
        else refused.get(entry.call_id)
        for entry in entries
    ]


Closed = dict[UUID, tuple[int | None, date]]


def _close(closings: Sequence[Closing]) -> Closed:
    """The calls that are closed now, each with the id of its answer and its day."""
    if not closings:
        return {}
    bodies: list[bytes] = []
    rows = [_closed(closing, bodies) for closing in closings]
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, [json.dumps(rows), bodies])
        return {call_id: (answer, day) for call_id, answer, day in cursor.fetchall()}


def _closed(closing: Closing, bodies: list[bytes]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": str(closing.opening.call_id),
        "siren": int(closing.opening.siren),
        "source": closing.opening.source,
        "subject": closing.opening.subject,
        "state": closing.state,
        "http_status": closing.http_status,
        "reason": closing.reason,
        "tokens": str(closing.tokens),
        "units": str(closing.opening.units),
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
            "encoding": closing.answer.encoding,
            "headers": dict(closing.answer.headers),
            "fetched_at": closing.answer.fetched_at.isoformat(),
            "expires_at": closing.answer.expires_at.isoformat(),
            "is_sandbox": closing.answer.is_sandbox,
        }
    return row


def _back(closings: Sequence[Closing], closed: Closed) -> Back:
    """What the closings change in the money; a lost call keeps its hold."""
    back = Back()
    for closing in closings:
        opening = closing.opening
        if opening.call_id in closed and closing.state != CallState.LOST:
            _, day = closed[opening.call_id]
            back.eur[day] += closing.amount_eur - opening.hold_eur
            pool = opening.source, opening.pool
            back.units[pool] += closing.tokens - opening.units
    return back


def _open(
    batch_id: int, lane: UUID, day: date, openings: Sequence[Opening]
) -> dict[UUID, Result]:
    """Write the calls down; those that may not leave give back what they held."""
    if not openings:
        return {}
    rows = json.dumps(
        [
            {
                "id": str(opening.call_id),
                "siren": int(opening.siren),
                "source": opening.source,
                "subject": opening.subject,
                "units": str(opening.units),
                "held_eur": str(opening.hold_eur),
            }
            for opening in openings
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [day, lane, rows, batch_id, rows, batch_id])
        opened = {row[0] for row in cursor.fetchall()}
    stayed = [opening for opening in openings if opening.call_id not in opened]
    if not stayed:
        return {}
    money.give_back(batch_id, day, stayed)
    state = Batch.objects.values_list("state", flat=True).get(pk=batch_id)
    why = Refused("elsewhere" if state == BatchState.RUNNING else state)
    return {opening.call_id: why for opening in stayed}


# Pauses


@transaction.atomic
def pause_source(batch_id: int, source: str, until: datetime) -> None:
    """Leave a source alone: what waits for it waits until then."""
    waiting = Item.objects.waiting().filter(batch_id=batch_id, source=source)
    # Our clock may not be PostgreSQL's, which decides when an item is due.
    wait = until - timezone.now()
    waiting.update(retry_at=Now() + wait)
    seconds = max(1, round(wait.total_seconds()))
    JournalEntry.objects.create(
        batch_id=batch_id, kind=Step.PAUSED, source=source, count=seconds
    )
