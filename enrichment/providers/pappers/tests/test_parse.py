import csv
import json
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from enrichment.providers.errors import ProviderError
from enrichment.providers.pappers import parse

FIXTURES = Path(__file__).parent.parent / "fixtures"
MADE_UP = "732829320"


@pytest.fixture
def facts():
    raw = (FIXTURES / "full_sheet.json").read_bytes()
    return parse.parse(raw, siren=MADE_UP)


def sheet(**members):
    return json.dumps({"siren": MADE_UP} | members).encode()


class TestIdentity:
    def test_reads_it(self, facts):
        identity = facts.identity

        assert identity.name == "SPECIMEN INDUSTRIES"
        assert identity.trade_name == "SPEC"
        assert identity.capital_eur == 152_449
        assert (identity.headcount_band, identity.headcount_band_year) == ("21", 2023)
        assert (identity.headcount, identity.headcount_year) == (61, 2024)
        assert identity.vat_number == "FR44732829320"
        assert identity.address == "1 RUE DU SPECIMEN, BATIMENT B"
        assert identity.is_active is True
        assert identity.is_opposed is True
        assert identity.has_open_proceeding is False
        assert facts.is_sandbox

    def test_a_capital_in_francs_is_left_out(self):
        read = parse.parse(sheet(capital=50000, devise_capital="Francs"), siren=MADE_UP)

        assert read.identity.capital_eur is None
        assert read.warnings == ("not_in_euros capital",)

    def test_partial_diffusion_hides_persons_and_address(self):
        raw = sheet(
            diffusable=False,
            personne_morale=False,
            nom_entreprise="FICTIF SPECIMEN",
            siege={"adresse_ligne_1": "1 RUE X", "code_postal": "69003"},
            representants=[{"qualite": "Gérant", "nom": "X", "personne_morale": False}],
        )

        read = parse.parse(raw, siren=MADE_UP)

        assert read.identity.diffusion_status == "P"
        assert read.identity.name is None
        assert read.identity.address is None
        assert read.officers == ()


class TestAccounts:
    def test_one_row_for_each_closing_and_type(self, facts):
        assert [(str(r.closed_on), r.account_type) for r in facts.accounts] == [
            ("2024-09-30", "C"),
            ("2023-09-30", "C"),
            ("2023-09-30", "K"),
            ("2022-12-31", "C"),
            ("2021-12-31", "C"),
            ("2020-12-31", "C"),
            ("2019-12-31", "C"),
            ("2018-12-31", "C"),
        ]

    def test_a_withheld_income_statement_is_confidential_with_its_balance(self, facts):
        latest = facts.accounts[0]

        assert latest.confidential
        assert (latest.revenue, latest.equity) == (None, 2_100_000)

    def test_a_confidential_deposit_without_figures_has_a_row(self, facts):
        oldest = facts.accounts[-1]

        assert oldest.confidential
        assert oldest.revenue is oldest.equity is None

    def test_keeps_the_length_of_the_exercise_and_rounds_to_euros(self, facts):
        row = facts.accounts[1]

        assert (row.duration_months, row.revenue, row.ebitda) == (9, 6_200_000, 540_000)

    def test_flags_thousands_for_euros(self, facts):
        assert [str(r.closed_on) for r in facts.accounts if r.has_unit_jump] == [
            "2022-12-31"
        ]
        assert "unit_jump 2022-12-31:C" in facts.warnings

    def test_zero_revenue_is_not_published(self, facts):
        row = facts.accounts[5]

        assert (row.revenue, row.net_income) == (None, 15_000)

    def test_a_year_without_a_date_ends_in_december_by_estimate(self, facts):
        assert [r.closed_on_estimated for r in facts.accounts] == [False] * 6 + [
            True,
            False,
        ]

    def test_a_word_for_a_number_is_unknown(self, facts):
        assert facts.accounts[5].headcount is None
        assert "bad_type finances[].effectif" in facts.warnings


class TestOfficers:
    def test_reads_offices_and_month_of_birth(self, facts):
        leader, holding, auditor = facts.officers

        assert (leader.surname, leader.first_name) == ("SPECIMEN", "FICTIF")
        assert (leader.birth_year, leader.birth_month) == (1961, 4)
        assert (leader.role_code, leader.since) == ("73", date(2009, 11, 3))
        assert (holding.is_company, holding.company_siren) == (True, "552100554")
        assert auditor.role_code == "71"

    def test_keeps_no_address_of_a_person(self, facts):
        assert "DOMICILE" not in repr(facts)

    def test_reads_the_month_of_a_full_date(self):
        raw = sheet(representants=[{"nom": "X", "date_de_naissance": "1950-02-28"}])

        (officer,) = parse.parse(raw, siren=MADE_UP).officers

        assert (officer.birth_year, officer.birth_month) == (1950, 2)
        assert (officer.role, officer.role_code) == ("Autre", "99")


