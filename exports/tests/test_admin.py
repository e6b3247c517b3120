import django_rq
import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.people import enrolled, password_only_client
from companies.tests.makers import make_company
from exports import asked, jobs, services
from exports.models import Export
from mainsite.lib import queue

EXPORTS = "/administration/exports/export/"
QUEUES = "/administration/django_rq/dashboard/"
# Pages of the dashboard that need neither a job nor a worker.
PAGES = [
    "",
    "queues/0/",
    "queues/0/details/",
    "queues/0/finished/",
    "queues/0/failed/",
    "queues/0/failed/clear/",
    "queues/0/scheduled/",
    "queues/0/started/",
    "queues/0/deferred/",
    "queues/0/empty/",
    "queues/0/requeue-all/",
    "workers/0/",
]
MACHINES = ["stats.json", "stats.json/jeton"]


class TestExports:
    @pytest.fixture
    def export(self, analyst):
        make_company("SOCIETE DU CABINET")
        wish = asked.of_query("", desk_id=analyst.desk_id)
        export = services.ask(wish=wish, profile="rapide", by=analyst)
        jobs.write_export(export_id=export.pk)
        return Export.objects.get()

    def test_are_seen_by_ops_without_what_they_hold(self, export, ops_client):
        for url in (EXPORTS, f"{EXPORTS}{export.pk}/change/"):
            page = ops_client.get(url).content.decode()
            assert "Mécanique" in page
            assert export.path not in page
            assert "SOCIETE DU CABINET" not in page
        url = f"{EXPORTS}{export.pk}/change/"
        assert ops_client.post(url, {"words": "x"}).status_code == 403

    def test_are_not_for_analysts(self, export, analyst_client):
        assert analyst_client.get(EXPORTS, follow=True).status_code == 403


class TestQueues:
    @pytest.mark.parametrize("page", PAGES)
    def test_are_open_to_ops_with_nothing_inline(self, ops_client, page):
        response = ops_client.get(QUEUES + page)
        assert response.status_code == 200
        text = response.content.decode()
        assert "css/admin.css" in text
        for inline in (
            "<style",
            " style=",
            "<script>",
            '<script type="text/javascript">',
        ):
            assert inline not in text

    @pytest.mark.parametrize("page", MACHINES)
    def test_statistics_are_for_ops_too(self, ops_client, page):
        assert ops_client.get(QUEUES + page)["Content-Type"] == "application/json"

    @pytest.mark.parametrize("page", [*PAGES, *MACHINES])
    def test_are_closed_to_other_roles(self, analyst_client, manager_client, page):
        for client in (analyst_client, manager_client):
            assert client.get(QUEUES + page).status_code == 302
            assert client.get(QUEUES + page, follow=True).status_code == 403

    @pytest.mark.parametrize("page", [*PAGES, *MACHINES])
    def test_are_closed_without_the_second_factor(self, ops, page):
        enrolled(ops)
        for client in (password_only_client(ops), Client()):
            assert client.get(QUEUES + page)["Location"].startswith("/compte/")

    @pytest.mark.parametrize("path", ["/django-rq/", "/django_rq/", "/rq/"])
    def test_are_nowhere_else(self, ops_client, path):
        assert ops_client.get(path).status_code == 404

    def test_show_a_job_and_what_was_asked(
        self, ops_client, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            queue.enqueue(jobs.write_export, queue="exports", export_id=0)
        try:
            page = ops_client.get(f"{QUEUES}queues/2/").content.decode()
            assert "write_export" in page
            [job_id] = _queue().job_ids
            url = reverse("admin:django_rq_job_detail", args=[2, job_id])
            assert "export_id" in ops_client.get(url).content.decode()
        finally:
            _queue().empty()


def _queue():
    return django_rq.get_queue("exports")
