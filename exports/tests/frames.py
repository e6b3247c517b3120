"""Small tables of made-up cells, for the formats."""

from datetime import date
from decimal import Decimal

import polars as pl

from exports.formats import WRITERS, Facts
from exports.profiles import Column, Table

KINDS = {bool: "boolean", int: "amount", Decimal: "points", date: "date", float: "real"}


def column(name, kind="text"):
    return Column(name, f"sens de {name}", kind, pl.lit(None))


def table_of(row, *, names=None, **options):
    """A column a cell, of the kind that the cell's type says; text when unknown."""
    names = names or [f"c{number}" for number in range(len(row))]
    kinds = [KINDS.get(type(cell), "text") for cell in row]
    return Table(tuple(map(column, names, kinds)), **options)


def frame_of(table, rows):
    schema = {each.name: each.dtype for each in table.columns}
    return pl.DataFrame(rows, schema=schema, orient="row")


def write(tmp_path, format_, table, *batches, facts=None):
    """The file, and how many rows it was said to hold."""
    path = tmp_path / f"export.{format_}"
    rows = WRITERS[format_](path, table, iter(batches), facts=facts or Facts())
    return path, rows
