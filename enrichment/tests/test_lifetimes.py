"""How long answers live: tables of cases."""

from datetime import UTC, datetime, timedelta

import pytest

from enrichment.lifetimes import Size, expiry, lifetime, size_factor, spread

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


class TestSizeFactor:
    @pytest.mark.parametrize(
        ("revenue", "headcount", "factor"),
        [
            (None, None, 1),
            (50_000_001, None, 2),
            (None, 501, 2),
            (50_000_000, 500, 1.5),
            (10_000_001, None, 1.5),
            (None, 101, 1.5),
            (10_000_000, 100, 1),
            (1_000_000, 10, 1),
            (999_999, None, 0.5),
            (None, 9, 0.5),
            (None, 0, 0.5),
            # A revenue of zero was not published: it says nothing.
            (0, None, 1),
            (0, 9, 0.5),
            # What enlarges wins over what shrinks, the most first.
            (60_000_000, 2, 2),
            (500_000, 150, 1.5),
            (12_000_000, 700, 2),
            (5_000_000, 3, 0.5),
        ],
    )
    def test_is_read_in_the_table(self, revenue, headcount, factor):
        assert size_factor(Size(revenue=revenue, headcount=headcount)) == factor


class TestLifetime:
    @pytest.mark.parametrize(
        ("hours", "status", "size", "life"),
        [
            (24, "found", Size(), 24 * HOUR),
            (24, "found", Size(revenue=60e6), 48 * HOUR),
            (24, "found", Size(revenue=60e6, has_fresh_event=True), 12 * HOUR),
            (6, "found", Size(headcount=3, has_fresh_event=True), HOUR),
            # Never longer than without the event.
            (0.5, "found", Size(has_fresh_event=True), HOUR / 2),
            (24, "partial", Size(revenue=60e6), HOUR / 4),
            (168, "not_found", Size(revenue=60e6), 24 * HOUR),
            (6, "not_found", Size(), 6 * HOUR),
            (0, "found", Size(revenue=60e6), 0 * HOUR),
            (0, "partial", Size(), 0 * HOUR),
            (0, "found", Size(has_fresh_event=True), 0 * HOUR),
        ],
    )
    def test_is_adapted(self, hours, status, size, life):
        assert lifetime(hours=hours, status=status, size=size) == life


class TestExpiry:
    def at(self, key, hours=24):
        return expiry(hours=hours, status="found", fetched_at=NOW, size=Size(), key=key)

    def test_is_the_same_for_one_key(self):
        assert self.at("957520448:pappers:") == self.at("957520448:pappers:")

    def test_spreads_a_batch_over_a_fifth_of_its_life(self):
        ends = sorted(self.at(f"{n:09d}:pappers:") - NOW for n in range(1000))
        assert ends[0] >= 21.6 * HOUR
        assert ends[-1] <= 26.4 * HOUR
        assert ends[-1] - ends[0] > 4.7 * HOUR
        per_hour = [sum(1 for end in ends if end // HOUR == h) for h in range(22, 26)]
        assert max(per_hour) < 260
        assert min(per_hour) > 160

    def test_never_outlives_the_moment_it_was_fetched_without_hours(self):
        assert self.at("957520448:pappers:", hours=0) == NOW

    def test_has_an_end_whatever_ops_say(self):
        assert self.at("957520448:pappers:", hours=100_000) == NOW + 60 * 24 * HOUR

    def test_the_spread_does_not_change_with_the_process(self):
        assert spread("957520448:pappers:") == pytest.approx(0.394846426)
