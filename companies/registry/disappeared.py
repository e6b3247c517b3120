"""Closing what a complete file no longer names, in transactions of a moment each."""

import numpy as np
from django.db import connection, transaction

from companies.registry.editions import StoredKeys, Survey
from companies.registry.plans import Plan
from companies.registry.report import Tally

_AT_ONCE = 5_000
# The day is not known: the file that would say it has no row.
_CLOSE_COMPANIES = """
UPDATE company SET is_active = false, registered_at = now()
WHERE siren = ANY (%s) AND is_active
"""
_CLOSE_REGISTER = """
UPDATE register SET flags = flags & ~1::smallint WHERE siren = ANY (%s)
"""
_CLOSE_TARGETS = """
UPDATE target SET flags = flags & ~1::smallint WHERE siren = ANY (%s) AND flags & 1 = 1
"""
_CLOSE_SITES = """
UPDATE establishment SET flags = flags & ~1::smallint WHERE siret = ANY (%s)
"""


def close(plan: Plan, found: Survey) -> Tally:
    """Again after a stop, it goes on with what is still open."""
    is_site, closed = bool(plan.layout.siret), 0
    statements = (
        (_CLOSE_SITES,)
        if is_site
        else (_CLOSE_COMPANIES, _CLOSE_REGISTER, _CLOSE_TARGETS)
    )
    for batch in StoredKeys(plan):
        gone = batch[np.isin(batch, found.keys, assume_unique=True, invert=True)]
        for start in range(0, len(gone), _AT_ONCE):
            some = gone[start : start + _AT_ONCE].tolist()
            with transaction.atomic(), connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement, [some])
            closed += len(some)
    if is_site:
        return Tally(establishments_closed=closed)
    return Tally(companies_closed=closed)