class TestEvents:
    def test_kinds(self, facts):
        assert [(e.kind, str(e.date)) for e in facts.events if not e.is_cancelled] == [
            ("accounts_filed", "2025-03-27"),
            ("leader_change", "2024-06-07"),
            ("modification", "2023-06-07"),
            ("other", "2022-06-07"),
            ("lease_management", "2021-03-12"),
            ("accounts_filed", "2019-06-30"),
            ("proceeding_closed", "2016-09-01"),
            ("proceeding", "2015-03-12"),
            ("modification", "2010-03-12"),
        ]

    def test_an_annulment_cancels_the_sale_and_itself(self, facts):
        cancelled = [e.source_id for e in facts.events if e.is_cancelled]

        assert cancelled == ["A2022013016", "A2022012015"]

    def test_no_person_is_named_in_a_label(self, facts):
        assert not any("FICTI" in event.label for event in facts.events)

    def test_a_removal_is_a_closing_when_the_company_is_gone(self):
        notice = {"type": "Radiation", "date": "2024-01-02"}

        read = parse.parse(
            sheet(statut_rcs="Radié", publications_bodacc=[notice]), siren=MADE_UP
        )

        assert [e.kind for e in read.events] == ["closing"]

    def test_ids_tell_notices_of_one_day_apart_even_without_numbers(self):
        notices = [
            {"type": "Radiation", "date": "2024-01-02"},
            {"type": "Création", "date": "2024-01-02"},
        ]

        read = parse.parse(sheet(publications_bodacc=notices), siren=MADE_UP)

        assert len({e.source_id for e in read.events}) == 2


class TestDrift:
    def test_reports_unknown_fields(self, facts):
        assert facts.unknown_fields == ("nouveau_champ",)

    def test_refuses_another_company(self):
        with pytest.raises(ProviderError) as caught:
            parse.parse(sheet(), siren="552100554")

        assert (caught.value.reason, caught.value.permanent) == ("other_company", True)

    def test_text_that_no_database_takes_is_cleaned(self):
        raw = b'{"siren": "732829320", "denomination": "A\\u0000B\\ud800C"}'

        assert parse.parse(raw, siren=MADE_UP).identity.name == "ABC"

    @pytest.mark.parametrize("number", ["1e400", "1" * 400, "true", '"12,5"'])
    def test_absurd_numbers_are_unknown(self, number):
        raw = f'{{"siren": "{MADE_UP}", "capital": {number}}}'.encode()

        assert parse.parse(raw, siren=MADE_UP).identity.capital_eur is None


@pytest.mark.shared
class TestRealAnswers:
    def test_every_recorded_company_reads_without_drift(self, shared_data):
        files = sorted((shared_data / "api_samples/pappers_v2").glob("entreprise_*"))
        kinds = Counter()
        for file in files:
            siren = re.search("[0-9]{9}", file.name)[0]
            read = parse.parse(file.read_bytes(), siren=siren)
            assert read.identity.name
            assert read.unknown_fields == ()
            assert {w.split()[0] for w in read.warnings} <= {"revenue_not_published"}
            kinds.update(event.kind for event in read.events)

        assert len(files) == 12
        # All six sales on file are purchases by the company.
        assert kinds["sale"] == 0
        assert kinds["accounts_filed"] >= 60

    def test_figures_are_those_of_the_flat_view(self, shared_data):
        view = shared_data / "financials" / "pappers_finances_annuelles.csv"
        with view.open(encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
        rows = {}
        for siren in {line["siren"] for line in lines}:
            for path in (shared_data / "api_samples/pappers_v2").glob(f"*{siren}*"):
                read = parse.parse(path.read_bytes(), siren=siren)
                rows |= {(siren, str(r.closed_on)): r for r in read.accounts}

        compared = 0
        for line in lines:
            row = rows[line["siren"], line["date_de_cloture_exercice"]]
            compared += 1
            assert str(row.revenue or 0) == (line["chiffre_affaires"] or "0")
            assert row.net_income == int(line["resultat"])
        assert compared == 27


class TestContacts:
    def test_the_companys_own_in_an_answer_that_was_asked_for_them(self):
        raw = sheet(telephone="01 99 00 12 34", email="contact@specimen.example")
        read = parse.parse(raw, siren=MADE_UP)

        assert [(c.kind, c.value, c.is_personal) for c in read.contacts] == [
            ("phone", "01 99 00 12 34", False),
            ("email", "contact@specimen.example", False),
        ]
        assert read.unknown_fields == ()

    def test_a_sole_traders_are_a_persons(self):
        raw = sheet(
            personne_morale=False, nom_entreprise="X SPECIMEN", telephone="0199001234"
        )
        (contact,) = parse.parse(raw, siren=MADE_UP).contacts
        assert (contact.is_personal, contact.full_name) == (True, "X SPECIMEN")

    def test_none_of_a_company_of_partial_diffusion(self):
        raw = sheet(diffusable=False, telephone="0199001234")
        assert parse.parse(raw, siren=MADE_UP).contacts == ()

    def test_a_doubtful_one_is_left_out_without_its_value(self):
        read = parse.parse(sheet(email="rien"), siren=MADE_UP)
        assert (read.contacts, read.warnings) == ((), ("bad_value email",))
