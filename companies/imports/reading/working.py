"""The working file: a file's rows as columns, in batches that can be taken at random.

Written once per choice of reading, beside the upload; a run that died opens it at the
batch it had come to. Rows with other than the header's number of cells have none of
their cells in the columns: ``odd`` holds them as JSON, for the report.
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from companies.imports.codes import FileFault
from companies.imports.reading import workbooks
from companies.imports.reading.detecting import XLSX
from companies.imports.reading.limits import BATCH, MAX_CELL, MAX_COLUMNS, MAX_ROWS
from mainsite.lib.sheets.decoding import SheetError
from mainsite.lib.sheets.rows import Block, blocks

LINE: Final = "line"
ODD: Final = "odd"
UNFINISHED: Final = ".part"
_BLOCK: Final = 2_000
Beat = Callable[[int], None]
Row = list[str]


def column(place: int) -> str:
    return f"c{place}"


@dataclass(frozen=True, slots=True)
class Working:
    """Rows of a file; batch ``n`` holds rows ``n × BATCH`` and following."""

    path: Path
    rows: int
    width: int

    def batches(self, start: int = 0) -> Iterator[pa.RecordBatch]:
        # Not mapped: what was read of a map stays among what the process holds.
        with pa.OSFile(str(self.path)) as source:
            file = pa.ipc.open_file(source)
            for number in range(start, file.num_record_batches):
                yield file.get_batch(number)


def name_of(upload: str, reading: Mapping[str, Any]) -> str:
    """Another choice of reading is another working file."""
    said = json.dumps(dict(reading), sort_keys=True).encode()
    return f"{upload}.{sha256(said).hexdigest()[:16]}.arrow"


def opened(path: Path) -> Working | None:
    """The working file made before; None when there is none, or not a whole one."""
    try:
        with pa.memory_map(str(path)) as source:
            file = pa.ipc.open_file(source)
            facts = json.loads(file.schema.metadata[b"facts"])
            last = file.num_record_batches - 1
            rows = max(last, 0) * BATCH
            rows += file.get_batch(last).num_rows if last >= 0 else 0
    except (FileNotFoundError, pa.ArrowInvalid, KeyError, TypeError, OSError):
        return None
    return Working(path, rows, int(facts["width"]))


def make(
    upload: Path,
    path: Path,
    detected: Mapping[str, Any],
    *,
    beat: Beat = lambda _: None,
) -> Working:
    """Raises SheetError, with the line, for a file that cannot be read to its end."""
    width = len(detected["titles"])
    schema = _schema(width)
    part = path.with_name(path.name + UNFINISHED)
    rows = 0
    try:
        with pa.OSFile(str(part), "wb") as sink, _writer(sink, schema) as writer:
            for batch in _batches(upload, detected, schema):
                rows += batch.num_rows
                writer.write_batch(batch)
                beat(rows)
        if not rows:
            has_header = bool(detected["header_row"])
            raise SheetError(FileFault.HEADER_ONLY if has_header else FileFault.EMPTY)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return Working(path, rows, width)


def _schema(width: int) -> pa.Schema:
    columns = [pa.field(column(place), pa.string()) for place in range(width)]
    fields = [pa.field(LINE, pa.int64()), *columns, pa.field(ODD, pa.string())]
    return pa.schema(fields, metadata={"facts": json.dumps({"width": width})})


def _writer(sink: Any, schema: pa.Schema) -> Any:
    return pa.ipc.new_file(
        sink, schema, options=pa.ipc.IpcWriteOptions(compression="lz4")
    )


def _batches(
    upload: Path, detected: Mapping[str, Any], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """Batches of exactly BATCH rows, but for the last.

    Cells weigh ten times more as Python's strings than in a column: each block becomes
    columns at once.
    """
    parts: list[pa.RecordBatch] = []
    held = 0
    for numbers, rows in data_blocks(upload, detected):
        part = _batch(numbers, rows, schema)
        while held + part.num_rows >= BATCH:
            room = BATCH - held
            yield pa.concat_batches([*parts, part.slice(0, room)])
            parts, held, part = [], 0, part.slice(room)
        if part.num_rows:
            parts.append(part)
            held += part.num_rows
    if held:
        yield pa.concat_batches(parts)


def _batch(numbers: list[int], rows: list[Row], schema: pa.Schema) -> pa.RecordBatch:
    width = len(schema) - 2
    odd: list[str | None] = [None] * len(rows)
    if any(len(row) != width for row in rows):
        blank = [""] * width
        for place, row in enumerate(rows):
            if len(row) != width:
                odd[place] = json.dumps(row, ensure_ascii=False)
                rows[place] = blank
    columns = [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)]
    arrays = [pa.array(numbers, pa.int64()), *columns, pa.array(odd, pa.string())]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def data_blocks(upload: Path, detected: Mapping[str, Any]) -> Iterator[Block]:
    """Blocks without the header, what stands above it, and blank rows."""
    header = int(detected["header_row"])
    width = len(detected["titles"])
    count = 0
    for numbers, rows in _all_blocks(upload, detected):
        kept = [place for place, row in enumerate(rows) if any(row)]
        if len(kept) < len(rows) or numbers[0] <= header:
            kept = [
                place
                for place in kept
                if numbers[place] > header and any(map(str.strip, rows[place]))
            ]
            numbers = [numbers[place] for place in kept]
            rows = [rows[place] for place in kept]
        _check(numbers, rows, width)
        count += len(rows)
        if count > MAX_ROWS:
            over = len(rows) - (count - MAX_ROWS)
            raise SheetError(FileFault.TOO_MANY_ROWS, line=numbers[over])
        if rows:
            yield numbers, rows


def _check(numbers: list[int], rows: list[Row], width: int) -> None:
    longest = max(map(len, chain.from_iterable(rows)), default=0)
    if longest <= MAX_CELL and set(map(len, rows)) <= {width}:
        return
    for number, row in zip(numbers, rows, strict=True):
        if len(row) != width and len(row) > MAX_COLUMNS:
            raise SheetError(FileFault.TOO_MANY_COLUMNS, line=number)
        if max(map(len, row)) > MAX_CELL:
            raise SheetError(FileFault.CELL_TOO_LONG, line=number)


def _all_blocks(upload: Path, detected: Mapping[str, Any]) -> Iterator[Block]:
    if detected["format"] == XLSX:
        yield from _of_sheet(upload, str(detected["sheet"]), len(detected["titles"]))
        return
    with upload.open("rb") as raw:
        text = io.TextIOWrapper(raw, encoding=detected["encoding"], newline="")
        yield from blocks(text, str(detected["separator"]), size=_BLOCK)


def _of_sheet(upload: Path, sheet: str, width: int) -> Iterator[Block]:
    """A sheet is a rectangle: what is missing at the end of a row is blank."""
    rows = workbooks.rows(upload, sheet)
    while taken := list(islice(rows, _BLOCK)):
        numbers = [number for number, _ in taken]
        yield numbers, [_squared(row, width) for _, row in taken]


def _squared(row: Row, width: int) -> Row:
    if len(row) > width and not any(row[width:]):
        return row[:width]
    return row + [""] * (width - len(row))
