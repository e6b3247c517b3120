"""Drift and calibration of the model in service, a row a month, done again each night.

The month that runs is measured again until it is over; those before it stay.
"""

from datetime import date, timedelta
from typing import Final

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from scoring.bulk import choice
from scoring.features import known
from scoring.features import table as features
from scoring.learning import drift
from scoring.registry import data as reading
from scoring.registry import serving, storing
from scoring.registry.models import LearnedModel, ModelCalibration, ModelDrift
from scoring.registry.serving import Served

# Of fewer companies a PSI is noise: with ten bins it exceeds 0.1 by chance.
FEWEST: Final = 200
SAMPLE: Final = 20_000
# An outcome may be told late: the month before is read again.
MONTHS_AGAIN: Final = 2


def watch(*, today: date | None = None) -> int:
    """The number of rows written; 0 while no model is in service."""
    served = serving.current()
    if served is None:
        return 0
    # Light by now: the model was read.
    from scoring.learning.model import ModelMismatch

    day = today or timezone.localdate()
    row = LearnedModel.objects.get(pk=served.pk)
    try:
        return _drift(served, row, day) + _calibration(served, row, day)
    except ModelMismatch:
        # It does not answer either: the page says so.
        return 0


def _drift(served: Served, row: LearnedModel, today: date) -> int:
    sirens = _sample()
    if len(sirens) < FEWEST:
        return 0
    table = features.of(known.read(choice.among(sirens), today))
    found = served.model.reference.psi(table, served.model.score(table))
    rows = [
        ModelDrift(
            model=row,
            month=today.replace(day=1),
            feature=name,
            psi=psi,
            companies=len(table),
        )
        for name, psi in found.items()
        if np.isfinite(psi)
    ]
    ModelDrift.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["model", "month", "feature"],
        update_fields=["psi", "companies"],
    )
    return len(rows)


_SPREAD: Final = """
    SELECT siren FROM target WHERE enriched_at IS NOT NULL
    ORDER BY (siren::bigint * 2654435761) %% 4294967296 LIMIT %s
"""


def _sample() -> list[str]:
    """Targets with figures, spread over all by their SIREN: the same from night to
    night, so that what moves is what is known of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SPREAD, [SAMPLE])
        return [f"{siren:09d}" for (siren,) in cursor.fetchall()]


def _calibration(served: Served, row: LearnedModel, today: date) -> int:
    """Outcomes that became known in the last months, of companies it never saw."""
    labels = reading.labels(
        horizon_months=row.horizon_months, until=today, with_sandbox=row.has_sandbox
    )
    first = _months_ago(today, MONTHS_AGAIN - 1)
    is_new = labels.known >= first.toordinal()
    is_other = ~np.isin(labels.sirens, storing.taught(row))
    held = reading.gather(labels.take(is_new & is_other))
    if not len(held):
        return 0
    probability = served.model.probability(held.table)
    months = held.labels.known.astype("int64")
    starts = np.array([date.fromordinal(int(d)).replace(day=1) for d in months])
    with transaction.atomic():
        for month in sorted(set(starts.tolist())):
            rows = starts == month
            deals, said = held.labels.deals[rows], probability[rows]
            ModelCalibration.objects.update_or_create(
                model=row,
                month=month,
                defaults={
                    "outcomes": int(rows.sum()),
                    "deals": int(deals.sum()),
                    "predicted": float(said.mean()),
                    "brier": float(np.mean((said - deals) ** 2)),
                },
            )
    return len(set(starts.tolist()))


def _months_ago(day: date, months: int) -> date:
    found = day.replace(day=1)
    for _ in range(months):
        found = (found - timedelta(days=1)).replace(day=1)
    return found


def reading_of(psi: float) -> str:
    """A code: the usual reading of the index."""
    if psi >= drift.STRONG:
        return "strong"
    return "slight" if psi >= drift.SLIGHT else "none"
