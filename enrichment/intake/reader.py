"""The stream of lines of a list, each accepted or refused, none left out."""

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, BinaryIO, Final

from enrichment.intake import columns
from enrichment.intake.columns import Columns
from mainsite.lib.sheets import decoding
from mainsite.lib.sheets.decoding import SheetError as IntakeError
from mainsite.lib.sheets.rows import numbered as _rows
from mainsite.lib.sheets.siren_cells import (
    Accepted,
    Line,
    Refusal,
    Refused,
    looks_like_one,
    read_cell,
)

MAX_ROWS: Final = 2_000_000
MAX_COLUMNS: Final = 200
MAX_CELL: Final = 32 * 1024
_ANY_SEPARATOR: Final = re.compile(r"[,;\t|]")


@dataclass(frozen=True, kw_only=True)
class Detected:
    """What the report shows beside the result: all that was inferred."""

    separator: str
    encoding: str
    titles: tuple[str, ...]
    column: str
    found_by: str
    sample: str = ""
    name_position: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """``lines`` can be run through once; a fault further down raises IntakeError."""

    detected: Detected
    lines: Iterator[Line]


def read(stream: BinaryIO, *, is_pasted: bool = False) -> Reading:
    """Detect encoding, separator and column now; read the lines as they are asked for.

    In a pasted list several SIREN may stand on one line.
    """
    encoding = decoding.encoding_of(stream)
    first = decoding.first_rows(stream, encoding)
    if not first:
        raise IntakeError("empty")
    separator = decoding.separator_of(first)
    rows = decoding.split(first, separator)
    is_flat = is_pasted and _is_flat(first)
    if max(len(row) for row in rows) > MAX_COLUMNS:
        raise IntakeError("too_many_columns")
    found = Columns(0, None, (), 1, "content") if is_flat else columns.columns_of(rows)
    source = io.TextIOWrapper(stream, encoding=encoding, newline="")
    cut = _flat_rows if is_flat else _rows
    found_rows = cut(source, separator)
    return Reading(
        detected=_detected(encoding, separator, found, rows),
        lines=_lines(found_rows, found),
    )


def _is_flat(first: list[str]) -> bool:
    """Nothing but SIREN, several of them on some line."""
    rows = [_ANY_SEPARATOR.split(line) for line in first]
    cells = [cell for row in rows for cell in row if cell.strip()]
    several = any(sum(map(looks_like_one, row)) > 1 for row in rows)
    return several and all(looks_like_one(cell) for cell in cells)


def _detected(
    encoding: str, separator: str, found: Columns, rows: list[list[str]]
) -> Detected:
    title = found.titles[found.siren] if found.titles else ""
    cells = (unicodedata.normalize("NFC", cell) for row in rows for cell in row)
    accented = (
        cell.strip()[:60]
        for cell in cells
        if any(ord(c) > 127 and c.isalpha() for c in cell)
    )
    return Detected(
        separator=separator,
        encoding=encoding,
        titles=found.titles,
        column=title or str(found.siren + 1),
        found_by=found.found_by,
        sample=next(accented, ""),
        name_position=found.name,
    )


def _lines(numbered: Iterator[tuple[int, list[str]]], found: Columns) -> Iterator[Line]:
    first_seen: dict[int, int] = {}
    for number, row in _data_rows(numbered, has_header=bool(found.titles)):
        line = _line(row, number, found)
        if isinstance(line, Accepted):
            siren = int(line.siren)
            if siren in first_seen:
                hint, cells = str(first_seen[siren]), tuple(row)
                line = Refused(number, line.read, Refusal.DUPLICATE, hint, cells)
            else:
                first_seen[siren] = number
        yield line


def _data_rows(
    numbered: Iterator[tuple[int, list[str]]], *, has_header: bool
) -> Iterator[tuple[int, list[str]]]:
    """Without the header and the blank lines, within the limits."""
    count = -1 if has_header else 0
    for number, row in numbered:
        if not any(cell.strip() for cell in row):
            continue
        count += 1
        if count > MAX_ROWS:
            raise IntakeError("too_many_rows", line=number)
        if len(row) > MAX_COLUMNS:
            raise IntakeError("too_many_columns", line=number)
        if any(len(cell) > MAX_CELL for cell in row):
            raise IntakeError("cell_too_long", line=number)
        if count:
            yield number, row
    if count <= 0:
        raise IntakeError("header_only" if has_header else "empty")


def _line(row: list[str], number: int, found: Columns) -> Line:
    cell = row[found.siren] if found.siren < len(row) else ""
    line = read_cell(cell, number)
    if isinstance(line, Accepted):
        return line
    if found.titles and len(row) != found.width:
        line = replace(line, reason=Refusal.RAGGED, hint=f"{len(row)}/{found.width}")
    return replace(line, cells=tuple(row))


def _flat_rows(
    source: Iterable[str], _separator: str
) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(source, start=1):
        for cell in _ANY_SEPARATOR.split(line):
            yield number, [cell]
