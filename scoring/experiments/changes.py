"""When an experiment last began or ended: earlier scores are to be done again.

Between the two, a company changes its score only when it changes arm.
"""

from datetime import datetime

from django.db.models import Max

from scoring.experiments.models import Experiment


def since() -> datetime | None:
    """None: there was none yet."""
    found = Experiment.objects.aggregate(Max("started_at"), Max("ended_at"))
    return max((moment for moment in found.values() if moment), default=None)
