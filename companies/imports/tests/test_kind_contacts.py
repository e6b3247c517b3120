"""Contacts by file: what is kept of them, what never is, and how they go again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import sealing
from accounts.tests.people import make_user
from companies import contacts
from companies.contacts import fingerprints
from companies.imports import kinds
from companies.imports.models import ImportChange
from companies.imports.tests.kind_rows import make_import, refused, undo, write
from companies.models import Company, Contact, Target
from companies.tests.makers import make_company

pytestmark = pytest.mark.django_db

SIREN = "732829320"
EMAIL, PHONE = "lea.specimen@specimen-lac.example", "01 99 00 12 34"
LEA = {
    "siren": SIREN,
    "email": EMAIL,
    "phone": PHONE,
    "contact_name": "Léa SPÉCIMEN",
    "contact_title": "Directrice",
}


@pytest.fixture
def company():
    return make_company("MÉCANIQUE DU LAC", siren=SIREN)


@pytest.fixture
def allowed(desk):
    return make_user("permise@cabinet.example", desk=desk, may_read_contacts=True)


@pytest.fixture
def imp(allowed, company):
    return make_import(allowed, "contacts", options={"lawful_basis": "LIA-2026-01"})


class TestWho:
    def test_may_read_contacts_may_bring_some(self, analyst, allowed):
        assert kinds.KINDS["contacts"].may(allowed)
        assert not kinds.KINDS["contacts"].may(analyst)


class TestWhatItNeeds:
    def test_is_a_column_to_reach_somebody_by(self):
        assert "courriel" in kinds.KINDS["contacts"].lacks(["contact_name"], {})

    def test_is_a_basis_as_soon_as_there_are_names(self):
        lacks = kinds.KINDS["contacts"].lacks
        assert "base légale" in lacks(["email", "contact_name"], {})
        assert lacks(["email", "contact_name"], {"lawful_basis": "LIA"}) == ""
        assert lacks(["email", "contact_name", "lawful_basis"], {}) == ""
        assert "base légale" in lacks(["email", "contact_first_name"], {})
        assert lacks(["phone"], {}) == ""


class TestWriting:
    def test_keeps_what_the_law_wants(self, imp):
        day = timezone.localdate() - timedelta(days=40)
        tally = write(
            imp,
            LEA
            | {
                "collected_on": day,
                "informed_on": f"{day:%d/%m/%Y}",
                "source_of_contact": "salon",
            },
        )

        assert (tally.read, tally.new, tally.refused) == (1, 1, 0)
        assert tally.fields == {"email": {"filled": 1}, "phone": {"filled": 1}}
        row = Contact.objects.get(kind="email")
        assert sealing.unseal(row.sealed_value).decode() == EMAIL
        assert (row.source, row.lawful_basis) == ("import", "LIA-2026-01")
        assert (row.licence, row.is_personal) == ("salon", True)
        assert timezone.localtime(row.collected_at).date() == day
        assert timezone.localtime(row.informed_at).date() == day
        assert Target.objects.get(siren=SIREN).has_email

    def test_without_a_name_it_is_the_companys_own(self, imp):
        write(imp, {"siren": SIREN, "phone": PHONE})
        row = Contact.objects.get()
        assert (row.is_personal, row.lawful_basis) == (False, "")

    def test_a_trial_writes_nothing_and_says_the_same(self, imp):
        tried = write(imp, LEA, is_trial=True)
        assert not Contact.objects.exists()
        assert tried.as_dict() == write(imp, LEA).as_dict()

    def test_twice_is_unchanged(self, imp):
        tally = write(imp, LEA, LEA | {"phone": "+33 1 99 00 12 34"})
        assert (tally.new, tally.unchanged) == (1, 1)
        assert write(imp, LEA).unchanged == 1
        assert Contact.objects.count() == 2

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"email": "pas une adresse"}, "malformed"),
            ({"email": "", "phone": ""}, "no_contact"),
            ({"siren": "552032534"}, "unknown_company"),
            ({"siren": ""}, "empty"),
            ({"collected_on": "2999-01-01"}, "date_ahead"),
            ({"collected_on": "31/02/2024"}, "date"),
            ({"collected_on": "2001-01-01"}, "contact_expired"),
        ],
    )
    def test_refuses_a_row_whole_for_one_fault(self, imp, change, reason):
        assert refused(write(imp, LEA | change)) == {2: reason}
        assert not Contact.objects.exists()

    def test_refuses_a_person_without_a_basis(self, imp):
        imp.options = {}
        assert refused(write(imp, LEA)) == {2: "no_basis"}

    def test_refuses_who_is_on_the_opposition_list_and_keeps_no_value(self, imp):
        contacts.oppose(by=None, source="ops", value=EMAIL)
        tally = write(imp, LEA)
        assert refused(tally) == {2: "opposed"}
        assert tally.refusals[0].value == ""
        assert not kinds.keeps_cells("contacts", "opposed")

    def test_refuses_everybody_of_a_partial_diffusion(self, imp):
        Company.objects.update(diffusion="P")
        assert refused(write(imp, LEA)) == {2: "partial"}


class TestUndoing:
    def test_takes_back_what_it_added_and_nothing_else(self, imp, allowed):
        write(imp, {"siren": SIREN, "phone": PHONE})
        later = make_import(allowed, "contacts", options=imp.options)
        write(later, LEA)

        assert undo(later) == 1
        assert Contact.objects.get().kind == "phone"
        assert not Target.objects.get(siren=SIREN).has_email

    def test_keeps_somebody_who_was_heard_of_since(self, imp, allowed):
        write(imp, LEA)
        key = Contact.objects.get(kind="email").pk
        contacts.note_interaction(siren=SIREN, contact_id=key, by=allowed)

        assert undo(imp) == 0
        assert Contact.objects.count() == 2

    def test_what_it_remembers_says_nothing_of_the_person(self, imp):
        write(imp, LEA)
        kept = ImportChange.objects.values_list("before", "after")
        assert {frozenset(after) for _before, after in kept} == {frozenset({"key"})}


class TestSeveralPeopleInOneCell:
    ANNE = "anne@specimen-lac.example"

    @pytest.mark.parametrize("between", [" ; ", " / ", "\n"])
    def test_are_each_with_their_own_address(self, imp, between):
        tally = write(
            imp,
            LEA,
            {
                "siren": SIREN,
                "email": f"paul@specimen-lac.example{between}{self.ANNE}",
                "contact_name": f"Paul SPÉCIMEN{between}Mme Anne SPÉCIMEN",
            },
        )
        assert (tally.new, tally.fields["email"]["filled"]) == (2, 3)
        names = Contact.objects.filter(kind="email").values_list("person", flat=True)
        told = ("Léa SPÉCIMEN", "Paul SPÉCIMEN", "Mme Anne SPÉCIMEN")
        assert set(names) == {fingerprints.of_person(SIREN, each) for each in told}
        assert tally.noted == {"several_people": [3]}
        assert tally.repairs["several_people"] == 1

    @pytest.mark.parametrize(
        ("last", "first", "told"),
        [
            ("SPÉCIMEN", "Léa", {"Léa SPÉCIMEN"}),
            ("SPÉCIMEN", "Léa / Paul", {"Léa SPÉCIMEN", "Paul SPÉCIMEN"}),
            ("SPÉCIMEN ; ESSAI", "Léa ; Paul", {"Léa SPÉCIMEN", "Paul ESSAI"}),
            ("", "Léa", {"Léa"}),
        ],
    )
    def test_have_their_first_names_in_another_column(self, imp, last, first, told):
        row = {"siren": SIREN, "contact_name": last, "contact_first_name": first}
        write(imp, row | {"email": f"{EMAIL} ; {self.ANNE}", "phone": ""})
        names = Contact.objects.values_list("person", flat=True)
        assert set(names) <= {fingerprints.of_person(SIREN, each) for each in told}
        assert names.count() == 2

    def test_are_refused_when_nobody_can_tell_who_is_who(self, imp):
        row = {"siren": SIREN, "email": EMAIL, "contact_name": "A. / B. / C."}
        tally = write(imp, row | {"contact_first_name": "Léa / Paul"})
        assert refused(tally) == {2: "who_is_who"}

    def test_share_what_cannot_be_told_apart(self, imp):
        row = {"siren": SIREN, "email": EMAIL, "contact_name": "Léa S. / Paul S."}
        tally = write(imp, row)
        assert tally.fields["email"]["filled"] == Contact.objects.count() == 1
        assert write(imp, row).unchanged == 1

    def test_are_refused_together_when_one_of_them_objects(self, imp, ops):
        contacts.oppose(by=ops, source="ops", siren=SIREN, full_name="Paul SPÉCIMEN")
        names = "Léa SPÉCIMEN / Paul SPÉCIMEN"
        tally = write(imp, {"siren": SIREN, "email": EMAIL, "contact_name": names})
        assert refused(tally) == {2: "opposed"}
        assert not Contact.objects.exists()

    def test_a_number_with_strokes_is_one(self, imp):
        tally = write(imp, {"siren": SIREN, "phone": "01/99/00/12/34"})
        assert tally.fields["phone"]["filled"] == 1

    def test_of_one_title_is_one_person(self, imp):
        row = {"siren": SIREN, "email": EMAIL, "contact_name": "M./Mme SPÉCIMEN"}
        assert write(imp, row).noted == {}
