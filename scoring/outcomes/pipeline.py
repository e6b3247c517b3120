"""Outcomes that desks concluded: gagné is a deal, perdu and écarté are not.

A company is looked at on the eve of the day on which the desk took it up, when a score
would have helped to choose it; what was learnt by working on it came later. Nothing
here says which desk, nor who. A company of which the sandbox told anything teaches
only when it is asked for.
"""

from datetime import date
from typing import Final

from django.db import connection, transaction

from companies.choices import Status
from scoring.outcomes.labels import Outcome

MOST_MS: Final = 600_000
OUTCOMES: Final = (Status.GAGNE.value, Status.PERDU.value, Status.ECARTE.value)
# A return to prospect ends an episode: taking the company up again begins another. Of
# each, what was said last counts; one that is still open has no outcome.
_EPISODES: Final = """
WITH steps AS (
    SELECT desk_id, siren, after, at, id,
        count(*) FILTER (WHERE after = 'prospect')
            OVER (PARTITION BY desk_id, siren ORDER BY at, id) AS episode
    FROM pursuit_change c
    WHERE %(sandbox)s OR NOT EXISTS (
        SELECT FROM source_reading r WHERE r.siren = c.siren AND r.is_sandbox
    )
)
SELECT siren,
    (min(at) AT TIME ZONE 'Europe/Paris')::date,
    (max(at) AT TIME ZONE 'Europe/Paris')::date,
    (array_agg(after ORDER BY at DESC, id DESC))[1]
FROM steps
WHERE after <> 'prospect'
GROUP BY desk_id, siren, episode
HAVING (array_agg(after ORDER BY at DESC, id DESC))[1] = ANY(%(outcomes)s)
"""


def read(*, until: date, with_sandbox: bool = False) -> list[Outcome]:
    """Those known on that day at the latest."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Nobody waits for a training; a page's limit is not its own.
        cursor.execute("SET LOCAL statement_timeout = %s", [MOST_MS])
        cursor.execute(_EPISODES, {"outcomes": list(OUTCOMES), "sandbox": with_sandbox})
        rows = cursor.fetchall()
    return [
        Outcome(siren, _eve(began_on), known_on, kind == Status.GAGNE, kind)
        for siren, began_on, known_on, kind in rows
        if known_on <= until
    ]


def _eve(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
