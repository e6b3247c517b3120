"""What the law wants done over time: inform, count from the last sign, delete."""

from collections.abc import Collection
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import User
from companies.choices import Diffusion, ErasureReason
from companies.contacts import erasing, guarding
from companies.contacts.actions import Action
from companies.models import Company, Contact, ContactLead, Opposition
from companies.models.contacts import end_of_keeping


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """How many rows went, or would; by why they had to."""

    expired: int
    opposed: int
    partial: int
    leads: int

    @property
    def total(self) -> int:
        return self.expired + self.opposed + self.partial + self.leads


@transaction.atomic
def inform(
    *,
    siren: str,
    contact_id: int,
    document: str,
    by: User,
    request: HttpRequest | None = None,
) -> int:
    """Note that whoever a contact is of was told, by which document; all their
    contacts at the company count. Returns how many."""
    contact = Contact.objects.filter(siren=siren, pk=contact_id).first()
    if contact is None:
        return 0
    told = _of_the_same(contact).filter(informed_at__isnull=True)
    count = told.update(informed_at=timezone.now(), informed_by=document)
    _audit(Action.INFORMED, siren, by, request, contacts=count, document=document)
    return count


@transaction.atomic
def note_interaction(
    *, siren: str, contact_id: int, by: User, request: HttpRequest | None = None
) -> int:
    """The person wrote or called: the years of keeping start again from today.

    An e-mail that was opened is no sign of the person.
    """
    contact = Contact.objects.filter(siren=siren, pk=contact_id).first()
    if contact is None:
        return 0
    now = timezone.now()
    count = _of_the_same(contact).update(
        last_interaction_at=now, delete_after=end_of_keeping(now)
    )
    _audit(Action.INTERACTED, siren, by, request, contacts=count)
    return count


def _of_the_same(contact: Contact) -> QuerySet[Contact]:
    mine = Q(pk=contact.pk)
    if contact.person:
        mine |= Q(siren=contact.siren, person=contact.person)
    return Contact.objects.filter(mine)


@transaction.atomic
def purge_expired(*, dry_run: bool = False) -> Purged:
    """Delete what may be kept no longer, and leave the proof in the audit trail.

    Run again after a restored backup, it applies the oppositions to what came back.
    """
    guarding.hold_list(to_change=True)
    today = timezone.localdate()
    opposed = _opposed()
    partial = _partial().exclude(pk__in=opposed)
    others = Contact.objects.exclude(pk__in=opposed).exclude(pk__in=partial)
    expired = others.filter(delete_after__lte=today)
    leads = ContactLead.objects.filter(
        Q(delete_after__lte=today)
        | Q(person__in=Opposition.objects.values("fingerprint"))
        | Q(Exists(_partial_company()))
    )
    purged = Purged(
        expired=expired.count(),
        opposed=opposed.count(),
        partial=partial.count(),
        leads=leads.count(),
    )
    if not dry_run:
        _delete((opposed, partial, expired), leads, purged)
    return purged


def _opposed() -> QuerySet[Contact]:
    digests = Opposition.objects.values("fingerprint")
    return Contact.objects.filter(Q(fingerprint__in=digests) | Q(person__in=digests))


def _partial() -> QuerySet[Contact]:
    return Contact.objects.filter(Exists(_partial_company()))


def _partial_company() -> QuerySet[Company]:
    """The company of the outer row, if it limits its diffusion."""
    found: QuerySet[Company] = Company.objects.filter(
        siren=OuterRef("siren"), diffusion=Diffusion.PARTIAL
    )
    return found


def _delete(
    groups: Collection[QuerySet[Contact]], leads: QuerySet[ContactLead], purged: Purged
) -> None:
    keys = {pk for group in groups for pk in group.values_list("pk", flat=True)}
    receipt = None
    if purged.total:
        receipt = erasing.erase(
            contacts=Contact.objects.filter(pk__in=keys),
            leads=leads,
            reason=ErasureReason.RETENTION,
        )
    # Written even when nothing was due: the proof is that it was looked at.
    audit.record(
        actor=None,
        action=Action.PURGED,
        resource=f"erasure:{receipt.public_id}" if receipt else "",
        details=asdict(purged),
    )


def _audit(
    action: Action, siren: str, by: User, request: HttpRequest | None, **details: object
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"company:{siren}",
        details=details,
        request=request,
    )
