import gzip
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from enrichment.providers.errors import ProviderError
from enrichment.providers.sirene import parse

FIXTURES = Path(__file__).parent.parent / "fixtures"
MADE_UP = "732829320"


def read(name, siren=MADE_UP):
    return parse.parse((FIXTURES / name).read_bytes(), siren=siren)


def of_unit(unit):
    raw = json.dumps({"header": {"statut": 200}, "unitesLegales": [unit]}).encode()
    return parse.parse(raw, siren=unit["siren"])


class TestHeadOffice:
    def test_reads_identity(self):
        facts = read("head_office.json")
        identity = facts.identity

        assert (identity.name, identity.acronym) == ("SPECIMEN INDUSTRIES", "SI")
        assert identity.trade_name == "SPECIMEN MECANIQUE"
        assert (identity.naf_code, identity.naf25_code) == ("25.62B", "25.53Y")
        assert identity.legal_form_code == "5710"
        assert (identity.created_on, identity.is_active) == (date(1995, 5, 2), True)
        assert identity.closed_on is None
        assert (identity.headcount_band, identity.headcount_band_year) == ("12", 2023)
        assert (identity.category, identity.diffusion_status) == ("PME", "O")
        assert facts.unknown_fields == ()
        assert facts.warnings == ()

    def test_the_pieces_of_an_address_make_one_line(self):
        identity = read("head_office.json").identity

        assert identity.address == "BATIMENT C, 12 B RUE DES SPECIMENS, BP 12"
        assert (identity.postal_code, identity.commune) == ("69003", "LYON")
        assert (identity.siret, identity.commune_code) == ("73282932000074", "69383")
        # Lambert coordinates are of a projection that depends on the region.
        assert (identity.latitude, identity.longitude) == (None, None)

    def test_a_closed_company_is_closed_since_its_first_closed_period(self):
        facts = read("closed.json")

        assert facts.identity.is_active is False
        assert facts.identity.closed_on == date(2007, 3, 31)

    def test_an_old_nomenclature_gives_no_code(self):
        facts = read("closed.json")

        assert facts.identity.naf_code is None
        assert facts.warnings == (
            "other_nomenclature"
            " etablissements[].uniteLegale.activitePrincipaleUniteLegale",
        )

    def test_partial_diffusion_leaves_the_town(self):
        facts = read("partial_diffusion.json")
        identity = facts.identity

        assert identity.diffusion_status == "P"
        assert identity.name == "SPECIMEN INDUSTRIES"
        assert (identity.address, identity.postal_code) == (None, None)
        assert (identity.trade_name, identity.commune) == (None, "LYON")
        assert facts.warnings == ()

    def test_a_sole_traders_name_is_told_only_if_it_may_be(self):
        assert read("sole_trader.json").identity.name == "FICTIVE USAGE"
        assert read("sole_trader_partial.json").identity.name is None

    def test_a_company_that_is_not_diffused_has_its_numbers_only(self):
        identity = read("undiffused.json").identity

        assert identity.diffusion_status == "P"
        assert identity.siret == "73282932000074"
        assert (identity.name, identity.is_active) == (None, None)

    def test_another_schema_costs_its_fields_only(self):
        facts = read("changed_schema.json")

        assert facts.unknown_fields == (
            "etablissements[].nouveau",
            "etablissements[].uniteLegale.champNouveau",
        )
        place = "etablissements[].adresseEtablissement"
        assert set(facts.warnings) == {
            "bad_type etablissements[].uniteLegale.trancheEffectifsUniteLegale",
            "bad_type etablissements[].periodesEtablissement",
            f"bad_value {place}.codePostalEtablissement",
        }
        assert facts.identity.name == "SPECIMEN INDUSTRIES"

    def test_refuses_another_company(self):
        with pytest.raises(ProviderError) as caught:
            read("other_company.json")

        assert caught.value.reason == "other_company"

    @pytest.mark.parametrize("raw", [b"[]", b"{}", b'{"header": {"statut": 200}}'])
    def test_refuses_another_shape(self, raw):
        with pytest.raises(ProviderError) as caught:
            parse.parse(raw, siren=MADE_UP)

        assert caught.value.reason == "unexpected_shape"


class TestPeriods:
    def test_the_period_under_way_tells_what_changes(self):
        facts = read("unit_with_periods.json", "264702093")
        identity = facts.identity

        assert identity.name == "CTRE COM ACTION SOCIALE DE SAMAZAN"
        assert (identity.legal_form_code, identity.naf_code) == ("7361", "88.99B")
        assert identity.siret == "26470209300016"
        assert identity.created_on == date(1968, 9, 30)
        assert (identity.is_active, identity.closed_on) == (False, date(2017, 1, 1))
        assert identity.address is None
        assert facts.unknown_fields == ()


