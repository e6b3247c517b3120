"""Ages and freshness as days and moments to compare with: days of Europe/Paris.

A criterion says how long ago; a column says when. What is computed here is the same for
whoever counts, in SQL or in memory, and reads an index instead of a function of it.
"""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from companies.search.criteria import Bounds


def today() -> date:
    return timezone.localdate()


def years_before(day: date, years: int) -> date:
    """The same day of an earlier year; a 29 February becomes the 28th."""
    year = max(day.year - years, 1)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def years_between(bounds: Bounds) -> tuple[date | None, date | None]:
    """(latest day, included; earliest day, excluded) that whole years lie between."""
    low, high = bounds.whole()
    now = today()
    return (
        None if low is None else years_before(now, low),
        None if high is None else years_before(now, high + 1),
    )


def moments_between(bounds: Bounds) -> tuple[datetime | None, datetime | None]:
    """(before, excluded; since, included) that whole days ago lie between."""
    low, high = bounds.whole()
    return (
        None if low is None else _start_of(low - 1),
        None if high is None else _start_of(high),
    )


def _start_of(days_ago: int) -> datetime:
    """Midnight of that day; long enough ago, every enrichment is later."""
    day = today()
    back = min(days_ago, (day - date(1970, 1, 1)).days)
    return timezone.make_aware(datetime.combine(day - timedelta(days=back), time.min))
