"""Excel workbooks: looked through before a cell is read, then read as text.

What is packed may unpack to anything: each part is unpacked once, by pieces, under the
limits, before the reader, which holds a sheet whole, sees the file.
"""

import errno
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook

from companies.imports.codes import FileFault
from companies.imports.reading.limits import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_PARTS,
    MAX_RATIO,
    MAX_UNPACKED,
)
from mainsite.lib.sheets.decoding import SheetError

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A small part may be packed by more than the ratio: a thousand blank cells are.
_SMALL: Final = 1 << 20
# What a processor keeps at hand: a megabyte at a time takes half as long again.
_PIECE: Final = 1 << 17
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    UnicodeError,
)
_SHEETS: Final = "xl/worksheets/"
_PLACE: Final = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})([0-9]{1,7})"')
_ENTITIES: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_OVERLAP: Final = 64
Row = list[str]


def is_packed(head: bytes) -> bool:
    return head.startswith(ZIP)


def check_ole(path: Path) -> None:
    """An old binary workbook, or a new one behind a password: neither is read."""
    with path.open("rb") as file:
        is_locked = any(
            _ENCRYPTED in piece for piece in iter(lambda: file.read(_PIECE), b"")
        )
    code = FileFault.PASSWORD if is_locked else FileFault.OLD_WORKBOOK
    raise SheetError(code)


def check(path: Path) -> None:
    """Raises SheetError for whatever is not a plain workbook within the limits."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            _check_parts(parts)
            for part in parts:
                _check_part(packed, part)
    except _DAMAGED as error:
        raise SheetError(FileFault.DAMAGED_WORKBOOK) from error
    except OSError as error:
        # A table of contents that points before the file; the disk's own are not ours.
        if error.errno not in (None, errno.EINVAL):
            raise
        raise SheetError(FileFault.DAMAGED_WORKBOOK) from error


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = {part.filename for part in parts}
    if len(parts) > MAX_PARTS:
        raise SheetError(FileFault.TOO_MANY_PARTS)
    if "xl/workbook.xml" not in names:
        raise SheetError(FileFault.NOT_A_WORKBOOK)
    if any(part.flag_bits & 1 for part in parts):
        raise SheetError(FileFault.PASSWORD)
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if unpacked > MAX_UNPACKED:
        raise SheetError(FileFault.UNPACKS_TOO_BIG)
    if unpacked > _SMALL and unpacked > MAX_RATIO * packed:
        raise SheetError(FileFault.UNPACKS_TOO_BIG)
    if any("vbaProject" in name or "/macrosheets/" in name for name in names):
        raise SheetError(FileFault.MACROS)
    if any(name.startswith("xl/externalLinks/") for name in names):
        raise SheetError(FileFault.EXTERNAL_LINKS)


def _check_part(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Its sum is checked at the end: a part longer than it says has a wrong one."""
    size, furthest, deepest, tail = 0, 0, 0, b""
    is_sheet = part.filename.startswith(_SHEETS)
    with packed.open(part) as stream:
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > part.file_size:
                raise SheetError(FileFault.UNPACKS_TOO_BIG)
            seen = tail + piece
            if _ENTITIES.search(seen):
                raise SheetError(FileFault.ENTITIES)
            if is_sheet:
                column, row = _reach(seen)
                furthest, deepest = max(furthest, column), max(deepest, row)
                _check_reach(furthest, deepest)
            tail = seen[-_OVERLAP:]


def _reach(xml: bytes) -> tuple[int, int]:
    """The furthest column and row that a piece of a sheet names.

    The reader makes room for every cell between the first and the last.
    """
    places = _PLACE.findall(xml)
    if not places:
        return 0, 0
    letters = {letters for letters, _ in places}
    return max(map(_column, letters)), max(int(row) for _, row in places)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _check_reach(column: int, row: int) -> None:
    if column > MAX_COLUMNS:
        raise SheetError(FileFault.TOO_MANY_COLUMNS)
    if column * row > MAX_CELLS:
        raise SheetError(FileFault.TOO_MANY_CELLS)


def sheet_names(path: Path) -> list[str]:
    return list(_opened(path).sheet_names)


def rows(path: Path, sheet: str) -> Iterator[tuple[int, Row]]:
    """Rows of a sheet as text, with their numbers on screen; blank ones too."""
    workbook = _opened(path)
    try:
        found = workbook.get_sheet_by_name(sheet)
    except CalamineError as error:
        raise SheetError(FileFault.NO_SHEET) from error
    for number, row in enumerate(found.iter_rows(), start=1):
        yield number, [text_of(cell) for cell in row]


def _opened(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except CalamineError as error:
        raise SheetError(FileFault.DAMAGED_WORKBOOK) from error


def text_of(cell: Any) -> str:
    """A number without the decimals that a spreadsheet adds to every number."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, int | timedelta) else ""


def _number(value: float) -> str:
    with suppress(ValueError, OverflowError):
        if value == int(value) and abs(value) < 1e15:
            return str(int(value))
    text = repr(value)
    # Three decimals of a number that is one would be taken for a group of thousands.
    return f"{text}0" if re.search(r"\.[0-9]{3}$", text) else text
