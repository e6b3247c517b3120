"""Opposition lists by file: remembered as fingerprints, erased, never brought back."""

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from companies import contacts
from companies.contacts import ContactFact
from companies.imports import kinds
from companies.imports.models import ImportChange
from companies.imports.tests.kind_rows import make_import, refused, undo, write
from companies.models import Contact, ErasureReceipt, Opposition
from companies.tests.makers import make_company

pytestmark = pytest.mark.django_db

SIREN = "732829320"
EMAIL, PHONE, NAME = "lea.specimen@specimen-lac.example", "0199001234", "Léa SPÉCIMEN"


@pytest.fixture
def held():
    """Léa, by address and number, and the company's switchboard."""
    make_company(siren=SIREN)
    given = [(EMAIL, NAME), (PHONE, NAME), ("0199005678", "")]
    facts = [
        ContactFact(
            siren=SIREN,
            kind="email" if "@" in value else "phone",
            value=value,
            source="kaspr",
            collected_at=timezone.now(),
            lawful_basis="LIA",
            is_personal=bool(name),
            full_name=name,
        )
        for value, name in given
    ]
    contacts.record_contacts(contacts=facts)


@pytest.fixture
def imp(ops):
    return make_import(ops, "oppositions")


class TestWho:
    def test_notes_an_opposition_by_its_value_may_bring_a_list(self, ops, analyst):
        assert kinds.KINDS["oppositions"].may(ops)
        assert not kinds.KINDS["oppositions"].may(analyst)


class TestWriting:
    def test_one_value_erases_the_person_everywhere(self, imp, held):
        tally = write(imp, {"email": EMAIL.upper(), "reason": "Effacement"})

        assert (tally.new, tally.refused) == (1, 0)
        assert Contact.objects.count() == 1
        assert set(Opposition.objects.values_list("reason", flat=True)) == {"erasure"}
        assert ErasureReceipt.objects.get().contacts == 2

    def test_a_name_with_its_company_erases_the_person(self, imp, held):
        write(imp, {"siren": SIREN, "contact_name": "spécimen léa"})
        assert Contact.objects.count() == 1

    def test_a_name_in_two_columns_is_one_person(self, imp, held):
        row = {"contact_name": "SPÉCIMEN", "contact_first_name": "Léa"}
        write(imp, {"siren": SIREN, **row})
        assert contacts.is_opposed(siren=SIREN, full_name="Léa SPÉCIMEN")

    def test_of_several_in_one_cell_each_is_noted(self, imp):
        write(imp, {"siren": SIREN, "contact_name": "Léa SPÉCIMEN / Paul SPÉCIMEN"})
        assert contacts.is_opposed(siren=SIREN, full_name="Léa SPÉCIMEN")
        assert contacts.is_opposed(siren=SIREN, full_name="Paul SPÉCIMEN")

    def test_a_siren_alone_is_the_whole_company(self, imp, held):
        assert write(imp, {"siren": SIREN}).new == 1
        assert not Contact.objects.exists()
        assert contacts.refusal(SIREN) == "company_opposed"

    def test_no_register_lifts_what_a_company_asked_itself(self, imp, held):
        contacts.set_company_oppositions(refusing=[SIREN], source="sirene")
        write(imp, {"siren": SIREN})
        contacts.oppose_company(siren=SIREN, by=imp.created_by, source="import")
        contacts.set_company_oppositions(refusing=[], allowing=[SIREN], source="sirene")
        assert contacts.refusal(SIREN) == "company_opposed"

    def test_nothing_held_is_no_obstacle(self, imp):
        assert write(imp, {"phone": PHONE}).new == 1
        assert Opposition.objects.get().kind == "phone"

    def test_twice_is_unchanged(self, imp):
        row = {"email": EMAIL, "phone": PHONE}
        assert write(imp, row).new == 1
        assert write(imp, row, {"phone": "+33 1 99 00 12 34"}).unchanged == 2
        assert Opposition.objects.count() == 2

    def test_a_trial_erases_nobody(self, imp, held):
        assert write(imp, {"email": EMAIL}, is_trial=True).new == 1
        assert Contact.objects.count() == 3
        assert not Opposition.objects.exists()

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ({"email": "pas une adresse"}, "malformed"),
            ({"email": EMAIL, "phone": "12"}, "malformed"),
            ({"contact_name": NAME}, "nobody_named"),
            ({"reason": "opposition"}, "nobody_named"),
            (
                {
                    "email": EMAIL,
                    "contact_name": "A. / B.",
                    "contact_first_name": "X / Y / Z",
                },
                "who_is_who",
            ),
        ],
    )
    def test_refuses_what_names_nobody_and_keeps_no_value(self, imp, row, reason):
        tally = write(imp, row)
        assert refused(tally) == {2: reason}
        assert tally.refusals[0].value == ""
        assert not Opposition.objects.exists()

    def test_leaves_counts_in_the_trail_and_no_data(self, imp, held):
        write(imp, {"email": EMAIL})
        entry = AuditEntry.objects.get(action="contacts.oppose")
        assert entry.details["contacts"] == 2
        assert "specimen" not in str(entry.details)


class TestUndoing:
    def test_is_not_possible(self, imp, held):
        write(imp, {"email": EMAIL})
        assert not kinds.is_undoable("oppositions")
        assert undo(imp) == 0
        assert not ImportChange.objects.exists()
        assert Opposition.objects.exists()

    def test_the_file_does_not_outlive_the_run(self):
        assert not kinds.keeps_file("oppositions")
        assert not kinds.keeps_cells("oppositions", "malformed")
        assert kinds.keeps_file("contacts")
        assert kinds.keeps_cells("companies", "key")
