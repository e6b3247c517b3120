from datetime import date
from pathlib import Path

import pytest

from enrichment.providers.errors import ProviderError
from enrichment.providers.rne import parse

FIXTURES = Path(__file__).parent.parent / "fixtures"
MADE_UP = "732829320"


def read(name, siren=MADE_UP):
    return parse.parse((FIXTURES / name).read_bytes(), siren=siren)


class TestSheet:
    def test_reads_identity(self):
        identity = read("opposed.json").identity

        assert identity.name == "SPECIMEN INDUSTRIES"
        assert identity.trade_name == "SPECIMEN MECANIQUE"
        assert identity.acronym == "SI"
        assert (identity.legal_form_code, identity.naf_code) == ("5710", "25.62B")
        assert (identity.created_on, identity.is_active) == (date(1995, 5, 2), True)
        assert identity.capital_eur == 150_000
        assert identity.siret == "73282932000074"
        assert identity.address == "12 B RUE DES SPECIMENS, BP 12"
        assert (identity.postal_code, identity.commune_code) == ("69003", "69383")
        assert identity.diffusion_status == "O"

    def test_tells_who_refuses_commercial_use(self):
        assert read("opposed.json").identity.is_opposed is True
        assert read("sheet.json", "523100964").identity.is_opposed is False

    def test_reads_officers_by_the_registers_own_codes(self):
        leader, other, auditor = read("opposed.json").officers

        assert (leader.role, leader.role_code) == ("Président de SAS", "73")
        assert (leader.surname, leader.first_name) == ("SPECIMEN", "Fictif Second")
        assert (leader.birth_year, leader.birth_month) == (1961, 7)
        assert leader.since == date(2004, 6, 30)
        assert (other.role, other.role_code) == ("Office inconnu", None)
        assert auditor.is_company
        assert (auditor.role_code, auditor.company_siren) == ("71", "552100554")
        assert auditor.surname is None

    def test_who_has_left_is_not_in_office(self):
        names = {officer.first_name for officer in read("opposed.json").officers}

        assert not names & {"Parti", "Ancien"}

    def test_an_office_in_words_only_gets_its_code(self):
        (president, auditor, _) = read("merged_away.json", "323998542").officers

        assert (president.role, president.role_code) == ("Président", "73")
        assert auditor.role_code == "71"

    def test_no_home_and_no_day_of_birth_is_read(self):
        told = repr(read("opposed.json"))

        assert "MASQUE" not in told
        assert "REPRESENTANT" not in told

    def test_a_merged_company_is_gone(self):
        identity = read("merged_away.json", "323998542").identity

        assert (identity.closed_on, identity.is_active) == (date(2023, 4, 30), False)

    def test_a_struck_off_company_is_gone(self):
        identity = read("struck_off.json", "490487998").identity

        assert (identity.closed_on, identity.is_active) == (date(2018, 10, 4), False)

    def test_of_a_company_being_wound_up_nothing_is_said(self):
        identity = read("wound_up.json").identity

        assert (identity.closed_on, identity.is_active) == (None, None)

    def test_a_company_older_than_its_registration_has_no_date(self):
        facts = read("wound_up.json")

        assert facts.identity.created_on is None
        assert any(each.startswith("registered_again ") for each in facts.warnings)

    def test_partial_diffusion_hides_persons_and_address(self):
        facts = read("partial_diffusion.json")

        assert facts.identity.diffusion_status == "P"
        assert facts.identity.name == "SPECIMEN INDUSTRIES"
        assert facts.identity.address is None
        assert facts.officers == ()

    def test_a_sole_trader_is_not_a_company(self):
        facts = read("sole_trader.json")

        assert facts.identity.name is None
        assert facts.identity.address is None
        assert facts.officers == ()
        assert facts.identity.diffusion_status == "P"
        assert "not_a_legal_person formality.typePersonne" in facts.warnings

    def test_another_schema_costs_its_fields_only(self):
        facts = read("changed_schema.json")

        company = "formality.content.personneMorale"
        assert facts.unknown_fields == (
            f"{company}.identite.entreprise.scoreNouveau",
            "nouveau",
        )
        assert set(facts.warnings) == {
            f"bad_type {company}.identite.description.montantCapital",
            f"bad_type {company}.composition.pouvoirs",
        }
        assert facts.identity.name == "SPECIMEN INDUSTRIES"
        assert facts.identity.capital_eur is None

    def test_refuses_another_company(self):
        for name in ("other_company.json", "other_accounts.json"):
            with pytest.raises(ProviderError) as caught:
                read(name)
            assert caught.value.reason == "other_company"

    @pytest.mark.parametrize("raw", [b"[]", b"{}", b'{"code": "404"}'])
    def test_refuses_another_shape(self, raw):
        with pytest.raises(ProviderError) as caught:
            parse.parse(raw, siren=MADE_UP)

        assert caught.value.reason == "unexpected_shape"


