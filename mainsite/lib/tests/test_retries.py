import pytest

from mainsite.lib.retries import CallError, CircuitBreaker, backoff_s, retrying


class Failing:
    """Fails as told, then answers with the number of the attempt."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.attempts = []

    async def __call__(self, attempt):
        self.attempts.append(attempt)
        if self.errors:
            raise self.errors.pop(0)
        return attempt


def passing(wait_s=None):
    error = CallError("later")
    error.permanent = False
    error.retry_after_s = wait_s
    return error


@pytest.mark.asyncio
class TestRetrying:
    async def test_tries_again_what_may_pass(self):
        call = Failing(passing(), passing())

        assert await retrying(call, attempts=3, deadline_s=5, base_s=0.001) == 3
        assert call.attempts == [1, 2, 3]

    async def test_never_repeats_a_permanent_failure(self):
        call = Failing(CallError("no"))

        with pytest.raises(CallError):
            await retrying(call, attempts=3, deadline_s=5, base_s=0.001)

        assert call.attempts == [1]

    async def test_stops_after_its_attempts(self):
        call = Failing(*(passing() for _ in range(5)))

        with pytest.raises(CallError):
            await retrying(call, attempts=2, deadline_s=5, base_s=0.001)

        assert call.attempts == [1, 2]

    async def test_gives_back_at_once_a_wait_longer_than_its_time(self):
        call = Failing(passing(wait_s=60))

        with pytest.raises(CallError):
            await retrying(call, attempts=9, deadline_s=1, base_s=0.001)

        assert call.attempts == [1]

    async def test_waits_its_turn_before_each_attempt(self):
        class Counting:
            turns = 0

            async def acquire(self):
                self.turns += 1

        limiter = Counting()
        call = Failing(passing())

        await retrying(call, attempts=3, deadline_s=5, limiter=limiter, base_s=0.001)

        assert limiter.turns == 2


@pytest.mark.parametrize(
    ("attempt", "draw", "pause"),
    [(1, 0.0, 0.25), (1, 1.0, 0.5), (3, 1.0, 2.0), (50, 1.0, 30.0)],
)
def test_pauses_double_within_bounds(attempt, draw, pause):
    assert backoff_s(attempt, draw=draw) == pause


class TestCircuitBreaker:
    @pytest.fixture
    def clock(self):
        class Clock:
            now = 0.0

            def __call__(self):
                return self.now

        return Clock()

    @pytest.fixture
    def opened(self, clock):
        breaker = CircuitBreaker(failures=10, rest_s=30, clock=clock)
        for _ in range(10):
            assert breaker.allow()
            breaker.record_failure()
        return breaker

    def test_opens_after_ten_failures_in_a_row(self, opened):
        assert opened.state == "open"
        assert not opened.allow()
        assert opened.wait_s() == 30

    def test_a_success_starts_the_count_again(self, clock):
        breaker = CircuitBreaker(failures=2, clock=clock)
        breaker.record_failure()
        breaker.record_success()
        breaker.record_failure()

        assert breaker.allow()

    def test_lets_one_probe_through_after_its_rest(self, opened, clock):
        clock.now = 30

        assert [opened.allow(), opened.allow()] == [True, False]

    def test_a_good_probe_closes_it(self, opened, clock):
        clock.now = 30
        opened.allow()
        opened.record_success()

        assert opened.state == "closed"
        assert opened.wait_s() == 0

    def test_a_bad_probe_opens_it_for_another_rest(self, opened, clock):
        clock.now = 30
        opened.allow()
        opened.record_failure()

        assert not opened.allow()
        clock.now = 60
        assert opened.allow()

    def test_a_lost_probe_does_not_hold_it_for_ever(self, opened, clock):
        clock.now = 30
        opened.allow()
        clock.now = 60

        assert opened.allow()
