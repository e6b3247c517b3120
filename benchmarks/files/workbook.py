"""A workbook of 200,000 rows and 30 columns, beside the library's own bare loop.

Both write the same values, made once and kept by both sides in the same frames: what
differs is what the product does to a cell before the library has it. Neither waits for
anything: it is the seconds of processor that are compared.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from benchmarks.files import exporting, serverless
from benchmarks.scoring import ground
from benchmarks.scoring.ground import Part

MOST_ROWS, COLUMNS, BATCH = 200_000, 30, 10_000
BAR, BAR_MB = 1.25, 300.0
ROUNDS = 3
DAY_ZERO = date(1899, 12, 30)


def measure(options: argparse.Namespace) -> Part:
    rows = min(options.rows, MOST_ROWS)
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as folder:
        checked = _same(Path(folder))
        for _ in range(ROUNDS):
            ours.append(_child(folder, "ours", rows))
            bare.append(_child(folder, "bare", rows))
    ratio = statistics.median(
        each.cpu_s / other.cpu_s for each, other in zip(ours, bare, strict=True)
    )
    peak = max(run.peak_mb for run in ours)
    told = [
        ("cells of both workbooks, compared one by one", f"{checked:,}"),
        (f"ours, {rows:,} rows × {COLUMNS} columns", ours[-1].words),
        ("XlsxWriter, a bare loop over the same values", bare[-1].words),
        ("ours over the bare loop's seconds of processor, median", f"{ratio:.2f}"),
    ]
    return told, {
        "workbook_over_bare_loop": ground.verdict(ratio, BAR, most=True),
        "workbook_peak_mb": ground.verdict(peak, BAR_MB, most=True),
    }


def _child(folder: str, side: str, rows: int) -> exporting.Run:
    path = str(Path(folder, f"{side}.xlsx"))
    env = serverless.environ(folder)
    return exporting.child(env, __name__, side, path, str(rows))


def _same(folder: Path) -> int:
    from python_calamine import CalamineWorkbook

    found = []
    for side in ("ours", "bare"):
        _child(str(folder), side, 500)
        book = CalamineWorkbook.from_path(str(folder / f"{side}.xlsx"))
        found.append(book.get_sheet_by_index(0).to_python())
    if found[0][1:] != found[1]:
        raise SystemExit("the two workbooks differ")
    return sum(len(row) for row in found[1])


def frames(rows: int) -> Any:
    """Ten texts, ten amounts, five readings, five days; one cell in nine unknown."""
    for first in range(0, rows, BATCH):
        numbers = range(first, min(first + BATCH, rows))
        columns: dict[str, list[Any]] = {}
        for place in range(COLUMNS):
            columns[f"c{place}"] = [
                None if (number + place) % 9 == 0 else _value(number, place)
                for number in numbers
            ]
        yield pl.DataFrame(columns, schema=SCHEMA)


def _value(number: int, place: int) -> Any:
    if place < 10:
        return f"{number:09d} SOCIÉTÉ {place}"
    if place < 20:
        return number * 1009 - 50_000
    if place < 25:
        return Decimal(number % 10_000) / 100
    return date(1990 + number % 30, 1 + place % 12, 1 + number % 28)


def _dtype(place: int) -> pl.DataType:
    if place < 10:
        return pl.String()
    if place < 20:
        return pl.Int64()
    return pl.Decimal(18, 2) if place < 25 else pl.Date()


SCHEMA = {f"c{place}": _dtype(place) for place in range(COLUMNS)}


def bare(path: Path, batches: Any) -> int:
    """What the library's own pages show: a loop, and the method of each type."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    formats = [
        book.add_format({"num_format": "dd/mm/yyyy" if place >= 25 else "0"})
        for place in range(COLUMNS)
    ]
    row = 0
    for batch in batches:
        for values in batch.iter_rows():
            for place, value in enumerate(values):
                if value is None:
                    continue
                if place < 10:
                    sheet.write_string(row, place, value, formats[place])
                elif place < 25:
                    sheet.write_number(row, place, value, formats[place])
                else:
                    sheet.write_datetime(row, place, value, formats[place])
            row += 1
    book.close()
    return row


def ours(path: Path, batches: Any) -> int:
    from exports.formats import Facts, xlsx
    from exports.profiles import Column, Table

    kinds = ["text"] * 10 + ["amount"] * 10 + ["points"] * 5 + ["date"] * 5
    columns = tuple(
        Column(name, name, kind, pl.lit(None))  # type: ignore[arg-type]
        for name, kind in zip(SCHEMA, kinds, strict=True)
    )
    return xlsx.write(path, Table(columns), batches, facts=Facts())


def main() -> None:
    import django

    side, path, rows = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    django.setup()
    import exports.formats  # noqa: F401 -- loaded before, as in a worker

    # Made and held before, on both sides: making them is not what is measured.
    batches = list(frames(rows))
    with exporting.Measured() as took:
        written = (ours if side == "ours" else bare)(path, iter(batches))
    sys.stdout.write(json.dumps(took.told(written)) + "\n")


if __name__ == "__main__":
    main()
