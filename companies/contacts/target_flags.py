"""What the search filters on: that an address or a number of a company is held."""

from collections.abc import Collection

from django.db import connection

from companies import targets

_REFRESH = """
    UPDATE target t SET has_email = v.has_email, has_phone = v.has_phone
    FROM (
        SELECT w.siren,
            EXISTS (SELECT FROM contact c
                WHERE c.siren = w.siren AND c.kind = 'email') AS has_email,
            EXISTS (SELECT FROM contact c
                WHERE c.siren = w.siren AND c.kind = 'phone') AS has_phone
        FROM unnest(%s::int[]) AS w (siren)
        ORDER BY w.siren
    ) v
    WHERE t.siren = v.siren
        AND (t.has_email, t.has_phone) IS DISTINCT FROM (v.has_email, v.has_phone)
"""


def refresh(sirens: Collection[str], *, makes_targets: bool = False) -> None:
    """Say again of these companies what is held; rows that say it already stay."""
    ordered = sorted(set(sirens))
    if not ordered:
        return
    if makes_targets:
        targets.ensure(ordered)
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, [[int(siren) for siren in ordered]])
