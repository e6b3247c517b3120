"""What a file is: looked for, shown, and corrected by the person before anything else.

What it contains decides, not its name: a workbook sent as .csv is read as a workbook.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from companies.imports.codes import FileFault
from companies.imports.reading import workbooks
from companies.imports.reading.limits import MAX_COLUMNS
from mainsite.lib.sheets import decoding
from mainsite.lib.sheets.decoding import SheetError
from mainsite.lib.sheets.siren_cells import looks_like_one
from mainsite.lib.sheets.titles import plain

CSV: Final = "csv"
XLSX: Final = "xlsx"
# What a person may choose instead of what was found.
ENCODINGS: Final = (
    *("utf-8", "utf-8-sig", "cp1252", "iso8859-15", "latin-1"),
    *("utf-16", "utf-16-le", "utf-16-be"),
)
SEPARATORS: Final = decoding.SEPARATORS
DECIMALS: Final = (",", ".")
# A header stands among the first rows, below a title at most.
HEADER_AMONG: Final = 10
SAMPLE_ROWS: Final = 50
# One NUL in so many bytes is an accident; more is another kind of file.
_STRAY: Final = 16
_DECIMAL: Final = re.compile(r"[0-9]([.,])[0-9]{1,2}(?![0-9])")
_DAY: Final = re.compile(r"[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}")
_NUMBER: Final = re.compile(r"[-+(]?[0-9][0-9 .,\u00a0\u202f]*\)?( ?(€|EUR|k€|M€))?")
_WORKBOOK_NAMES: Final = (".xlsx", ".xlsm", ".xls")


@dataclass(frozen=True, kw_only=True)
class Detected:
    """``header_row`` is a line of the file, 0 without one; ``titles`` has one entry per
    column all the same. ``is_misnamed``: the name says another format."""

    format: str
    encoding: str = ""
    has_bom: bool = False
    separator: str = ""
    decimal: str = ","
    header_row: int = 1
    titles: tuple[str, ...] = ()
    sample: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    is_misnamed: bool = False
    duplicates: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {
            "titles": list(self.titles),
            "sheets": list(self.sheets),
            "duplicates": list(self.duplicates),
        }


def detect(
    path: Path, *, name: str, known: Collection[str], chosen: Mapping[str, Any]
) -> Detected:
    """``known`` are folded titles of fields; raises SheetError for a bad file."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(workbooks.OLE):
        workbooks.check_ole(path)
    if workbooks.is_packed(head):
        return _workbook(path, name, known, chosen)
    return _text(path, name, known, chosen)


def signature_of(titles: Sequence[str]) -> str:
    """Of the folded header: the same columns under other capitals are the same."""
    return sha256("\x1f".join(map(plain, titles)).encode()).hexdigest()


def _text(
    path: Path, name: str, known: Collection[str], chosen: Mapping[str, Any]
) -> Detected:
    with path.open("rb") as file:
        encoding = _encoding(file, str(chosen.get("encoding") or ""))
        lines = decoding.first_rows(file, encoding)
        numbers = _first_numbers(file, encoding)
    if not lines:
        raise SheetError(FileFault.EMPTY)
    separator = str(chosen.get("separator") or "") or decoding.separator_of(lines)
    rows = list(zip(numbers, decoding.split(lines, separator), strict=False))
    header, titles = _header(rows, known, chosen)
    cells = [cell for _, row in rows for cell in row]
    return Detected(
        format=CSV,
        encoding=encoding,
        has_bom=encoding in {"utf-8-sig", "utf-16"},
        separator=separator,
        decimal=str(chosen.get("decimal") or "") or _decimal(cells),
        header_row=header,
        titles=titles,
        sample=_accented(cells),
        is_misnamed=name.lower().endswith(_WORKBOOK_NAMES),
        duplicates=_twice(titles),
    )


def _encoding(file: BinaryIO, wanted: str) -> str:
    try:
        found = decoding.encoding_of(file)
    except SheetError as error:
        if error.code == FileFault.BINARY:
            _tell_of_nul(file)
        raise
    if not found.startswith("utf-16") and (line := decoding.line_of_nul(file)):
        raise SheetError(FileFault.NUL, line=line)
    if not wanted or wanted == found:
        return found
    return decoding.checked(file, wanted)


