"""What is refused while the machine cannot follow, so that cheap pages still answer.

Two signs of it: pages wait for a connection of this process's pool, or jobs for their
worker. A view that costs much says so with ``expensive``; the others, the list page by
page, a company's page, sign-in and the probes first of all, are never refused here.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from mainsite.lib import queue

View = TypeVar("View", bound=Callable[..., object])

# A pool that pages wait for is looked at again after so long; a queue after longer.
POOL_LOOK_S, QUEUE_LOOK_S = 2.0, 5.0
# A fallen database is tried again after some seconds, each try as long as its connect
# timeout: the waits between two of them say nothing of the load.
AWAY_S = 10.0
# A Redis that hangs is told by what comes next; nobody waits for it here.
LOOK_TIMEOUT_S = 0.25
POOL_RETRY_S, QUEUE_RETRY_S = 5, 60
POOL, QUEUE = "pool", "queue"
_COUNTS = "shed:counts"


class Overloaded(Exception):
    """Not now: ``what`` for people, ``reason`` for programs; when is a guess."""

    def __init__(self, reason: str, retry_after_s: int, *, what: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.what = what
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, kw_only=True)
class Cost:
    """``queue`` is where a POST sends its work; ``when`` says which requests."""

    queue: str
    when: Callable[[HttpRequest], bool]


def _always(request: HttpRequest) -> bool:
    return True


def expensive(
    *, queue: str = "", when: Callable[[HttpRequest], bool] = _always
) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.cost = Cost(queue=queue, when=when)  # type: ignore[attr-defined]
        return view

    return mark


def check(view: object, request: HttpRequest) -> None:
    """Raises Overloaded for an expensive request at a bad moment."""
    cost = getattr(view, "cost", None)
    if not isinstance(cost, Cost) or not cost.when(request):
        return
    if pool_wait.ms() > settings.SHED_POOL_WAIT_MS:
        raise Overloaded(POOL, POOL_RETRY_S, what=_many_pages())
    if not cost.queue or request.method != "POST":
        return
    if queue_age.seconds(cost.queue) > settings.SHED_QUEUE_AGE_S:
        raise Overloaded(QUEUE, QUEUE_RETRY_S, what=_many_jobs())


def _many_pages() -> str:
    return _(
        "Beaucoup de pages sont demandées en ce moment. Les listes et les fiches "
        "restent ouvertes\u00a0; les recherches et les calculs reprennent dans "
        "quelques secondes."
    )


def _many_jobs() -> str:
    return _(
        "Les travaux déjà demandés attendent leur tour depuis plusieurs minutes. "
        "Redemandez celui-ci dans un moment."
    )


class PoolWait:
    """How long a request of this process waited for its connection, lately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._look_at = 0.0
        self._seen: tuple[int, int, int] = (0, 0, 0)
        self._away_until = 0.0
        self._ms = 0.0

    def ms(self) -> float:
        pool = getattr(connection, "pool", None)
        if pool is None:
            return 0.0
        with self._lock:
            if self._clock() >= self._look_at:
                self._look_at = self._clock() + POOL_LOOK_S
                self._look(pool.get_stats())
            return self._ms

    def _look(self, stats: dict[str, int]) -> None:
        waited_ms = stats.get("requests_wait_ms", 0)
        asked = stats.get("requests_num", 0)
        errors = stats.get("connections_errors", 0) + stats.get("connections_lost", 0)
        before_ms, before, before_errors = self._seen
        self._seen = (waited_ms, asked, errors)
        if errors > before_errors:
            self._away_until = self._clock() + AWAY_S
        is_away = self._clock() < self._away_until
        self._ms = 0.0 if is_away else (waited_ms - before_ms) / max(1, asked - before)


class QueueAge:
    """How long the next job of a queue has been waiting, known for some seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, tuple[float, float]] = {}

    def seconds(self, name: str) -> float:
        until, age_s = self._known.get(name, (0.0, 0.0))
        if self._clock() >= until:
            age_s = self._read(name)
            self._known[name] = (self._clock() + QUEUE_LOOK_S, age_s)
        return age_s

    def _read(self, name: str) -> float:
        """0 without Redis: whoever wants to queue is told that by another sentence."""
        limits = {
            "socket_connect_timeout": LOOK_TIMEOUT_S,
            "socket_timeout": LOOK_TIMEOUT_S,
        }
        try:
            with redis.Redis.from_url(settings.REDIS_URL, **limits) as client:
                return queue.age_s(name, connection=client)
        except RedisError:
            return 0.0


pool_wait = PoolWait()
queue_age = QueueAge()


def count(name: str, reason: str) -> None:
    """One more, for /metrics; without Redis nobody counts."""
    try:
        cache.client.get_client().hincrby(_COUNTS, f"{name}|{reason}", 1)  # type: ignore[attr-defined]
    except RedisError:
        return


def counts() -> dict[tuple[str, str], int]:
    """By view and reason. Raises redis.RedisError."""
    found = cache.client.get_client().hgetall(_COUNTS)  # type: ignore[attr-defined]
    totals = {}
    for key, number in found.items():
        name, _, reason = key.decode().partition("|")
        totals[name, reason] = int(number)
    return totals
