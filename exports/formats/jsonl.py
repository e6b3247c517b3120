"""A JSON object a line: null is unknown, days are ISO, numbers are numbers."""

from collections.abc import Iterable
from pathlib import Path

import polars as pl
from polars import selectors

from exports.formats.facts import Facts
from exports.formats.texts import without_nul
from exports.formats.whole import whole
from exports.profiles.column import Table


def write(
    path: Path, table: Table, batches: Iterable[pl.DataFrame], *, facts: Facts
) -> int:
    """``facts`` stay beside the file: each of its lines is a company."""
    rows = 0
    with whole(path), path.open("wb") as file:
        for batch in batches:
            batch.with_columns(
                # JSON has one kind of number: a decimal would be written as text.
                selectors.decimal().cast(pl.Float64),
                without_nul(selectors.string().as_expr()),
            ).write_ndjson(file)
            rows += batch.height
    return rows
