"""A workbook whose cells are what they look like, written a row at a time.

Texts are texts, never formulas nor links, whatever they begin with; amounts and days
are numbers with a format. Past what a sheet can hold, another sheet follows.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from exports.formats.facts import Facts
from exports.formats.whole import whole
from exports.profiles.column import Column, Kind, Table

# Rows of a sheet below its header.
MOST_ROWS = 1_048_575
# What a cell can hold; the end of a longer text says that it was cut.
MOST_CHARACTERS = 32_767
CUT = " […] (texte coupé : limite d’une cellule)"
SHEET, MANIFEST = "Sociétés", "Manifeste"
# Excel counts days from here, rightly since its own 1 March 1900.
_DAY_ZERO, _FIRST_DAY = date(1899, 12, 30), date(1900, 3, 1)
_NUMBERS: Final[dict[Kind, str]] = {
    "text": "@",
    "count": "#,##0",
    "integer": "#,##0",
    "amount": '#,##0\\ "€"',
    "points": "0.00",
    "percent": '0.00\\ "%"',
    "ratio": "0.00",
    "real": "0.000000",
    "date": "dd/mm/yyyy",
    "boolean": "@",
}
_WIDTHS: Final[dict[Kind, int]] = {
    "text": 22,
    "amount": 18,
    "date": 12,
}
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


def write(
    path: Path, table: Table, batches: Iterable[pl.DataFrame], *, facts: Facts
) -> int:
    with whole(path), TemporaryDirectory(prefix="export-") as folder:
        book = xlsxwriter.Workbook(str(path), {**_OPTIONS, "tmpdir": folder})
        try:
            rows = _Sheets(book, table, facts).fill(batches)
            _add_manifest(book, facts)
            book.close()
        except FileCreateError as error:
            # It hides what the disk said.
            raise error.args[0] from error
        finally:
            _let_go(book)
    return rows


def _let_go(book: Workbook) -> None:
    """Of the files where rows wait for the end, which only the end closes."""
    for sheet in book.worksheets():
        if sheet.row_data_fh is not None:
            with suppress(OSError):
                sheet.row_data_fh.close()


class _Sheets:
    """The sheets of companies, one after the other."""

    def __init__(self, book: Workbook, table: Table, facts: Facts) -> None:
        self._book, self._table, self._facts = book, table, facts
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self._formats = [
            book.add_format({"num_format": _NUMBERS[column.kind]})
            for column in table.columns
        ]
        self._sheets = 0

    def fill(self, batches: Iterable[pl.DataFrame]) -> int:
        sheet, row, rows = self._next(), 0, 0
        for batch in batches:
            for piece in _pieces(batch, MOST_ROWS - row, MOST_ROWS):
                if row == MOST_ROWS:
                    self._end(sheet, row)
                    sheet, row = self._next(), 0
                self._put(sheet, row + 1, piece)
                row += piece.height
                rows += piece.height
        self._end(sheet, row)
        return rows

    def _next(self) -> Worksheet:
        self._sheets += 1
        number = "" if self._sheets == 1 else f" {self._sheets}"
        sheet = self._book.add_worksheet(f"{SHEET}{number}")
        for place, column in enumerate(self._table.columns):
            width = max(_WIDTHS.get(column.kind, 11), len(column.name) + 3)
            sheet.set_column(place, place, min(width, 40))
            sheet.write_string(0, place, column.name, self._head)
        sheet.freeze_panes(1, 0)
        if self._facts.watermark:
            # An ampersand would begin a command of the footer.
            sheet.set_footer("&L" + self._facts.watermark.replace("&", "&&")[:250])
        return sheet

    def _end(self, sheet: Worksheet, rows: int) -> None:
        if self._table.columns:
            sheet.autofilter(0, 0, rows, len(self._table.columns) - 1)

    def _put(self, sheet: Worksheet, first: int, piece: pl.DataFrame) -> None:
        columns = [_cells(column, piece[column.name]) for column in self._table.columns]
        string, number = sheet.write_string, sheet.write_number
        formats = self._formats
        for row, values in enumerate(zip(*columns, strict=True), first):
            for place, value in enumerate(values):
                if value.__class__ is str:
                    string(row, place, value, formats[place])
                # What is unknown has no cell at all.
                elif value is not None:
                    number(row, place, value, formats[place])


def _pieces(batch: pl.DataFrame, room: int, most: int) -> Iterator[pl.DataFrame]:
    """Cut where a sheet ends."""
    start = 0
    while start < batch.height:
        size = room or most
        yield batch.slice(start, size)
        start += size
        room = most


def _cells(column: Column, cells: pl.Series) -> list[Any]:
    """Texts and numbers, as the sheet takes them."""
    if column.kind == "boolean":
        said = pl.Series([False, True]), pl.Series(["non", "oui"])
        return cells.replace_strict(*said, return_dtype=pl.String).to_list()
    if column.kind == "date":
        return _days(cells)
    if cells.dtype == pl.String:
        texts = _cut(cells)
        return _counts(texts) if column.kind == "count" else texts
    return (
        cells.cast(pl.Float64).to_list()
        if cells.dtype.is_decimal()
        else cells.to_list()
    )


def _cut(cells: pl.Series) -> list[Any]:
    if (cells.str.len_bytes() > MOST_CHARACTERS).any():
        whole_text = pl.col("text")
        kept = whole_text.str.head(MOST_CHARACTERS - len(CUT)) + CUT
        too_long = whole_text.str.len_chars() > MOST_CHARACTERS
        frame = pl.DataFrame({"text": cells})
        cells = frame.select(
            pl.when(too_long).then(kept).otherwise(whole_text)
        ).to_series()
    return cells.replace("", None).to_list()


def _counts(texts: Iterable[str | None]) -> list[Any]:
    return [int(each) if each and each.isdecimal() else each for each in texts]


def _days(cells: pl.Series) -> list[Any]:
    """Numbers of days; before Excel's own calendar, the day in words."""
    days: list[Any] = (cells - _DAY_ZERO).dt.total_days().to_list()
    for place in (cells < _FIRST_DAY).arg_true():
        days[place] = f"{cells[int(place)]:%d/%m/%Y}"
    return days


def _add_manifest(book: Workbook, facts: Facts) -> None:
    sheet = book.add_worksheet(MANIFEST)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    for row, (name, value) in enumerate(facts.manifest.items()):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, value[:MOST_CHARACTERS])
    book.set_properties({"title": SHEET, "comments": facts.watermark})
