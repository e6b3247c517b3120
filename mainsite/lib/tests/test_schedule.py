"""Slots are the same for everybody, whatever the season."""

from datetime import UTC, datetime, timedelta

import pytest

from mainsite.lib.schedule import Periodic

NIGHTLY = Periodic(path="x", daily_at="02:30")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("every_s", "now", "slot"),
    [
        (5, "2026-03-01T10:00:07", "2026-03-01T10:00:05"),
        (60, "2026-03-01T10:00:00", "2026-03-01T10:00:00"),
        (21600, "2026-03-01T11:59:59", "2026-03-01T06:00:00"),
    ],
)
def test_every_so_many_seconds(every_s, now, slot):
    task = Periodic(path="x", every_s=every_s)
    assert task.slot(at(now)) == at(slot)
    assert task.next_slot(at(now)) == at(slot) + timedelta(seconds=every_s)


@pytest.mark.parametrize(
    ("now", "slot", "next_slot"),
    [
        # Winter is one hour ahead of UTC, summer two.
        ("2026-01-10T01:29:59", "2026-01-09T01:30:00", "2026-01-10T01:30:00"),
        ("2026-01-10T01:30:00", "2026-01-10T01:30:00", "2026-01-11T01:30:00"),
        ("2026-07-10T00:30:00", "2026-07-10T00:30:00", "2026-07-11T00:30:00"),
        # On 29 March there is no 02:30 in Paris: 03:30, at 01:30 UTC.
        ("2026-03-29T01:29:00", "2026-03-28T01:30:00", "2026-03-29T01:30:00"),
        ("2026-03-29T02:00:00", "2026-03-29T01:30:00", "2026-03-30T00:30:00"),
        # On 25 October there are two: the first, and only that.
        ("2026-10-25T00:45:00", "2026-10-25T00:30:00", "2026-10-26T01:30:00"),
        ("2026-10-25T01:45:00", "2026-10-25T00:30:00", "2026-10-26T01:30:00"),
    ],
)
def test_every_day_at_an_hour_of_paris(now, slot, next_slot):
    assert NIGHTLY.slot(at(now)) == at(slot)
    assert NIGHTLY.next_slot(at(now)) == at(next_slot)


def test_a_year_has_as_many_slots_as_days():
    now, end = at("2026-01-01T00:00:00"), at("2027-01-01T00:00:00")
    slots = set()
    while now < end:
        slots.add(NIGHTLY.slot(now))
        now += timedelta(minutes=15)
    assert len(slots) == 366  # the night before is the first one's
