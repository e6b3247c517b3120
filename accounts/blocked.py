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

from accounts import sentences
from mainsite.lib.client_ip import client_group

# Beyond, the memory starts anew: PostgreSQL still knows.
MOST = 10_000


class Memory:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

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


class BlockedAddresses:
    """429 for a sign-in from such an address, before sessions and the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and request.path == _door():
            left_s = memory.left_s(client_group(request))
            if left_s and settings.REMEMBER_BLOCKED:
                return _refused(left_s)
        return self.get_response(request)


@cache
def _door() -> str:
    return reverse("accounts:sign_in")


@cache
def _page(wait: str) -> str:
    return render_to_string("429.html", {"request": {"reference": ""}, "what": wait})


def _refused(left_s: int) -> HttpResponse:
    answer = HttpResponse(_page(sentences.waiting(left_s)), status=429)
    answer["Retry-After"] = str(left_s)
    answer["Cache-Control"] = "no-store"
    return answer
