"""The statistics page reads what the owner's view counted, and nothing else."""

import threading

import pytest
from django.db import ProgrammingError, connection, transaction

from companies import statistics
from companies.models import SectorStatistics, StatisticsRefresh
from companies.statistics import Scope
from companies.tests.makers import make_company

URL = "/statistiques/"
LYON, ANNECY = "69123", "74010"


@pytest.fixture
def counted(transactional_db):
    """Twelve machinists in Haute-Savoie, one elsewhere, one of unknown trade."""
    for number in range(12):
        make_company(
            target={"revenue": (number + 1) * 1_000_000, "score": 40 + number}
            if number < 11
            else None,
            commune=ANNECY,
            band="12",
        )
    make_company(commune=LYON, band="01", is_active=False)
    make_company(commune=LYON, naf="", band="")
    statistics.refresh()
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE register, target, company CASCADE")
    statistics.refresh()


def cell(**codes):
    every = dict.fromkeys(("section", "division", "region", "departement", "band"), "")
    return SectorStatistics.objects.get(**every | codes)


class TestCells:
    def test_count_every_level(self, counted):
        assert (cell().companies, cell().active) == (14, 13)
        assert cell(section="C").active == 12
        assert cell(section="C", division="25").companies == 13
        assert cell(region="84", departement="74").active == 12
        assert cell(region="84", departement="69").companies == 2
        assert (
            cell(section="C", division="25", region="84", departement="69").active == 0
        )

    def test_unknown_is_a_place_of_its_own(self, counted):
        assert cell(section="-").active == 1
        assert cell(band="-").active == 1

    def test_measure_the_targets(self, counted):
        whole = cell(section="C", division="25", region="84", departement="74")

        assert (whole.with_revenue, whole.revenue_median) == (11, 6_000_000)
        assert (whole.revenue_q1, whole.revenue_q3) == (3_500_000, 8_500_000)
        assert (whole.score_mean, whole.score_median) == (45, 45)
        assert cell(band="10").with_revenue == 11

    def test_few_companies_have_no_quartiles(self, counted):
        assert cell(region="84", departement="69").revenue_median is None


class TestRefresh:
    def test_the_application_only_asks(self, transactional_db):
        for statement in (
            "REFRESH MATERIALIZED VIEW sector_statistics",
            "DELETE FROM statistics_refresh",
            "DROP MATERIALIZED VIEW sector_statistics",
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                connection.cursor().execute(statement)

    def test_is_dated(self, transactional_db):
        before = StatisticsRefresh.objects.count()
        statistics.refresh()

        assert StatisticsRefresh.objects.count() == before + 1
        assert statistics.counted_at() is not None

    def test_who_reads_meanwhile_is_not_stopped(self, counted):
        """A reader in a transaction keeps its figures; the refresh does not wait."""
        make_company(commune=ANNECY)
        with transaction.atomic():
            before = cell().companies
            other = threading.Thread(target=_refresh_elsewhere)
            other.start()
            other.join(timeout=20)
            assert not other.is_alive()
            assert cell().companies in (before, before + 1)

        assert cell().companies == before + 1

    def test_is_asked_of_a_worker(self, transactional_db, monkeypatch):
        asked = []
        monkeypatch.setattr(
            "companies.statistics.queue.enqueue",
            lambda job, *, queue: asked.append((job, queue)),
        )
        statistics.request_refresh()

        assert asked == [(statistics.refresh, "default")]


def _refresh_elsewhere():
    try:
        statistics.refresh()
    finally:
        connection.close()


class TestPage:
    def test_shows_sectors_and_places(self, counted, analyst_client):
        page = analyst_client.get(URL)

        assert page.status_code == 200
        assert [line.label for line in page.context["sectors"]] == [
            "Industrie manufacturière",
            "activité inconnue",
        ]
        assert "?region=84" in page.text
        assert "?naf=C" in page.text
        assert "chiffres du" in page.text

    def test_opens_what_is_chosen(self, counted, analyst_client):
        page = analyst_client.get(URL, {"naf": "C", "departement": "74"})

        sectors, places = page.context["sectors"], page.context["places"]
        assert [line.code for line in sectors] == ["C", "25"]
        assert sectors[1].list_query == "naf=25&departement=74"
        assert [line.code for line in places] == ["", "74", "69"]
        assert places[1].list_query == "naf=C&departement=74"
        assert places[1].page_query == ""

    def test_its_numbers_are_those_of_the_list(self, counted, analyst_client):
        page = analyst_client.get(URL, {"naf": "25"})
        line = next(line for line in page.context["places"] if line.code == "")
        found = analyst_client.get(f"/?{line.list_query}")

        assert found.context["summary"].total == line.figures.active

    def test_reads_the_views_only(
        self, counted, analyst_client, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(12) as queries:
            analyst_client.get(URL)

        read = " ".join(query["sql"] for query in queries.captured_queries)
        assert '"register"' not in read
        assert '"target"' not in read

    def test_an_unknown_code_is_said(self, counted, analyst_client):
        page = analyst_client.get(URL, {"naf": "ZZ", "region": "84"})

        assert "ZZ\u00a0» n’est pas un code connu." in page.text
        assert page.context["scope"] == Scope(region="84")

    def test_an_empty_register_says_so(self, db, analyst_client):
        page = analyst_client.get(URL)

        assert page.status_code == 200
        assert "Rien n’a encore été compté" in page.text

    def test_a_place_without_companies_says_so(self, counted, analyst_client):
        page = analyst_client.get(URL, {"departement": "75"})

        assert "Aucune société dans ce secteur et ce lieu" in page.text
