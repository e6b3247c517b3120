"""Deleting contacts: the rows, the search's flags, and the word to whoever else holds
the data."""

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from companies.choices import ErasureReason
from companies.contacts import target_flags
from companies.events import ContactsErased
from companies.models import Contact, ContactLead, ErasureReceipt
from mainsite.lib.events import publish

# An event that was not heard within that time was lost.
HEARD_WITHIN = timedelta(minutes=10)


def contacts_of(digests: Collection[str]) -> QuerySet[Contact]:
    return Contact.objects.filter(Q(fingerprint__in=digests) | Q(person__in=digests))


def leads_of(digests: Collection[str]) -> QuerySet[ContactLead]:
    return ContactLead.objects.filter(person__in=digests)


def erase(
    *,
    contacts: QuerySet[Contact],
    leads: QuerySet[ContactLead],
    reason: ErasureReason,
    fingerprints: int = 0,
    by: User | None = None,
) -> ErasureReceipt:
    """Delete these, and leave a receipt; raw answers follow after the transaction."""
    pairs = list(contacts.values_list("pk", "siren"))
    people = list(leads.values_list("pk", "siren"))
    sirens = sorted({siren for _pk, siren in (*pairs, *people)})
    Contact.objects.filter(pk__in=[pk for pk, _siren in pairs]).delete()
    ContactLead.objects.filter(pk__in=[pk for pk, _siren in people]).delete()
    target_flags.refresh(sirens)
    receipt = ErasureReceipt(
        reason=reason,
        by=by,
        sirens=sirens,
        contacts=len(pairs),
        leads=len(people),
        fingerprints=fingerprints,
    )
    return _told(receipt)


def empty_answers_of(sirens: Collection[str]) -> None:
    """A source told of someone who objects: what it said is not kept either."""
    _told(ErasureReceipt(reason=ErasureReason.OPPOSITION, sirens=sorted(sirens)))


def _told(receipt: ErasureReceipt) -> ErasureReceipt:
    if not receipt.sirens:
        receipt.answers, receipt.answers_at = 0, timezone.now()
    receipt.save()
    if receipt.sirens:
        publish(ContactsErased(receipt_id=receipt.pk))
    return receipt


def waiting_for_answers() -> list[int]:
    """Erasures whose raw answers nobody has emptied: their event was lost."""
    late = ErasureReceipt.objects.filter(
        answers_at__isnull=True, at__lt=timezone.now() - HEARD_WITHIN
    )
    return list(late.order_by("at").values_list("pk", flat=True))


def companies_of(receipt_id: int) -> list[str]:
    """The companies whose raw answers are still to be emptied; none when done."""
    receipt = ErasureReceipt.objects.filter(pk=receipt_id, answers_at__isnull=True)
    found = receipt.values_list("sirens", flat=True).first()
    return list(found or [])


def note_answers_emptied(*, receipt_id: int, count: int) -> None:
    waiting = ErasureReceipt.objects.filter(pk=receipt_id, answers_at__isnull=True)
    waiting.update(answers=count, answers_at=timezone.now())
