"""When a weekly slot comes: a day and an hour of Paris, told in universal time."""

from datetime import UTC, datetime, time, timedelta

from mainsite.lib.schedule import PARIS

WEEK = 7


def next_slot(*, weekday: int, hour: int, after: datetime) -> datetime:
    """The first strictly after a moment.

    An hour that the change to summer skips comes one hour later by the clock; one
    that the change to winter repeats is the first of both.
    """
    today = after.astimezone(PARIS).date()
    days = (today + timedelta(days=ahead) for ahead in range(WEEK + 1))
    slots = (
        datetime.combine(day, time(hour), PARIS).astimezone(UTC)
        for day in days
        if day.weekday() == weekday
    )
    return min(slot for slot in slots if slot > after)