# Read by eye in the recorded sheets: name, form, NAF, since, capital, town, officers.
CHECKED = [
    (
        "306170184",
        "INSTITUT FORMAT CREDIT AGRICOLE MUTUEL",
        ("6220", "85.59A", None, None, "75108"),
        (71, "11"),
    ),
    (
        "308388305",
        "CLAUDE FITOUSSI CONSEIL",
        ("5499", "70.22Z", date(1974, 6, 26), 45_735, "75112"),
        (1, "30"),
    ),
    (
        "309205490",
        "PHOTO COMPO ECLAIR",
        ("5710", "18.12Z", date(1977, 1, 27), 7_622, "75109"),
        (2, "73"),
    ),
    (
        "316943489",
        "ALIA THE ROYAL JORDANIAN AIRLINE",
        ("3120", "51.10Z", date(1967, 1, 18), None, None),
        (2, None),
    ),
    (
        "317469542",
        "OFI INVEST OBLIG INTERNATIONAL",
        ("5520", "64.30Z", date(1979, 12, 18), None, "75108"),
        (5, "65"),
    ),
    (
        "323998542",
        "TECHNO VIA",
        ("5710", "43.99E", None, 55_293, "44217"),
        (3, "73"),
    ),
    (
        "418166096",
        "OCTO-TECHNOLOGY",
        ("5710", "62.02A", date(1998, 3, 27), 509_525, "75102"),
        (2, "71"),
    ),
    (
        "490487998",
        "KANTARMA",
        ("5499", "68.20B", date(2006, 6, 20), 5_000, "93029"),
        (1, "30"),
    ),
    (
        "523100964",
        "SO FREAKANTASTIK DIGITAL",
        ("5710", "59.13B", date(2010, 6, 21), 5_000, "75115"),
        (1, "73"),
    ),
    (
        "917641342",
        "SHIKANTAZA",
        ("5710", "66.30Z", date(2022, 7, 20), 3_010_000, "75114"),
        (1, "73"),
    ),
]


@pytest.mark.shared
class TestRealSheets:
    def test_every_recorded_sheet_reads_without_drift(self, shared_data):
        files = sorted((shared_data / "api_samples/rne_inpi").glob("companies_*.json"))
        for file in files:
            facts = parse.parse(file.read_bytes(), siren=file.stem[-9:])
            assert facts.unknown_fields == ()
            assert facts.identity.name
            assert facts.identity.siret.startswith(facts.siren)
            assert facts.identity.is_opposed is False
            codes = {warning.split()[0] for warning in facts.warnings}
            assert codes <= {"registered_again", "not_in_euros"}

        assert len(files) == 31

    @pytest.mark.parametrize(("siren", "name", "told", "office"), CHECKED)
    def test_figures_are_those_checked_by_hand(
        self, shared_data, siren, name, told, office
    ):
        file = shared_data / f"api_samples/rne_inpi/companies_{siren}.json"
        facts = parse.parse(file.read_bytes(), siren=siren)
        identity = facts.identity

        assert identity.name == name
        assert told == (
            identity.legal_form_code,
            identity.naf_code,
            identity.created_on,
            identity.capital_eur,
            identity.commune_code,
        )
        assert (len(facts.officers), facts.officers[0].role_code) == office
