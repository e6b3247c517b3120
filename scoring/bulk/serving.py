"""The one score of each company, and the line that it leaves on the narrow row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from companies.choices import ScoreState
from scoring.bulk import text
from scoring.bulk.lines import Lines, concat
from scoring.bulk.text import Text
from scoring.rules.arrays import Bools, Floats, Indexes
from scoring.rules.curves import round2
from scoring.rules.readings import FLAGS, GROUPS, Readings


@dataclass(frozen=True, slots=True)
class Reading:
    """What one ruleset says of a chunk of companies."""

    version: str
    readings: Readings
    lines: Lines


def left_on_targets(
    sirens: Indexes,
    newest: Reading,
    found: Mapping[str, Reading],
    given: Mapping[str, Bools],
) -> pl.DataFrame:
    """Lines for ``companies.scores``, of the companies whose ruleset was computed.

    ``found`` and ``given`` are by version: what it says, and to which companies.
    """
    new = _columns(newest)
    frame = pl.DataFrame(
        {
            "siren": sirens,
            "sale_likelihood": new["sale_likelihood"],
            "coverage": new["coverage"],
            "missing": _missing(newest.readings),
            "stakes": _stakes(newest.readings),
            **{name: new[name] for name in _CHOSEN},
        }
    )
    is_known = np.zeros(len(sirens), bool)
    for version, is_given in given.items():
        if version not in found or not is_given.any():
            continue
        is_known |= is_given
        if version != newest.version:
            of_version = _columns(found[version])
            kept = pl.Series(~is_given)
            frame = frame.with_columns(
                frame[name].zip_with(kept, of_version[name]).alias(name)
                for name in _CHOSEN
            )
    return frame if is_known.all() else frame.filter(pl.Series(is_known))


# Of the ruleset that a company gets; the other columns are always the newest one's.
_CHOSEN: Final = ("score", "score_state", "score_flag", "ruleset")


def _columns(one: Reading) -> dict[str, Text]:
    held, count = one.readings, len(one.readings.penalty)
    state = np.where(
        held.is_evaluable, int(ScoreState.EVALUABLE), int(ScoreState.NOT_EVALUABLE)
    )
    first = np.where(held.flags.any(axis=1), held.flags.argmax(axis=1), len(FLAGS))
    columns = {
        "score": _if_evaluable(one.lines.attractiveness, held.is_evaluable),
        "score_state": pl.Series(state),
        "score_flag": pl.Series([*FLAGS, ""]).gather(first.astype(np.uint32)),
        "ruleset": pl.Series([one.version]).new_from_index(0, count),
    }
    if one.lines.sale is not None and one.lines.coverage is not None:
        columns |= {
            "sale_likelihood": _if_evaluable(one.lines.sale, held.is_evaluable),
            "coverage": text.as_integers(one.lines.coverage),
        }
    return columns


def _if_evaluable(points: Indexes, is_evaluable: Bools) -> pl.Series:
    nothing = pl.Series([None], dtype=pl.Int64)
    return text.as_integers(points).zip_with(pl.Series(is_evaluable), nothing)


def _missing(readings: Readings) -> Text:
    """The group to ask for: what lifts a verdict first, then what weighs most."""
    open_ = readings.stakes
    if open_ is None:
        raise ValueError("a ruleset without stakes leaves nothing on targets")
    weight = (
        (open_.verdict.astype(np.int64) << 40)
        + (_cents(open_.attractiveness) << 20)
        + _cents(open_.coverage)
    )
    place = np.where(weight.any(axis=1), weight.argmax(axis=1), len(GROUPS))
    return pl.Series([*GROUPS, ""]).gather(place.astype(np.uint32))


def _cents(points: Floats) -> Indexes:
    return np.rint(round2(points) * 100.0).astype(np.int64)


def _stakes(readings: Readings) -> Text:
    """JSON of the groups with something open: points, couverture, does it matter."""
    open_ = readings.stakes
    if open_ is None:
        raise ValueError("a ruleset without stakes leaves nothing on targets")
    scores = text.hundredths(open_.attractiveness)
    coverages = text.hundredths(open_.coverage)
    nothing = text.hundredths(np.zeros(1))[0]
    blank = pl.Series([""])
    pieces = []
    for place, group in enumerate(GROUPS):
        lifts = open_.verdict[:, place]
        one, other = scores[:, place].copy(), coverages[:, place].copy()
        is_open = pl.Series((one != nothing) | (other != nothing) | lifts)
        opening = pl.Series([f', "{group}": ['])
        closing = pl.Series([", false]", ", true]"]).gather(lifts.astype(np.uint32))
        pieces += [
            opening.zip_with(is_open, blank),
            text.points_text(one).zip_with(is_open, blank),
            text.points_text(other, follows=True).zip_with(is_open, blank),
            closing.zip_with(is_open, blank),
        ]
    inside = concat(pieces, len(scores)).str.strip_prefix(", ")
    return concat(["{", inside, "}"], len(scores))
