"""The rows of a CSV with the lines they begin on, by blocks.

Python's reader takes what follows an unclosed quote for one long cell. Here a row of
several lines must be right by the strict rules, so that no row is swallowed.
"""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final

from mainsite.lib.sheets.decoding import SheetError

BLOCK: Final = 20_000
# A quoted cell may hold an address of a few lines; more is a quote left open.
MAX_LINES_IN_ROW: Final = 20

Row = list[str]
Block = tuple[list[int], list[Row]]


def numbered(source: Iterable[str], separator: str) -> Iterator[tuple[int, Row]]:
    """Rows with the number of the line they begin on."""
    for numbers, rows in blocks(source, separator):
        yield from zip(numbers, rows, strict=True)


def blocks(
    source: Iterable[str], separator: str, *, size: int = BLOCK
) -> Iterator[Block]:
    """About ``size`` rows at a time; raises SheetError at the line of a fault."""
    lines, number = iter(source), 1
    delimiter = separator or ";"
    while taken := list(islice(lines, size)):
        rows = _of_one_line_each(taken, delimiter)
        if rows is not None:
            yield list(range(number, number + len(taken))), rows
            number += len(taken)
            continue
        numbers, rows, read = _one_by_one(taken, lines, delimiter, number)
        yield numbers, rows
        number += read


def _of_one_line_each(lines: list[str], delimiter: str) -> list[Row] | None:
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return None
    if len(rows) != len(lines) or _is_open(lines[-1:], delimiter):
        return None
    return rows


def _one_by_one(
    taken: list[str], more: Iterator[str], delimiter: str, number: int
) -> tuple[list[int], list[Row], int]:
    """The rows that begin among ``taken``; the last may go on in ``more``."""
    kept: list[str] = []
    reader = csv.reader(_keeping(chain(taken, more), kept), delimiter=delimiter)
    numbers: list[int] = []
    rows: list[Row] = []
    while reader.line_num < len(taken):
        began = number + reader.line_num
        kept.clear()
        try:
            row = next(reader)
        except csv.Error as error:
            # A cell past the reader's own limit has swallowed what follows.
            code = "open_quote" if len(kept) > 1 else "unreadable"
            raise SheetError(code, line=began) from error
        if len(kept) > MAX_LINES_IN_ROW or _is_torn(kept, delimiter):
            raise SheetError("open_quote", line=began)
        numbers.append(began)
        rows.append(row)
    return numbers, rows, reader.line_num


def _keeping(source: Iterable[str], kept: list[str]) -> Iterator[str]:
    for line in source:
        if len(kept) <= MAX_LINES_IN_ROW:
            kept.append(line)
        yield line


def _is_torn(kept: list[str], delimiter: str) -> bool:
    """Whether a row of several lines, or the last one, is not what it looks like."""
    if len(kept) < 2:
        return _is_open(kept, delimiter)
    try:
        return len(list(csv.reader(kept, delimiter=delimiter, strict=True))) != 1
    except csv.Error:
        return True


def _is_open(last: list[str], delimiter: str) -> bool:
    """Whether it ends inside quotes, which a lenient reader lets through."""
    if not any('"' in line for line in last):
        return False
    try:
        list(csv.reader(last, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "end of data" in str(error)
    return False
