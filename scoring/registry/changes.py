"""When the model in service last changed: earlier scores are to be done again."""

from datetime import datetime

from django.db.models import Max

from scoring.registry.models import LearnedModel


def since() -> datetime | None:
    """None: no model was ever published."""
    rows = LearnedModel.objects.filter(published_at__isnull=False)
    found = rows.aggregate(Max("published_at"), Max("retired_at"))
    return max((moment for moment in found.values() if moment), default=None)
