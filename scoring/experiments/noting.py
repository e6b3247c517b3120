"""The score that a hybrid gave a company, noted while it can still be read."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from scoring.experiments.models import Experiment

# Of a company scored again since it was taken up, the score of then is gone. A pass
# looks two days back: one that fails is made good by the next.
_NOTE = """
INSERT INTO scoring_notedscore (experiment_id, siren, taken_up_at, score)
SELECT %(experiment)s, f.siren, f.at, t.score
FROM (
    SELECT DISTINCT ON (siren) siren, at FROM pursuit_change
    WHERE before <> after AND after <> 'prospect'
        AND siren IN (SELECT siren FROM pursuit_change WHERE at >= %(from)s)
    ORDER BY siren, at, id
) f
JOIN target t ON t.siren = f.siren
WHERE f.at >= %(from)s AND t.score IS NOT NULL AND t.scored_at <= f.at
ON CONFLICT DO NOTHING
"""
LOOKS_BACK = timedelta(days=2)


def note(experiment: Experiment) -> None:
    """Of those taken up lately; nothing unless a hybrid runs. Safe to run twice."""
    began = experiment.started_at
    if not experiment.is_running or experiment.treatment_id or began is None:
        return
    since = max(began, timezone.now() - LOOKS_BACK)
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"experiment": experiment.pk, "from": since})
