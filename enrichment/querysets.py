"""Which rows of the ledger: words that read as a sentence."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from companies.querysets import DeskQuerySet
from enrichment import packing
from enrichment.choices import NOT_RETRYABLE, AnswerStatus, BatchKind, ItemState


class BatchQuerySet(DeskQuerySet):
    def awaited(self) -> Self:
        """Somebody looks at a page until it ends: one company, or its contacts."""
        return self.filter(kind__in=[BatchKind.ONE, BatchKind.CONTACTS])


class ItemQuerySet(models.QuerySet[Any]):
    def waiting(self) -> Self:
        return self.filter(state=ItemState.WAITING)

    def due(self) -> Self:
        """Waiting, and not told to wait longer; the clock is PostgreSQL's."""
        return self.waiting().filter(
            models.Q(retry_at__isnull=True) | models.Q(retry_at__lte=Now())
        )

    def unfinished(self) -> Self:
        return self.filter(state__in=[ItemState.WAITING, ItemState.RUNNING])

    def failed(self) -> Self:
        return self.filter(state=ItemState.FAILED)

    def given_up(self, *, since: datetime) -> Self:
        """Failed again and again since then, of what another try might give."""
        recent = self.failed().filter(updated_at__gte=since)
        return recent.exclude(reason__in=NOT_RETRYABLE)


class AnswerQuerySet(models.QuerySet[Any]):
    def fresh(self) -> Self:
        """Still good to use: asking again would be paying twice."""
        return self.filter(expires_at__gt=timezone.now())

    def known(self) -> Self:
        """The source had something to say of the company, and it is still there."""
        return self.exclude(status=AnswerStatus.NOT_FOUND).exclude(
            encoding=packing.ERASED
        )

    def usual(self) -> Self:
        """Those of the company itself, whoever a contact was looked up for left out."""
        return self.exclude(subject__contains=":")

    def latest_per_source(self) -> Self:
        """The newest to each question: a source may be asked several."""
        return self.order_by(
            "siren", "source", "subject", "-fetched_at", "-pk"
        ).distinct("siren", "source", "subject")
