"""Contacts, outcomes, oppositions and names as files: from the upload to the undo."""

import pytest

from accounts.tests.people import make_user
from companies.imports import files, jobs, services
from companies.imports.matching import services as matching
from companies.imports.matching.models import ImportMatch
from companies.imports.models import Import
from companies.imports.page import notes
from companies.imports.services import ImportRefused
from companies.imports.tests.makers import ran, receive, tried, undone
from companies.models import Contact, Opposition, Pursuit, PursuitChange
from companies.tests.makers import make_company

pytestmark = pytest.mark.django_db

SIREN, SIRET = "732829320", "73282932000074"
EMAIL = "lea.specimen@specimen-lac.example"


@pytest.fixture
def company():
    return make_company("MÉCANIQUE DU LAC", siren=SIREN, commune="74010")


@pytest.fixture
def allowed(desk):
    return make_user("permise@cabinet.example", desk=desk, may_read_contacts=True)


def refusals(imp):
    found = imp.refusals.filter(is_trial=False).order_by("line")
    return [(each.line, each.reason, each.cells) for each in found]


class TestContacts:
    FILE = f"SIRET;Contact;Email\n{SIRET};Léa SPÉCIMEN;{EMAIL}\n{SIRET};Léo;non\n"
    BASIS = {"lawful_basis": "LIA-2026-01"}

    def test_are_kept_refused_by_line_and_taken_back(self, company, allowed):
        imp = ran(allowed, self.FILE, kind="contacts", options=self.BASIS)
        assert (imp.state, imp.counts["new"], imp.counts["refused"]) == ("done", 1, 1)
        assert refusals(imp) == [(3, "malformed", [SIRET, "Léo", "non"])]
        assert Contact.objects.count() == 1

        assert undone(imp, allowed).state == "undone"
        assert not Contact.objects.exists()

    def test_of_somebody_who_objects_leave_nothing_in_the_report(
        self, company, allowed, ops
    ):
        ran(ops, f"email\n{EMAIL}\n", kind="oppositions")
        imp = ran(allowed, self.FILE, kind="contacts", options=self.BASIS)
        assert refusals(imp)[0] == (2, "opposed", [])

    def test_are_not_everybodys_to_bring(self, analyst):
        with pytest.raises(ImportRefused, match="droit"):
            receive(analyst, self.FILE, kind="contacts")
        assert not Import.objects.exists()

    def test_need_a_lawful_basis(self, allowed):
        with pytest.raises(ImportRefused, match="base légale"):
            tried(allowed, self.FILE, kind="contacts")

    def test_with_several_people_in_a_cell_name_the_lines(self, company, allowed):
        both = '"Léa SPÉCIMEN\nPaul SPÉCIMEN"'
        mails = f'"{EMAIL}; paul@specimen-lac.example"'
        data = f"SIREN;Contact;Email\n{SIREN};{both};{mails}\n"
        imp = tried(allowed, data, kind="contacts", options=self.BASIS)
        [note] = [each for each in notes.of_trial(imp) if "personnes" in each]
        assert "lues une par une\u00a0: lignes 2." in note
        assert Contact.objects.count() == 0
        ran(allowed, data, kind="contacts", options=self.BASIS)
        assert Contact.objects.values("person").distinct().count() == 2


class TestOutcomes:
    FILE = (
        f"Siren;Issue;Date issue\n{SIREN};gagné;12/03/2024\n"
        f"{SIREN};gagné;\n{SIREN};gagné;01/01/2999\n"
    )

    def test_are_steps_of_the_pipeline_and_can_be_taken_back(self, company, analyst):
        imp = ran(analyst, self.FILE, kind="outcomes")
        assert imp.counts["new"] == 1
        assert [line[:2] for line in refusals(imp)] == [
            (3, "no_outcome_date"),
            (4, "date_ahead"),
        ]
        assert Pursuit.objects.get().status == "gagne"

        undone(imp, analyst)
        assert Pursuit.objects.get().status == "prospect"
        assert not PursuitChange.objects.exists()

    def test_twice_change_nothing(self, company, analyst):
        ran(analyst, self.FILE, kind="outcomes")
        assert ran(analyst, self.FILE, kind="outcomes").counts["unchanged"] == 1
        assert PursuitChange.objects.count() == 1


