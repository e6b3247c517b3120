"""Parquet with real types, compressed; the manifest is in the file's own metadata."""

import json
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from exports.formats.facts import Facts
from exports.formats.whole import whole
from exports.profiles.column import Kind, Table

MANIFEST = "manifeste"
_TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "count": pa.string(),
    "integer": pa.int64(),
    "amount": pa.int64(),
    "points": pa.decimal128(18, 2),
    "percent": pa.decimal128(18, 2),
    "ratio": pa.decimal128(18, 2),
    "real": pa.float64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}


def write(
    path: Path, table: Table, batches: Iterable[pl.DataFrame], *, facts: Facts
) -> int:
    rows = 0
    schema = _schema(table, facts)
    with (
        whole(path),
        path.open("wb") as file,
        pq.ParquetWriter(file, schema, compression="zstd") as writer,
    ):
        for batch in batches:
            found = batch.to_arrow(compat_level=pl.CompatLevel.oldest())
            writer.write_table(found.cast(schema))
            rows += batch.height
    return rows


def _schema(table: Table, facts: Facts) -> pa.Schema:
    fields = [
        pa.field(each.name, _TYPES[each.kind], metadata={"description": each.meaning})
        for each in table.columns
    ]
    told = json.dumps(dict(facts.manifest), ensure_ascii=False)
    return pa.schema(fields, metadata={MANIFEST: told})
