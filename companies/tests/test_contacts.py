"""What may be kept of people, who reads it, and what an opposition takes away."""

import json
import logging
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AuditEntry
from accounts.tests.people import make_user
from companies import contacts
from companies.choices import OppositionReason
from companies.contacts import ContactFact, ContactsRefused, erasing
from companies.models import (
    Company,
    Contact,
    ContactLead,
    ErasureReceipt,
    Officer,
    Opposition,
    Target,
)
from companies.tests.makers import make_company

pytestmark = pytest.mark.django_db

EMAIL, PHONE = "lea.specimen@specimen-lac.example", "01 99 00 12 34"
NAME = "Léa SPÉCIMEN"


@pytest.fixture
def company():
    return make_company("MÉCANIQUE DU LAC", siren="732829320")


@pytest.fixture
def allowed(desk):
    return make_user("permise@cabinet.example", desk=desk, may_read_contacts=True)


def fact(value=EMAIL, *, siren="732829320", kind=None, **fields):
    return ContactFact(
        siren=siren,
        kind=kind or ("email" if "@" in value else "phone"),
        value=value,
        **{
            "source": "kaspr",
            "collected_at": timezone.now(),
            "lawful_basis": "LIA-2026-01",
            "licence": "Kaspr, contrat 12",
            "is_personal": True,
            "full_name": NAME,
            "title": "Directrice",
            "answer_id": 7,
            **fields,
        },
    )


def record(*facts):
    return contacts.record_contacts(contacts=facts or [fact(), fact(PHONE)])


def trail(action):
    return list(AuditEntry.objects.filter(action=action).order_by("pk"))


class TestRecording:
    def test_keeps_every_column_that_the_law_wants(self, company):
        recorded = record()

        assert (recorded.added, recorded.known) == (2, 0)
        assert recorded.usable(company.siren) == {"email", "phone"}
        row = Contact.objects.get(kind="email")
        assert (row.source, row.lawful_basis) == ("kaspr", "LIA-2026-01")
        assert (row.licence, row.answer_id) == ("Kaspr, contrat 12", 7)
        assert row.informed_at is None
        kept = row.delete_after.year - timezone.localdate().year
        assert kept == 3

    def test_twice_adds_nothing_and_starts_no_delay_again(self, company):
        before = timezone.now() - timedelta(days=10)
        record(fact(collected_at=before))
        recorded = record(fact("LEA.Specimen@specimen-lac.example", source="pappers"))

        assert (recorded.added, recorded.known) == (0, 1)
        row = Contact.objects.get()
        assert (row.source, row.collected_at) == ("kaspr", before)

    def test_one_number_is_one_whatever_its_spelling(self, company):
        record(fact(PHONE))
        assert record(fact("+33 (0)1 99 00 12 34")).known == 1
        assert record(fact("0033199001234")).known == 1

    @pytest.mark.parametrize(
        ("one", "reason"),
        [
            (fact(lawful_basis=""), "no_basis"),
            (fact("pas une adresse", kind="email"), "malformed"),
            (fact("12", kind="phone"), "malformed"),
            (fact(siren="552032534"), "unknown_company"),
            (fact(lead_id=999), "lead_gone"),
        ],
    )
    def test_what_may_not_be_kept_is_counted(self, company, one, reason):
        recorded = record(one)

        assert recorded.refused == {reason: 1}
        assert not Contact.objects.exists()

    def test_a_companys_own_number_needs_no_basis(self, company):
        recorded = record(fact(PHONE, is_personal=False, lawful_basis="", full_name=""))
        assert recorded.added == 1

    def test_partial_diffusion_keeps_nobody(self, company):
        Company.objects.update(diffusion="P")
        assert record(fact()).refused == {"partial": 1}

    def test_nothing_stands_in_clear_in_the_database(self, company, allowed):
        lead = contacts.add_lead(
            siren=company.siren, full_name=NAME, profile="lea-specimen-1", by=allowed
        )
        record(fact(lead_id=lead.pk), fact(PHONE))
        contacts.read_contacts(user=allowed, siren=company.siren)
        text = everything_stored()
        for clear in (EMAIL, "199001234", "SPÉCIMEN", "Directrice", "lea-specimen"):
            assert clear not in text

    def test_the_search_knows_what_is_held(self, company):
        record(fact(PHONE))
        target = Target.objects.get(siren=company.siren)
        assert (target.has_email, target.has_phone) == (False, True)


