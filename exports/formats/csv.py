"""CSV that a French Excel and LibreOffice open right, by whole columns.

Separator « ; », UTF-8 with its mark, decimal commas, CRLF. A text cell is always quoted
and never a formula; a number or a date is never quoted, so that it stays one.
"""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from exports.formats.facts import Facts
from exports.formats.texts import neutralised, without_nul
from exports.formats.whole import whole
from exports.profiles.column import Column, Table

BOM = "\ufeff"
SEPARATOR = ";"
END = "\r\n"
FRENCH_DAY, ISO_DAY = "%d/%m/%Y", "%Y-%m-%d"
_DECIMALS = frozenset({"points", "percent", "ratio", "real"})


def write(
    path: Path, table: Table, batches: Iterable[pl.DataFrame], *, facts: Facts
) -> int:
    """``facts`` stay beside the file: each of its lines is a company."""
    cells = [_cells(column) for column in table.columns]
    rows = 0
    with whole(path), path.open("wb") as file:
        file.write(f"{BOM}{header(table.names)}{END}".encode())
        for batch in batches:
            batch.select(cells).write_csv(
                file,
                include_header=False,
                separator=SEPARATOR,
                line_terminator=END,
                quote_style="never",
                null_value="",
                date_format=FRENCH_DAY if table.has_french_dates else ISO_DAY,
            )
            rows += batch.height
    return rows


def header(names: Iterable[str]) -> str:
    frame = pl.DataFrame({"name": list(names)}, schema={"name": pl.String})
    return SEPARATOR.join(frame.select(text(pl.col("name"))).to_series())


def text(cell: pl.Expr) -> pl.Expr:
    """Quoted; nothing at all for what is unknown: neither zero nor a word."""
    safe = neutralised(without_nul(cell)).str.replace_all('"', '""', literal=True)
    quoted = pl.concat_str(pl.lit('"'), safe, pl.lit('"'))
    # Named after the cell, not after the first thing that it is made of.
    return pl.when(cell != "").then(quoted).alias(cell.meta.output_name())


def _cells(column: Column) -> pl.Expr:
    cell = pl.col(column.name)
    if column.kind == "text":
        return text(cell)
    if column.kind == "count":
        is_number = cell.str.contains(r"^\d+$")
        return pl.when(is_number).then(cell).otherwise(text(cell))
    if column.kind == "boolean":
        said = pl.when(cell).then(pl.lit('"oui"')).when(~cell).then(pl.lit('"non"'))
        return said.alias(column.name)
    if column.kind in _DECIMALS:
        return cell.cast(pl.String).str.replace(".", ",", literal=True)
    return cell
