import django_rq
import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.people import enrolled, password_only_client
from companies.tests.makers import make_company
from exports import jobs
from exports.models import Destination, Export
from exports.tests.asking import ask, make_destination
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
        export = ask(analyst)
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


DESTINATIONS = "/administration/exports/destination/"


class TestDestinations:
    given = {
        "name": "Entrepôt",
        "kind": "database",
        "secret_name": "EXPORT_TARGET_ENTREPOT",
        "mode": "upsert",
        "is_active": "on",
    }

    def test_are_declared_by_ops(self, ops_client):
        answer = ops_client.post(f"{DESTINATIONS}add/", self.given, follow=True)
        assert Destination.objects.get().secret_name == "EXPORT_TARGET_ENTREPOT"
        assert "EXPORT_TARGET_ENTREPOT est absente" in answer.content.decode()

    @pytest.mark.parametrize(
        "secret", ["SECRET_KEY", "postgres://ops:mot@base/entrepot", "EXPORT_TARGET_é"]
    )
    def test_take_the_name_of_a_variable_and_no_secret(self, ops_client, secret):
        data = {**self.given, "secret_name": secret}
        page = ops_client.post(f"{DESTINATIONS}add/", data).content.decode()
        assert "Jamais le secret lui-même" in page
        assert not Destination.objects.exists()

    def test_want_a_base_and_a_table_for_airtable(self, ops_client):
        data = {**self.given, "kind": "airtable"}
        page = ops_client.post(f"{DESTINATIONS}add/", data).content.decode()
        assert "donnez la base et la table" in page

    def test_say_whether_the_variable_is_set_and_never_what_it_is(
        self, ops_client, monkeypatch
    ):
        made = make_destination()
        pages = [DESTINATIONS, f"{DESTINATIONS}{made.pk}/change/"]
        for url in pages:
            assert "absente" in ops_client.get(url).content.decode()
        monkeypatch.setenv("EXPORT_TARGET_ESSAI", "/srv/un-secret-bien-gardé")
        for url in pages:
            page = ops_client.get(url).content.decode()
            assert "présente" in page
            assert "un-secret" not in page

    def test_can_be_tried(self, ops_client, monkeypatch, tmp_path):
        made = make_destination()
        data = {"action": "try_them", "_selected_action": made.pk}
        page = ops_client.post(DESTINATIONS, data, follow=True).content.decode()
        assert "n’est pas accessible" in page
        monkeypatch.setenv("EXPORT_TARGET_ESSAI", str(tmp_path))
        page = ops_client.post(DESTINATIONS, data, follow=True).content.decode()
        assert "Le dossier est accessible" in page

    def test_are_not_for_analysts(self, analyst_client):
        assert analyst_client.get(DESTINATIONS, follow=True).status_code == 403


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
