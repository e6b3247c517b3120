"""Quartiles of a sector and size class, and the company's place in them."""

from datetime import date

import pytest
from django.urls import reverse

from companies.models import AnnualAccounts
from companies.tests.makers import make_company
from scoring import sector_comparison

pytestmark = pytest.mark.django_db


def peer(number, *, naf="25.62B", band="12", **target):
    figures = {"revenue": number * 1_000_000, "revenue_year": 2025, **target}
    return make_company(f"PAIR {number}", naf=naf, band=band, target=figures)


def lines(company):
    return {line.name: line for line in sector_comparison.of(company).lines}


class TestQuartiles:
    def test_are_those_of_the_division_and_size_class(self):
        companies = [peer(n) for n in range(1, 6)]
        peer(90, band="22")
        peer(80, naf="10.11Z")
        found = lines(companies[3])
        assert found["revenue"].quartiles == (2e6, 3e6, 4e6)
        assert found["revenue"].own == 4e6
        assert found["revenue"].percentile == 75
        assert found["revenue"].count == 5
        assert found["revenue"].where.startswith("division 25,")
        assert sector_comparison.of(companies[0]).size == "10 à 49 salariés"

    def test_come_from_the_section_when_the_division_is_too_small(self):
        own = peer(2)
        for number in (1, 3, 4):
            peer(number)
        peer(5, naf="10.11Z")
        assert lines(own)["revenue"].where.startswith("section C,")

    def test_are_not_given_under_five_companies(self):
        own = peer(1)
        for number in range(2, 5):
            peer(number)
        comparison = sector_comparison.of(own)
        assert not comparison.has_quartiles
        assert {line.quartiles for line in comparison.lines} == {()}

    def test_count_only_what_is_published(self):
        companies = [peer(n, net_income=n * 50_000) for n in range(1, 5)]
        peer(5)
        found = lines(companies[0])
        assert found["revenue"].count == 5
        assert found["margin"].count == 0
        assert found["margin"].own == pytest.approx(0.05)

    def test_leave_closed_companies_out(self):
        own = peer(1)
        for number in range(2, 5):
            peer(number)
        make_company(
            "FERMÉE", is_active=False, target={"revenue": 1, "revenue_year": 2025}
        )
        assert lines(own)["revenue"].quartiles == ()

    def test_of_an_unknown_activity_are_none(self):
        own = make_company("SANS NAF", naf="", target={"revenue": 1_000_000})
        assert sector_comparison.of(own).lines == []

    def test_of_a_company_beyond_the_register_alone(self):
        for number in range(1, 6):
            peer(number, band="")
        own = make_company("REGISTRE SEUL", band="")
        found = lines(own)["revenue"]
        assert found.own is None
        assert found.percentile is None
        assert found.quartiles == (2e6, 3e6, 4e6)

    def test_growth_never_crosses_account_types(self):
        own = peer(2)
        for year, kind, revenue in (
            (2025, "C", 2_000_000),
            (2024, "K", 4_000_000),
        ):
            AnnualAccounts.objects.create(
                siren=own.siren,
                closed_on=date(year, 12, 31),
                account_type=kind,
                revenue=revenue,
            )
        assert lines(own)["growth"].own is None
        AnnualAccounts.objects.create(
            siren=own.siren,
            closed_on=date(2024, 12, 31),
            account_type="C",
            revenue=1_600_000,
        )
        assert lines(own)["growth"].own == pytest.approx(0.25)

    def test_an_exact_headcount_wins_over_the_band(self):
        own = peer(1, accounts_headcount=60)
        comparison = sector_comparison.of(own)
        assert comparison.size == "50 à 249 salariés"
        assert lines(own)["people"].own == 60


@pytest.mark.parametrize(
    ("value", "place"),
    [(0.0, 0), (1.0, 2), (10.0, 50), (10.5, 52), (20.0, 98), (99.0, 100)],
)
def test_a_value_is_placed_between_the_quantiles(value, place):
    quantiles = [float(n) for n in range(21)]
    found = sector_comparison.percentile(quantiles, value)
    assert found == pytest.approx(place, abs=3)


def test_equal_values_count_half():
    assert sector_comparison.percentile([5.0] * 21, 5.0) == 50


class TestPage:
    def test_shows_the_table(self, analyst_client):
        companies = [peer(n) for n in range(1, 6)]
        page = analyst_client.get(reverse("scoring:sector", args=[companies[0].siren]))
        assert "3e quartile" in page.text
        assert "centile" in page.text
        assert "pas assez d’entreprises" in page.text

    def test_htmx_gets_the_piece_alone(self, analyst_client):
        own = peer(1)
        headers = {"HX-Request": "true", "HX-Target": "sector-panel"}
        address = reverse("scoring:sector", args=[own.siren])
        piece = analyst_client.get(address, headers=headers).text
        assert piece.strip().startswith('<section id="sector-panel"')
        assert "Pas assez d’entreprises" in piece

    def test_the_company_page_asks_for_it(self, analyst_client):
        own = peer(1)
        page = analyst_client.get(f"/societes/{own.siren}/").text
        assert reverse("scoring:sector", args=[own.siren]) in page
