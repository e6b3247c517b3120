import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies import pipeline
from companies.models import Company, Note, Pursuit, PursuitChange
from companies.tests.makers import index_names, make_company

COMPANIES = "/administration/companies/company/"
READ = ["target", "annualaccounts", "officer", "legalevent", "sourcereading"]


@pytest.fixture
def company(db):
    company = make_company("FONDERIE DU LÉMAN", siren="005520135", target={})
    index_names()
    return company


class TestWho:
    @pytest.mark.parametrize("url", ["/administration/", COMPANIES])
    def test_ops_only(self, url, analyst_client, manager_client, ops_client):
        assert ops_client.get(url).status_code == 200
        for client in (analyst_client, manager_client):
            assert client.get(url, follow=True).status_code == 403

    @pytest.mark.parametrize("url", ["/administration/", COMPANIES])
    def test_nobody_without_the_second_factor(self, url, half_way_client, db):
        assert half_way_client.get(url)["Location"].startswith("/compte/")
        assert Client().get(url)["Location"].startswith("/compte/")


class TestCompanies:
    @pytest.mark.parametrize(
        "term", ["005520135", "005 520 135", "leman", "Léman", "fondrie leman"]
    )
    def test_are_found_by_siren_and_by_name(self, company, ops_client, term):
        make_company("AUTRE")
        page = ops_client.get(COMPANIES, {"q": term}).content.decode()
        assert "FONDERIE DU LÉMAN" in page
        assert "AUTRE" not in page

    def test_are_found_when_closed(self, db, ops_client):
        make_company("DISPARUE", is_active=False)
        index_names()
        page = ops_client.get(COMPANIES, {"q": "disparue"}).content.decode()
        assert "DISPARUE" in page

    def test_are_counted_by_the_statistics(self, company, ops_client, monkeypatch):
        monkeypatch.setattr("accounts.admin.WORTH_ESTIMATING", -1)
        with CaptureQueriesContext(connection) as queries:
            ops_client.get(COMPANIES)
        assert not any("COUNT(*)" in query["sql"] for query in queries)

    def test_are_read_and_never_written(self, company, ops_client):
        url = f"{COMPANIES}{company.siren}/change/"
        page = ops_client.get(url).content.decode()
        assert "FONDERIE DU LÉMAN" in page
        assert 'name="_save"' not in page
        assert ops_client.post(url, {"name": "AUTRE"}).status_code == 403
        assert ops_client.get(f"{COMPANIES}add/").status_code == 403
        assert ops_client.post(f"{COMPANIES}{company.siren}/delete/").status_code == 403
        assert Company.objects.get().name == "FONDERIE DU LÉMAN"

    def test_lead_to_what_sources_told(self, company, ops_client):
        page = ops_client.get(f"{COMPANIES}{company.siren}/change/").content.decode()
        for name in READ:
            assert f"/administration/companies/{name}/?q=005520135" in page

    def test_that_do_not_exist_are_not_there(self, db, ops_client):
        for key in ("123456789", "abc"):
            url = f"{COMPANIES}{key}/change/"
            assert ops_client.get(url, follow=True).redirect_chain[-1][0] == (
                "/administration/"
            )


class TestWhatSourcesTold:
    @pytest.mark.parametrize("name", READ)
    @pytest.mark.parametrize(
        "term", ["", "005520135", "5520135", "abc", "１２", "9" * 30]
    )
    def test_is_entered_by_siren(self, company, ops_client, name, term):
        url = f"/administration/companies/{name}/"
        assert ops_client.get(url, {"q": term}).status_code == 200


class TestWhatDesksKeep:
    def test_is_not_there_for_ops(self, company, analyst, ops_client):
        pipeline.set_status(siren=company.siren, status="contacte", by=analyst)
        pipeline.add_note(siren=company.siren, text="Secret du cabinet", by=analyst)
        for model in (Note, Pursuit, PursuitChange):
            assert not admin.site.is_registered(model)
        for url in ("/administration/", f"{COMPANIES}{company.siren}/change/"):
            page = ops_client.get(url).content.decode()
            assert "Secret du cabinet" not in page


class TestTheIndex:
    def test_speaks_french_and_says_sandbox(self, ops_client):
        page = ops_client.get("/administration/").content.decode()
        for words in ("Sociétés", "Comptes", "Scores", "Exports", "Files de travaux"):
            assert words in page
        assert "Bac à sable" in page
        assert "css/admin.css" in page

    def test_has_nothing_inline(self, company, ops_client):
        for url in ("/administration/", COMPANIES, f"{COMPANIES}005520135/change/"):
            page = ops_client.get(url).content.decode()
            assert "<style" not in page
            assert " style=" not in page
            assert "<script>" not in page
