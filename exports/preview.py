"""The first rows exactly as the file will hold them, and what the whole will cost.

A few hundred rows are really written, and really read again; contacts are not read
before somebody takes them out.
"""

import csv
import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.db.models import DurationField, ExpressionWrapper, F, Sum
from django.utils import timezone
from python_calamine import CalamineWorkbook

from companies.search import engine
from exports import asked, content, definition
from exports.asked import Asked
from exports.choice import Choice
from exports.formats import WRITERS, Facts
from exports.models import DestinationKind, Export, ExportState, Format
from exports.profiles import TRACE, Table
from exports.snapshot import snapshot

SHOWN = 20
# Written to be weighed; not a PDF, whose fonts alone take longer than a page may.
WEIGHED = 200
# What Airtable takes: five requests a second, ten companies each.
AIRTABLE_PACE = 40.0
# Exports of late tell how fast this installation writes.
OF_LATE = timedelta(days=60)
ENOUGH_ROWS = 5_000
ENOUGH_SHEETS = 1
# Cells longer than this are cut on screen, not in the file.
LONGEST = 120

Cells = tuple[list[str], list[list[str]]]


@dataclass(frozen=True, slots=True)
class Preview:
    """``masked`` are the numbers of the columns whose cells are not shown.

    ``size_bytes`` and ``seconds`` are None where nothing tells them.
    """

    names: list[str]
    rows: list[list[str]]
    masked: frozenset[int]
    size_bytes: int | None
    seconds: float | None


def of(wish: Asked, choice: Choice, *, count: int, desk_id: int | None) -> Preview:
    is_weighed = not choice.is_delivery and choice.format != Format.PDF
    most = WEIGHED if is_weighed else SHOWN
    shown = replace(choice, with_contacts=False)
    table = definition.table(shown)
    began = time.monotonic()
    sample = _sample(wish, table, desk_id, most)
    found = _cells_of_frame(sample)
    pace, per_row = _of_late(choice)
    size = round(per_row * count) if per_row else None
    if is_weighed and sample is not None:
        read, size = _weigh(choice.format, table, sample, count)
        found = read or found
        pace = pace or min(count, most) / (time.monotonic() - began)
    names, masked = _with_masks(found[0], choice)
    return Preview(
        names=names,
        rows=[_masked(row, found[0], names) for row in found[1][:SHOWN]],
        masked=masked,
        size_bytes=size,
        seconds=count / pace if pace else None,
    )


def _sample(wish: Asked, table: Table, desk_id: int | None, most: int) -> Any:
    """One group of the first companies, as the writers take it; None without any."""
    search = wish.search
    if table.shape == "sheets":
        # Groups of its own size, which is more than somebody waits for.
        first = urlencode({"siren": engine.sirens(search, most=most)}, doseq=True)
        search = asked.of_query(f"{first}&fermees=1", desk_id=desk_id).search
    with snapshot():
        groups = content.read(table, search, desk_id=desk_id, size=most)
        return next(groups, None)


# Weighed


def _weigh(
    format: str, table: Table, sample: Any, count: int
) -> tuple[Cells | None, int]:
    """What the file says, and the size of the whole: by what one more row adds."""
    height = _height(sample)
    with TemporaryDirectory(prefix="export-") as folder:
        whole = Path(folder) / f"whole.{format}"
        WRITERS[format](whole, table, iter([sample]), facts=Facts())
        size = whole.stat().st_size
        read = READERS[format](whole) if format in READERS else None
        if count <= height:
            return read, size
        half = Path(folder) / f"half.{format}"
        WRITERS[format](half, table, iter([_half(sample)]), facts=Facts())
        gained = size - half.stat().st_size
    per_row = gained / max(height - height // 2, 1)
    return read, round(size + max(per_row, 0) * (count - height))


def _height(sample: Any) -> int:
    return int(_first(sample).height)


def _first(sample: Any) -> pl.DataFrame:
    frame: pl.DataFrame = (
        next(iter(sample.values())) if isinstance(sample, dict) else sample
    )
    return frame


def _half(sample: Any) -> Any:
    """The first companies, with what belongs to them in the other tables."""
    kept = _first(sample).head(_height(sample) // 2)
    if not isinstance(sample, dict):
        return kept
    sirens = kept["siren"].implode()
    return {
        name: frame.filter(pl.col("siren").is_in(sirens))
        for name, frame in sample.items()
    }


# Read again


def _of_csv(path: Path) -> Cells:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    return header, rows


def _of_xlsx(path: Path) -> Cells:
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return [str(name) for name in header], [
        [_told(each) for each in row] for row in rows
    ]


def _of_jsonl(path: Path) -> Cells:
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    names = list(lines[0]) if lines else []
    return names, [[_told(line.get(name)) for name in names] for line in lines]


def _of_parquet(path: Path) -> Cells:
    return _cells_of_frame(pl.read_parquet(path))


def _of_sqlite(path: Path) -> Cells:
    with closing(sqlite3.connect(path)) as base:
        found = base.execute("SELECT * FROM companies LIMIT ?", [SHOWN])
        names = [column[0] for column in found.description]
        return names, [[_told(each) for each in row] for row in found]


READERS: dict[str, Callable[[Path], Cells]] = {
    Format.CSV: _of_csv,
    Format.XLSX: _of_xlsx,
    Format.JSONL: _of_jsonl,
    Format.PARQUET: _of_parquet,
    Format.SQLITE: _of_sqlite,
}


def _cells_of_frame(sample: Any) -> Cells:
    if sample is None:
        return [], []
    frame = _first(sample)
    rows = frame.head(SHOWN).iter_rows()
    return frame.columns, [[_told(each) for each in row] for row in rows]


def _told(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "vrai" if value else "faux"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


# Contacts are told by their names only


def _with_masks(names: list[str], choice: Choice) -> tuple[list[str], frozenset[int]]:
    if not choice.with_contacts:
        return names, frozenset()
    table = definition.table(choice)
    contacts = {each.name for each in table.columns if each.is_contact}
    wanted = [*table.names, TRACE] if contacts else names
    masked = {at for at, name in enumerate(wanted) if name in contacts or name == TRACE}
    return wanted, frozenset(masked)


def _masked(row: list[str], names: list[str], wanted: list[str]) -> list[str]:
    cells = dict(zip(names, row, strict=False))
    return [_cut(cells.get(name, "")) for name in wanted]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


# How long


def _of_late(choice: Choice) -> tuple[float | None, float | None]:
    """Rows a second and bytes a row of the same kind of export, if there were some."""
    done = Export.objects.filter(
        profile=choice.profile,
        format=choice.format,
        with_contacts=choice.with_contacts,
        destination=choice.destination,
        state=ExportState.DONE,
        ended_at__gt=timezone.now() - OF_LATE,
    )
    lasted = ExpressionWrapper(F("ended_at") - F("started_at"), DurationField())
    told = done.aggregate(
        rows=Sum("rows_done"), size=Sum("size_bytes"), lasted=Sum(lasted)
    )
    rows = told["rows"] or 0
    is_pdf = choice.format == Format.PDF
    if rows >= (ENOUGH_SHEETS if is_pdf else ENOUGH_ROWS) and told["lasted"]:
        seconds = max(told["lasted"].total_seconds(), 0.001)
        return rows / seconds, told["size"] / rows or None
    place = choice.destination
    if choice.is_delivery and place and place.kind == DestinationKind.AIRTABLE:
        return AIRTABLE_PACE, None
    return None, None
