"""One at a time for a key: in this process, and across processes through Redis."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from mainsite.lib.caching.families import Key
from mainsite.lib.caching.remote import Remote

FIRST_PAUSE_S = 0.005
LONGEST_PAUSE_S = 0.05


class WaitedTooLong(Exception):
    """Somebody else is still at it."""


@dataclass
class _Seat:
    lock: threading.Lock = field(default_factory=threading.Lock)
    wanted_by: int = 0


class Flights:
    """Who makes a value, while others wait for it.

    Without Redis each process has its own: a few values are made twice, no page waits.
    """

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._lock = threading.Lock()
        self._seats: dict[str, _Seat] = {}

    @contextmanager
    def alone(
        self, key: Key, *, done: Callable[[], bool], wait_s: float | None = None
    ) -> Iterator[bool]:
        """True for the one who is to make the value; False once ``done`` says it is.

        A holder that dies frees the key when its lock expires, and one of those who
        wait takes over. WaitedTooLong after ``wait_s``.
        """
        limit_s = key.family.wait_s if wait_s is None else wait_s
        deadline = time.monotonic() + limit_s
        with self._seat(str(key), limit_s) as had_to_wait:
            if had_to_wait and done():
                yield False
                return
            token = secrets.token_hex(8)
            if not self._wait_turn(key, token, done, deadline):
                yield False
                return
            try:
                yield True
            finally:
                self._remote.give_back(key.lock, token)

    def take(self, key: Key) -> "Taken | None":
        """Without waiting: None when another process is at it."""
        token = secrets.token_hex(8)
        if self._remote.take(key.lock, token, key.family.lock_s) is False:
            return None
        return Taken(lambda: self._remote.give_back(key.lock, token))

    def _wait_turn(
        self, key: Key, token: str, done: Callable[[], bool], deadline: float
    ) -> bool:
        pause_s = FIRST_PAUSE_S
        while True:
            # Redis away is as good as taken: nobody could tell us otherwise.
            if self._remote.take(key.lock, token, key.family.lock_s) is not False:
                # The holder before us may have ended between our two questions.
                if not done():
                    return True
                self._remote.give_back(key.lock, token)
                return False
            if time.monotonic() + pause_s > deadline:
                raise WaitedTooLong(str(key))
            time.sleep(pause_s)
            pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)
            if done():
                return False

    @contextmanager
    def _seat(self, name: str, wait_s: float) -> Iterator[bool]:
        """The threads of this process queue here, so that one of them asks Redis.

        Says whether there was somebody before us.
        """
        with self._lock:
            seat = self._seats.setdefault(name, _Seat())
            seat.wanted_by += 1
        try:
            is_free = seat.lock.acquire(blocking=False)
            if not is_free and not seat.lock.acquire(timeout=wait_s):
                raise WaitedTooLong(name)
            try:
                yield not is_free
            finally:
                seat.lock.release()
        finally:
            with self._lock:
                seat.wanted_by -= 1
                if not seat.wanted_by:
                    self._seats.pop(name, None)


@dataclass(frozen=True, slots=True)
class Taken:
    """A lock that was free; to be given back."""

    give_back: Callable[[], None]