# Read by eye in the pages recorded in December 2019: name, form, NAF, head office,
# creation, closing, headcount band and category.
CHECKED = {
    "194300398": (
        ("LYCEE POLYVALENT EMMANUEL CHABRIER", "7331", "85.31Z", "19430039800014"),
        (date(1965, 5, 1), None, "22", "PME"),
    ),
    "200067429": (
        ("CC HAUT NIVERNAIS-VAL D'YONNE", "7346", "84.11Z", "20006742900015"),
        (date(2017, 1, 1), None, "21", "PME"),
    ),
    "264703646": (
        ("CENTRE COMMUNAL D'ACTION SOCIALE", "7361", "88.99B", "26470364600010"),
        (date(1995, 12, 25), date(2017, 12, 31), None, None),
    ),
    "413393752": (
        ("SCM BRIZARD - MORILLON", "6589", "82.19Z", "41339375200014"),
        (date(1997, 7, 5), date(2019, 12, 31), "02", "PME"),
    ),
    "485319149": (
        ("QUALITBON", "5498", "10.71C", "48531914900038"),
        (date(2006, 1, 1), None, "NN", "PME"),
    ),
    "524223435": (
        ("SCI ECO BAT", "6599", "68.20B", "52422343500016"),
        (date(2010, 8, 9), None, None, None),
    ),
}


@pytest.fixture
def samples(shared_data):
    return shared_data / "api_samples" / "sirene_insee"


@pytest.mark.shared
class TestRealAnswers:
    @pytest.mark.parametrize(
        ("name", "year", "address"),
        [
            ("siret", 2022, "34 AVENUE DE L'OPERA"),
            ("sirets_par_siren_one", 2019, "34 AV DE L OPERA"),
            ("sirets_par_siren_many", 2019, "34 AV DE L OPERA"),
        ],
    )
    def test_the_head_office_is_found_among_all_sites(
        self, samples, name, year, address
    ):
        raw = (samples / f"{name}.json").read_bytes()
        facts = parse.parse(raw, siren="418166096")
        identity = facts.identity

        assert (identity.name, identity.siret) == ("OCTO-TECHNOLOGY", "41816609600069")
        assert (identity.legal_form_code, identity.naf_code) == ("5710", "62.02A")
        assert identity.created_on == date(1998, 4, 1)
        assert (identity.headcount_band, identity.headcount_band_year) == ("41", year)
        assert (identity.category, identity.is_active) == ("GE", True)
        assert (identity.address, identity.postal_code) == (address, "75002")
        assert (facts.unknown_fields, facts.warnings) == ((), ())

    def test_every_company_of_a_page_of_updates_reads(self, samples):
        count = 0
        for name in ("siren_maj_20191201", "siren_maj_20191208"):
            page = json.loads((samples / f"{name}.json").read_bytes())
            for unit in page["lignes_personnes_morales"]:
                facts = of_unit(unit)
                assert (facts.unknown_fields, facts.warnings) == ((), ())
                assert facts.identity.name
                count += 1

        assert count == 26

    def test_figures_are_those_checked_by_hand(self, samples):
        page = json.loads((samples / "siren_maj_20191208.json").read_bytes())
        units = {unit["siren"]: unit for unit in page["lignes_personnes_morales"]}
        for siren, told in CHECKED.items():
            identity = of_unit(units[siren]).identity
            assert told == (
                (
                    identity.name,
                    identity.legal_form_code,
                    identity.naf_code,
                    identity.siret,
                ),
                (
                    identity.created_on,
                    identity.closed_on,
                    identity.headcount_band,
                    identity.category,
                ),
            )

    def test_every_site_of_a_real_selection_reads(self, shared_data):
        packed = shared_data / "registry" / "api_sirene_siret_2025_pm.json.gz"
        warned = Counter()
        for site in json.loads(gzip.decompress(packed.read_bytes())):
            raw = json.dumps({"etablissements": [site]}).encode()
            facts = parse.parse(raw, siren=site["siren"])
            assert facts.unknown_fields == ()
            assert facts.identity.name
            assert facts.identity.siret == site["siret"]
            warned.update(facts.warnings)

        # One head office abroad, with a foreign postal code.
        place = "etablissements[].adresseEtablissement"
        assert warned == {f"bad_value {place}.codePostalEtablissement": 1}

    def test_a_refusal_of_the_syntax_is_no_answer(self, samples):
        with pytest.raises(ProviderError) as caught:
            parse.parse((samples / "erreur_400.json").read_bytes(), siren=MADE_UP)

        assert caught.value.reason == "unexpected_shape"
