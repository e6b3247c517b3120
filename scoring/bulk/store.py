"""Lines of history for what moved, and the narrow rows that the list reads."""

import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
import polars as pl
from django.db import connection

from companies.choices import ScoreState
from scoring.bulk import text, wire
from scoring.bulk.choice import Choice
from scoring.bulk.groups import NOWHERE, places_of
from scoring.bulk.lines import TELLING, Lines
from scoring.bulk.wire import Column
from scoring.rules.arrays import Bools, Indexes

_COLUMNS: Final = (
    "siren",
    "ruleset_id",
    "preset",
    "scored_at",
    "as_of",
    "attractiveness",
    "sale_likelihood",
    "coverage",
    "state",
    "row",
)
_COPY: Final = f"COPY scoring_score ({', '.join(_COLUMNS)}) FROM STDIN"
_KEPT: Final = ", ".join(f"'{key}'" for key in TELLING)
# Of each company the last line, as it tells: the keys that do not are taken out.
_LAST: Final = """
    FROM (
        SELECT DISTINCT ON (siren) siren, row FROM scoring_score
        WHERE siren {chosen} AND ruleset_id = {version} AND preset = {preset}
        ORDER BY siren, scored_at DESC, id DESC
    ) AS last
"""
_OTHER_KEYS: Final = "'{d,i,m,o,t,v,w}'::text[]"


@dataclass(frozen=True, slots=True)
class Scored:
    """What one ruleset says of a chunk of companies."""

    version: str
    preset: str
    as_of: date
    at: datetime
    sirens: Indexes
    is_evaluable: Bools
    lines: Lines


def keep(scored: Scored, choice: Choice) -> int:
    """A line where a reading moved or a reason changed; how many that is."""
    moved = np.flatnonzero(_has_moved(scored, choice))
    if len(moved):
        body = io.BytesIO()
        _frame(scored, moved).write_csv(
            body,
            include_header=False,
            separator="\t",
            quote_style="never",
            null_value="\\N",
        )
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.write(body.getbuffer())
    return len(moved)


def _has_moved(scored: Scored, choice: Choice) -> Bools:
    """Compared as text with what PostgreSQL prints of the last line."""
    source = _LAST.format(
        chosen=choice.sql,
        version=_literal(scored.version),
        preset=_literal(scored.preset),
    )
    last = wire.read(_LAST_COLUMNS, source)
    places = places_of(scored.sirens, last["siren"])
    is_ours = places != NOWHERE
    before = np.full(len(scored.sirens), NOWHERE, np.int64)
    before[places[is_ours]] = last["telling"].codes[is_ours]
    moved = np.ones(len(scored.sirens), bool)
    known = np.flatnonzero(before != NOWHERE)
    if len(known):
        old = pl.Series(pl.from_arrow(last["telling"].distinct))
        is_other = scored.lines.telling.gather(known) != old.gather(before[known])
        moved[known] = is_other.to_numpy()
    return moved


_LAST_COLUMNS: Final = (
    Column("siren", "int", "siren"),
    Column("telling", "text", f"row - {_OTHER_KEYS}"),
)


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _frame(scored: Scored, rows: Indexes) -> pl.DataFrame:
    lines = scored.lines
    state = np.where(
        scored.is_evaluable, int(ScoreState.EVALUABLE), int(ScoreState.NOT_EVALUABLE)
    )
    same = {
        "ruleset_id": scored.version,
        "preset": scored.preset,
        "scored_at": scored.at.isoformat(),
        "as_of": scored.as_of.isoformat(),
    }
    # COPY reads a backslash as the beginning of an escape.
    return pl.DataFrame(
        {
            "siren": scored.sirens[rows],
            "attractiveness": _points(lines.attractiveness, rows),
            "sale_likelihood": _points(lines.sale, rows),
            "coverage": _points(lines.coverage, rows),
            "state": state[rows],
            "row": lines.row.gather(rows).str.replace_all("\\", "\\\\", literal=True),
        }
    ).select(
        pl.lit(same[name]).alias(name) if name in same else pl.col(name)
        for name in _COLUMNS
    )


def _points(indexes: Indexes | None, rows: Indexes) -> pl.Series:
    if indexes is None:
        return pl.Series([None], dtype=pl.Int64).new_from_index(0, len(rows))
    return text.as_integers(indexes[rows])
