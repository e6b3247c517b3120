"""What became of the companies that were taken up while an experiment ran.

A company counts once: for the first desk that took it up (left ``prospect``), at that
moment, when a score could still weigh in the choice. One that a desk had taken up
before the experiment is no part of it. Nothing here says which desk, nor who.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db import connection

from companies.choices import Status
from scoring.experiments import assignment
from scoring.experiments.assignment import Shares
from scoring.experiments.models import Experiment
from scoring.rules.arrays import Bools, Floats, Indexes, Texts

PRESET: Final = "default"
CLOSED: Final = (Status.GAGNE.value, Status.PERDU.value, Status.ECARTE.value)
# A reason corrected is a step without a move: the day of the move is what counts.
_TAKEN_UP: Final = """
WITH moves AS (
    SELECT siren, desk_id, after, at, id FROM pursuit_change
    WHERE before <> after AND at <= %(now)s
        AND (%(desk)s::bigint IS NULL OR desk_id = %(desk)s)
), firsts AS (
    SELECT DISTINCT ON (siren) siren, desk_id, at FROM moves
    WHERE after <> 'prospect'
    ORDER BY siren, at, id
)
SELECT f.siren, f.at, today.after, today.at, judged.after
FROM firsts f
CROSS JOIN LATERAL (
    SELECT m.after, m.at FROM moves m
    WHERE m.siren = f.siren AND m.desk_id = f.desk_id
    ORDER BY m.at DESC, m.id DESC LIMIT 1
) today
CROSS JOIN LATERAL (
    SELECT m.after FROM moves m
    WHERE m.siren = f.siren AND m.desk_id = f.desk_id
        AND m.at <= f.at + make_interval(days => %(horizon)s)
    ORDER BY m.at DESC, m.id DESC LIMIT 1
) judged
WHERE f.at >= %(start)s
    AND (%(end)s::timestamptz IS NULL OR f.at < %(end)s)
ORDER BY f.at, f.siren
"""
_SCORED: Final = """
SELECT w.place, s.attractiveness
FROM unnest(%s::int[], %s::timestamptz[]) WITH ORDINALITY AS w(siren, at, place)
CROSS JOIN LATERAL (
    SELECT attractiveness FROM scoring_score
    WHERE siren = w.siren AND ruleset_id = %s AND preset = %s AND scored_at <= w.at
    ORDER BY scored_at DESC, id DESC LIMIT 1
) s
WHERE s.attractiveness IS NOT NULL
"""
_NOTED: Final = """
SELECT w.place, n.score
FROM unnest(%s::int[], %s::timestamptz[]) WITH ORDINALITY AS w(siren, at, place)
JOIN scoring_notedscore n ON n.experiment_id = %s
    AND n.siren = w.siren AND n.taken_up_at = w.at
"""


@dataclass(frozen=True)
class Followed:
    """Columns, a company each, in the order in which they were taken up.

    ``status`` and ``status_at`` are today's; ``is_won`` says whether it was gagné when
    the horizon came, ``is_judged`` whether it has come. ``score`` is the attractivité
    that its arm gave it when it was taken up; NaN: none.
    """

    sirens: Indexes
    taken_up: Indexes
    is_treated: Bools
    score: Floats
    status: Texts
    status_at: Indexes
    judged_at: Indexes
    is_judged: Bools
    is_won: Bools

    def __len__(self) -> int:
        return len(self.sirens)

    @property
    def is_closed(self) -> Bools:
        return np.isin(self.status, CLOSED)


def read(
    experiment: Experiment, shares: Shares, *, desk: int | None, now: datetime
) -> Followed:
    """``desk`` None: of all desks, counted together."""
    rows = _taken_up(experiment, desk, now)
    numbers = np.array([row[0] for row in rows], np.int64)
    moments = [row[1] for row in rows]
    taken_up = assignment.moments(moments)
    places = assignment.buckets(experiment.slug, (f"{row[0]:09d}" for row in rows))
    treated = shares.treated_at(places, taken_up)
    judged_at = taken_up + experiment.horizon_days * _DAY
    return Followed(
        sirens=numbers,
        taken_up=taken_up,
        is_treated=treated,
        score=_scores(experiment, numbers, moments, treated),
        status=np.array([row[2] for row in rows], dtype=np.str_),
        status_at=assignment.moments(row[3] for row in rows),
        judged_at=judged_at,
        is_judged=judged_at <= assignment.moments([now])[0],
        is_won=np.array([row[4] == Status.GAGNE for row in rows], bool),
    )


_DAY: Final = timedelta(days=1) // timedelta(microseconds=1)


def _taken_up(
    experiment: Experiment, desk: int | None, now: datetime
) -> list[tuple[int, datetime, str, datetime, str]]:
    if experiment.started_at is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKEN_UP,
            {
                "now": now,
                "desk": desk,
                "horizon": experiment.horizon_days,
                "start": experiment.started_at,
                "end": experiment.ended_at,
            },
        )
        rows: list[tuple[int, datetime, str, datetime, str]] = cursor.fetchall()
    return rows


def _scores(
    experiment: Experiment,
    sirens: Indexes,
    moments: Sequence[datetime],
    is_treated: Bools,
) -> Floats:
    found = np.full(len(sirens), np.nan)
    for version, arm in (
        (experiment.control_id, np.flatnonzero(~is_treated)),
        (experiment.treatment_id, np.flatnonzero(is_treated)),
    ):
        if not len(arm):
            continue
        asked = (sirens[arm].tolist(), [moments[place] for place in arm.tolist()])
        with connection.cursor() as cursor:
            if version is None:
                cursor.execute(_NOTED, [*asked, experiment.pk])
            else:
                cursor.execute(_SCORED, [*asked, version, PRESET])
            for place, points in cursor.fetchall():
                found[arm[place - 1]] = points / 100
    return found
