"""Is there an answer that is still good? Through the cache, down to the ledger.

What is kept is that an answer exists, which one and until when: 200 bytes. Its body
stays in PostgreSQL, packed, and is read when somebody wants the facts in it: reading
it by its key takes less time than a look-up may, and a cache of bodies would be ten
times larger for the same hits. Writing its facts, like erasing it, ends what is kept
of its company (`forget`).

That there is *no* answer is never kept. It would have to be forgotten the moment one
is stored, and a forgetting that is lost would buy a second time. "Unknown of the
source" is an answer like another.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Protocol, Self, TypeVar

from django.db import connection

from enrichment import lifetimes, packing
from mainsite.lib import cache
from mainsite.lib.caching.entries import Kind
from mainsite.lib.caching.families import Key
from mainsite.lib.caching.figures import EURO
from mainsite.lib.caching.flights import (
    FIRST_PAUSE_S,
    LONGEST_PAUSE_S,
    WaitedTooLong,
)
from mainsite.lib.caching.levels import Seen

T = TypeVar("T")
Calling = Callable[[], object]
# Of each question the newest answer that is still good. No answer lives longer than
# `lifetimes.LONGEST`: older months are not even looked into.
_FRESH = """
    SELECT DISTINCT ON (a.siren, a.source) a.id, a.siren, a.source, a.status,
        a.fetched_at, a.expires_at, a.is_sandbox, a.tokens, a.amount_eur,
        a.used_at IS NOT NULL, c.batch_id
    FROM enrichment_answer a JOIN enrichment_call c ON c.id = a.call_id
    WHERE a.siren = ANY(%s) AND a.source = ANY(%s) AND a.subject = %s
        AND a.expires_at > %s AND a.fetched_at > %s
    ORDER BY a.siren, a.source, a.fetched_at DESC, a.id DESC
"""
_BODIES = """
    SELECT id, raw, encoding FROM enrichment_answer
    WHERE id = ANY(%s) AND fetched_at = ANY(%s)
"""
_KINDS: dict[str, Kind] = {"not_found": "negative", "partial": "partial"}


class InThread(Protocol):
    """Runs a function where the database's connection is."""

    def __call__(self, function: Callable[[], T], /) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAnswer:
    """An answer that is still good, without its body (`body`, `bodies`)."""

    answer_id: int
    siren: str
    source: str
    subject: str
    status: str
    fetched_at: datetime
    expires_at: datetime
    is_sandbox: bool
    tokens: Decimal
    amount_eur: Decimal
    is_used: bool
    batch_id: int | None

    def plain(self) -> list[Any]:
        return [
            self.answer_id,
            self.status,
            self.fetched_at.isoformat(),
            self.expires_at.isoformat(),
            self.is_sandbox,
            str(self.tokens),
            str(self.amount_eur),
            self.is_used,
            self.batch_id,
        ]

    @classmethod
    def from_plain(cls, key: tuple[str, str, str], plain: list[Any]) -> Self:
        siren, source, subject = key
        pk, status, fetched_at, expires_at, is_sandbox, *rest = plain
        tokens, amount_eur, is_used, batch_id = rest
        return cls(
            answer_id=pk,
            siren=siren,
            source=source,
            subject=subject,
            status=status,
            fetched_at=datetime.fromisoformat(fetched_at),
            expires_at=datetime.fromisoformat(expires_at),
            is_sandbox=is_sandbox,
            tokens=Decimal(tokens),
            amount_eur=Decimal(amount_eur),
            is_used=is_used,
            batch_id=batch_id,
        )


# Reading


def read(siren: str, source: str, subject: str = "") -> KnownAnswer | None:
    """Before a call: whether it is needed at all."""
    return read_many([siren], [source], subject=subject).get((siren, source))


def read_many(
    sirens: Collection[str], sources: Collection[str], *, subject: str = ""
) -> dict[tuple[str, str], KnownAnswer]:
    """By SIREN and source: one round trip to Redis, one query for what it lacks.

    Each answer found counts as a call saved.
    """
    keys = {
        (siren, source): cache.answer(source, siren, subject)
        for siren in sirens
        for source in sources
    }
    seen = cache.levels.look_many(list(keys.values()))
    found = {
        name: KnownAnswer.from_plain((*name, subject), entry.value)
        for name, key in keys.items()
        if (entry := seen[key].entry) is not None
    }
    left = [name for name in keys if name not in found]
    begun = cache.levels.begin({keys[name]: seen[keys[name]] for name in left})
    durable = _durable(left, subject)
    _keep([(keys[name], known, begun[keys[name]]) for name, known in durable.items()])
    for level in (cache.LOCAL, cache.REDIS):
        _count_saved(
            level,
            [one for name, one in found.items() if seen[keys[name]].level == level],
        )
    _count_saved(cache.DATABASE, durable.values(), hits=len(durable))
    cache.levels.counting.add(
        cache.ANSWERS.name, cache.DATABASE, misses=len(left) - len(durable)
    )
    return found | durable


def body(known: KnownAnswer) -> bytes | None:
    """What the source sent, to the byte; None if it was purged meanwhile."""
    return bodies([known]).get(known.answer_id)


