"""Raw answers emptied of the people that were erased from the contacts."""

import logging

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from companies.contacts import erasing
from enrichment import answer_cache, packing
from enrichment.contacts import options_that_reach
from enrichment.models import Answer
from enrichment.providers.registry import provider_classes

logger = logging.getLogger(__name__)


def empty_answers(*, receipt_id: int) -> None:
    """Leave of these answers their digest and what they cost; running twice is safe.

    All contacts of the companies touched go: which of them an answer tells of stands
    only in the answer. What is still allowed stands in the contacts already.
    """
    with transaction.atomic():
        sirens = erasing.companies_of(receipt_id)
        found = Answer.objects.filter(_reach(), siren__in=sirens)
        count = found.exclude(encoding=packing.ERASED).update(
            raw=b"", encoding=packing.ERASED, expires_at=Now()
        )
        erasing.note_answers_emptied(receipt_id=receipt_id, count=count)
    answer_cache.forget(sirens)


def sweep() -> None:
    """Every day: the erasures whose event was lost."""
    for receipt_id in erasing.waiting_for_answers():
        logger.warning("erasure %s had not reached the raw answers", receipt_id)
        empty_answers(receipt_id=receipt_id)


def _reach() -> Q:
    """Answers to the options that tell of contacts, whoever they were asked for."""
    found = Q(pk__in=[])
    for source in provider_classes():
        for option in options_that_reach(source):
            is_option = Q(subject=option) | Q(subject__startswith=f"{option}:")
            found |= Q(source=source) & is_option
    return found
