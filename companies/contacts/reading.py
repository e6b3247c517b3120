"""Reading contacts: checked again, unsealed here, and each time in the audit trail."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit, perms, sealing
from accounts.models import User
from companies.choices import ContactKind, Source
from companies.contacts import guarding
from companies.contacts.actions import Action
from companies.models import Contact, ContactLead


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadContact:
    """One contact in clear; ``withheld`` says why its value is empty, "" if it is not.

    ``inform_by`` is the last day to tell the person; None when there is none.
    """

    id: int
    siren: str
    kind: str
    value: str = field(repr=False)
    full_name: str = field(repr=False)
    title: str = field(repr=False)
    is_personal: bool
    is_professional: bool
    source: str
    lawful_basis: str
    licence: str
    collected_at: datetime
    informed_at: datetime | None
    inform_by: date | None
    last_interaction_at: datetime | None
    delete_after: date
    is_sandbox: bool
    withheld: str = ""

    @property
    def kind_label(self) -> str:
        return str(ContactKind(self.kind).label)

    @property
    def source_label(self) -> str:
        return str(Source(self.source).label)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLead:
    id: int
    full_name: str = field(repr=False)
    profile: str = field(repr=False)
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsRead:
    """``refusal`` is why a company shows none at all; ``opposed`` were left out."""

    contacts: tuple[ReadContact, ...] = ()
    leads: tuple[ReadLead, ...] = ()
    opposed: int = 0
    refusal: str = ""


def counts(siren: str) -> Counter[str]:
    """How many of each kind are held: what anyone may know without reading them."""
    if guarding.refusals([siren]):
        return Counter()
    held = Contact.objects.filter(siren=siren).values_list("kind")
    return Counter(dict(held.annotate(count=Count("pk")).order_by()))


@transaction.atomic
def read_contacts(
    *, user: User, siren: str, request: HttpRequest | None = None
) -> ContactsRead:
    """The contacts of one company, and whom to look up, in clear and in the trail."""
    _check(user)
    read = _read([siren])[siren]
    if not read.refusal:
        read = replace(read, leads=_leads(siren))
    audit.record(
        actor=user,
        action=Action.READ,
        resource=f"company:{siren}",
        details=_told(read),
        request=request,
    )
    return read


@transaction.atomic
def contacts_for_export(
    *, user: User, sirens: Collection[str], request: HttpRequest | None = None
) -> dict[str, ContactsRead]:
    """The contacts of many companies for one file: one row tells of all of them."""
    _check(user)
    read = _read(sirens)
    digest = sha256(json.dumps(sorted(sirens)).encode()).hexdigest()
    total: Counter[str] = Counter()
    for one in read.values():
        total.update({k: v for k, v in _told(one).items() if isinstance(v, int)})
    audit.record(
        actor=user,
        action=Action.EXPORTED,
        resource=f"companies:{len(read)}",
        details={"sirens_sha256": digest, **total},
        request=request,
    )
    return read


def for_file(sirens: Collection[str]) -> dict[str, ContactsRead]:
    """Those of a batch of a file, with whom to look up, in one moment of the database.

    Reads only: whoever writes the file has checked the person's right, and tells the
    trail once of all its batches. The list of oppositions is as that moment has it.
    """
    read = _held(sirens)
    leads = _leads_of([siren for siren, one in read.items() if one.contacts])
    return {
        siren: replace(one, leads=tuple(leads[siren])) for siren, one in read.items()
    }


def _check(user: User) -> None:
    if not perms.can_read_contacts(user):
        raise PermissionDenied


def _read(sirens: Collection[str]) -> dict[str, ContactsRead]:
    guarding.hold_list()
    return _held(sirens)


def _held(sirens: Collection[str]) -> dict[str, ContactsRead]:
    refusals = guarding.refusals(sirens)
    allowed = [siren for siren in sirens if siren not in refusals]
    held: dict[str, list[Contact]] = defaultdict(list)
    rows = Contact.objects.filter(siren__in=allowed)
    # One after the other in the order of the page: people, then the company's own.
    for row in rows.order_by("siren", "-is_personal", "person", "kind", "pk"):
        held[row.siren].append(row)
    opposed = guarding.opposed_among(_digests(r for rs in held.values() for r in rs))
    return {
        siren: ContactsRead(refusal=refusals[siren])
        if siren in refusals
        else _of_company(held[siren], opposed)
        for siren in sirens
    }


def _leads(siren: str) -> tuple[ReadLead, ...]:
    return tuple(_leads_of([siren])[siren])


def _leads_of(sirens: Collection[str]) -> dict[str, list[ReadLead]]:
    rows = list(
        ContactLead.objects.filter(siren__in=sirens).order_by("created_at", "pk")
    )
    opposed = guarding.opposed_among(row.person for row in rows)
    found: dict[str, list[ReadLead]] = defaultdict(list)
    for row in rows:
        if row.person not in opposed:
            found[row.siren].append(
                ReadLead(
                    id=row.pk,
                    full_name=unsealed(row.sealed_name),
                    profile=unsealed(row.sealed_profile),
                    added_at=row.created_at,
                )
            )
    return found


def _digests(rows: Iterable[Contact]) -> Iterable[str]:
    for row in rows:
        yield row.fingerprint
        yield row.person


def _of_company(rows: Sequence[Contact], opposed: frozenset[str]) -> ContactsRead:
    free = [row for row in rows if not {row.fingerprint, row.person} & opposed]
    today = timezone.localdate()
    return ContactsRead(
        contacts=tuple(_in_clear(row, today) for row in free),
        opposed=len(rows) - len(free),
    )


def _in_clear(row: Contact, today: date) -> ReadContact:
    withheld = _withheld(row, today)
    return ReadContact(
        id=row.pk,
        siren=row.siren,
        kind=row.kind,
        value="" if withheld else unsealed(row.sealed_value),
        full_name="" if withheld else unsealed(row.sealed_name),
        title="" if withheld else unsealed(row.sealed_title),
        is_personal=row.is_personal,
        is_professional=row.is_professional,
        source=row.source,
        lawful_basis=row.lawful_basis,
        licence=row.licence,
        collected_at=row.collected_at,
        informed_at=row.informed_at,
        inform_by=row.inform_by,
        last_interaction_at=row.last_interaction_at,
        delete_after=row.delete_after,
        is_sandbox=row.is_sandbox,
        withheld=withheld,
    )


def _withheld(row: Contact, today: date) -> str:
    if today >= row.delete_after:
        return "expired"
    if row.inform_by is not None and today > row.inform_by:
        return "not_informed"
    return ""


def unsealed(sealed: str) -> str:
    return sealing.unseal(sealed).decode() if sealed else ""


def _told(read: ContactsRead) -> dict[str, int | str]:
    """Counts and codes: what was read is not in the trail."""
    kinds = Counter(one.kind for one in read.contacts if not one.withheld)
    return {
        "emails": kinds[ContactKind.EMAIL],
        "phones": kinds[ContactKind.PHONE],
        "withheld": sum(1 for one in read.contacts if one.withheld),
        "opposed": read.opposed,
        "leads": len(read.leads),
        **({"refusal": read.refusal} if read.refusal else {}),
    }
