"""The register as names to compare, read once from end to end by batches.

Text of PostgreSQL's COPY has one line per row, whatever stands in it: a batch is cut
at a line and read as columns.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO
from typing import Final

import polars as pl
from django.db import connection

from companies import nomenclature
from companies.imports.matching import names

COLUMNS: Final = (
    "siren",
    "name",
    "trade_name",
    "acronym",
    "legal_form",
    "postal_code",
    "commune_code",
    "commune",
)
SCHEMA: Final = {
    **dict.fromkeys(COLUMNS, pl.String),
    "siren": pl.Int32,
    "geo": pl.Int32,
    "department": pl.String,
}
_READ: Final = f"SELECT {', '.join(COLUMNS)} FROM company"  # noqa: S608 -- constants
# A company of which no name may be shown has none here.
_NEXT: Final = f"{_READ} WHERE siren > %s AND siren <= %s AND folded_name <> '  '"
_LAST: Final = """
    SELECT max(siren) FROM (
        SELECT siren FROM company WHERE siren > %s ORDER BY siren LIMIT %s
    ) AS next
"""
# Companies read at a time.
BATCH: Final = 100_000
# Companies in which it is counted how common words are.
SAMPLE: Final = 100_000
_ESTIMATE: Final = """
    SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'company'::regclass
"""


def size() -> int:
    """About how many companies there are."""
    with connection.cursor() as cursor:
        cursor.execute(_ESTIMATE)
        return int(cursor.fetchone()[0])


def sample(total: int) -> Iterator[pl.DataFrame]:
    """Companies drawn block by block; all of them when they are few."""
    if total <= SAMPLE:
        yield from batches()
        return
    share = 100 * SAMPLE / total
    yield _copied(f"{_READ} TABLESAMPLE SYSTEM ({share:.4f}) REPEATABLE (1)", [])


def batches() -> Iterator[pl.DataFrame]:
    """Every company that has a name, with ``geo`` and ``department``.

    Nothing is held between two batches: whoever reads may write meanwhile.
    """
    first, last = 0, _last(0)
    while last is not None:
        yield _copied(_NEXT, [first, last])
        first, last = last, _last(last)


def _last(first: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [first, BATCH])
        found: int | None = cursor.fetchone()[0]
    return found


def _copied(query: str, values: Sequence[int]) -> pl.DataFrame:
    statement = f"COPY ({query}) TO STDOUT"
    with connection.cursor() as cursor, cursor.copy(statement, values or None) as copy:
        return _read(b"".join(map(bytes, copy)))


def _read(block: bytes) -> pl.DataFrame:
    if not block:
        return pl.DataFrame(schema=SCHEMA)
    table = pl.read_csv(
        BytesIO(block),
        has_header=False,
        schema=dict.fromkeys(COLUMNS, pl.String),
        separator="\t",
        # COPY quotes nothing: what looks like a quote is part of a name.
        quote_char=None,
        null_values=["\\N"],
        empty_string_is_null=False,
    )
    located = table.join(_communes(), on="commune_code", how="left")
    code = pl.col("postal_code")
    first = pl.when(code.str.contains("^9[78]")).then(code.str.head(3))
    return located.with_columns(
        pl.col("siren").cast(pl.Int32),
        department=pl.col("department").fill_null(first.otherwise(code.str.head(2))),
    )


@cache
def _communes() -> pl.DataFrame:
    places = nomenclature.places().values()
    return pl.DataFrame(
        {
            "commune_code": [place.code for place in places],
            "geo": pl.Series([place.id for place in places], dtype=pl.Int32),
            "department": [place.department for place in places],
        }
    )


def split(batch: pl.DataFrame) -> pl.DataFrame:
    """One row for each name of a company, as ``names.split_table`` splits it.

    « NORDEX FRANCE (NORDEX SAS) » has two names.
    """
    given = ("name", "trade_name", "acronym")
    texts = pl.concat(
        [
            batch.select("siren", "department", kind=pl.lit(kind), text=pl.col(kind))
            for kind in given
        ]
    )
    return names.split_table(parted(texts), "text")


def parted(texts: pl.DataFrame) -> pl.DataFrame:
    """``text`` before a parenthesis and inside it are two; else it is one."""
    texts = texts.filter(pl.col("text") != "")
    pieces = texts.with_columns(
        pl.concat_list(
            pl.col("text").str.replace(r"\s*\(.*$", ""),
            pl.col("text").str.extract(r"\(([^()]+)\)\s*$", 1).fill_null(""),
        ).alias("text")
    )
    return pieces.explode("text").filter(pl.col("text") != "")
