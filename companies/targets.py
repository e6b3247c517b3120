"""The narrow row of a company that a desk keeps, whatever is known of it."""

from collections.abc import Sequence

from django.db import connection
from django.db.backends.utils import CursorWrapper

# In the order of the keys, so that two writers never wait for each other.
_ENSURE = """
    INSERT INTO target (siren, geo, created_on, headcount, naf, legal_form, flags,
        folded_name)
    SELECT c.siren, r.geo, r.created_on, r.headcount, r.naf, r.legal_form,
        coalesce(r.flags, 1), c.folded_name
    FROM ({wanted}) AS wanted (siren)
    JOIN company c USING (siren) LEFT JOIN register r USING (siren)
    WHERE NOT EXISTS (SELECT FROM target t WHERE t.siren = c.siren)
    ORDER BY c.siren
    ON CONFLICT (siren) DO NOTHING
"""


def ensure(sirens: Sequence[str]) -> None:
    """Give a target to each of these companies that has none yet.

    What a desk follows or lists is searched among the targets.
    """
    given = [int(siren) for siren in sirens]
    with connection.cursor() as cursor:
        cursor.execute(_ENSURE.format(wanted="SELECT unnest(%s::int[])"), [given])


def ensure_selected(cursor: CursorWrapper, wanted: str) -> None:
    """The same, for the companies whose SIREN a statement selects."""
    cursor.execute(_ENSURE.format(wanted=wanted))
