"""A script that psql runs: tables, then their rows through COPY, in one transaction."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Final

import polars as pl

from exports.formats.facts import Facts
from exports.formats.texts import without_nul
from exports.formats.whole import whole
from exports.profiles import sql
from exports.profiles.column import Column, Kind, Table

TYPES: Final[dict[Kind, str]] = {
    "text": "text",
    "count": "text",
    "integer": "bigint",
    "amount": "bigint",
    "points": "numeric(18, 2)",
    "percent": "numeric(18, 2)",
    "ratio": "numeric(18, 2)",
    "real": "double precision",
    "date": "date",
    "boolean": "boolean",
}
_HEAD: Final = """\
-- À charger par psql dans un schéma vide : psql -v ON_ERROR_STOP=1 -f …
BEGIN;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL standard_conforming_strings = on;
"""
_TAIL: Final = """\
ALTER TABLE companies ADD PRIMARY KEY (siren);
ALTER TABLE financials ADD PRIMARY KEY (siren, cloture, type_comptes);
CREATE INDEX ON contacts (siren);
COMMIT;
"""
# A backslash begins every escape of COPY: it is doubled first.
_ESCAPES: Final = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def write(
    path: Path,
    table: Table,
    batches: Iterable[Mapping[str, pl.DataFrame]],
    *,
    facts: Facts,
) -> int:
    rows = 0
    shapes = sql.tables(table)
    with whole(path), path.open("wb") as file:
        file.write(_HEAD.encode())
        for name, columns in shapes.items():
            file.write(_create(name, columns, facts).encode())
        _copy(file, "manifest", sql.MANIFEST, sql.manifest(facts.manifest))
        for batch in batches:
            for name, frame in batch.items():
                _copy(file, name, shapes[name], frame)
            rows += batch["companies"].height
        file.write(_TAIL.encode())
    return rows


def _create(name: str, columns: Iterable[Column], facts: Facts) -> str:
    fields = ",\n".join(f'    "{each.name}" {TYPES[each.kind]}' for each in columns)
    comments = "".join(
        f"COMMENT ON COLUMN {name}.\"{each.name}\" IS '{_quoted(each.meaning)}';\n"
        for each in columns
    )
    nature = "bac à sable" if facts.is_sandbox else "installation réelle"
    return (
        f"CREATE TABLE {name} (\n{fields}\n);\n"
        f"COMMENT ON TABLE {name} IS 'Export : {nature}.';\n{comments}"
    )


def _quoted(words: str) -> str:
    return words.replace("'", "''")


def _copy(
    file: IO[bytes], name: str, columns: Iterable[Column], frame: pl.DataFrame
) -> None:
    if not frame.height:
        return
    names = ", ".join(f'"{each.name}"' for each in columns)
    file.write(f"COPY {name} ({names}) FROM stdin;\n".encode())
    frame.select(_cell(each) for each in columns).write_csv(
        file,
        include_header=False,
        separator="\t",
        quote_style="never",
        null_value="\\N",
    )
    file.write(b"\\.\n")


def _cell(column: Column) -> pl.Expr:
    cell = pl.col(column.name)
    if column.dtype != pl.String():
        return cell
    text = without_nul(cell)
    for plain, escaped in _ESCAPES:
        text = text.str.replace_all(plain, escaped, literal=True)
    return text
