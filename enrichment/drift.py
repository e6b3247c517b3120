"""Fields that the parsers do not know: counted, shown to ops, never a failure."""

import json
from collections import Counter
from collections.abc import Iterable

from django.db import connection

from enrichment.providers.facts import ProviderFacts

LONGEST_PATH = 200
# A value of another type is a change of the source too; a doubtful figure is not.
TYPE_WARNING = "bad_type"

_NOTE = """
    INSERT INTO enrichment_schemadrift AS d (source, path, count, first_at, last_at,
        is_seen)
    SELECT v.source, v.path, v.count, now(), now(), false
    FROM jsonb_to_recordset(%s) AS v(source text, path text, count int)
    ORDER BY v.source, v.path
    ON CONFLICT (source, path) DO UPDATE SET count = d.count + excluded.count,
        last_at = excluded.last_at
"""


def note(readings: Iterable[tuple[str, ProviderFacts]]) -> None:
    """Count what each answer had that its parser did not know, in one statement."""
    met = Counter(
        (source, path[:LONGEST_PATH])
        for source, facts in readings
        for path in _drifted(facts)
    )
    if not met:
        return
    rows = [
        {"source": source, "path": path, "count": count}
        for (source, path), count in met.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [json.dumps(rows)])


def _drifted(facts: ProviderFacts) -> set[str]:
    mistyped = (w for w in facts.warnings if w.startswith(f"{TYPE_WARNING} "))
    return {*facts.unknown_fields, *mistyped}
