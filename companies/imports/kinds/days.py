"""Days of contacts and outcomes, and the moments they are kept as."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone

from companies.imports.cells import days
from companies.imports.cells.base import CellRefused
from companies.imports.chunks import Refused
from companies.imports.codes import Reason
from companies.imports.kinds.base import Row
from companies.imports.models import Import

PARIS = ZoneInfo("Europe/Paris")


def past_day(imp: Import, row: Row, name: str) -> date | Refused | None:
    """The day of a cell, None for a blank one; a day to come is refused."""
    text, today = row.text(name), timezone.localdate()
    is_workbook = imp.detected.get("format") == "xlsx"
    try:
        found: date | None = days.day(text, today, is_workbook=is_workbook).value
    except CellRefused as error:
        return Refused(line=row.line, reason=error.reason, field=name, value=text)
    if found is not None and found > today:
        reason = Reason.DATE_AHEAD
        return Refused(line=row.line, reason=reason, field=name, value=text)
    return found


def noon(day: date) -> datetime:
    """A moment of that day, in Paris as in UTC."""
    return datetime.combine(day, time(12), PARIS).astimezone(UTC)
