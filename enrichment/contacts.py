"""Looking for contacts: what is asked, in which order, and on which lawful basis."""

from collections.abc import Collection, Iterator
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import audit, perms
from accounts.models import User
from companies import contacts
from companies.choices import ContactKind
from companies.contacts import ContactFact, ContactsRefused
from companies.models import Company
from enrichment.actions import Action
from enrichment.choices import BatchKind
from enrichment.models import Answer, Batch, Item, SourceAssessment
from enrichment.providers.facts import ProviderFacts
from enrichment.providers.registry import provider_classes

REACH: Final = frozenset(ContactKind.values)
# The cheapest first: what is known of the company, then its people's office, then
# what is private.
WATERFALL: Final = (
    ("pappers", "contacts"),
    ("kaspr", "work_email"),
    ("kaspr", "direct_email"),
    ("kaspr", "phone"),
)
# The company's own contacts are asked under the option's name, a person's under theirs.
_OF_THE_COMPANY: Final = frozenset({("pappers", "contacts")})


def options_that_reach(name: str) -> frozenset[str]:
    """The options of a source whose answers hold contacts."""
    gives = provider_classes()[name].gives
    return frozenset(option for option, groups in gives.items() if groups & REACH)


@transaction.atomic
def find_contacts(
    *,
    by: User,
    siren: str,
    lead: int | None = None,
    wanted: Collection[str] = tuple(ContactKind.values),
    request: HttpRequest | None = None,
) -> Batch:
    """A draft that asks one source after the other until each wanted kind is found.

    Without a lead only the company's own contacts are looked up. The ledger names
    people by the number of the lead. ``ContactsRefused`` when the law says no.
    """
    if not (perms.can_spend(by) and perms.can_read_contacts(by)) or by.desk is None:
        raise PermissionDenied
    reason = contacts.refusal(siren)
    if reason:
        raise ContactsRefused(reason)
    if lead is not None and not contacts.is_lead_of(siren, lead):
        raise ContactsRefused("not_held")
    company = Company.objects.get(siren=siren)
    batch = Batch.objects.create(
        desk=by.desk,
        created_by=by,
        kind=BatchKind.CONTACTS,
        name=_("Contacts, %(company)s") % {"company": company.shown_name[:80]},
        lines_read=1,
        detected={"accepted": 1, "wanted": sorted(wanted)},
    )
    Item.objects.bulk_create(
        Item(batch=batch, siren=siren, source=source, subject=subject, position=rank)
        for rank, (source, subject) in enumerate(_steps(lead, wanted))
    )
    audit.record(
        actor=by,
        action=Action.BATCH_CREATED,
        resource=f"batch:{batch.public_id}",
        details={"companies": 1, "kind": str(BatchKind.CONTACTS), "lead": lead},
        request=request,
    )
    return batch


def _steps(lead: int | None, wanted: Collection[str]) -> Iterator[tuple[str, str]]:
    for source, option in WATERFALL:
        if not provider_classes()[source].gives[option] & set(wanted):
            continue
        if (source, option) in _OF_THE_COMPANY:
            yield source, option
        elif lead is not None:
            yield source, f"{option}:{lead}"


def contact_facts(*, answer: Answer, facts: ProviderFacts) -> list[ContactFact]:
    """What an answer says of how to reach people, with the basis it is held on."""
    if not facts.contacts:
        return []
    signed = _signed(answer.source)
    return [
        ContactFact(
            siren=answer.siren,
            kind=one.kind,
            value=one.value,
            source=answer.source,
            collected_at=answer.fetched_at,
            lawful_basis=signed.lawful_basis if signed else "",
            licence=signed.licence if signed else "",
            is_personal=one.is_personal,
            is_professional=one.is_professional,
            full_name=one.full_name or "",
            title=one.title or "",
            lead_id=_lead_of(answer.subject),
            is_sandbox=answer.is_sandbox,
            answer_id=answer.pk,
        )
        for one in facts.contacts
    ]


def _signed(source: str) -> SourceAssessment | None:
    """The assessment that holds now; without one no person's contact is kept."""
    held = SourceAssessment.objects.filter(
        provider_id=source, withdrawn_at__isnull=True
    )
    return held.order_by("-signed_at", "-pk").first()


def _lead_of(subject: str) -> int | None:
    number = subject.partition(":")[2]
    return int(number) if number.isascii() and number.isdecimal() else None
