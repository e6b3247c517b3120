"""What scoring leaves on a company's narrow row for the list to sort and filter."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from companies.choices import ScoreState
from mainsite.lib import cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Points from 0 to 100; None is not evaluable. ``flag`` is a red flag's code.

    ``missing`` is the code of the field group that would change most if known;
    ``stakes`` the points still open by group, which enrichment divides by its prices.
    """

    siren: str
    score: float | None
    sale_likelihood: float | None
    coverage: float | None
    state: ScoreState
    flag: str
    missing: str
    stakes: dict[str, Any]
    ruleset: str
    scored_at: datetime


def set_scores(readings: Iterable[Readings]) -> int:
    """Write the readings of companies that are targets; returns how many are."""
    rows = list(readings)
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE target SET
                score = new.score, sale_likelihood = new.sale_likelihood,
                coverage = new.coverage, score_state = new.state,
                score_flag = new.flag, missing = new.missing, stakes = new.stakes,
                ruleset = new.ruleset, scored_at = new.scored_at
            FROM unnest(
                %s::int[], %s::smallint[], %s::smallint[], %s::smallint[],
                %s::smallint[], %s::text[], %s::text[], %s::jsonb[], %s::text[],
                %s::timestamptz[]
            ) AS new(siren, score, sale_likelihood, coverage, state, flag, missing,
                     stakes, ruleset, scored_at)
            WHERE target.siren = new.siren
            """,
            _columns(rows),
        )
        cache.forget(cache.company(row.siren) for row in rows)
        return int(cursor.rowcount)


def _columns(rows: list[Readings]) -> list[list[Any]]:
    return [
        [int(row.siren) for row in rows],
        [_hundredths(row.score) for row in rows],
        [_hundredths(row.sale_likelihood) for row in rows],
        [_hundredths(row.coverage) for row in rows],
        [int(row.state) for row in rows],
        [row.flag for row in rows],
        [row.missing for row in rows],
        [json.dumps(row.stakes) for row in rows],
        [row.ruleset for row in rows],
        [row.scored_at for row in rows],
    ]


def _hundredths(points: float | None) -> int | None:
    return None if points is None else round(points * 100)
