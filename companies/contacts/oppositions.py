"""Someone says no: remembered by fingerprint, erased everywhere, in one action."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import audit
from accounts.models import User
from companies.choices import (
    ContactKind,
    ErasureReason,
    OpposedThing,
    OppositionReason,
)
from companies.contacts import erasing, fingerprints, guarding, journal
from companies.contacts.actions import Action
from companies.contacts.facts import Receipt
from companies.contacts.refused import ContactsRefused
from companies.models import Contact, ContactLead, Opposition


@dataclass(frozen=True, slots=True)
class _Mark:
    kind: str
    fingerprint: str


def refusal(siren: str) -> str:
    """Why no source of contacts may be asked of this company; "" when one may."""
    return guarding.refusals([siren]).get(siren, "")


@transaction.atomic
def oppose(
    *,
    by: User | None,
    source: str,
    reason: OppositionReason = OppositionReason.OBJECTION,
    value: str = "",
    siren: str = "",
    full_name: str = "",
    request: HttpRequest | None = None,
) -> Receipt:
    """Honour the request of someone known by a value, or by name and company.

    All that is held of them goes, at every company, and every value that went is
    opposed too: another source would bring it back. Nothing held is no obstacle: the
    fingerprint stays for the day a source tells it.
    """
    marks = _marks(value, siren, full_name)
    if not marks:
        raise ContactsRefused("malformed")
    return _oppose(marks, by=by, source=source, reason=reason, request=request)


@transaction.atomic
def oppose_contact(
    *,
    siren: str,
    contact_id: int,
    by: User,
    source: str = "desk",
    reason: OppositionReason = OppositionReason.OBJECTION,
    request: HttpRequest | None = None,
) -> Receipt:
    """The same for whoever one contact is of, without reading it."""
    contact = Contact.objects.filter(siren=siren, pk=contact_id).first()
    if contact is None:
        raise ContactsRefused("not_held")
    return _oppose(
        _marks_of(contact), by=by, source=source, reason=reason, request=request
    )


@transaction.atomic
def oppose_company(
    *,
    siren: str,
    by: User,
    source: str,
    reason: OppositionReason = OppositionReason.OBJECTION,
    request: HttpRequest | None = None,
) -> Receipt:
    """A company says no for everyone it employs; no register takes that back."""
    guarding.hold_list(to_change=True)
    mark = _Mark(OpposedThing.COMPANY, fingerprints.of_company(siren))
    _remember([mark], reason=reason, source=source)
    # What a register had said before would be the register's to lift.
    Opposition.objects.filter(
        fingerprint=mark.fingerprint, reason=OppositionReason.REGISTER
    ).update(reason=reason, source=source)
    return _erase(
        contacts=Contact.objects.filter(siren=siren),
        leads=ContactLead.objects.filter(siren=siren),
        fingerprints=1,
        by=by,
        source=source,
        reason=reason,
        request=request,
    )


@transaction.atomic
def set_company_oppositions(
    *, refusing: Collection[str], allowing: Collection[str] = (), source: str
) -> int:
    """What a register says today of commercial use, company by company.

    What is held of one that refuses is erased; one that allows it again may be asked
    anew. Returns how many contacts went.
    """
    lifted = _lifted(allowing)
    new = _not_yet(refusing)
    if not lifted and not new:
        return 0
    # Only now: whoever records contacts waits for whoever holds the list.
    guarding.hold_list(to_change=True)
    _lift(lifted)
    _remember(new.values(), reason=OppositionReason.REGISTER, source=source)
    contacts = Contact.objects.filter(siren__in=new)
    leads = ContactLead.objects.filter(siren__in=new)
    if not contacts.exists() and not leads.exists():
        return 0
    receipt = erasing.erase(
        contacts=contacts,
        leads=leads,
        reason=ErasureReason.OPPOSITION,
        fingerprints=len(new),
    )
    return receipt.contacts


def _lifted(allowing: Collection[str]) -> list[int]:
    """Only what a register said is a register's to take back."""
    digests = [fingerprints.of_company(siren) for siren in allowing]
    found = Opposition.objects.filter(
        fingerprint__in=digests, reason=OppositionReason.REGISTER
    )
    return list(found.values_list("pk", flat=True))