def everything_stored():
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        pieces = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608
            pieces.extend(row[0] for row in cursor.fetchall())
    return "\n".join(pieces)


class TestReading:
    def test_gives_the_values_and_one_row_of_trail(self, company, allowed):
        record()
        read = contacts.read_contacts(user=allowed, siren=company.siren)

        values = {one.value for one in read.contacts}
        assert values == {EMAIL, "+33199001234"}
        assert {one.full_name for one in read.contacts} == {NAME}
        (entry,) = trail("contacts.read")
        assert entry.actor == allowed
        assert entry.resource == f"company:{company.siren}"
        assert (entry.details["emails"], entry.details["phones"]) == (1, 1)
        assert EMAIL not in json.dumps(entry.details)

    def test_contacts_are_common_to_desks(self, company, stranger):
        record()
        stranger.may_read_contacts = True
        assert contacts.read_contacts(user=stranger, siren=company.siren).contacts

    @pytest.mark.parametrize(
        ("role", "granted"),
        [
            (Role.ANALYST, False),
            (Role.MANAGER, False),
            (Role.OPS, False),
            (Role.READ_ONLY, True),
            (Role.API_CLIENT, True),
        ],
    )
    def test_nobody_else_reads_and_nothing_is_traced(self, company, role, granted):
        record()
        user = make_user(role=role, may_read_contacts=granted)
        for read in (
            lambda: contacts.read_contacts(user=user, siren=company.siren),
            lambda: contacts.contacts_for_export(user=user, sirens=[company.siren]),
        ):
            with pytest.raises(PermissionDenied):
                read()
        assert not trail("contacts.read")

    def test_who_left_reads_nothing(self, company, allowed):
        allowed.is_active = False
        with pytest.raises(PermissionDenied):
            contacts.read_contacts(user=allowed, siren=company.siren)

    def test_after_thirty_days_without_information_it_is_withheld(
        self, company, allowed
    ):
        record(fact(collected_at=timezone.now() - timedelta(days=31)))
        (one,) = contacts.read_contacts(user=allowed, siren=company.siren).contacts
        assert (one.value, one.full_name, one.withheld) == ("", "", "not_informed")

        contacts.inform(
            siren=company.siren, contact_id=one.id, document="INFO-1", by=allowed
        )
        (one,) = contacts.read_contacts(user=allowed, siren=company.siren).contacts
        assert (one.value, one.withheld) == (EMAIL, "")
        assert len(trail("contacts.inform")) == 1

    def test_the_companys_own_mailbox_has_nobody_to_inform(self, company, allowed):
        long_ago = timezone.now() - timedelta(days=90)
        record(fact(is_personal=False, full_name="", collected_at=long_ago))
        (one,) = contacts.read_contacts(user=allowed, siren=company.siren).contacts
        assert (one.value, one.inform_by) == (EMAIL, None)

    def test_past_its_keeping_it_is_withheld(self, company, allowed):
        record()
        Contact.objects.update(delete_after=timezone.localdate())
        read = contacts.read_contacts(user=allowed, siren=company.siren)
        assert {one.withheld for one in read.contacts} == {"expired"}

    def test_an_opposition_counts_at_the_moment_of_reading(self, company, allowed):
        """The row is still there, as after a restored backup."""
        record()
        held = Contact.objects.get(kind="email")
        Opposition.objects.create(
            kind="email", fingerprint=held.fingerprint, reason="objection", source="ops"
        )
        read = contacts.read_contacts(user=allowed, siren=company.siren)
        assert [one.kind for one in read.contacts] == ["phone"]
        assert read.opposed == 1

    def test_a_company_turned_partial_shows_nobody(self, company, allowed):
        record()
        Company.objects.update(diffusion="P")
        read = contacts.read_contacts(user=allowed, siren=company.siren)
        assert (read.contacts, read.refusal) == ((), "partial")
        assert not contacts.counts(company.siren)

    def test_anyone_may_know_how_many_there_are(self, company):
        record()
        assert contacts.counts(company.siren) == {"email": 1, "phone": 1}

    def test_an_export_is_one_row_of_trail(self, company, allowed):
        other = make_company("AUTRE")
        record(fact(), fact(PHONE), fact("b@specimen-b.example", siren=other.siren))
        sirens = [company.siren, other.siren]
        read = contacts.contacts_for_export(user=allowed, sirens=sirens)

        assert [len(read[siren].contacts) for siren in sirens] == [2, 1]
        (entry,) = trail("contacts.export")
        assert (entry.details["emails"], entry.details["phones"]) == (2, 1)
        assert len(entry.details["sirens_sha256"]) == 64

    def test_logs_say_nothing_of_it(self, company, allowed, caplog):
        caplog.set_level(logging.DEBUG)
        record()
        read = contacts.read_contacts(user=allowed, siren=company.siren)
        contacts.oppose(by=allowed, source="ops", value=EMAIL)
        logging.getLogger("test").info("%r %r", read, fact())
        assert EMAIL not in caplog.text
        assert "SPÉCIMEN" not in caplog.text


