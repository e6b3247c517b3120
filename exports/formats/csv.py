"""Rows in, bytes out: CSV that a French Excel and LibreOffice open right.

Separator « ; », UTF-8 with its mark, decimal commas, CRLF. A text cell is always quoted
and never a formula; a number or a date is never quoted, so that it stays one.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

Cell = str | int | Decimal | date | None

CONTENT_TYPE = "text/csv; charset=utf-8"
BOM = "\ufeff"
SEPARATOR = ";"
END = "\r\n"
# A spreadsheet takes what follows one of these for a formula or a command. The
# full-width forms are folded to the plain ones by some input methods.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def encode(
    header: Sequence[str],
    groups: Iterable[Iterable[Sequence[Cell]]],
    *,
    has_french_dates: bool,
) -> Iterator[bytes]:
    """One piece of the file per group of rows, the first with the mark and header."""
    head = SEPARATOR.join(_text(name) for name in header)
    yield f"{BOM}{head}{END}".encode()
    for rows in groups:
        lines = [_line(row, has_french_dates=has_french_dates) for row in rows]
        yield "".join(lines).encode()


def neutralised(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _line(row: Sequence[Cell], *, has_french_dates: bool) -> str:
    cells = (_cell(cell, has_french_dates=has_french_dates) for cell in row)
    return SEPARATOR.join(cells) + END


def _cell(cell: Cell, *, has_french_dates: bool) -> str:
    """Nothing at all for what is unknown: neither zero nor a word."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, str):
        return _text(cell)
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}" if has_french_dates else cell.isoformat()
    return f"{cell:f}".replace(".", ",") if isinstance(cell, Decimal) else str(cell)


def _text(text: str) -> str:
    # UTF-8 has no lone surrogates, and no spreadsheet reads a NUL.
    clean = text.replace("\x00", "").encode(errors="replace").decode()
    quoted = neutralised(clean).replace('"', '""')
    return f'"{quoted}"'
