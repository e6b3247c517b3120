from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import throttle
from accounts.models import LoginThrottle

LIMIT = throttle.Limit("test", count=3, period_s=60)

pytestmark = pytest.mark.django_db


def age(seconds):
    """Make every attempt so far that much older."""
    for bucket in LoginThrottle.objects.all():
        shift = timedelta(seconds=seconds)
        bucket.hits = [hit - shift for hit in bucket.hits]
        bucket.last_hit_at -= shift
        bucket.save()


def test_counts_down_then_refuses_with_the_wait():
    assert [throttle.attempt(LIMIT, "a").remaining for _ in range(3)] == [2, 1, 0]

    refused = throttle.attempt(LIMIT, "a")

    assert not refused.allowed
    assert 58 <= refused.retry_after_s <= 60


def test_keys_are_apart():
    for _ in range(3):
        throttle.attempt(LIMIT, "a", "b")

    assert throttle.attempt(LIMIT, "ab").allowed
    assert throttle.attempt(throttle.Limit("other", 3, 60), "a", "b").allowed


def test_the_window_slides():
    """A fixed window would let six through around its edge."""
    throttle.attempt(LIMIT, "a")
    age(50)
    throttle.attempt(LIMIT, "a")
    throttle.attempt(LIMIT, "a")
    age(11)

    assert throttle.attempt(LIMIT, "a").allowed
    refused = throttle.attempt(LIMIT, "a")
    assert not refused.allowed
    assert 45 <= refused.retry_after_s <= 50


def test_a_refused_attempt_does_not_lengthen_the_wait():
    for _ in range(3):
        throttle.attempt(LIMIT, "a")
    age(59)
    throttle.attempt(LIMIT, "a")
    age(2)

    assert throttle.attempt(LIMIT, "a").allowed


def test_a_success_clears():
    for _ in range(3):
        throttle.attempt(LIMIT, "a")
    throttle.clear(LIMIT, "a")

    assert throttle.attempt(LIMIT, "a").allowed


def test_no_address_stands_in_the_table():
    throttle.attempt(LIMIT, "x@cabinet.example", "127.0.0.1")

    assert "cabinet" not in LoginThrottle.objects.get().key


def test_old_rows_are_forgotten():
    throttle.attempt(LIMIT, "a")
    LoginThrottle.objects.update(last_hit_at=timezone.now() - timedelta(hours=2))
    throttle.attempt(LIMIT, "b")

    assert throttle.forget_old() == 1
