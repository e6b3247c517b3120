"""Argon2, so many at a time: each hash takes a core for a while, and 100 MB.

Whoever comes meanwhile waits a little, and is told to come back: a thousand guesses
leave threads for pages and memory for everybody.
"""

import contextlib
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts import sentences
from mainsite.lib.shedding import Overloaded

PATIENCE_S = 1.5
RETRY_AFTER_S = 2
SIGN_IN = "sign_in"
# Whether whoever computes now has a turn already.
_has_turn: ContextVar[bool] = ContextVar("has_turn", default=False)


class Busy(Overloaded):
    """No turn in the time given."""

    def __init__(self) -> None:
        super().__init__(SIGN_IN, RETRY_AFTER_S, what=sentences.too_many_at_once())


class Turns:
    """So many at once; of those who wait, so many that a thread is left for pages.

    Whoever waits comes before whoever arrives.
    """

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._free, self._places = at_once, waiting
        self._waiting = 0
        self._changed = threading.Condition()

    def take(self, patience_s: float) -> None:
        """Raises Busy."""
        with self._changed:
            if self._free and not self._waiting:
                self._free -= 1
                return
            if patience_s <= 0 or self._waiting >= self._places:
                raise Busy
            self._waiting += 1
            try:
                if not self._changed.wait_for(lambda: self._free, patience_s):
                    raise Busy
                self._free -= 1
            finally:
                self._waiting -= 1

    @property
    def are_full(self) -> bool:
        """Whether whoever comes now would be refused."""
        return not self._free and self._waiting >= self._places

    def give_back(self) -> None:
        with self._changed:
            self._free += 1
            self._changed.notify()


@cache
def turns() -> Turns:
    at_once = max(1, settings.HASHES_AT_ONCE)
    return Turns(at_once=at_once, waiting=max(1, settings.WEB_THREADS - at_once - 1))


@contextlib.contextmanager
def turn(patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Around everything that hashes; inside another it is the same turn."""
    if _has_turn.get():
        yield
        return
    turns().take(patience_s)
    token = _has_turn.set(True)
    try:
        yield
    finally:
        _has_turn.reset(token)
        turns().give_back()


class BoundedArgon2PasswordHasher(Argon2PasswordHasher):
    """Django's, whose hashes it reads and writes; nobody hashes out of turn."""

    def encode(self, password: str, salt: str) -> str:
        with turn():
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with turn():
            return bool(super().verify(password, encoded))
