"""The list page: who sees it, what it says, how it answers htmx and trouble."""

import pytest
from django.db import OperationalError
from django.urls import reverse

from companies.models import Pursuit, PursuitChange
from companies.search import engine
from companies.tests.makers import make_company

pytestmark = pytest.mark.django_db

LIST = "/"


@pytest.fixture
def companies(db):
    return [
        make_company(f"SOCIÉTÉ {n}", target={"revenue": n * 10**6}) for n in range(3)
    ]


class TestList:
    def test_nobody_and_half_way_in_are_sent_to_sign_in(self, client, half_way_client):
        assert client.get(LIST).status_code == 302
        assert half_way_client.get(LIST).status_code == 302

    def test_every_role_reads_it(self, companies, analyst_client, reader_client):
        for browser in (analyst_client, reader_client):
            page = browser.get(LIST)
            assert page.status_code == 200
            assert "SOCIÉTÉ 2" in page.content.decode()

    def test_a_reader_is_offered_nothing_that_writes(self, companies, reader_client):
        assert 'id="selection"' not in reader_client.get(LIST).content.decode()

    def test_takes_few_queries(
        self, companies, analyst_client, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(12):
            analyst_client.get(LIST, {"q": "société", "ca_min": "1", "naf": "C"})

    def test_the_partial_is_a_piece_of_the_page(self, companies, analyst_client):
        whole = analyst_client.get(LIST).content.decode()
        headers = {"HX-Request": "true", "HX-Target": "univers"}
        piece = analyst_client.get(LIST, headers=headers)
        text = piece.content.decode().strip()
        assert text.startswith('<div id="univers"')
        assert "<html" not in text
        assert text in whole.replace("\r", "") or len(text) < len(whole)
        assert "HX-Target" in piece["Vary"]

    def test_a_boosted_link_gets_a_whole_page(self, companies, analyst_client):
        headers = {"HX-Request": "true", "HX-Boosted": "true"}
        assert "<html" in analyst_client.get(LIST, headers=headers).content.decode()

    def test_a_refused_value_is_said_and_the_rest_is_kept(
        self, companies, analyst_client
    ):
        text = analyst_client.get(LIST, {"naf": "ZZ", "ca_min": "1"}).content.decode()
        assert "ZZ" in text
        assert "CA de 1" in text

    def test_the_empty_list_says_what_each_removal_gives(
        self, companies, analyst_client
    ):
        text = analyst_client.get(LIST, {"ca_min": "500"}).content.decode()
        assert "Aucune société ne répond" in text
        assert "Retirer" in text

    def test_an_unreadable_list_keeps_the_criteria(
        self, companies, analyst_client, monkeypatch
    ):
        def fails(*arguments, **options):
            raise OperationalError("canceling statement due to statement timeout")

        monkeypatch.setattr(engine, "find", fails)
        page = analyst_client.get(LIST, {"ca_min": "1"})
        assert page.status_code == 503
        assert "CA de 1" in page.content.decode()
        assert page["X-Request-Id"] in page.content.decode()

    @pytest.mark.parametrize("position", ["x", "AAAA", "é", "W10"])
    def test_a_wrong_cursor_is_a_first_page(self, companies, analyst_client, position):
        assert analyst_client.get(LIST, {"curseur": position}).status_code == 200


class TestBulkStatus:
    def post(self, browser, companies, **fields):
        data = {"siren": [company.siren for company in companies], **fields}
        return browser.post(reverse("companies:bulk_status"), data)

    def test_shows_first_and_changes_nothing(self, companies, analyst_client):
        page = self.post(analyst_client, companies)
        assert page.status_code == 200
        assert "3 sociétés" in page.content.decode().replace("\u00a0", " ")
        assert not Pursuit.objects.exists()

    def test_sets_the_status_of_each(self, companies, analyst, analyst_client):
        assert (
            self.post(analyst_client, companies, status="contacte").status_code == 302
        )
        assert set(
            Pursuit.objects.visible_to(analyst).values_list("status", flat=True)
        ) == {"contacte"}
        assert PursuitChange.objects.count() == 3

    def test_takes_everything_found(self, companies, analyst, analyst_client):
        data = {"tout": "1", "requete": "ca_min=1", "status": "qualification"}
        analyst_client.post(reverse("companies:bulk_status"), data)
        assert Pursuit.objects.filter(status="qualification").count() == 2

    def test_ecarte_wants_a_reason(self, companies, analyst_client):
        page = self.post(analyst_client, companies, status="ecarte")
        assert page.status_code == 422
        assert not Pursuit.objects.exists()

    def test_an_empty_selection_is_said(self, companies, analyst_client):
        page = analyst_client.post(reverse("companies:bulk_status"), follow=True)
        assert "Aucune société n’est sélectionnée" in page.content.decode()

    def test_a_reader_may_not(self, companies, reader_client):
        assert self.post(reader_client, companies, status="gagne").status_code == 403
        assert not Pursuit.objects.exists()


def test_a_person_without_a_published_name_can_still_be_opened(analyst_client):
    siren = make_company("", diffusion="P").siren
    for address in ("/", f"/societes/{siren}/"):
        assert "nom non diffusé" in analyst_client.get(address).content.decode()