class TestOpposition:
    def test_takes_the_person_away_everywhere_and_for_good(self, company, allowed):
        other = make_company("AUTRE")
        record(fact(), fact(PHONE), fact(siren=other.siren))
        target = Contact.objects.get(siren=company.siren, kind="email")
        contacts.add_lead(
            siren=company.siren, full_name=NAME, profile="lea-specimen-1", by=allowed
        )

        receipt = contacts.oppose_contact(
            siren=company.siren, contact_id=target.pk, by=allowed
        )

        assert (receipt.contacts, receipt.leads) == (3, 1)
        assert not Contact.objects.exists()
        assert not ContactLead.objects.exists()
        again = record(fact(), fact(PHONE), fact(siren=other.siren))
        assert again.refused == {"opposed": 3}
        assert not Target.objects.filter(has_email=True).exists()
        (entry,) = trail("contacts.oppose")
        assert entry.details["contacts"] == 3
        assert entry.resource == f"erasure:{receipt.reference}"

    def test_the_receipt_holds_no_data(self, company, allowed):
        record()
        contacts.oppose(by=allowed, source="ops", value=EMAIL)
        assert EMAIL not in everything_stored()
        assert ErasureReceipt.objects.get().sirens == [company.siren]

    def test_known_by_name_before_any_source_told_of_them(self, company, ops):
        contacts.oppose(
            by=ops, source="ops", siren=company.siren, full_name="Specimen Lea"
        )
        assert record(fact()).refused == {"opposed": 1}
        with pytest.raises(ContactsRefused, match="opposed"):
            contacts.add_lead(
                siren=company.siren, full_name=NAME, profile="lea-specimen-1", by=ops
            )

    @pytest.mark.parametrize(
        ("opposed", "held"),
        [("Mme Léa Spécimen", NAME), (NAME, "Maître Léa SPÉCIMEN"), ("M. Me Li", "Li")],
    )
    def test_a_title_is_none_of_their_names(self, company, ops, opposed, held):
        contacts.oppose(by=ops, source="ops", siren=company.siren, full_name=opposed)
        assert record(fact(full_name=held)).refused == {"opposed": 1}

    def test_a_shared_switchboard_takes_nobody_else_away(self, company, ops):
        record(
            fact(PHONE, is_personal=False, full_name=NAME),
            fact("autre@specimen-lac.example", full_name="Luc SPÉCIMEN"),
        )
        contacts.oppose(by=ops, source="ops", value=PHONE)
        assert Contact.objects.get().kind == "email"

    def test_what_is_nothing_is_refused(self, ops):
        with pytest.raises(ContactsRefused, match="malformed"):
            contacts.oppose(by=ops, source="ops", value="rien")

    def test_an_answer_that_tells_of_them_is_emptied_too(self, company, ops):
        contacts.oppose(by=ops, source="ops", value=EMAIL)
        assert not ErasureReceipt.objects.filter(answers_at=None).exists()
        record(fact())
        (waiting,) = ErasureReceipt.objects.filter(answers_at=None)
        assert waiting.sirens == [company.siren]

    def test_a_company_that_refuses_commercial_use(self, company, allowed):
        record()
        gone = contacts.set_company_oppositions(
            refusing=[company.siren], source="pappers"
        )
        assert gone == 2
        assert contacts.refusal(company.siren) == "company_opposed"
        assert record(fact()).refused == {"company_opposed": 1}

        contacts.set_company_oppositions(
            refusing=[], allowing=[company.siren], source="pappers"
        )
        assert contacts.refusal(company.siren) == ""
        assert record(fact()).added == 1

    def test_a_register_lifts_no_persons_opposition(self, company, ops):
        contacts.oppose(
            by=ops,
            source="ops",
            value=EMAIL,
            reason=OppositionReason.ERASURE,
        )
        contacts.set_company_oppositions(
            refusing=[], allowing=[company.siren], source="pappers"
        )
        assert record(fact()).refused == {"opposed": 1}

    def test_a_lost_event_is_found_again(self, company, ops):
        record()
        contacts.oppose(by=ops, source="ops", value=EMAIL)
        assert erasing.waiting_for_answers() == []
        receipt = ErasureReceipt.objects.get()
        ErasureReceipt.objects.update(at=timezone.now() - timedelta(hours=1))
        assert erasing.waiting_for_answers() == [receipt.pk]
        assert erasing.companies_of(receipt.pk) == [company.siren]

        erasing.note_answers_emptied(receipt_id=receipt.pk, count=2)
        assert erasing.waiting_for_answers() == []


