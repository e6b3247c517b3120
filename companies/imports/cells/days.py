"""Days and exercises as people write them."""

import re
from datetime import date, timedelta
from typing import Final

from companies.imports.cells.base import BLANK, CellRefused, Read
from companies.imports.codes import Reason, Repair

# The register has companies of the 17th century (Saint-Gobain, 1665): 1726 is a date.
FIRST_YEAR: Final = 1600
# A two-digit year is of this century up to ten years from now: 31-12-24 is 2024.
PIVOT_AHEAD: Final = 10
_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{2}:\d{2}.*)?")
_FRENCH: Final = re.compile(
    r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?: \d{2}:\d{2}.*)?"
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WORDS: Final = re.compile(r"(\d{1,2})(?:er)? ([a-zéûù]+)\.? (\d{4})", re.I)
_SERIAL: Final = re.compile(r"\d{5}")
# The day from which spreadsheets count, their leap year of 1900 included.
_EPOCH: Final = date(1899, 12, 30)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            *("janvier janv", "février fevrier févr fevr", "mars", "avril avr", "mai"),
            *("juin", "juillet juil", "août aout", "septembre sept", "octobre oct"),
            *("novembre nov", "décembre decembre déc dec"),
        ),
        start=1,
    )
    for name in names.split()
}
_UNKNOWN: Final = frozenset({"", "-", "nc", "nd", "n/a"})


def day(cell: str, today: date, *, is_workbook: bool = False) -> Read:
    """The day before the month. Of a workbook, a bare number is Excel's own count."""
    text = cell.strip()
    if text.lower() in _UNKNOWN:
        return BLANK
    if match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return Read(_day(int(match[1]), int(match[2]), int(match[3]), today))
    if match := _FRENCH.fullmatch(text):
        year = _year(match[3], today)
        return Read(_day(year, int(match[2]), int(match[1]), today))
    if (match := _WORDS.fullmatch(text)) and match[2].lower() in _MONTHS:
        month = _MONTHS[match[2].lower()]
        return Read(_day(int(match[3]), month, int(match[1]), today))
    if is_workbook and _SERIAL.fullmatch(text):
        found = _EPOCH + timedelta(days=int(text))
        return Read(_day(found.year, found.month, found.day, today), Repair.EXCEL_DATE)
    raise CellRefused(Reason.DATE)


def _year(digits: str, today: date) -> int:
    if len(digits) == 4:
        return int(digits)
    year = today.year - today.year % 100 + int(digits)
    return year if year <= today.year + PIVOT_AHEAD else year - 100


def _day(year: int, month: int, number: int, today: date) -> date:
    try:
        found = date(year, month, number)
    except ValueError as error:
        raise CellRefused(Reason.DATE) from error
    if found.year < FIRST_YEAR:
        raise CellRefused(Reason.DATE_TOO_OLD, str(FIRST_YEAR))
    if found > today + timedelta(days=366 * PIVOT_AHEAD):
        raise CellRefused(Reason.DATE_AHEAD, today.strftime("%d/%m/%Y"))
    return found


def exercise(cell: str, today: date, *, is_workbook: bool = False) -> Read:
    """The closing day: of ``2024``, its last day."""
    text = cell.strip().removesuffix(".0")
    if re.fullmatch(r"(19|20)\d{2}", text):
        if int(text) > today.year + 1:
            raise CellRefused(Reason.YEAR)
        return Read(date(int(text), 12, 31))
    try:
        found = day(text, today, is_workbook=is_workbook)
    except CellRefused as refused:
        raise CellRefused(Reason.YEAR) from refused
    if found.value and not 1900 <= found.value.year <= today.year + 1:
        raise CellRefused(Reason.YEAR)
    return found
