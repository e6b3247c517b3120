"""Facts in, results out. One company and ten million take the same path."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from scoring.rules import evidence, inputs, prototype, reasons
from scoring.rules.arrays import Floats
from scoring.rules.columns import Columns
from scoring.rules.curves import round2
from scoring.rules.facts import CompanyFacts
from scoring.rules.inputs import Inputs
from scoring.rules.readings import FLAGS, Readings
from scoring.rules.reasons import ReasonCodes
from scoring.rules.result import Result, Terms
from scoring.rules.ruleset import PROTOTYPE, Ruleset


def score_batch(
    facts: Sequence[CompanyFacts], *, ruleset: Ruleset, preset: str, as_of: date
) -> list[Result]:
    """Results in the order of the facts."""
    rows = [inputs.from_facts(each, ruleset=ruleset, as_of=as_of) for each in facts]
    sirens = [each.siren for each in facts]
    return score_inputs(sirens, rows, ruleset=ruleset, preset=preset, as_of=as_of)


def score_one(
    facts: CompanyFacts, *, ruleset: Ruleset, preset: str, as_of: date
) -> Result:
    return score_batch([facts], ruleset=ruleset, preset=preset, as_of=as_of)[0]


def score_inputs(
    sirens: Sequence[str],
    rows: Sequence[Inputs],
    *,
    ruleset: Ruleset,
    preset: str,
    as_of: date,
) -> list[Result]:
    """Score frozen inputs again: a stored row is replayed to the last digit."""
    terms = Terms.of(ruleset, preset)
    if not rows:
        return []
    columns = Columns.from_inputs(rows)
    readings = compute(columns, ruleset=ruleset, preset=preset, as_of=as_of)
    parts = _result_parts(readings, ruleset, preset)
    return [
        Result(siren=siren, terms=terms, as_of=as_of, inputs=row, **part)
        for siren, row, part in zip(sirens, rows, parts, strict=True)
    ]


def compute(
    columns: Columns, *, ruleset: Ruleset, preset: str, as_of: date
) -> Readings:
    """The vectorised core, for callers that keep columns from end to end."""
    if ruleset.algorithm == PROTOTYPE:
        return prototype.read(columns, ruleset, preset, as_of)
    return evidence.read(columns, ruleset, preset, as_of)


def _result_parts(
    readings: Readings, ruleset: Ruleset, preset: str
) -> list[dict[str, Any]]:
    """The columns of a batch turned into keyword arguments of Result, row by row."""
    columns: dict[str, list[Any]] = {
        "attractiveness": _optional(readings.attractiveness),
        "values": _optional_rows(readings.components),
        "basis_codes": [tuple(row) for row in readings.basis.tolist()],
        "penalty": round2(readings.penalty).tolist(),
        "flags": [_held(row) for row in readings.flags.tolist()],
        "is_evaluable": readings.is_evaluable.tolist(),
        "reason_codes": _reason_codes(readings, ruleset, preset),
    }
    if readings.sale and readings.coverage and readings.stakes:
        columns |= {
            "sale_likelihood": _optional(readings.sale.total),
            "contribution_values": _rows(readings.sale.contributions),
            "coverage": round2(readings.coverage.total).tolist(),
            "point_values": _rows(readings.coverage.points),
            "stake_values": _stake_rows(readings),
        }
    names = list(columns)
    return [
        dict(zip(names, row, strict=True))
        for row in zip(*columns.values(), strict=True)
    ]


def _optional(column: Floats) -> list[float | None]:
    rounded = round2(column)
    if not np.isnan(rounded).any():
        known: list[float | None] = rounded.tolist()
        return known
    return [None if value != value else value for value in rounded.tolist()]


def _optional_rows(matrix: Floats) -> list[tuple[float | None, ...]]:
    rounded: list[list[float]] = round2(matrix).tolist()
    return [tuple(None if v != v else v for v in row) for row in rounded]


def _rows(matrix: Floats) -> list[tuple[float, ...]]:
    return [tuple(row) for row in round2(matrix).tolist()]


def _held(row: list[bool]) -> tuple[str, ...]:
    return tuple(name for name, holds in zip(FLAGS, row, strict=True) if holds)


def _reason_codes(
    readings: Readings, ruleset: Ruleset, preset: str
) -> list[ReasonCodes]:
    chosen = [each.tolist() for each in reasons.choose(readings, ruleset, preset)]
    return [
        ReasonCodes(*(reasons.encode(places) for places in row))
        for row in zip(*chosen, strict=True)
    ]


def _stake_rows(readings: Readings) -> list[tuple[tuple[float, float, bool], ...]]:
    if readings.stakes is None:
        return []
    matrices = (
        round2(readings.stakes.attractiveness).tolist(),
        round2(readings.stakes.coverage).tolist(),
        readings.stakes.verdict.tolist(),
    )
    return [tuple(zip(*row, strict=True)) for row in zip(*matrices, strict=True)]