class TestLeads:
    def test_a_full_address_becomes_a_bare_name(self, company, allowed):
        lead = contacts.add_lead(
            siren=company.siren,
            full_name=NAME,
            profile="https://www.linkedin.com/in/lea-specimen-1/?trk=x",
            by=allowed,
        )
        person = contacts.leads([lead.pk])[lead.pk]
        assert (person.full_name, person.profile) == (NAME, "lea-specimen-1")
        assert NAME not in repr(person)

    def test_the_same_profile_is_one_lead(self, company, allowed):
        first, second = (
            contacts.add_lead(
                siren=company.siren, full_name=NAME, profile=p, by=allowed
            )
            for p in ("lea-specimen-1", "linkedin.com/in/Lea-Specimen-1")
        )
        assert first.pk == second.pk

    def test_not_for_a_company_of_partial_diffusion(self, company, allowed):
        Company.objects.update(diffusion="P")
        with pytest.raises(ContactsRefused, match="partial"):
            contacts.add_lead(
                siren=company.siren, full_name=NAME, profile="lea-1x", by=allowed
            )

    def test_forgotten_when_noted_by_mistake(self, company, allowed):
        lead = contacts.add_lead(
            siren=company.siren, full_name=NAME, profile="lea-specimen-1", by=allowed
        )
        assert contacts.forget_lead(siren=company.siren, lead_id=lead.pk, by=allowed)
        assert contacts.leads([lead.pk]) == {}


