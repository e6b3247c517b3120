"""Parquet and SQLite of a made-up register, beside the raw writers.

The raw writers have the same batches, read by the product itself: what is stated is
what its formats add to them. Nothing is barred: both are told side by side.
"""

import argparse
import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from benchmarks.files import exporting
from benchmarks.scoring import ground
from benchmarks.scoring.ground import Part

SIDES = (
    ("parquet", "complet", "ours", "Parquet, complet"),
    ("parquet", "complet", "raw", "pyarrow, the same batches"),
    ("sqlite", "sql", "ours", "SQLite, three tables"),
    ("sqlite", "sql", "raw", "sqlite3, the same batches"),
)


def measure(options: argparse.Namespace) -> Part:
    rows = []
    with (
        ground.companies(options.rows) as env,
        tempfile.TemporaryDirectory() as folder,
    ):
        exporting.prepare(env)
        for format_, profile, side, words in SIDES:
            path = str(Path(folder, f"{side}.{format_}"))
            run = exporting.child(env, __name__, side, format_, profile, path)
            rows.append(
                (words, f"{run.words}; {Path(path).stat().st_size / 1e6:.0f} MB")
            )
        counts = [_count(Path(folder, f"{side}.{f}")) for f, _, side, _ in SIDES]
    is_same = counts[0] == counts[1] and counts[2] == counts[3]
    rows.append(("rows read back, ours and raw", " ".join(map(str, counts))))
    return rows, {"columnar_same_rows": {"value": counts, "bar": "same", "ok": is_same}}


def _count(path: Path) -> int:
    if path.suffix == ".parquet":
        return int(pq.ParquetFile(path).metadata.num_rows)
    with sqlite3.connect(path) as db:
        counted = db.execute(
            "SELECT (SELECT count(*) FROM companies)"
            " + (SELECT count(*) FROM financials)"
        )
        return int(counted.fetchone()[0])


def raw_parquet(path: Path, batches: Iterator[pl.DataFrame]) -> int:
    rows, writer = 0, None
    for batch in batches:
        table = batch.to_arrow(compat_level=pl.CompatLevel.oldest())
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
        rows += batch.height
    if writer:
        writer.close()
    return rows


def raw_sqlite(path: Path, batches: Iterator[Mapping[str, pl.DataFrame]]) -> int:
    rows = 0
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    for batch in batches:
        for name, frame in batch.items():
            columns = ", ".join(f'"{each}"' for each in frame.columns)
            db.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
            marks = ", ".join("?" * frame.width)
            plain = frame.with_columns(
                pl.selectors.decimal().cast(pl.Float64),
                pl.selectors.date().cast(pl.String),
            )
            db.executemany(f"INSERT INTO {name} VALUES ({marks})", plain.iter_rows())  # noqa: S608
        rows += batch["companies"].height
    db.execute("COMMIT")
    db.close()
    return rows


def main() -> None:
    side, format_, profile, path = *sys.argv[1:4], Path(sys.argv[4])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    import django

    django.setup()
    from exports import asked, content
    from exports.formats import WRITERS, Facts
    from exports.profiles import table
    from exports.snapshot import snapshot

    wish = asked.of_query(exporting.QUERY, desk_id=None)
    shape = table(profile)
    wish.count()
    raw: Any = raw_parquet if format_ == "parquet" else raw_sqlite
    with snapshot(), exporting.Measured() as took:
        batches = content.read(shape, wish.search, desk_id=None)
        if side == "raw":
            rows = raw(path, batches)
        else:
            rows = WRITERS[format_](path, shape, batches, facts=Facts())
    sys.stdout.write(json.dumps(took.told(rows)) + "\n")


if __name__ == "__main__":
    main()
