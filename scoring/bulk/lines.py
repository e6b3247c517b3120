"""Stored rows of many companies at once: the JSON of ``scoring.rules.rows``.

The part that tells two scores apart is written as PostgreSQL prints jsonb, so that it
is compared with the last line of history as text.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from scoring.bulk import text
from scoring.bulk.accounts import SEPARATOR
from scoring.bulk.groups import NOWHERE
from scoring.bulk.source import Known
from scoring.bulk.text import Text
from scoring.bulk.wire import Texts
from scoring.gather import SOURCED
from scoring.rules import reasons, rows
from scoring.rules.arrays import Bools, Floats, Indexes, Ints
from scoring.rules.columns import FLAGS as INPUT_FLAGS
from scoring.rules.columns import Columns
from scoring.rules.readings import Readings
from scoring.rules.ruleset import Ruleset

Piece = str | Text
# Keys in the order of jsonb: what tells two rows apart, then the rest.
TELLING: Final = ("a", "c", "e", "f", "g", "k", "n", "p", "r", "s")
# Keys of distinct rows are packed into one number, below this.
_ROOM: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Lines:
    """By company: what tells, the whole row; points as the tables of text know them."""

    telling: Text
    row: Text
    attractiveness: Indexes
    sale: Indexes | None
    coverage: Indexes | None


def encode(
    known: Known, columns: Columns, readings: Readings, ruleset: Ruleset, preset: str
) -> Lines:
    attractiveness = text.hundredths(readings.attractiveness)
    telling: dict[str, list[Piece]] = {
        "a": [text.points_text(attractiveness)],
        "c": _points(readings.components),
    }
    rest: dict[str, list[Piece]] = {
        "d": [f'"{known.as_of.isoformat()}"'],
        "i": ['"', *_inputs(known, columns), '"'],
    }
    sale = coverage = None
    if readings.sale and readings.coverage and readings.stakes:
        sale = text.hundredths(readings.sale.total)
        coverage = text.hundredths(readings.coverage.total)
        telling |= {
            "e": [_digit(readings.is_evaluable)],
            "f": ["[", _places(readings.flags, ", "), "]"],
            "g": _points(readings.coverage.points),
            "k": [text.points_text(coverage)],
            "n": _points(readings.sale.contributions),
            "r": _reasons(readings, ruleset, preset),
            "s": [text.points_text(sale)],
        }
        rest |= {
            "m": _stakes(
                readings.stakes.attractiveness,
                readings.stakes.coverage,
                readings.stakes.verdict,
            ),
            "t": ['"', _joined(readings.basis), '"'],
        }
    else:
        telling["p"] = [text.points_text(text.hundredths(readings.penalty))]
    rest |= {"v": [json.dumps(ruleset.version)], "w": [json.dumps(preset)]}
    told = concat(["{", *_object(telling), "}"], len(known))
    whole = [told.str.strip_suffix("}"), ", ", *_object(rest), _origins(known, columns)]
    return Lines(
        told, concat([*whole, "}"], len(known)), attractiveness, sale, coverage
    )


def _object(parts: dict[str, list[Piece]]) -> list[Piece]:
    pieces: list[Piece] = []
    for place, key in enumerate(sorted(parts)):
        pieces += [f'{", " if place else ""}"{key}": ', *parts[key]]
    return pieces


def concat(pieces: Sequence[Piece], count: int) -> Text:
    """Row by row, one after the other; neighbouring constants are joined first."""
    joined: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        else:
            joined.append(piece)
    if not count:
        return pl.Series([], dtype=pl.String)
    frame = pl.DataFrame(
        {str(n): each for n, each in enumerate(joined) if not isinstance(each, str)}
    )
    return frame.select(
        pl.concat_str(
            pl.lit(each) if isinstance(each, str) else pl.col(str(n))
            for n, each in enumerate(joined)
        )
    ).to_series()


def _points(matrix: Floats) -> list[Piece]:
    return ["[", *text.points_list(text.hundredths(matrix)), "]"]


def _digit(holds: Bools) -> Text:
    return pl.Series(["0", "1"]).gather(holds.astype(np.uint32))


def _places(holds: Bools, separator: str) -> Text:
    """The places of the columns that hold, with a table of every combination."""
    width = holds.shape[1]
    table = [
        separator.join(rows.PLACES[p] for p in range(width) if number >> p & 1)
        for number in range(1 << width)
    ]
    numbers = holds.astype(np.uint32) @ (1 << np.arange(width, dtype=np.uint32))
    return pl.Series(table).gather(numbers)


def _joined(codes: Ints) -> Text:
    """One digit per column, without anything between."""
    return distinct(codes.astype(np.int64), lambda row: "".join(map(str, row)))


def distinct(matrix: Indexes, write: Callable[[list[int]], str]) -> Text:
    """The text of each row of whole numbers, each distinct row written once."""
    if not len(matrix):
        return pl.Series([], dtype=pl.String)
    keys = np.zeros(len(matrix), np.int64)
    for column in matrix.T:
        low = column.min()
        span = int(column.max() - low) + 1
        if int(keys.max()) > _ROOM // span:
            keys = np.unique(keys, return_inverse=True)[1]
        keys = keys * span + (column - low)
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    table = [write(row) for row in matrix[first].tolist()]
    return pl.Series(table, dtype=pl.String).gather(inverse.astype(np.uint32))


def _reasons(readings: Readings, ruleset: Ruleset, preset: str) -> list[Piece]:
    chosen = reasons.choose(readings, ruleset, preset)
    columns: list[Piece] = ['["']
    for number, places in enumerate(chosen):
        written = distinct(places, reasons.encode)
        columns += ['", "', written] if number else [written]
    return [*columns, '"]']


def _stakes(score: Floats, coverage: Floats, verdict: Bools) -> list[Piece]:
    pieces: list[Piece] = ["["]
    scores, coverages = text.hundredths(score), text.hundredths(coverage)
    zero = text.hundredths(np.zeros(1))[0]
    for place in range(score.shape[1]):
        one, other = scores[:, place].copy(), coverages[:, place].copy()
        lifts = verdict[:, place]
        is_nothing = (one == zero) & (other == zero) & ~lifts
        opening = pl.Series(["[", "0"]).gather(is_nothing.astype(np.uint32))
        closing = pl.Series(["]", ", 1]", ""]).gather(
            np.where(is_nothing, 2, lifts).astype(np.uint32)
        )
        pieces += [
            *([", "] if place else []),
            opening,
            _blank(text.points_text(one), is_nothing),
            _blank(text.points_text(other, follows=True), is_nothing),
            closing,
        ]
    return [*pieces, "]"]


def _blank(column: Text, where: Bools) -> Text:
    return pl.Series([""]).zip_with(pl.Series(where), column)


def _inputs(known: Known, columns: Columns) -> list[Piece]:
    """The scalars in the order of ``rows.SCALARS``, then the flags."""
    texts = {"department": known.register.department, "naf": known.register.naf}
    pieces: list[Piece] = []
    for name in rows.SCALARS:
        if name in texts:
            pieces.append(_escaped(texts[name]))
        else:
            column = getattr(columns, name)
            pieces.append("" if np.isnan(column).all() else text.figures_text(column))
        pieces.append(";")
    held = np.column_stack([getattr(columns, name) for name in INPUT_FLAGS])
    return [*pieces, _places(held, "")]


def _escaped(column: Texts) -> Text:
    values = [json.dumps(value)[1:-1] for value in column.values]
    return pl.Series(values or [""], dtype=pl.String).gather(
        column.codes.astype(np.uint32)
    )


def _origins(known: Known, columns: Columns) -> Text:
    """``"o"``, where a source is known: each distinct provenance is written once."""
    exercises = known.exercises
    sources = exercises.sources
    years = (exercises.last, exercises.before, exercises.earlier)
    if not len(sources):
        return pl.Series([""], dtype=pl.String).gather(np.zeros(len(known), np.uint32))
    codes = [_taken(sources.codes, place) for place in years]
    year = _taken(exercises.year, exercises.last)
    held = [
        ~np.isnan(getattr(columns, f"{name}{suffix}"))
        for suffix, names in _SOURCED_BY_YEAR
        for name in names
    ]
    which = np.column_stack(held).astype(np.int64) @ (1 << np.arange(len(held)))
    parts = [each.split(SEPARATOR) for each in sources.values]
    keys = np.column_stack((*codes, year, which))
    return distinct(keys, lambda row: _origin(row, parts))


_SOURCED_BY_YEAR: Final = (
    ("", SOURCED),
    ("_n1", ("revenue", "net_income")),
    ("_n2", ("revenue", "net_income")),
)


def _taken(values: Any, places: Indexes) -> Indexes:
    return np.where(places == NOWHERE, NOWHERE, values[np.maximum(places, 0)])


def _origin(row: list[int], parts: list[list[str]]) -> str:
    *codes, year, which = row
    found: dict[str, tuple[str, int | None]] = {}
    bit = 0
    for back, (suffix, names) in enumerate(_SOURCED_BY_YEAR):
        for name in names:
            if which >> bit & 1 and codes[back] != NOWHERE:
                source = parts[codes[back]][SOURCED.index(name)]
                if source:
                    found[f"{name}{suffix}"] = (source, year - back)
            bit += 1
    if not found:
        return ""
    return f', "o": {json.dumps(rows.pack_provenance(found))}'
