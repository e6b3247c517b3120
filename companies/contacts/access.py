"""Everything held on one person, as they may ask for it (GDPR, article 15)."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit, perms
from accounts.models import User
from companies.choices import ContactKind
from companies.contacts import erasing, fingerprints, guarding
from companies.contacts.actions import Action
from companies.contacts.reading import unsealed
from companies.contacts.refused import ContactsRefused
from companies.models import Contact, ContactLead, Officer, Opposition

PURPOSE = (
    "Prospection entre entreprises : approche de dirigeants en vue d’une cession "
    "ou d’un rapprochement."
)


@transaction.atomic
def access_package(
    *,
    by: User,
    value: str = "",
    siren: str = "",
    full_name: str = "",
    request: HttpRequest | None = None,
) -> dict[str, Any]:
    """What is held of someone known by a value, or by name and company.

    Opposed data is told too: the person asks for it themselves.
    """
    if not (perms.can_administer(by) and perms.can_read_contacts(by)):
        raise PermissionDenied
    digests = _digests(value, siren, full_name)
    if not digests:
        raise ContactsRefused("malformed")
    guarding.hold_list()
    contacts = list(erasing.contacts_of(digests))
    people = digests | {c.person for c in contacts if c.is_personal and c.person}
    contacts = list(erasing.contacts_of(people).order_by("siren", "pk"))
    package = _package(contacts, people, officers=_officers(siren, full_name))
    audit.record(
        actor=by,
        action=Action.ACCESS_PACKAGE,
        details={key: len(rows) for key, rows in package.items() if key in _COUNTED},
        request=request,
    )
    return package


_COUNTED = ("contacts", "leads", "oppositions", "officers")


def _digests(value: str, siren: str, full_name: str) -> set[str]:
    normal = {k: fingerprints.normalised(k, value) for k in ContactKind.values}
    found = {fingerprints.of_value(k, text) for k, text in normal.items() if text}
    if siren and full_name:
        found.add(fingerprints.of_person(siren, full_name))
    return found - {""}


def _package(
    contacts: Collection[Contact], digests: set[str], *, officers: Collection[Officer]
) -> dict[str, Any]:
    everything = digests | {contact.fingerprint for contact in contacts}
    return {
        "made_at": timezone.now().isoformat(),
        "purpose": PURPOSE,
        "contacts": [_contact(row) for row in contacts],
        "leads": [_lead(row) for row in erasing.leads_of(digests).order_by("pk")],
        "officers": [_officer(row) for row in officers],
        "oppositions": [
            {"kind": row.kind, "reason": row.reason, "since": row.since.isoformat()}
            for row in Opposition.objects.filter(fingerprint__in=everything)
        ],
    }


def _contact(row: Contact) -> dict[str, Any]:
    return {
        "siren": row.siren,
        "kind": row.kind,
        "value": unsealed(row.sealed_value),
        "full_name": unsealed(row.sealed_name),
        "title": unsealed(row.sealed_title),
        "is_personal": row.is_personal,
        "is_professional": row.is_professional,
        "source": row.source,
        "lawful_basis": row.lawful_basis,
        "licence": row.licence,
        "collected_at": row.collected_at.isoformat(),
        "informed_at": row.informed_at.isoformat() if row.informed_at else None,
        "informed_by": row.informed_by,
        "last_interaction_at": row.last_interaction_at.isoformat()
        if row.last_interaction_at
        else None,
        "delete_after": row.delete_after.isoformat(),
        "is_sandbox": row.is_sandbox,
    }


def _lead(row: ContactLead) -> dict[str, Any]:
    return {
        "siren": row.siren,
        "full_name": unsealed(row.sealed_name),
        "profile": unsealed(row.sealed_profile),
        "added_at": row.created_at.isoformat(),
        "delete_after": row.delete_after.isoformat(),
    }


def _officers(siren: str, full_name: str) -> list[Officer]:
    """The register's own words on someone: kept by the company's name for them."""
    if not (siren and full_name):
        return []
    wanted = fingerprints.of_person(siren, full_name)
    people = Officer.objects.filter(siren=siren, is_company=False)
    return [o for o in people if fingerprints.of_person(siren, o.full_name) == wanted]


def _officer(row: Officer) -> dict[str, Any]:
    return {
        "siren": row.siren,
        "full_name": row.full_name,
        "role": row.role,
        "birth_year": row.birth_year,
        "birth_month": row.birth_month,
        "since": row.since.isoformat() if row.since else None,
        "source": row.source,
        "retrieved_at": row.retrieved_at.isoformat(),
    }
