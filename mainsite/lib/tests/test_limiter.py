"""The gate in one process: order, cost, circuit, and what it says of itself."""

import asyncio
import math
import time
from itertools import pairwise

import pytest
import redis
from django.conf import settings

from mainsite.lib.ids import uuid7
from mainsite.lib.limiter import Gate, GateClosed, state_of, terms
from mainsite.lib.limiter.terms import Limits, usual_window_s


@pytest.fixture(autouse=True)
def nobody_works_alone(monkeypatch):
    """No lane here is without Redis: none needs time to notice that it is back."""
    monkeypatch.setattr(terms, "NOTICE_S", 0.0)


@pytest.fixture
def name():
    return f"test-{uuid7()}"


@pytest.fixture
def warm(name):
    """A source that was used before: nothing of it is unknown."""

    async def scene():
        async with Gate(name, per_s=None, concurrency=None) as gate:
            (await gate.acquire(is_paid=False)).release(ok=True)

    asyncio.run(scene())
    return name


def limits(**given):
    usual = {"name": "x", "per_s": 20.0, "concurrency": 20, "window_s": 1.0}
    return Limits(turn_s=20, failures=10, rest_s=30, **usual | given)


class TestLimits:
    @pytest.mark.parametrize(
        ("per_s", "window_s"), [(20, 1), (7, 1), (100 / 60, 60), (0.5, 60), (250, 1)]
    )
    def test_a_window_never_holds_one_more_though_the_first_is_late(
        self, per_s, window_s
    ):
        given = limits(per_s=per_s, window_s=window_s)
        allowed = round(per_s * window_s)
        assert allowed * given.step_s - given.late_s > window_s

    def test_a_limit_per_minute_is_used_to_98_percent(self):
        assert limits(per_s=100 / 60, window_s=60.0).step_s <= 0.6 / 0.98

    @pytest.mark.parametrize("lanes", [1, 2, 3, 4, 5, 20])
    @pytest.mark.parametrize(("per_s", "window_s"), [(20, 1), (7, 1), (100 / 60, 60)])
    def test_shares_together_stay_inside_too(self, per_s, window_s, lanes):
        given = limits(per_s=per_s, window_s=window_s)
        allowed = round(per_s * window_s)
        each = math.floor(window_s / given.share_step_s(lanes)) + 1
        # More lanes than calls: each window holds one of most of them at the most.
        assert each * lanes <= allowed or lanes > allowed
        assert given.share_step_s(lanes) >= given.step_s * lanes * 0.99

    @pytest.mark.parametrize(
        ("per_s", "window_s"), [(None, 1), (7.0, 1), (100 / 60, 60), (0.5, 60)]
    )
    def test_the_usual_window(self, per_s, window_s):
        assert usual_window_s(per_s) == window_s


async def turns(gate, count):
    for _ in range(count):
        (await gate.acquire(is_paid=True)).release(ok=True)


def timed(coroutine):
    started = time.monotonic()
    asyncio.run(coroutine)
    return time.monotonic() - started


class TestRate:
    def test_two_lanes_share_one(self, warm):
        async def scene():
            given = {"per_s": 50, "concurrency": None}
            async with Gate(warm, **given) as one, Gate(warm, **given) as two:
                # Other limits than the fixture's: each of them begins full.
                await turns(one, 1)
                started = time.monotonic()
                await asyncio.gather(turns(one, 10), turns(two, 10))
                return time.monotonic() - started

        assert 0.38 < asyncio.run(scene()) < 0.8

    def test_begins_full_when_nothing_is_known(self, name):
        async def scene():
            async with Gate(name, per_s=50, concurrency=None) as gate:
                await turns(gate, 1)

        assert timed(scene()) > limits(per_s=50).quiet_s

    def test_an_idle_source_is_not_a_forgotten_one(self, warm):
        async def scene():
            async with Gate(warm, per_s=None, concurrency=None) as gate:
                await turns(gate, 1)

        assert timed(scene()) < limits(per_s=50).quiet_s

    def test_what_is_booked_is_taken_at_its_moment(self, warm):
        given = limits(per_s=10, concurrency=None)

        async def scene():
            async with Gate(warm, per_s=10, concurrency=None) as gate:
                await turns(gate, 1)
                left = []
                for _ in range(3):
                    with await gate.book(is_paid=True) as turn:
                        await asyncio.sleep(0.03)
                        await turn.depart()
                        left.append(time.monotonic())
                return [after - before for before, after in pairwise(left)]

        # A busy machine may be late for one, as far as no window is crowded by it.
        least = given.step_s - given.late_s
        assert all(pause > least for pause in asyncio.run(scene()))

    def test_a_turn_missed_by_far_is_booked_again(self, warm):
        async def scene():
            async with Gate(warm, per_s=20, concurrency=None) as gate:
                await turns(gate, 1)
                with await gate.book(is_paid=True) as late:
                    await asyncio.sleep(0.2)
                    free = await gate.acquire(is_paid=True)
                    free.release()
                    before = time.monotonic()
                    await late.depart()
                    return time.monotonic() - before

        assert asyncio.run(scene()) > 0.03