def _lift(keys: Collection[int]) -> None:
    rows = Opposition.objects.filter(pk__in=keys)
    journal.note_lifted(list(rows.values_list("fingerprint", flat=True)))
    rows.delete()


def _not_yet(refusing: Collection[str]) -> dict[str, _Mark]:
    """Those that the list does not have, by company."""
    marks = {
        siren: _Mark(OpposedThing.COMPANY, fingerprints.of_company(siren))
        for siren in refusing
    }
    there = guarding.opposed_among(mark.fingerprint for mark in marks.values())
    return {s: mark for s, mark in marks.items() if mark.fingerprint not in there}


def _oppose(
    marks: set[_Mark],
    *,
    by: User | None,
    source: str,
    reason: OppositionReason,
    request: HttpRequest | None,
) -> Receipt:
    guarding.hold_list(to_change=True)
    marks = _with_the_same_person(marks)
    _remember(marks, reason=reason, source=source)
    digests = [mark.fingerprint for mark in marks]
    return _erase(
        contacts=erasing.contacts_of(digests),
        leads=erasing.leads_of(digests),
        fingerprints=len(marks),
        by=by,
        source=source,
        reason=reason,
        request=request,
    )


def _erase(
    *,
    contacts: QuerySet[Contact],
    leads: QuerySet[ContactLead],
    fingerprints: int,
    by: User | None,
    source: str,
    reason: OppositionReason,
    request: HttpRequest | None,
) -> Receipt:
    """The rows go, the trail says how many, and the person is given a receipt."""
    receipt = erasing.erase(
        contacts=contacts,
        leads=leads,
        reason=ErasureReason.OPPOSITION,
        fingerprints=fingerprints,
        by=by,
    )
    audit.record(
        actor=by,
        action=Action.OPPOSED,
        resource=f"erasure:{receipt.public_id}",
        details={
            "reason": str(reason),
            "source": source,
            "contacts": receipt.contacts,
            "leads": receipt.leads,
            "fingerprints": fingerprints,
        },
        request=request,
    )
    return Receipt(
        reference=str(receipt.public_id),
        at=receipt.at,
        contacts=receipt.contacts,
        leads=receipt.leads,
        fingerprints=fingerprints,
    )


def _marks(value: str, siren: str, full_name: str) -> set[_Mark]:
    marks = set()
    for kind in ContactKind.values:
        normal = fingerprints.normalised(kind, value)
        if normal:
            marks.add(_Mark(kind, fingerprints.of_value(kind, normal)))
    person = fingerprints.of_person(siren, full_name) if siren and full_name else ""
    if person:
        marks.add(_Mark(OpposedThing.PERSON, person))
    return marks


def _marks_of(contact: Contact) -> set[_Mark]:
    marks = {_Mark(contact.kind, contact.fingerprint)}
    if contact.person:
        marks.add(_Mark(OpposedThing.PERSON, contact.person))
    return marks


def _with_the_same_person(marks: set[_Mark]) -> set[_Mark]:
    """A value leads to its person, a person to their other values; and no further.

    Two colleagues may share a switchboard: the second one did not ask.
    """
    held = Contact.objects.filter(fingerprint__in=[mark.fingerprint for mark in marks])
    people = {
        _Mark(OpposedThing.PERSON, contact.person)
        for contact in held
        if contact.is_personal and contact.person
    }
    wanted = marks | people
    named = [m.fingerprint for m in wanted if m.kind == OpposedThing.PERSON]
    theirs = Contact.objects.filter(person__in=named)
    return wanted | {_Mark(one.kind, one.fingerprint) for one in theirs}


def _remember(marks: Iterable[_Mark], *, reason: OppositionReason, source: str) -> None:
    """An opposition that stands already keeps its first date."""
    rows = [
        Opposition(
            kind=mark.kind,
            fingerprint=mark.fingerprint,
            reason=reason,
            source=source,
        )
        for mark in sorted(marks, key=lambda mark: mark.fingerprint)
    ]
    Opposition.objects.bulk_create(rows, ignore_conflicts=True)
    journal.note_added(row.fingerprint for row in rows)