def _tell_of_nul(file: BinaryIO) -> None:
    """Text with a stray NUL is told apart from what is no text at all."""
    file.seek(0)
    sample = file.read(decoding.SAMPLE_BYTES)
    file.seek(0)
    is_text = sample[:1].isalnum() and sample.count(0) * _STRAY < len(sample)
    if is_text and (line := decoding.line_of_nul(file)):
        raise SheetError(FileFault.NUL, line=line)


def _first_numbers(file: BinaryIO, encoding: str) -> list[int]:
    """Numbers of the lines that ``first_rows`` keeps: those that are not blank."""
    raw = file.read(decoding.SAMPLE_BYTES)
    file.seek(0)
    text = raw.decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")
    lines = enumerate(text.split("\n"), start=1)
    return [number for number, line in lines if line.strip()][:SAMPLE_ROWS]


def _workbook(
    path: Path, name: str, known: Collection[str], chosen: Mapping[str, Any]
) -> Detected:
    workbooks.check(path)
    sheets = workbooks.sheet_names(path)
    wanted = str(chosen.get("sheet") or "")
    if wanted and wanted not in sheets:
        raise SheetError(FileFault.NO_SHEET)
    for sheet in [wanted] if wanted else sheets:
        found = (row for row in workbooks.rows(path, sheet) if any(row[1]))
        rows = list(islice(found, SAMPLE_ROWS))
        if rows:
            break
    else:
        raise SheetError(FileFault.EMPTY)
    header, titles = _header(rows, known, chosen)
    return Detected(
        format=XLSX,
        decimal=str(chosen.get("decimal") or "") or ".",
        header_row=header,
        titles=titles,
        sample=_accented([cell for _, row in rows for cell in row]),
        sheets=tuple(sheets),
        sheet=sheet,
        is_misnamed=not name.lower().endswith(_WORKBOOK_NAMES),
        duplicates=_twice(titles),
    )


def _header(
    rows: list[tuple[int, list[str]]], known: Collection[str], chosen: Mapping[str, Any]
) -> tuple[int, tuple[str, ...]]:
    """Line of the header, 0 for none, and a title for each column."""
    width = max(len(row) for _, row in rows)
    if width > MAX_COLUMNS:
        raise SheetError(FileFault.TOO_MANY_COLUMNS, line=rows[0][0])
    wanted = chosen.get("header_row")
    number = _header_row(rows, known) if wanted is None else int(wanted)
    row = next((row for line, row in rows if line == number), None)
    if row is None:
        return 0, tuple("" for _ in range(width))
    titles = (unicodedata.normalize("NFC", " ".join(cell.split())) for cell in row)
    return number, tuple(titles)


def _header_row(rows: list[tuple[int, list[str]]], known: Collection[str]) -> int:
    usual = Counter(len(row) for _, row in rows).most_common(1)[0][0]
    for number, row in rows[:HEADER_AMONG]:
        if len(row) >= usual and any(plain(cell) in known for cell in row):
            return number
    number, first = rows[0]
    is_data = any(looks_like_one(cell) or _is_value(cell) for cell in first)
    return 0 if is_data else number


def _is_value(cell: str) -> bool:
    text = cell.strip()
    return bool(_DAY.fullmatch(text) or _NUMBER.fullmatch(text))


def _twice(titles: Sequence[str]) -> tuple[str, ...]:
    counts = Counter(title for title in titles if title)
    return tuple(title for title, count in counts.items() if count > 1)


def _decimal(cells: Sequence[str]) -> str:
    """The sign before one or two last digits, by most cells; a comma when in doubt."""
    signs = Counter(
        found[-1]
        for cell in cells
        if not _DAY.fullmatch(cell.strip()) and (found := _DECIMAL.findall(cell))
    )
    return "." if signs["."] > signs[","] else ","


def _accented(cells: Sequence[str]) -> str:
    for cell in cells:
        if any(ord(c) > 127 and c.isalpha() for c in cell):
            return unicodedata.normalize("NFC", cell.strip())[:60]
    return ""
