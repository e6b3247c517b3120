import pytest

from mainsite.lib.retries import CircuitBreaker, backoff_s


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
