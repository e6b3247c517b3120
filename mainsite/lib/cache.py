"""The cache as applications use it: what is kept, under which names, for how long.

    cache.get(cache.source_panel(siren), make)   a value, made by one caller at a time
    cache.forget([cache.company(siren)])         once the transaction is committed

Redis away costs speed, never a page. What a process keeps for itself is bounded; what
is in Redis is JSON that tells by its name what it is; what was invalidated is over
without anyone looking for it. Inside a transaction nothing is kept: it may be undone.
"""

import atexit
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.cache import caches
from django.db import connection, transaction
from redis import Redis

from mainsite.lib.caching.entries import Made
from mainsite.lib.caching.families import Family, Key
from mainsite.lib.caching.figures import DATABASE, LOCAL, REDIS, Figures
from mainsite.lib.caching.flights import WaitedTooLong
from mainsite.lib.caching.levels import Levels, Seen
from mainsite.lib.caching.remote import Remote

__all__ = [
    "ANSWERS",
    "DATABASE",
    "FAMILIES",
    "LOCAL",
    "REDIS",
    "Figures",
    "Made",
    "Seen",
    "Server",
    "WaitedTooLong",
    "answer",
    "company",
    "figures",
    "flush",
    "forget",
    "forget_family",
    "forget_local",
    "get",
    "levels",
    "rulesets",
    "score_panel",
    "sector_cell",
    "server",
    "source_panel",
    "trial_sample",
]

HOUR_S = 3600.0

# A source's answer carries its own end. What is kept is that there is one and which:
# the body stays in PostgreSQL. The lock covers a call and the writing of its answer.
ANSWERS = Family(
    name="answer", ttl_s=24 * HOUR_S, local_s=3, lock_s=45, wait_s=40, jitter="stable"
)
# Panels follow their company's version: no copy in the process, which could not know.
SCORE_PANELS = Family(
    name="score-panel",
    ttl_s=HOUR_S,
    negative_s=HOUR_S,
    stale_s=300,
    wait_s=2,
    version=2,
)
SOURCE_PANELS = Family(name="source-panel", ttl_s=HOUR_S, stale_s=300, wait_s=2)
# Which rules are in service: asked at each group of scores, ended by a publication.
RULESETS = Family(name="rulesets", ttl_s=60, wait_s=2)
# The companies that drafts are tried on: the same all day, so that trials compare.
TRIAL_SAMPLES = Family(name="trial-sample", ttl_s=24 * HOUR_S, wait_s=10)
# Quantiles of a sector and size class; figures of a million targets, counted lazily.
SECTOR_CELLS = Family(
    name="sector-cell", ttl_s=24 * HOUR_S, stale_s=HOUR_S, lock_s=30, wait_s=20
)
FAMILIES = {
    each.name: each
    for each in (
        ANSWERS,
        SCORE_PANELS,
        SOURCE_PANELS,
        RULESETS,
        TRIAL_SAMPLES,
        SECTOR_CELLS,
    )
}


# Names


def company(siren: str) -> str:
    """The scope of all that is kept of a company."""
    return f"company:{siren}"


def answer(source: str, siren: str, subject: str = "") -> Key:
    parts = (source, siren, subject) if subject else (source, siren)
    return ANSWERS.key(*parts, scope=company(siren))


def score_panel(siren: str, language: str) -> Key:
    return SCORE_PANELS.key(siren, language, scope=company(siren))


def source_panel(siren: str) -> Key:
    return SOURCE_PANELS.key(siren, scope=company(siren))


def rulesets() -> Key:
    return RULESETS.key("served")


def trial_sample(state: int, size: int) -> Key:
    return TRIAL_SAMPLES.key(str(state), str(size))


def sector_cell(sector: str, size: str) -> Key:
    return SECTOR_CELLS.key(sector, size)


# The engine of this process


def _client() -> Redis:
    client: Redis = caches["default"].client.get_client()  # type: ignore[attr-defined]
    return client


def _is_settled() -> bool:
    return not connection.in_atomic_block


def make_levels(*, clock: Callable[[], float] = time.time) -> Levels:
    return Levels(Remote(_client), clock=clock, may_write=_is_settled)


levels = make_levels()


def get(key: Key, make: Callable[[], Any]) -> Any:
    return levels.get(key, make)


def forget(scopes: Iterable[str]) -> None:
    """End what is kept of these scopes, once what changed them is committed."""
    ended = frozenset(scopes)
    if ended:
        transaction.on_commit(partial(levels.end, ended), robust=True)


def forget_family(name: str) -> bool:
    """Whether Redis was there to be told; if not it will be, by this process."""
    return levels.end_family(name)


def forget_local() -> None:
    """What this process keeps for itself, and nothing of the others."""
    levels.local.clear()


# Figures


def figures(*, days: int | None = None) -> list[Figures] | None:
    """By family and level, of all processes; None while Redis is away."""
    return levels.counting.read(days=days)


@dataclass(frozen=True, slots=True)
class Server:
    """What Redis says of its own memory; ``most_bytes`` of 0 is without a limit."""

    version: str
    used_bytes: int
    most_bytes: int
    policy: str
    evicted: int
    expired: int


def server() -> Server | None:
    """None while Redis is away."""
    told = levels.remote.server()
    if told is None:
        return None
    return Server(
        version=str(told.get("valkey_version") or told.get("redis_version", "")),
        used_bytes=int(told.get("used_memory", 0)),
        most_bytes=int(told.get("maxmemory", 0)),
        policy=str(told.get("maxmemory_policy", "")),
        evicted=int(told.get("evicted_keys", 0)),
        expired=int(told.get("expired_keys", 0)),
    )


def flush() -> None:
    """Send what was counted: a job's process ends without a word."""
    levels.counting.flush()


def _begin_in_child() -> None:
    levels.counting.reset()


atexit.register(flush)
os.register_at_fork(after_in_child=_begin_in_child)
