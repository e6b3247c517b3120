"""What scoring leaves on a company's narrow row for the list to sort and filter."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final

import polars as pl
from django.db import connection, transaction

from mainsite.lib import cache

# Beyond so many companies what is kept of every company is over, in one word.
_MANY: Final = 1_000
# The columns that scoring gives, and what each is in the database.
_KINDS: Final[Mapping[str, str]] = {
    "siren": "int",
    "score": "smallint",
    "sale_likelihood": "smallint",
    "coverage": "smallint",
    "score_state": "smallint",
    "score_flag": "text",
    "missing": "text",
    "stakes": "jsonb",
    "ruleset": "text",
}
_WRITTEN: Final = [name for name in _KINDS if name != "siren"]
_UPDATE: Final = f"""
    UPDATE target SET {", ".join(f"{name} = new.{name}" for name in _WRITTEN)},
        scored_at = %s
    FROM unnest({", ".join(f"%s::{kind}[]" for kind in _KINDS.values())})
        AS new({", ".join(_KINDS)})
    WHERE target.siren = new.siren
"""  # noqa: S608 -- names of ours


def set_scores(readings: pl.DataFrame, *, scored_at: datetime) -> int:
    """Write the readings of companies that are targets; returns how many are.

    A line per company: ``siren`` as a number; ``score``, ``sale_likelihood`` and
    ``coverage`` in hundredths of a point, null when not evaluable; ``score_state``;
    ``score_flag``, a red flag's code; ``missing``, the code of the field group that
    would change most if known; ``stakes``, the JSON of the points still open by group,
    which enrichment divides by its prices; ``ruleset``.
    """
    if readings.is_empty():
        return 0
    arrays = [_array(readings[name]) for name in _KINDS]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [scored_at, *arrays])
        _forget(readings["siren"])
        return int(cursor.rowcount)


def _array(column: pl.Series) -> str:
    """As PostgreSQL writes an array; the text of each value between quotes."""
    if column.dtype == pl.String:
        escaped = column.str.replace_all("\\", "\\\\", literal=True)
        escaped = escaped.str.replace_all('"', '\\"', literal=True)
        column = pl.select(pl.concat_str(pl.lit('"'), escaped, pl.lit('"'))).to_series()
    values = column.cast(pl.String).fill_null("NULL")
    return "{" + str(values.str.join(",").item()) + "}"


def _forget(sirens: pl.Series) -> None:
    if len(sirens) <= _MANY:
        cache.forget(cache.company(f"{siren:09d}") for siren in sirens)
        return
    for family in (cache.SCORE_PANELS, cache.SOURCE_PANELS):
        transaction.on_commit(partial(cache.forget_family, family.name), robust=True)
