"""Addresses that have no attempt left, remembered by each web process.

PostgreSQL counts (``accounts.throttle``); what it said once need not be asked of it
five hundred times a second. Until the moment it named, the answer is a page made
beforehand.
"""

import threading
import time
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import hashing, sentences
from mainsite.lib.client_ip import client_group

# Beyond, the memory starts anew: PostgreSQL still knows.
MOST = 10_000
# Refusals of an address within a minute that make it one that guesses.
GUESSES, PERIOD_S = 5, 60.0
# While others wait for their turn, such an address is left out for so long.
REST_S = 30


class Memory:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}
        self._refusals: dict[str, list[float]] = {}

    def refused(self, group: str) -> None:
        """A wrong password, or no turn to try one."""
        now = self._clock()
        with self._lock:
            if len(self._refusals) >= MOST:
                self._refusals.clear()
            recent = [at for at in self._refusals.get(group, ()) if at > now - PERIOD_S]
            self._refusals[group] = [*recent[1 - GUESSES :], now]

    def guesses(self, group: str) -> bool:
        refusals = self._refusals.get(group, [])
        return len(refusals) == GUESSES and refusals[0] > self._clock() - PERIOD_S

    def remember(self, group: str, seconds: int) -> None:
        with self._lock:
            if len(self._until) >= MOST:
                self._until.clear()
            self._until[group] = self._clock() + seconds

    def left_s(self, group: str) -> int:
        """Whole seconds until an attempt of that address may be counted again."""
        left = self._until.get(group, 0.0) - self._clock()
        return int(left) + 1 if left > 0 else 0


memory = Memory()


def guesses(group: str) -> bool:
    """Whether so many passwords of this address were refused lately."""
    return bool(settings.REMEMBER_BLOCKED) and memory.guesses(group)


class BlockedAddresses:
    """At the door, before sessions and the database: 429 for a sign-in from such an
    address, 503 for anybody's while every turn to hash is taken.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or request.path != _door():
            return self.get_response(request)
        if not settings.REMEMBER_BLOCKED:
            return self.get_response(request)
        group = client_group(request)
        if left_s := memory.left_s(group):
            return _left_out(left_s)
        if hashing.turns().are_full:
            if memory.guesses(group):
                memory.remember(group, REST_S)
            memory.refused(group)
            return _later()
        return self.get_response(request)


@cache
def _door() -> str:
    return reverse("accounts:sign_in")


@cache
def _page(name: str, what: str) -> str:
    return render_to_string(name, {"request": {"reference": ""}, "what": what})


def _left_out(left_s: int) -> HttpResponse:
    page = _page("429.html", sentences.waiting(left_s))
    return _refusal(page, status=429, retry_after_s=left_s)


def _later() -> HttpResponse:
    page = _page("503_busy.html", sentences.too_many_at_once())
    return _refusal(page, status=503, retry_after_s=hashing.RETRY_AFTER_S)


def _refusal(page: str, *, status: int, retry_after_s: int) -> HttpResponse:
    answer = HttpResponse(page, status=status)
    answer["Retry-After"] = str(retry_after_s)
    answer["Cache-Control"] = "no-store"
    return answer
