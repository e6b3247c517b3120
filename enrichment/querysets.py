"""Which rows of the ledger: words that read as a sentence."""

from typing import Any, Self

from django.db import models
from django.utils import timezone

from enrichment.choices import ItemState


class ItemQuerySet(models.QuerySet[Any]):
    def waiting(self) -> Self:
        return self.filter(state=ItemState.WAITING)

    def due(self) -> Self:
        """Waiting, and not told to wait longer."""
        now = timezone.now()
        return self.waiting().filter(
            models.Q(retry_at__isnull=True) | models.Q(retry_at__lte=now)
        )

    def unfinished(self) -> Self:
        return self.filter(state__in=[ItemState.WAITING, ItemState.RUNNING])

    def failed(self) -> Self:
        return self.filter(state=ItemState.FAILED)


class AnswerQuerySet(models.QuerySet[Any]):
    def fresh(self) -> Self:
        """Still good to use: asking again would be paying twice."""
        return self.filter(expires_at__gt=timezone.now())

    def latest_per_source(self) -> Self:
        return self.order_by("siren", "source", "-fetched_at", "-pk").distinct(
            "siren", "source"
        )
