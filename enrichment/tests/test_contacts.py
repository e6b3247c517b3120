"""Looking for contacts: what is asked, on which basis, and what an erasure empties."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tests.people import make_user, verified_client
from companies import contacts
from companies.contacts import ContactsRefused
from companies.models import Company, Contact, ErasureReceipt
from companies.tests.makers import make_company
from enrichment import assessments, contact_erasure, packing
from enrichment.choices import BatchKind, BatchState
from enrichment.contacts import contact_facts, find_contacts
from enrichment.models import Answer, Batch, Call, Item, Provider, SourceAssessment
from enrichment.providers.facts import Contact as Told
from enrichment.providers.facts import Identity, ProviderFacts

pytestmark = pytest.mark.django_db

SIREN, NAME, EMAIL = "732829320", "Léa SPÉCIMEN", "lea@specimen-lac.example"
PAGE = "/sources/kaspr/evaluation/"
SIGNED = {
    "lawful_basis": "LIA-2026-01",
    "licence": "Kaspr, contrat 12",
    "statement": "Pesé le 12 novembre.",
    "agrees": "on",
}


@pytest.fixture
def company():
    return make_company("MÉCANIQUE DU LAC", siren=SIREN)


@pytest.fixture
def kaspr():
    return Provider.objects.get_or_create(name="kaspr", defaults={"is_enabled": False})


@pytest.fixture
def allowed(desk):
    return make_user("permise@cabinet.example", desk=desk, may_read_contacts=True)


@pytest.fixture
def lead(company, allowed):
    return contacts.add_lead(
        siren=SIREN, full_name=NAME, profile="lea-specimen-1", by=allowed
    )


def steps(batch):
    items = Item.objects.filter(batch=batch).order_by("position")
    return [(item.source, item.subject) for item in items]


def make_answer(source="kaspr", subject="work_email:1", **fields):
    now = timezone.now()
    call = Call.objects.create(
        siren=SIREN, source=source, subject=subject, state="paid"
    )
    return Answer.objects.create(
        siren=SIREN,
        source=source,
        call=call,
        subject=subject,
        status="found",
        raw=b'{"profile": {"starryPhone": "0199001234"}}',
        sha256="a" * 64,
        http_status=200,
        fetched_at=now,
        expires_at=now + timedelta(hours=6),
        **fields,
    )


class TestFinding:
    def test_asks_the_cheapest_first_and_names_nobody(self, company, allowed, lead):
        batch = find_contacts(by=allowed, siren=SIREN, lead=lead.pk)

        assert (batch.kind, batch.state) == (BatchKind.CONTACTS, BatchState.DRAFT)
        assert steps(batch) == [
            ("pappers", "contacts"),
            ("kaspr", f"work_email:{lead.pk}"),
            ("kaspr", f"direct_email:{lead.pk}"),
            ("kaspr", f"phone:{lead.pk}"),
        ]
        assert "SPÉCIMEN" not in f"{batch.name} {batch.detected}"

    def test_only_what_is_wanted(self, company, allowed, lead):
        batch = find_contacts(by=allowed, siren=SIREN, lead=lead.pk, wanted=["phone"])
        assert steps(batch) == [("pappers", "contacts"), ("kaspr", f"phone:{lead.pk}")]

    def test_without_anybody_only_the_companys_own(self, company, allowed):
        batch = find_contacts(by=allowed, siren=SIREN)
        assert steps(batch) == [("pappers", "contacts")]

    def test_of_a_company_that_may_not_be_asked(self, company, allowed):
        Company.objects.update(diffusion="P")
        with pytest.raises(ContactsRefused, match="partial"):
            find_contacts(by=allowed, siren=SIREN)
        assert not Batch.objects.exists()

    def test_not_for_somebody_of_another_company(self, company, allowed, lead):
        other = make_company("AUTRE")
        with pytest.raises(ContactsRefused, match="not_held"):
            find_contacts(by=allowed, siren=other.siren, lead=lead.pk)

    def test_who_may_not_read_them_buys_none(self, company, analyst, reader):
        for user in (analyst, reader):
            with pytest.raises(PermissionDenied):
                find_contacts(by=user, siren=SIREN)

    def test_the_button_leads_to_the_preview(self, company, allowed, lead):
        url = f"/societes/{SIREN}/contacts/chercher/"
        client = verified_client(allowed)
        answer = client.post(url, {"lead": lead.pk, "wanted": ["email"]})

        batch = Batch.objects.get()
        assert answer.url == batch.get_absolute_url()
        assert steps(batch)[-1] == ("kaspr", f"direct_email:{lead.pk}")
        assert client.post(url, {}).url == f"/societes/{SIREN}/"
        assert Batch.objects.count() == 1

    def test_the_button_is_not_for_others(self, company, analyst_client, reader_client):
        for client in (analyst_client, reader_client):
            url = f"/societes/{SIREN}/contacts/chercher/"
            assert client.post(url, {"wanted": ["email"]}).status_code == 403


class TestBasis:
    FACTS = ProviderFacts(
        siren=SIREN,
        identity=Identity(),
        contacts=(Told(kind="email", value=EMAIL, is_personal=True, full_name=NAME),),
    )

    def test_a_persons_contact_names_the_assessment_it_is_held_on(
        self, company, kaspr, manager, lead
    ):
        answer = make_answer(subject=f"work_email:{lead.pk}")
        (unsigned,) = contact_facts(answer=answer, facts=self.FACTS)
        assert contacts.record_contacts(contacts=[unsigned]).refused == {"no_basis": 1}

        assessments.sign(
            source="kaspr",
            by=manager,
            **{key: value for key, value in SIGNED.items() if key != "agrees"},
        )
        (fact,) = contact_facts(answer=answer, facts=self.FACTS)
        assert (fact.lawful_basis, fact.licence) == ("LIA-2026-01", "Kaspr, contrat 12")
        assert (fact.lead_id, fact.answer_id) == (lead.pk, answer.pk)
        assert contacts.record_contacts(contacts=[fact]).added == 1

        assessments.withdraw(source="kaspr", by=manager)
        (fact,) = contact_facts(answer=answer, facts=self.FACTS)
        assert fact.lawful_basis == ""


class TestErasure:
    def test_what_contacts_were_read_in_is_emptied(self, company, ops):
        reached = make_answer()
        own = make_answer("pappers", "contacts")
        usual = make_answer("pappers", "")
        other = make_answer("pappers", "sanctions")
        contacts.record_contacts(
            contacts=contact_facts(
                answer=own,
                facts=ProviderFacts(
                    siren=SIREN,
                    identity=Identity(),
                    contacts=(Told(kind="email", value=EMAIL),),
                ),
            )
        )
        contacts.oppose(by=ops, source="ops", value=EMAIL)
        receipt = ErasureReceipt.objects.get()

        contact_erasure.empty_answers(receipt_id=receipt.pk)
        contact_erasure.empty_answers(receipt_id=receipt.pk)

        for answer in (reached, own):
            answer.refresh_from_db()
            assert (bytes(answer.raw), answer.encoding) == (b"", packing.ERASED)
            assert answer.expires_at <= timezone.now()
        for answer in (usual, other):
            answer.refresh_from_db()
            assert bytes(answer.raw)
        receipt.refresh_from_db()
        assert receipt.answers == 2
        assert receipt.answers_at

    def test_an_opposition_reaches_them_through_the_queue(
        self, company, ops, django_capture_on_commit_callbacks, monkeypatch
    ):
        asked = []
        monkeypatch.setattr(
            "mainsite.lib.queue.enqueue", lambda job, **more: asked.append((job, more))
        )
        answer = make_answer("pappers", "contacts")
        facts = ProviderFacts(
            siren=SIREN,
            identity=Identity(),
            contacts=(Told(kind="email", value=EMAIL),),
        )
        contacts.record_contacts(contacts=contact_facts(answer=answer, facts=facts))
        with django_capture_on_commit_callbacks(execute=True):
            contacts.oppose(by=ops, source="ops", value=EMAIL)

        # Exports are told too, and take their files away.
        jobs = dict(asked)
        receipt = ErasureReceipt.objects.get()
        assert jobs[contact_erasure.empty_answers]["receipt_id"] == receipt.pk

    def test_the_sweep_finds_what_a_lost_event_left(self, company):
        answer = make_answer()
        hour_ago = timezone.now() - timedelta(hours=1)
        ErasureReceipt.objects.create(
            reason="opposition", sirens=[SIREN], at=hour_ago, public_id=uuid4()
        )
        contact_erasure.sweep()
        answer.refresh_from_db()
        assert answer.encoding == packing.ERASED


class TestAssessment:
    def test_a_manager_signs_and_it_is_traced(self, kaspr, manager_client, manager):
        answer = manager_client.post(PAGE, SIGNED)

        assert answer.url == PAGE
        signed = SourceAssessment.objects.get()
        assert (signed.signed_by, signed.lawful_basis) == (manager, "LIA-2026-01")
        assert AuditEntry.objects.filter(action="assessment.sign").count() == 1
        page = manager_client.get(PAGE).content.decode()
        assert "Kaspr, contrat 12" in page
        assert "Retirer" in page

    def test_without_agreeing_nothing_is_signed(self, kaspr, manager_client):
        answer = manager_client.post(PAGE, SIGNED | {"agrees": ""})
        assert answer.status_code == 422
        assert "la source reste éteinte" in answer.content.decode()
        assert not SourceAssessment.objects.exists()

    def test_only_a_manager_signs(self, kaspr, analyst_client, ops_client):
        for client in (analyst_client, ops_client):
            assert client.post(PAGE, SIGNED).status_code == 403
        assert not SourceAssessment.objects.exists()
        assert ops_client.get(PAGE).status_code == 200

    def test_a_new_one_takes_the_place_of_the_last(self, kaspr, manager_client):
        manager_client.post(PAGE, SIGNED)
        manager_client.post(PAGE, SIGNED | {"lawful_basis": "LIA-2026-02"})
        standing = SourceAssessment.objects.get(withdrawn_at=None)
        assert standing.lawful_basis == "LIA-2026-02"
        assert SourceAssessment.objects.count() == 2

    def test_ops_may_stop_it_at_once(self, kaspr, manager_client, ops_client):
        manager_client.post(PAGE, SIGNED)
        assert ops_client.post(f"{PAGE}retirer/").url == PAGE
        assert not SourceAssessment.objects.filter(withdrawn_at=None).exists()
        assert AuditEntry.objects.filter(action="assessment.withdraw").count() == 1

    def test_a_source_that_tells_of_nobody_has_none(self, manager_client):
        url = "/sources/recherche_entreprises/evaluation/"
        assert manager_client.get(url).status_code == 404
        assert manager_client.get("/sources/rien/evaluation/").status_code == 404


def test_the_ledger_and_the_batch_hold_nobody(company, allowed, lead):
    find_contacts(by=allowed, siren=SIREN, lead=lead.pk)
    rows = [
        *Batch.objects.values(),
        *Item.objects.values(),
        *AuditEntry.objects.values(),
    ]
    for clear in (NAME, "SPÉCIMEN", "lea-specimen"):
        assert clear not in repr(rows)
    assert not Contact.objects.exists()
