"""Whom to look up: people named by an analyst, whom the ledger knows by number only."""

from collections.abc import Collection

from django.db import transaction
from django.http import HttpRequest

from accounts import audit, sealing
from accounts.models import User
from companies.contacts import fingerprints, guarding
from companies.contacts.actions import Action
from companies.contacts.facts import LeadPerson
from companies.contacts.refused import ContactsRefused
from companies.models import ContactLead
from companies.models.contacts import end_of_keeping
from mainsite.lib.linkedin import profile_name


@transaction.atomic
def add_lead(
    *,
    siren: str,
    full_name: str,
    profile: str,
    by: User,
    request: HttpRequest | None = None,
) -> ContactLead:
    """Note someone to look up; ``ContactsRefused`` when they, or the company, object.

    ``profile`` is an address or a bare name; only the bare name is kept.
    """
    bare, person = profile_name(profile), fingerprints.of_person(siren, full_name)
    if bare is None or not person:
        raise ContactsRefused("malformed")
    guarding.hold_list()
    reason = guarding.refusals([siren]).get(siren)
    if reason or guarding.opposed_among([person]):
        raise ContactsRefused(reason or "opposed")
    lead = ContactLead(
        siren=siren,
        sealed_name=sealing.seal(full_name.strip().encode()),
        sealed_profile=sealing.seal(bare.encode()),
        fingerprint=fingerprints.of_profile(bare),
        person=person,
        added_by=by,
    )
    lead.delete_after = end_of_keeping(lead.created_at)
    ContactLead.objects.bulk_create([lead], ignore_conflicts=True)
    stored = ContactLead.objects.get(siren=siren, fingerprint=lead.fingerprint)
    _audit(Action.LEAD_ADDED, stored, by, request)
    return stored


@transaction.atomic
def forget_lead(
    *, siren: str, lead_id: int, by: User, request: HttpRequest | None = None
) -> bool:
    """Take out someone noted by mistake; what was found of them stays."""
    lead = ContactLead.objects.filter(siren=siren, pk=lead_id).first()
    if lead is None:
        return False
    _audit(Action.LEAD_FORGOTTEN, lead, by, request)
    lead.delete()
    return True


def is_lead_of(siren: str, lead_id: int) -> bool:
    return ContactLead.objects.filter(siren=siren, pk=lead_id).exists()


def leads(ids: Collection[int]) -> dict[int, LeadPerson]:
    """Who these are, for a call to a source; one that was erased is not there."""
    found = {lead.pk: lead for lead in ContactLead.objects.filter(pk__in=ids)}
    opposed = guarding.opposed_among(lead.person for lead in found.values())
    return {
        pk: LeadPerson(
            full_name=sealing.unseal(lead.sealed_name).decode(),
            profile=sealing.unseal(lead.sealed_profile).decode(),
        )
        for pk, lead in found.items()
        if lead.person not in opposed
    }


def _audit(
    action: Action, lead: ContactLead, by: User, request: HttpRequest | None
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"company:{lead.siren}",
        details={"lead": lead.pk},
        request=request,
    )
