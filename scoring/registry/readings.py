"""The last answer of a model about a company, kept with the inputs it had."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from django.db import connection
from django.utils import timezone

from scoring.learning.arrays import Bools
from scoring.learning.table import Table
from scoring.registry import serving
from scoring.registry.models import ModelReading
from scoring.registry.serving import Answers, FactorPoints, Served

if TYPE_CHECKING:
    from scoring.learning.model import Model

_UPSERT: Final = """
INSERT INTO scoring_model_reading AS kept
    (model_id, siren, read_at, as_of, score, probability, confidence, inputs, factors)
SELECT %s, siren, %s, %s, score, probability, confidence, inputs, factors
FROM unnest(%s::int[], %s::smallint[], %s::float8[], %s::float8[], %s::jsonb[],
        %s::jsonb[])
    AS new(siren, score, probability, confidence, inputs, factors)
ON CONFLICT (siren, model_id) DO UPDATE SET
    read_at = excluded.read_at, as_of = excluded.as_of, score = excluded.score,
    probability = excluded.probability, confidence = excluded.confidence,
    -- Factors are of their inputs.
    factors = coalesce(excluded.factors,
        CASE WHEN kept.inputs = excluded.inputs THEN kept.factors END),
    inputs = excluded.inputs
"""


def keep(
    answers: Answers,
    rows: Bools,
    factors: Sequence[tuple[FactorPoints, ...]] | None = None,
) -> None:
    """In the caller's transaction. ``factors`` where someone looked."""
    chosen = np.flatnonzero(rows)
    if not len(chosen):
        return
    inputs = _inputs(answers.served.model, answers.table.take(chosen))
    told = (
        [None] * len(chosen)
        if factors is None
        else [json.dumps([_listed(f) for f in factors[row]]) for row in chosen.tolist()]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT,
            [
                answers.served.pk,
                timezone.now(),
                answers.as_of,
                answers.sirens[chosen].tolist(),
                np.rint(answers.score[chosen] * 100).astype(int).tolist(),
                answers.probability[chosen].tolist(),
                answers.confidence[chosen].tolist(),
                inputs,
                told,
            ],
        )


def _listed(factor: FactorPoints) -> list[Any]:
    return [factor.feature, factor.value, factor.points]


def _inputs(model: "Model", table: Table) -> list[str]:
    """A JSON object a row, of the columns that the model reads."""
    kept = table.select(model.features)
    columns: dict[str, Any] = {
        name: pl.Series(column).fill_nan(None) for name, column in kept.numeric.items()
    }
    columns |= {name: pl.Series(column) for name, column in kept.categorical.items()}
    frame = pl.DataFrame(columns)
    return frame.select(pl.struct(pl.all()).struct.json_encode()).to_series().to_list()


def replay(reading: ModelReading, model: "Model") -> float:
    """The score again, from the inputs alone, to the last digit."""
    table = as_table(reading.inputs, model)
    return float(serving.points_of(model, model.margin(table))[0])


def as_table(inputs: Mapping[str, Any], model: "Model") -> Table:
    read = model.inputs
    return Table(
        {
            name: np.array(
                [np.nan if inputs[name] is None else float(inputs[name])], float
            )
            for name in read.numeric
        },
        {name: np.array([inputs[name]], dtype=np.str_) for name in read.categorical},
    )


def look(served: Served, siren: str, as_of: date) -> serving.Prediction | None:
    """One company, explained, and kept so; None: it is in no register."""
    answers = serving.ask(served, np.array([int(siren)], np.int64), as_of)
    if not len(answers):
        return None
    factors = serving.strongest(answers)
    keep(answers, np.ones(1, bool), factors)
    return serving.prediction(answers, 0, factors[0])
