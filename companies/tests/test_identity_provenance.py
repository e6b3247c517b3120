"""Each field of the identity has its source; those that disagree are shown."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from companies import services
from companies.facts import CompanyFacts, Said
from companies.identity_trace import same, trace
from companies.models import Company
from companies.tests.makers import make_company


def said(**fields):
    """`naf_code=[("rne", "25.61Z")]`, best source first, all read the same day."""
    return {
        name: tuple(Said(source, "2026-11-20", value) for source, value in given)
        for name, given in fields.items()
    }


class TestSame:
    @pytest.mark.parametrize(
        ("name", "first", "second", "expected"),
        [
            ("name", "Mécanique du Lac", "MECANIQUE DU LAC", True),
            ("name", "Mécanique du Lac", "MÉCANIQUE DU LAC (SA)", False),
            ("naf_code", "25.61Z", "2561Z", True),
            ("naf_code", "25.61Z", "25.62B", False),
            ("created_on", date(2001, 2, 3), "2001-02-03", True),
            ("is_active", True, "0", False),
            ("is_active", True, "1", True),
            ("capital_eur", 1000, 1000, True),
            ("capital_eur", 0, 1000, False),
            ("postal_code", "", "74000", True),
            ("postal_code", None, "74000", True),
        ],
    )
    def test_writing_differs_and_meaning_does_not(self, name, first, second, expected):
        assert same(name, first, second) is expected


class TestTrace:
    def one(self, given, kept, *, filled=(), before=None):
        return trace(
            said=given, kept=kept, filled=frozenset(filled), before=before or {}
        )

    def test_who_filled_a_blank_is_kept(self):
        given = said(website=[("pappers", "a.example")])
        found = self.one(given, {"website": "a.example"}, filled=["website"])
        assert found.provenance == {"website": ["pappers", "2026-11-20"]}
        assert found.disagreements == {}

    def test_the_register_needs_no_entry_and_is_contradicted(self):
        given = said(naf_code=[("rne", "25.62B"), ("pappers", "2561Z")])
        found = self.one(given, {"naf_code": "25.61Z"})
        assert found.provenance == {}
        assert found.disagreements == {"naf_code": {"rne": "25.62B"}}

    @pytest.mark.parametrize(
        ("year", "expected"),
        [
            (2024, {"headcount_band": {"rne": "12"}}),
            (2022, {}),
            (None, {"headcount_band": {"rne": "12"}}),
        ],
    )
    def test_a_band_of_another_year_is_no_contradiction(self, year, expected):
        given = said(headcount_band=[("rne", "12")])
        if year:
            given |= said(headcount_year=[("rne", year)])
        kept = {"headcount_band": "21", "headcount_year": 2024}
        assert self.one(given, kept).disagreements == expected

    def test_a_street_is_written_in_many_ways(self):
        given = said(address=[("rne", "1 R DU LAC")])
        assert self.one(given, {"address": "1 rue du Lac"}).disagreements == {}

    def test_what_was_known_before_stays(self):
        before = {"website": ["pappers", "2026-01-01"]}
        found = self.one({}, {}, before=before)
        assert found.provenance == before


@pytest.mark.django_db
class TestTheCompany:
    def record(self, company, identity=None, **given):
        fact = CompanyFacts(
            siren=company.siren, identity=identity or {}, identity_said=said(**given)
        )
        services.record_facts(facts=[fact])
        company.refresh_from_db()

    def page(self, client, company):
        url = reverse("companies:company", args=[company.siren])
        return client.get(url).content.decode()

    def test_shows_who_says_otherwise(self, analyst_client):
        company = make_company(naf="25.62B")
        self.record(company, naf_code=[("rne", "25.61Z"), ("pappers", "25.62B")])
        assert company.disagreements == {"naf_code": {"rne": "25.61Z"}}
        shown = self.page(analyst_client, company)
        assert "1 désaccord entre sources" in shown
        assert "25.61Z" in shown
        assert "INPI, registre national" in shown

    def test_a_blank_that_was_filled_has_its_source(self, analyst_client):
        company = make_company(website="")
        self.record(
            company,
            {"website": "lac.example"},
            website=[("pappers", "lac.example")],
        )
        assert company.provenance == {"website": ["pappers", "2026-11-20"]}
        shown = self.page(analyst_client, company)
        assert "D’où vient l’identité" in shown
        assert "20\u00a0nov. 2026" in shown
        assert "désaccord" not in shown

    def test_a_closing_that_the_register_ignores_is_a_disagreement(self):
        company = make_company()
        self.record(company, is_active=[("sirene", True), ("rne", False)])
        assert company.is_active
        assert company.disagreements == {"is_active": {"rne": "0"}}

    def test_the_register_that_came_round_ends_it(self, analyst_client):
        company = make_company(naf="25.62B")
        self.record(company, naf_code=[("rne", "25.61Z")])
        Company.objects.filter(siren=company.siren).update(naf_code="25.61Z")
        assert "désaccord" not in self.page(analyst_client, company)

    def test_saying_the_same_again_writes_nothing(self, django_assert_max_num_queries):
        company = make_company(naf="25.62B")
        given = {"naf_code": [("rne", "25.61Z")]}
        self.record(company, **given)
        fact = CompanyFacts(siren=company.siren, identity_said=said(**given))
        with django_assert_max_num_queries(20) as queries:
            services.record_facts(facts=[fact])
        assert not any("SET provenance" in query["sql"] for query in queries)

    def test_of_a_partial_diffusion_no_name_nor_place_is_kept(self, analyst_client):
        company = make_company(diffusion="P")
        self.record(
            company,
            name=[("rne", "MADAME DUPOND")],
            address=[("rne", "1 RUE DU LAC")],
            naf_code=[("rne", "25.61Z")],
        )
        assert set(company.disagreements) == {"naf_code"}
        assert "DUPOND" not in self.page(analyst_client, company)

    def test_a_company_that_a_source_names_says_which(self):
        fact = CompanyFacts(
            siren="957520448",
            identity={"name": "CHIMICOLOR", "naf_code": "25.61Z"},
            identity_said=said(
                name=[("recherche_entreprises", "CHIMICOLOR")],
                naf_code=[("recherche_entreprises", "25.61Z"), ("rne", "25.62B")],
            ),
        )
        services.record_facts(facts=[fact])
        company = Company.objects.get(siren="957520448")
        assert company.provenance["name"] == ["recherche_entreprises", "2026-11-20"]
        assert company.disagreements == {"naf_code": {"rne": "25.62B"}}
        assert company.registered_at <= timezone.now()
