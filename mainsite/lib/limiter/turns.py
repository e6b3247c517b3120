"""Turns at a source: what callers hold, and what they are told when they get none."""

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from mainsite.lib.limiter.gate import Gate

_SOONEST_S = 0.0005


class GateClosed(Exception):
    """The source is left alone for now: its circuit is open, or it asked for a pause.

    `reason` is "circuit" or "paused"; in `wait_s` it is worth coming back.
    """

    def __init__(self, reason: str, wait_s: float) -> None:
        super().__init__(f"{reason} for {wait_s:.1f} s")
        self.reason = reason
        self.wait_s = wait_s


class LimiterAway(Exception):
    """Redis does not answer, and what is paid for waits until it does."""

    wait_s = 5.0


class Turn:
    """The right to one call. Give it back with what became of the call.

    Booked for a moment: `depart` waits for it, and has to be awaited just before the
    call when the turn comes from `Gate.book`. A context manager that gives it back;
    an exception that leaves it says nothing of the source.
    """

    def __init__(self, gate: "Gate", *, is_paid: bool) -> None:
        self._gate = gate
        self.is_paid = is_paid
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Our clock: not before the first, and late after the second.
        self.at = 0.0
        self.promised_at = 0.0
        self.is_probe = False
        self.is_held = False
        self._times_late = 0

    async def depart(self) -> None:
        """Raises GateClosed or LimiterAway when the moment was missed by far."""
        while True:
            wait_s = self.at - time.monotonic()
            if wait_s > _SOONEST_S:
                await asyncio.sleep(wait_s)
            late_s = time.monotonic() - self.promised_at
            # A machine that is always late must not wait for ever.
            if late_s <= self._gate.limits.late_s * 2**self._times_late:
                break
            self._times_late += 1
            await self._gate.book_again(self)
        self._gate.departed(self)

    def release(self, ok: bool | None = None) -> None:
        """`ok`: whether the source answered as it should; None when it was not asked.

        May be called twice; the first counts.
        """
        self._gate.take_back(self, ok)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class Waiting(deque[Turn]):
    """Turns in their order, less those that nobody waits for any more."""

    def next(self) -> Turn | None:
        while self:
            turn = self.popleft()
            if not turn.future.done():
                return turn
        return None
