"""The second level: Redis, which may be away or hang, and is then left alone."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar, cast

from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# After one failure nobody asks for this long: a frozen server costs a page one
# time-out now and then, not one per look-up.
REST_S = 5.0
# Longer than any value lives, so that a counter outlives what it ends.
VERSION_S = 30 * 86_400
# Only its holder gives a lock back: it may have expired and be another's by now.
_UNLOCK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
T = TypeVar("T")


class Remote:
    """What each method answers when Redis is away: None."""

    def __init__(
        self,
        client: Callable[[], Redis],
        *,
        rest_s: float = REST_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._rest_s = rest_s
        self._clock = clock
        self._away_until = 0.0
        self._lock = threading.Lock()

    @property
    def is_away(self) -> bool:
        return self._away_until > self._clock()

    def read(self, names: Sequence[str]) -> list[bytes | None] | None:
        # Nothing is decoded for us: what comes are bytes.
        return self._ask(lambda c: cast("list[bytes | None]", c.mget(names)))

    def write(self, bodies: Mapping[str, tuple[bytes, float]]) -> bool | None:
        """Each body for so many seconds."""

        def send(client: Redis) -> bool:
            pipe = client.pipeline(transaction=False)
            for name, (body, life_s) in bodies.items():
                pipe.set(name, body, px=max(1, round(life_s * 1000)))
            pipe.execute()
            return True

        return self._ask(send)

    def versions(self, names: Collection[str]) -> dict[str, str] | None:
        """Counters, begun where there is none: a lost one never comes back as it was.

        A server that evicts may forget a counter; were it to start at 1 again, values
        of an earlier 1 would be true again.
        """
        wanted = sorted(names)

        def send(client: Redis) -> dict[str, str]:
            pipe = client.pipeline(transaction=False)
            for name in wanted:
                pipe.set(name, secrets.token_hex(6), px=VERSION_S * 1000, nx=True)
            pipe.mget(wanted)
            found = pipe.execute()[-1]
            return {n: _text(v) for n, v in zip(wanted, found, strict=True)}

        return self._ask(send)

    def renew(self, names: Collection[str]) -> bool | None:
        """Give each counter that is there a value that it never had.

        Under one that is not there nothing holds: scoring a million companies leaves
        no million counters.
        """

        def send(client: Redis) -> bool:
            pipe = client.pipeline(transaction=False)
            for name in names:
                pipe.set(name, secrets.token_hex(6), px=VERSION_S * 1000, xx=True)
            pipe.execute()
            return True

        return self._ask(send)

    def take(self, name: str, token: str, life_s: float) -> bool | None:
        """Whether the lock is ours now; it ends by itself if we are killed."""
        px = max(1, round(life_s * 1000))
        return self._ask(lambda c: bool(c.set(name, token, px=px, nx=True)))

    def give_back(self, name: str, token: str) -> None:
        self._ask(lambda client: client.eval(_UNLOCK, 1, name, token))

    def add(self, totals: Mapping[str, Mapping[str, int]], life_s: int) -> bool | None:
        """To the fields of these hashes, which live for so long after the last time."""

        def send(client: Redis) -> bool:
            pipe = client.pipeline(transaction=False)
            for name, fields in totals.items():
                for field, amount in fields.items():
                    pipe.hincrby(name, field, amount)
                pipe.expire(name, life_s)
            pipe.execute()
            return True

        return self._ask(send)

    def totals(self, name: str) -> dict[str, int] | None:
        def send(client: Redis) -> dict[str, int]:
            fields = cast("dict[bytes, bytes]", client.hgetall(name))
            return {_text(field): int(value) for field, value in fields.items()}

        return self._ask(send)

    def server(self) -> dict[str, Any] | None:
        """What Redis says of itself."""
        return self._ask(lambda client: dict(client.info("default")))

    def _ask(self, question: Callable[[Redis], T]) -> T | None:
        if not self._may_ask():
            return None
        try:
            answer = question(self._client())
        except (RedisError, OSError) as error:
            self._away_until = self._clock() + self._rest_s
            logger.warning("the cache is away: %s", type(error).__name__)
            return None
        self._away_until = 0.0
        return answer

    def _may_ask(self) -> bool:
        """After a rest one thread tries for all the others."""
        if not self._away_until:
            return True
        with self._lock:
            if self.is_away:
                return False
            if self._away_until:
                self._away_until = self._clock() + self._rest_s
            return True


def _text(value: bytes | None) -> str:
    return (value or b"").decode()
