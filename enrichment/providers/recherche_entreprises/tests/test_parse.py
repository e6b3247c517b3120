import re
from datetime import date
from pathlib import Path

import pytest

from enrichment.providers.errors import ProviderError
from enrichment.providers.recherche_entreprises import parse

FIXTURES = Path(__file__).parent.parent / "fixtures"
MADE_UP = "732829320"


def read(name, siren=MADE_UP):
    return parse.parse((FIXTURES / name).read_bytes(), siren=siren)


class TestParse:
    def test_reads_identity(self):
        identity = read("found.json", "533744991").identity

        assert identity.name == "IDDEE 13"
        assert identity.legal_form_code == "5710"
        assert identity.is_active is True
        assert identity.siret == "53374499100035"
        assert identity.diffusion_status == "O"
        assert identity.capital_eur is not None

    def test_reads_the_year_of_accounts_as_an_estimated_closing(self):
        (row,) = read("found.json", "533744991").accounts

        assert row.closed_on == date(2024, 12, 31)
        assert row.closed_on_estimated
        assert (row.revenue, row.net_income) == (3_130_136, 363_112)
        assert row.duration_months is None

    def test_reads_officers_with_month_of_birth_only(self):
        officers = read("with_auditor.json", "302474648").officers

        assert [o.role_code for o in officers] == ["53", "53", "73", "71"]
        assert (officers[0].birth_year, officers[0].birth_month) == (1973, 1)
        assert officers[3].is_company
        assert officers[3].company_siren == "775726417"
        assert officers[3].surname is None

    def test_tells_a_closed_company(self):
        identity = read("closed_company.json", "880878145").identity

        assert identity.is_active is False
        assert identity.closed_on == date(2022, 10, 22)

    def test_partial_diffusion_hides_persons_and_address(self):
        facts = read("partial_diffusion.json")

        assert facts.identity.diffusion_status == "P"
        assert facts.identity.name is not None
        assert facts.identity.address is None
        assert facts.identity.latitude is None
        assert [o.company_name for o in facts.officers] == ["SPECIMEN HOLDING"]

    def test_partial_diffusion_hides_the_name_of_a_person(self):
        assert read("sole_trader_partial.json").identity.name is None

    def test_zero_revenue_is_not_published(self):
        facts = read("partial_diffusion.json")

        assert facts.accounts[0].revenue is None
        assert facts.accounts[0].net_income == 12_000
        assert facts.warnings == ("revenue_not_published results[].finances.2023.ca",)

    def test_reports_what_it_does_not_know(self):
        facts = read("partial_diffusion.json")

        assert facts.unknown_fields == ("nouvelle_racine", "results[].nouveau_champ")

    def test_refuses_another_company(self):
        with pytest.raises(ProviderError) as caught:
            read("other_company.json")

        assert (caught.value.reason, caught.value.permanent) == ("other_company", True)

    @pytest.mark.parametrize("raw", [b"[]", b"{}", b'{"erreur": "x"}'])
    def test_refuses_another_shape(self, raw):
        with pytest.raises(ProviderError) as caught:
            parse.parse(raw, siren=MADE_UP)

        assert caught.value.reason == "unexpected_shape"

    def test_wrong_types_cost_their_field_only(self):
        raw = (
            b'{"results": [{"siren": "732829320", "nom_complet": 12, "siege": [],'
            b' "dirigeants": {"a": 1}, "finances": "non", "date_creation": "hier",'
            b' "complements": null, "nature_juridique": "5710"}]}'
        )

        facts = parse.parse(raw, siren=MADE_UP)

        assert facts.identity.name is None
        assert facts.identity.legal_form_code == "5710"
        assert set(facts.warnings) == {
            "bad_type results[].nom_complet",
            "bad_type results[].siege",
            "bad_type results[].dirigeants",
            "bad_type results[].finances",
            "bad_date results[].date_creation",
        }


@pytest.mark.shared
class TestRealAnswers:
    def test_every_recorded_company_reads_without_drift(self, shared_data):
        folder = shared_data / "api_samples" / "recherche_entreprises"
        read_count = 0
        for file in sorted(folder.glob("search_*.json")):
            named = re.fullmatch(r"search_([0-9]{9})(_full)?\.json", file.name)
            if named is None:
                continue
            facts = parse.parse(file.read_bytes(), siren=named[1])
            assert facts.unknown_fields == ()
            assert facts.warnings == ()
            assert not facts.is_sandbox
            read_count += 1

        assert read_count == 15

    def test_every_company_of_a_full_text_search_reads(self, shared_data):
        folder = shared_data / "api_samples" / "recherche_entreprises"
        for name in ("search_aga.json", "search_fulltext_2023.json"):
            raw = (folder / name).read_bytes()
            for siren in set(re.findall(rb'"siren": ?"([0-9]{9})", ?"nom_comp', raw)):
                facts = parse.parse(raw, siren=siren.decode())
                assert facts.identity.name