class TestOppositions:
    def test_leave_fingerprints_and_no_file(self, ops):
        imp = receive(ops, f"Email\n{EMAIL}\npas une adresse\n", kind="oppositions")
        path = files.path_of(imp.path)
        assert path.exists()
        imp = ran(ops, f"Email\n{EMAIL}\npas une adresse\n", kind="oppositions")

        assert (imp.state, imp.path) == ("done", "")
        assert refusals(imp) == [(3, "malformed", [])]
        assert Opposition.objects.count() == 1
        with pytest.raises(ImportRefused, match="annulé"):
            services.ask_undo(imp=imp, by=ops)

    def test_are_brought_by_ops_only(self, allowed):
        with pytest.raises(ImportRefused, match="droit"):
            receive(allowed, f"Email\n{EMAIL}\n", kind="oppositions")


class TestNames:
    FILE = (
        "Société;Ville;Site internet\nSarl mecanique du lac;ANNECY;lac.example\n"
        "Menuiserie du Bois;ANNECY;bois.example\nInconnue;ANNECY;inconnue.example\n"
    )

    @pytest.fixture
    def woods(self):
        return [make_company(f"{f} MENUISERIE DU BOIS") for f in ("SAS", "SARL")]

    def test_only_what_is_sure_is_taken_without_a_person(self, company, woods, analyst):
        imp = tried(analyst, self.FILE)
        states = ImportMatch.objects.order_by("line").values_list("line", "state")
        assert list(states) == [(2, "sure"), (3, "doubtful"), (4, "none")]
        assert imp.trial["reasons"] == {"doubtful": 1, "no_match": 1}
        assert imp.trial["refused"] == 2

    def test_what_a_person_decides_goes_into_the_run(self, company, woods, analyst):
        imp = tried(analyst, self.FILE)
        match = matching.pending(imp).get()
        choices = {match.pk: woods[0].siren}
        matching.decide(imp=imp, choices=choices, by=analyst)
        services.ask_trial(imp=imp, by=analyst)
        jobs.check(import_id=imp.pk)
        assert ImportMatch.objects.get(pk=match.pk).state == "confirmed"
        imp.refresh_from_db()
        services.ask_run(imp=imp, by=analyst)
        jobs.run(import_id=imp.pk)
        imp.refresh_from_db()

        assert imp.counts["reasons"] == {"no_match": 1}
        woods[0].refresh_from_db()
        assert "bois.example" in woods[0].website

    def test_outcomes_may_name_their_companies(self, company, analyst):
        data = (
            "Société;Ville;Issue;Date issue\nMécanique du Lac;Annecy;gagné;2024-03-12\n"
        )
        imp = ran(analyst, data, kind="outcomes")
        assert imp.counts["new"] == 1
        assert Pursuit.objects.get().siren == SIREN


class TestContactsOfACompanyFile:
    """A company's own address and number, among its other columns."""

    FILE = (
        "SIREN;Site internet;Email;Téléphone\n"
        f"{SIREN};lac.example;contact@lac.example;01 99 00 12 34\n"
    )

    def test_are_nobodys_and_go_with_the_undo(self, company, analyst):
        imp = ran(analyst, self.FILE)
        assert (imp.counts["updated"], imp.counts["refused"]) == (1, 0)
        assert imp.counts["fields"]["email"]["filled"] == 1
        assert Contact.objects.filter(is_personal=False).count() == 2
        assert ran(analyst, self.FILE + "\n").counts["unchanged"] == 1

        undone(imp, analyst)
        assert not Contact.objects.exists()

    def test_are_left_aside_when_somebody_objects(self, company, analyst, ops):
        ran(ops, "email\ncontact@lac.example\n", kind="oppositions")
        imp = ran(analyst, self.FILE)
        assert (imp.counts["updated"], imp.counts["refused"]) == (1, 0)
        assert imp.counts["repairs"] == {"contact_left": 1}
        assert Contact.objects.get().kind == "phone"

    def test_that_cannot_be_read_refuse_the_row(self, company, analyst):
        data = self.FILE.replace("contact@", "contact ")
        assert [each[:2] for each in refusals(ran(analyst, data))] == [(2, "malformed")]
