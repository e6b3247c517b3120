"""A search for contacts from the button to the sealed rows, against real HTTP."""

from decimal import Decimal

import pytest

from accounts.tests.people import make_user
from companies import contacts
from companies.models import Contact, ErasureReceipt, Target
from enrichment import assessments, contact_erasure, invariants, lane, services
from enrichment.contacts import find_contacts
from enrichment.models import Answer, Call, Item, Provider
from enrichment.sandbox.invented import kaspr
from enrichment.tests.gates import open_gates

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "Léa SPÉCIMEN"


@pytest.fixture
def allowed(desk):
    return make_user("permise@cabinet.example", desk=desk, may_read_contacts=True)


@pytest.fixture
def signed(manager, sandbox):
    Provider.objects.filter(name="kaspr").update(is_enabled=True)
    for source in ("kaspr", "pappers"):
        assessments.sign(
            source=source,
            lawful_basis="LIA-2026-01",
            licence="contrat 12",
            statement="Pesé.",
            by=manager,
        )


def profile_with(*members):
    """A made-up person of whom just these are known."""
    options = ("work_email", "direct_email", "phone")
    for number in range(2000):
        profile = f"personne-specimen-{number}"
        shape = kaspr.shape(profile, NAME, options)
        every = ("professionalEmails", "personalEmails", "phones")
        if shape and {name for name in every if shape[name]} == set(members):
            return profile
    raise AssertionError(members)


def search(allowed, siren, profile, *, without=()):
    lead = contacts.add_lead(siren=siren, full_name=NAME, profile=profile, by=allowed)
    batch = find_contacts(by=allowed, siren=siren, lead=lead.pk)
    sources = {"pappers", "kaspr"} - set(without)
    services.start_batch(batch=batch, by=allowed, sources=sources, cap_eur=Decimal(9))
    for _ in range(6):
        open_gates()
        lane.run(batch.pk)
        batch.refresh_from_db()
        if batch.state != "running":
            break
    return batch


def ends(batch):
    items = Item.objects.filter(batch=batch).order_by("position")
    return {item.subject.partition(":")[0]: (item.state, item.reason) for item in items}


def test_a_person_is_found_paid_sealed_and_read(allowed, signed, companies):
    (siren,) = companies(1)
    profile = profile_with("personalEmails", "phones")
    batch = search(allowed, siren, profile, without=["pappers"])

    assert batch.state == "done"
    assert set(Contact.objects.values_list("kind", flat=True)) == {"email", "phone"}
    assert batch.committed_eur == Decimal("1.00")
    read = contacts.read_contacts(user=allowed, siren=siren)
    assert {one.full_name for one in read.contacts} == {NAME}
    assert all(one.is_sandbox and one.lawful_basis for one in read.contacts)
    target = Target.objects.get(siren=siren)
    assert (target.has_email, target.has_phone) == (True, True)
    assert invariants.broken() == []


def test_stops_at_the_first_answer_of_each_kind(allowed, signed, companies, sandbox):
    (siren,) = companies(1)
    profile = profile_with("professionalEmails", "personalEmails", "phones")
    batch = search(allowed, siren, profile, without=["pappers"])

    assert ends(batch) == {
        "work_email": ("done", ""),
        "direct_email": ("not_bought", "found_already"),
        "phone": ("done", ""),
    }
    assert len(sandbox.served()) == 2


def test_the_ledger_names_nobody(allowed, signed, companies):
    (siren,) = companies(1)
    search(allowed, siren, profile_with("phones"), without=["pappers"])
    rows = repr([*Call.objects.values(), *Item.objects.values()])
    assert "specimen" not in rows.lower()


def test_without_a_signed_assessment_nothing_leaves(
    allowed, manager, signed, companies, sandbox
):
    (siren,) = companies(1)
    assessments.withdraw(source="kaspr", by=manager)
    search(allowed, siren, profile_with("phones"), without=["pappers"])
    assert sandbox.served() == []
    assert not Contact.objects.exists()


def test_an_opposition_empties_what_was_read_and_nothing_is_broken(
    allowed, signed, companies, ops
):
    (siren,) = companies(1)
    search(allowed, siren, profile_with("phones"), without=["pappers"])
    contact = Contact.objects.get()
    receipt = contacts.oppose_contact(siren=siren, contact_id=contact.pk, by=allowed)

    contact_erasure.empty_answers(receipt_id=_key(receipt))
    emptied = Answer.objects.filter(siren=siren, status="found")
    assert {bytes(answer.raw) for answer in emptied} == {b""}
    assert invariants.broken() == []


def _key(receipt):
    return ErasureReceipt.objects.get(public_id=receipt.reference).pk