class TestConcurrency:
    def test_is_shared_and_given_back(self, warm):
        async def scene():
            most = now = 0

            async def call(gate):
                nonlocal most, now
                with await gate.acquire(is_paid=True):
                    now += 1
                    most = max(most, now)
                    await asyncio.sleep(0.01)
                    now -= 1

            given = {"per_s": None, "concurrency": 5}
            async with Gate(warm, **given) as one, Gate(warm, **given) as two:
                await asyncio.gather(*(call(gate) for gate in (one, two) * 30))
            return most

        assert asyncio.run(scene()) == 5

    def test_a_newcomer_is_let_in_by_who_has_more_than_a_fair_share(self, warm):
        async def scene():
            given = {"per_s": None, "concurrency": 2}
            async with Gate(warm, **given) as big, Gate(warm, **given) as small:

                async def hog():
                    while True:
                        with await big.acquire(is_paid=False):
                            await asyncio.sleep(0.05)

                hogs = [asyncio.create_task(hog()) for _ in range(20)]
                await asyncio.sleep(2.2)
                started = time.monotonic()
                (await small.acquire(is_paid=True)).release(ok=True)
                waited = time.monotonic() - started
                for each in hogs:
                    each.cancel()
                await asyncio.gather(*hogs, return_exceptions=True)
                return waited

        assert asyncio.run(scene()) < 0.3

    def test_who_stops_waiting_holds_nothing(self, warm):
        async def scene():
            async with Gate(warm, per_s=None, concurrency=1) as gate:
                held = await gate.acquire(is_paid=True)
                waiting = asyncio.create_task(gate.acquire(is_paid=True))
                await asyncio.sleep(0.05)
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
                held.release()
                async with asyncio.timeout(1):
                    await turns(gate, 3)

        asyncio.run(scene())


class TestCircuit:
    GIVEN = {"per_s": None, "concurrency": 5, "failures": 3, "rest_s": 0.4}

    async def fail(self, gate, times):
        for _ in range(times):
            (await gate.acquire(is_paid=True)).release(ok=False)

    async def refused(self, gate):
        with pytest.raises(GateClosed) as caught:
            await gate.acquire(is_paid=True)
        return caught.value

    def test_opens_for_all_lanes_and_lets_one_probe_through(self, warm):
        async def scene():
            given = self.GIVEN
            async with Gate(warm, **given) as one, Gate(warm, **given) as two:
                await self.fail(one, 2)
                await self.fail(two, 1)
                await asyncio.sleep(0.05)
                closed = await self.refused(one)
                assert closed.reason == "circuit"
                assert 0.2 < closed.wait_s <= 0.4
                assert state_of([warm])[0].circuit == "open"
                await asyncio.sleep(0.5)
                assert state_of([warm])[0].circuit == "half_open"
                probe = await two.acquire(is_paid=True)
                await self.refused(one)
                probe.release(ok=True)
                await asyncio.sleep(0.05)
                [state] = state_of([warm])
                assert (state.circuit, state.failures) == ("closed", 0)

        asyncio.run(scene())

    def test_a_bad_probe_opens_it_again(self, warm):
        async def scene():
            async with Gate(warm, **self.GIVEN) as gate:
                await self.fail(gate, 3)
                await asyncio.sleep(0.5)
                await self.fail(gate, 1)
                await asyncio.sleep(0.05)
                assert 0.2 < (await self.refused(gate)).wait_s <= 0.4

        asyncio.run(scene())

    def test_a_probe_without_a_call_leaves_it_to_the_next(self, warm):
        async def scene():
            async with Gate(warm, **self.GIVEN) as gate:
                await self.fail(gate, 3)
                await asyncio.sleep(0.5)
                (await gate.acquire(is_paid=True)).release()
                (await gate.acquire(is_paid=True)).release(ok=True)
                await turns(gate, 5)

        asyncio.run(scene())

    def test_a_success_starts_the_count_again(self, warm):
        async def scene():
            async with Gate(warm, **self.GIVEN) as gate:
                for _ in range(3):
                    await self.fail(gate, 2)
                    await turns(gate, 1)

        asyncio.run(scene())

    def test_a_pause_is_everybodys(self, warm):
        async def scene():
            given = self.GIVEN
            async with Gate(warm, **given) as one, Gate(warm, **given) as two:
                await turns(two, 1)
                one.obey(2.0)
                await asyncio.sleep(0.05)
                for gate in (one, two):
                    closed = await self.refused(gate)
                    assert closed.reason == "paused"
                    assert 0.5 < closed.wait_s <= 2.0
                assert state_of([warm])[0].paused_s > 0
                await asyncio.sleep(2.0)
                await turns(two, 1)

        asyncio.run(scene())


def test_state_of_says_what_is_in_use(warm):
    async def scene():
        async with Gate(warm, per_s=None, concurrency=5) as gate:
            held = [await gate.acquire(is_paid=True) for _ in range(3)]
            [state, unknown] = state_of([warm, "never-heard-of"])
            assert (state.in_use, state.lanes, state.calls_last_minute) == (3, 1, 4)
            assert (unknown.in_use, unknown.circuit) == (0, "closed")
            for turn in held:
                turn.release(ok=True)
        assert state_of([warm])[0].in_use == 0

    # The count of the minute is exact as long as the minute does not end here.
    client = redis.Redis.from_url(settings.REDIS_URL)
    while client.time()[0] % 60 > 55:
        time.sleep(0.5)
    client.close()
    asyncio.run(scene())
