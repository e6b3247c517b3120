"""A source's gate: nobody calls the source but who was given a turn by it."""

import asyncio
import logging
import random
import time
from contextlib import suppress
from typing import Self

from django.conf import settings
from redis.exceptions import RedisError

from mainsite.lib.ids import uuid7
from mainsite.lib.limiter.alone import Share, breaker_of
from mainsite.lib.limiter.books import Books, Outcome, Report, Verdict, Why
from mainsite.lib.limiter.terms import Limits, usual_window_s
from mainsite.lib.limiter.turns import GateClosed, LimiterAway, Turn, Waiting

logger = logging.getLogger(__name__)

# While it holds turns a lane says so at least this often: a Redis that was emptied
# learns who holds what before it gives anything.
BEAT_S = 0.4
# Turns given back together are reported together.
GATHER_S = 0.01
PROBE_S = 0.5
# How often to look for a turn that another lane gives back: sooner when nothing of
# our own can come back first.
LOOK_S = 0.02
LOOK_WITH_OWN_S = 0.08


class Gate:
    """Rate, concurrency and circuit of one source, shared by all lanes everywhere.

    An asynchronous context manager, one per lane and source. Turns are evenly spread:
    no window of the source (``window_s``; by default a second for a whole number of
    calls a second, a minute otherwise) ever holds more than it allows. Without Redis
    free calls go on at a fair share, paid ones raise LimiterAway.
    """

    def __init__(
        self,
        name: str,
        *,
        per_s: float | None,
        concurrency: int | None,
        window_s: float | None = None,
        turn_s: float = 20.0,
        failures: int | None = None,
        rest_s: float | None = None,
    ) -> None:
        self.limits = Limits(
            name=name,
            per_s=per_s,
            concurrency=concurrency,
            window_s=window_s or usual_window_s(per_s),
            turn_s=turn_s,
            failures=failures or settings.BREAKER_FAILURES,
            rest_s=rest_s or settings.BREAKER_REST_S,
        )
        self._books = Books(self.limits, lane=uuid7().hex)
        self._waiting = Waiting()
        self._held = 0
        # What Redis takes us to hold: no more, and as much may be handed on.
        self._believed = 0
        # Booked and not departed yet.
        self._booked = 0
        self._stirred = asyncio.Event()
        self._retry_at = 0.0
        self._is_full = False
        self._closed: GateClosed | None = None
        self._closed_until = 0.0
        self._asked_at = 0.0
        self._report_at: float | None = None
        self._lanes = settings.LIMITER_LANES
        # What the next report says
        self._outcome = Outcome.NONE
        self._failures = 0
        self._known_failures = 0
        self._pause_until = 0.0
        self._is_pause_said = True
        # Without Redis
        self._share: Share | None = None
        self._breaker = breaker_of(self.limits)
        self._is_closing = False
        self._server: asyncio.Task[None] | None = None
        self._search: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._server = asyncio.create_task(self._serve())
        return self

    async def __aexit__(self, *_: object) -> None:
        # Asked to end, not cancelled: the client may swallow that in mid-call.
        self._is_closing = True
        self._stirred.set()
        await asyncio.gather(*(task for task in (self._server, self._search) if task))
        if self._asked_at and self._share is None:
            with suppress(RedisError):
                await self._books.ask(self._report(is_leaving=True))
        await self._books.close()

    # For callers

    async def acquire(self, *, is_paid: bool) -> Turn:
        """A turn whose moment has come. Raises GateClosed, LimiterAway."""
        turn = await self.book(is_paid=is_paid)
        try:
            await turn.depart()
        except BaseException:
            turn.release()
            raise
        return turn

    async def book(self, *, is_paid: bool) -> Turn:
        """A turn whose moment is known: there is time to prepare before `depart`."""
        turn = Turn(self, is_paid=is_paid)
        await self._queue(turn, first=False)
        return turn

    def check(self, *, is_paid: bool) -> None:
        """Raises what `book` would at once: there is no use in preparing a call."""
        if self._closed and time.monotonic() < self._closed_until:
            raise self._closed
        if self._share and is_paid:
            raise LimiterAway

    def obey(self, wait_s: float) -> None:
        """The source asked to be left alone for so long: all lanes will."""
        until = time.monotonic() + wait_s
        if until > self._pause_until:
            self._pause_until = until
            self._is_pause_said = False
            self._close(GateClosed("paused", wait_s))
            self._say_soon(0.0)

    # For turns

    async def book_again(self, turn: Turn) -> None:
        self._let_go(turn)
        turn.future = asyncio.get_running_loop().create_future()
        await self._queue(turn, first=True)

    def departed(self, turn: Turn) -> None:
        if turn.at:
            turn.at = 0.0
            self._booked -= 1
            if self._waiting:
                self._stirred.set()

    def take_back(self, turn: Turn, ok: bool | None) -> None:
        if not turn.is_held:
            return
        self._let_go(turn)
        self._note(turn, ok)
        if ok and self._hand_over():
            return
        if self._is_full:
            # There is room again, whoever comes next.
            self._retry_at = 0.0
        if self._waiting:
            self._stirred.set()
        else:
            is_news = ok is False or turn.is_probe or self._known_failures
            self._say_soon(GATHER_S if is_news or self._lanes > 1 else BEAT_S)

    def _hand_over(self) -> bool:
        """Alone at a source without a rate, a turn goes from call to call as it is.

        Redis hears of it at the next beat: we hold no more than it takes us to.
        """
        now = time.monotonic()
        is_ours = self._lanes == 1 and not self.limits.step_s and not self._share
        if not is_ours or now - self._asked_at > BEAT_S or self._closed_until > now:
            return False
        if self._held >= self._believed:
            return False
        following = self._waiting.next()
        if following is None:
            return False
        self._hand(following, at=now, promised_at=now)
        return True

    def _let_go(self, turn: Turn) -> None:
        self.departed(turn)
        if turn.is_held:
            turn.is_held = False
            self._held -= 1

    def _note(self, turn: Turn, ok: bool | None) -> None:
        if ok:
            self._breaker.record_success()
            self._outcome, self._failures = Outcome.SUCCESS, 0
        elif ok is False:
            self._breaker.record_failure()
            self._failures += 1
        elif turn.is_probe and not self._outcome:
            self._outcome = Outcome.NO_PROBE

    async def _queue(self, turn: Turn, *, first: bool) -> None:
        if self._server is None or self._server.done():
            raise RuntimeError(f"the gate of {self.limits.name} is not open")
        self.check(is_paid=turn.is_paid)
        if first:
            self._waiting.appendleft(turn)
        else:
            self._waiting.append(turn)
        # Idle until now, we may have missed what happened to the source.
        if not (self._held and self._hand_over()):
            self._stirred.set()
        try:
            await turn.future
        except asyncio.CancelledError:
            # Given in the very moment in which nobody waits for it any more.
            self.take_back(turn, None)
            raise

    # The one that talks to Redis, for all who wait here

    async def _serve(self) -> None:
        try:
            while not self._is_closing:
                now = time.monotonic()
                at = self._next_at()
                if at is None or at > now:
                    await self._sleep(None if at is None else at - now)
                elif self._share:
                    self._serve_alone(self._share, now)
                else:
                    await self._consult(now)
        finally:
            # Whatever ended it, nobody waits for ever.
            while turn := self._waiting.next():
                turn.future.cancel()

    async def _sleep(self, seconds: float | None) -> None:
        """Until then, or until something happens here."""
        alarm = None
        if seconds is not None:
            loop = asyncio.get_running_loop()
            alarm = loop.call_later(seconds, self._stirred.set)
        await self._stirred.wait()
        self._stirred.clear()
        if alarm:
            alarm.cancel()

    def _next_at(self) -> float | None:
        moments = []
        if self._share:
            if self._waiting and self._share.has_room(self._held):
                moments.append(self._share.due_at())
            return min(moments, default=None)
        if self._wanted():
            moments.append(self._retry_at)
        if self._report_at is not None:
            moments.append(self._report_at)
        if self._held:
            moments.append(self._asked_at + BEAT_S)
        return min(moments, default=None)

    def _wanted(self) -> int:
        """By the handful: a round trip for each turn would cost more than the turn."""
        ahead = self.limits.ahead
        if self._booked > ahead // 2:
            return 0
        return min(len(self._waiting), ahead - self._booked)

    async def _consult(self, now: float) -> None:
        asked = self._wanted() if now >= self._retry_at else 0
        report = self._report(asked=asked)
        # What happens while we wait for the answer is for the next report.
        self._outcome, self._failures, self._report_at = Outcome.NONE, 0, None
        try:
            verdict = await self._ask(report)
        except RedisError as error:
            self._leave_redis(error)
            return
        if asked:
            self._apply(verdict, asked=asked, sent_at=now)

    async def _ask(self, report: Report) -> Verdict:
        asked_at = time.monotonic()
        # While it is asked, what it was told; then what it gave on top.
        self._believed = report.held
        try:
            verdict = await self._books.ask(report)
        except RedisError:
            self._is_pause_said = False
            raise
        self._asked_at = asked_at
        self._believed += verdict.granted
        self._lanes, self._known_failures = verdict.lanes, verdict.failures
        return verdict

    def _report(
        self, *, asked: int = 0, is_back: bool = False, is_leaving: bool = False
    ) -> Report:
        pause_s = 0.0
        if not self._is_pause_said:
            pause_s = max(0.0, self._pause_until - time.monotonic())
            self._is_pause_said = True
        return Report(
            held=self._held,
            asked=asked,
            is_back=is_back,
            is_leaving=is_leaving,
            pause_s=pause_s,
            outcome=self._outcome,
            failures=self._failures,
        )

    def _apply(self, verdict: Verdict, *, asked: int, sent_at: float) -> None:
        now = time.monotonic()
        if verdict.granted:
            self._give(verdict, sent_at=sent_at, now=now)
        self._is_full = verdict.why == Why.FULL or 0 < verdict.granted < asked
        if self._is_full:
            look_s = LOOK_WITH_OWN_S if self._held else LOOK_S
            # Spreading looks is not a secret: an ordinary generator will do.
            self._retry_at = now + look_s * random.uniform(0.6, 1.4)  # noqa: S311
        elif verdict.why == Why.SOON:
            self._retry_at = now + verdict.wait_s
        elif verdict.why in {Why.CIRCUIT, Why.PAUSED}:
            reason = "paused" if verdict.why == Why.PAUSED else "circuit"
            self._close(GateClosed(reason, verdict.wait_s))

    def _give(self, verdict: Verdict, *, sent_at: float, now: float) -> None:
        # Counted from the answer a turn is never early, from the question never late.
        for number in range(verdict.granted):
            turn = self._waiting.next()
            if turn is None:
                self._say_soon(0.0)
                return
            wait_s = verdict.wait_s + number * self.limits.step_s
            self._hand(turn, at=now + wait_s, promised_at=sent_at + wait_s)
            turn.is_probe = verdict.why == Why.PROBE

    def _hand(self, turn: Turn, *, at: float, promised_at: float) -> None:
        turn.at, turn.promised_at = at, promised_at
        turn.is_held = True
        self._held += 1
        self._booked += 1
        turn.future.set_result(None)

    def _close(self, closed: GateClosed) -> None:
        until = time.monotonic() + closed.wait_s
        if until > self._closed_until:
            self._closed, self._closed_until = closed, until
        while turn := self._waiting.next():
            turn.future.set_exception(closed)

    def _say_soon(self, wait_s: float) -> None:
        at = time.monotonic() + wait_s
        if self._report_at is None or at < self._report_at:
            self._report_at = at
            self._stirred.set()

    # Without Redis

    def _leave_redis(self, error: RedisError) -> None:
        logger.warning(
            "Redis is away: %s keeps to a share of its own", self.limits.name
        )
        logger.debug("what Redis answered", exc_info=error)
        lanes = max(self._lanes, settings.LIMITER_LANES)
        self._share = Share(self.limits, lanes=lanes, since=time.monotonic())
        free = Waiting()
        while turn := self._waiting.next():
            if turn.is_paid:
                turn.future.set_exception(LimiterAway())
            else:
                free.append(turn)
        self._waiting = free
        self._search = asyncio.create_task(self._look_for_redis())

    def _serve_alone(self, share: Share, now: float) -> None:
        if not self._breaker.allow():
            self._close(GateClosed("circuit", max(1.0, self._breaker.wait_s())))
            return
        turn = self._waiting.next()
        if turn is not None:
            share.take(now)
            self._hand(turn, at=now, promised_at=now)

    async def _look_for_redis(self) -> None:
        """Beside the calls that go on: a Redis that is stuck holds up nobody."""
        while self._share and not self._is_closing:
            await asyncio.sleep(PROBE_S * random.uniform(0.8, 1.2))  # noqa: S311
            with suppress(RedisError):
                await self._ask(self._report(is_back=True))
                self._outcome, self._failures = Outcome.NONE, 0
                self._share = None
                self._retry_at = 0.0
                logger.warning("Redis is back: %s is shared again", self.limits.name)
        self._stirred.set()