def bodies(known: Iterable[KnownAnswer]) -> dict[int, bytes]:
    """By answer, in one query; the days they came on name their partitions."""
    wanted = list(known)
    if not wanted:
        return {}
    values: list[Any] = [
        [one.answer_id for one in wanted],
        list({one.fetched_at for one in wanted}),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_BODIES, values)
        return {
            pk: packing.unpacked(bytes(raw), encoding)
            for pk, raw, encoding in cursor.fetchall()
        }


def forget(sirens: Iterable[str]) -> None:
    """All that is kept of these companies, once the transaction is committed."""
    cache.forget(cache.company(siren) for siren in sirens)


# Asking


def ask_now(
    siren: str,
    source: str,
    call: Calling,
    *,
    subject: str = "",
    wait_s: float | None = None,
) -> KnownAnswer | None:
    """The answer that is good, or that of the one call made for all who want it.

    ``call`` makes it and stores what is answered; who waits for another's call gets
    its answer, and makes a call only if that one brought none. WaitedTooLong when it
    lasts; without Redis the ledger's one open call per question is all that holds.
    """
    known = read(siren, source, subject)
    if known is not None:
        return known
    key, name = cache.answer(source, siren, subject), (siren, source)
    flights = cache.levels.flights
    if not connection.in_atomic_block:
        # Whoever waits must not hold what the one who calls may need: a connection.
        connection.close()
    with flights.alone(key, done=partial(_is_kept, key), wait_s=wait_s) as is_ours:
        if is_ours and not _look_below(key, name, subject):
            call()
        return _look_below(key, name, subject)


async def ask(
    siren: str,
    source: str,
    call: Callable[[], Awaitable[object]],
    *,
    in_thread: InThread,
    subject: str = "",
    wait_s: float | None = None,
) -> KnownAnswer | None:
    """`ask_now` for who is asynchronous; the waiting holds no thread."""
    known = await in_thread(partial(read, siren, source, subject))
    if known is not None:
        return known
    key, name = cache.answer(source, siren, subject), (siren, source)
    below = partial(_look_below, key, name, subject)
    deadline = time.monotonic() + (key.family.wait_s if wait_s is None else wait_s)
    pause_s = FIRST_PAUSE_S
    while (taken := await in_thread(partial(cache.levels.flights.take, key))) is None:
        if time.monotonic() + pause_s > deadline:
            raise WaitedTooLong(str(key))
        await asyncio.sleep(pause_s)
        pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)
        if await in_thread(partial(_is_kept, key)):
            return await in_thread(below)
    try:
        if not await in_thread(below):
            await call()
        return await in_thread(below)
    finally:
        await in_thread(taken.give_back)


def _is_kept(key: Key) -> bool:
    return cache.levels.look_again(key).is_fresh


def _look_below(key: Key, name: tuple[str, str], subject: str) -> KnownAnswer | None:
    """Redis, then PostgreSQL, uncounted: it is the same look-up that goes on."""
    seen = cache.levels.look_again(key)
    if seen.entry is not None:
        return KnownAnswer.from_plain((*name, subject), seen.entry.value)
    begun = cache.levels.begin({key: seen})
    known = _durable([name], subject).get(name)
    if known is not None:
        _keep([(key, known, begun[key])])
    return known


# The third level


def _durable(
    names: Sequence[tuple[str, str]], subject: str
) -> dict[tuple[str, str], KnownAnswer]:
    """The latest answers that are still good, from the ledger."""
    if not names:
        return {}
    now = datetime.fromtimestamp(cache.levels.now(), UTC)
    values: list[Any] = [
        list({int(siren) for siren, _ in names}),
        list({source for _, source in names}),
        subject,
        now,
        now - lifetimes.LONGEST,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_FRESH, values)
        known = [_known(row, subject) for row in cursor.fetchall()]
    found = {(one.siren, one.source): one for one in known}
    return {name: found[name] for name in names if name in found}


def _known(row: tuple[Any, ...], subject: str) -> KnownAnswer:
    pk, siren, source, status, fetched_at, expires_at, is_sandbox, *rest = row
    tokens, amount_eur, is_used, batch_id = rest
    return KnownAnswer(
        answer_id=pk,
        siren=f"{siren:09d}",
        source=source,
        subject=subject,
        status=status,
        fetched_at=fetched_at,
        expires_at=expires_at,
        is_sandbox=is_sandbox,
        tokens=tokens,
        amount_eur=amount_eur,
        is_used=is_used,
        batch_id=batch_id,
    )


def _keep(values: Iterable[tuple[Key, KnownAnswer, Seen]]) -> None:
    cache.levels.keep_many([(key, _made(known), seen) for key, known, seen in values])


def _made(known: KnownAnswer) -> cache.Made:
    kind = _KINDS.get(known.status, "full")
    return cache.Made(known.plain(), kind, known.expires_at.timestamp())


def _count_saved(level: str, known: Collection[KnownAnswer], hits: int = 0) -> None:
    saved = sum((one.amount_eur for one in known), Decimal(0))
    cache.levels.counting.add(
        cache.ANSWERS.name,
        level,
        hits=hits,
        saved_calls=len(known),
        saved_e4=round(saved * EURO),
    )
