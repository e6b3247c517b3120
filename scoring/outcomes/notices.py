"""Outcomes that were published: a sale within so many months of a day, or none.

Each company is looked at once, on one day of a grid that its SIREN draws: neither kin
nor chance then decides. A radiation first, or no notice at all, is no deal. Only
companies whose notices were read after the end of their window count: where nobody
looked, silence proves nothing.
"""

from datetime import date
from typing import Final

from django.db import connection, transaction

from companies.choices import EventKind, Source
from scoring.outcomes.labels import Outcome

NONE: Final = "none"
# Looked at on the first day of a quarter, over so many of them.
QUARTERS: Final = 32
MOST: Final = 200_000
MOST_MS: Final = 600_000
# Knuth's multiplicative hash: neighbours in SIREN are not neighbours in time.
_DRAW: Final = "((siren::bigint * 2654435761) %% 4294967296)"
_WINDOWS: Final = f"""
WITH chosen AS (
    SELECT siren, (retrieved_at AT TIME ZONE 'Europe/Paris')::date AS read_on,
        (%(last)s::date
            - make_interval(months => 3 * ({_DRAW} %% {QUARTERS})::int))::date
            AS observed_on
    FROM source_reading
    WHERE source = '{Source.BODACC.value}'
        AND status IN ('found', 'partial', 'not_found')
        AND (%(sandbox)s OR NOT is_sandbox)
    ORDER BY {_DRAW}
    LIMIT {MOST}
), windows AS (
    SELECT chosen.siren, observed_on,
        (observed_on + make_interval(months => %(months)s))::date AS ends_on
    FROM chosen
    JOIN company ON company.siren = chosen.siren
    WHERE (observed_on + make_interval(months => %(months)s))::date
            <= least(read_on, %(until)s::date)
        AND created_on <= observed_on
        AND (is_active OR closed_on > observed_on)
)
SELECT DISTINCT ON (w.siren) w.siren, w.observed_on,
    coalesce(e.occurred_on, w.ends_on), coalesce(e.kind, '{NONE}')
FROM windows w
LEFT JOIN legal_event e ON e.siren = w.siren AND e.kind IN ('sale', 'closing')
    AND e.occurred_on > w.observed_on AND e.occurred_on <= w.ends_on
    AND (%(sandbox)s OR NOT e.is_sandbox)
WHERE NOT EXISTS (
    SELECT FROM legal_event b
    WHERE b.siren = w.siren AND b.kind IN ('sale', 'closing')
        AND b.occurred_on <= w.observed_on
)
ORDER BY w.siren, e.occurred_on, e.kind DESC
"""  # noqa: S608 -- constants of ours


def read(*, months: int, until: date, with_sandbox: bool = False) -> list[Outcome]:
    """Windows of so many months that ended by that day."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Nobody waits for a training; a page's limit is not its own.
        cursor.execute("SET LOCAL statement_timeout = %s", [MOST_MS])
        cursor.execute(
            _WINDOWS,
            {
                "last": _last_quarter(until, months),
                "months": months,
                "until": until,
                "sandbox": with_sandbox,
            },
        )
        rows = cursor.fetchall()
    return [
        Outcome(siren, observed_on, known_on, kind == EventKind.SALE, kind)
        for siren, observed_on, known_on, kind in rows
    ]


def _last_quarter(until: date, months: int) -> date:
    """The last first day of a quarter whose window has ended."""
    number = until.year * 12 + until.month - 1 - months
    number -= number % 3
    return date(number // 12, number % 12 + 1, 1)