class TestKeeping:
    def test_the_purge_says_what_it_would_do_then_does_it(self, company):
        record()
        Contact.objects.filter(kind="email").update(delete_after=timezone.localdate())
        assert contacts.purge_expired(dry_run=True).expired == 1
        assert Contact.objects.count() == 2
        assert not trail("contacts.purge")

        assert contacts.purge_expired().expired == 1
        assert Contact.objects.get().kind == "phone"
        (entry,) = trail("contacts.purge")
        assert entry.details == {"expired": 1, "opposed": 0, "partial": 0, "leads": 0}
        assert not Target.objects.get(siren=company.siren).has_email

    def test_the_command_says_it_in_a_sentence(self, company, capsys):
        record()
        Contact.objects.filter(kind="email").update(delete_after=timezone.localdate())
        told = "1 échus, 0 opposés, 0 en diffusion partielle, 0 pistes.\n"

        call_command("purge_contacts", "--dry-run")
        assert capsys.readouterr().out == f"À effacer\u00a0: {told}"
        assert Contact.objects.count() == 2
        call_command("purge_contacts")
        assert capsys.readouterr().out == f"Effacés\u00a0: {told}"
        assert Contact.objects.count() == 1

    def test_a_purge_with_nothing_to_do_is_proved_too(self, company):
        contacts.purge_expired()
        assert trail("contacts.purge")[0].details["expired"] == 0

    def test_after_a_restored_backup_oppositions_apply_again(self, company):
        record()
        held = Contact.objects.get(kind="phone")
        Opposition.objects.create(
            kind="phone", fingerprint=held.fingerprint, reason="objection", source="ops"
        )
        assert contacts.purge_expired().opposed == 1

    def test_a_company_turned_partial_is_emptied(self, company, allowed):
        record()
        contacts.add_lead(
            siren=company.siren, full_name=NAME, profile="lea-specimen-1", by=allowed
        )
        Company.objects.update(diffusion="P")
        purged = contacts.purge_expired()
        assert (purged.partial, purged.leads) == (2, 1)

    def test_a_sign_of_the_person_starts_the_years_again(self, company, allowed):
        record()
        Contact.objects.update(delete_after=timezone.localdate() + timedelta(days=1))
        one = Contact.objects.first()
        contacts.note_interaction(siren=company.siren, contact_id=one.pk, by=allowed)
        years = {c.delete_after.year for c in Contact.objects.all()}
        assert years == {timezone.localdate().year + 3}


class TestAccess:
    @pytest.fixture
    def officer_of_data(self, desk):
        return make_user(
            "dpo@cabinet.example", desk=desk, role=Role.OPS, may_read_contacts=True
        )

    def test_tells_all_that_is_held_of_one_person(self, company, officer_of_data):
        record(fact(), fact(PHONE), fact("luc@specimen-lac.example", full_name="Luc"))
        contacts.add_lead(
            siren=company.siren,
            full_name=NAME,
            profile="lea-specimen-1",
            by=officer_of_data,
        )
        Officer.objects.create(
            siren=company.siren,
            surname="SPÉCIMEN",
            first_name="Léa",
            role="Gérante",
            source="pappers",
            retrieved_at=timezone.now(),
            birth_year=1960,
        )
        package = contacts.access_package(
            by=officer_of_data, siren=company.siren, full_name="lea specimen"
        )

        values = {one["value"] for one in package["contacts"]}
        assert values == {EMAIL, "+33199001234"}
        assert package["leads"][0]["profile"] == "lea-specimen-1"
        assert package["officers"][0]["birth_year"] == 1960
        assert json.dumps(package)
        (entry,) = trail("contacts.access_package")
        assert entry.details["contacts"] == 2

    def test_a_value_leads_to_the_same_person(self, company, officer_of_data):
        record()
        package = contacts.access_package(by=officer_of_data, value=EMAIL)
        assert len(package["contacts"]) == 2

    def test_is_for_ops_who_may_read_contacts(self, company, ops, allowed):
        for user in (ops, allowed):
            with pytest.raises(PermissionDenied):
                contacts.access_package(by=user, value=EMAIL)
