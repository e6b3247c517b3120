from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisIsAway

from accounts.models import AuditEntry
from accounts.tests.people import make_user, verified_client
from companies.search import engine
from companies.tests.makers import make_company
from exports import asked, jobs, services, writing
from exports.models import Export, ExportState
from exports.tests.asking import ask, audited, content, read

NEW = "/exports/nouveau/"


def status_of(client, url):
    response = client.get(url)
    response.getvalue()
    return response.status_code


@pytest.fixture
def companies(db):
    return [make_company(f"SOCIETE {number}") for number in range(3)]


@pytest.fixture
def made(companies, analyst):
    """An export of the analyst, written."""
    export = ask(analyst, "tri=nom")
    writing.write(export_id=export.pk)
    export.refresh_from_db()
    return export


def addresses(export):
    names = ("export", "progress", "file", "manifest", "manifest_json")
    return [reverse(f"exports:{name}", args=[export.public_id]) for name in names]


class TestWho:
    def test_the_desk_sees_its_export(self, made, analyst_client, colleague_client):
        for client in (analyst_client, colleague_client):
            for url in addresses(made):
                assert status_of(client, url) == 200

    def test_a_stranger_finds_nothing(self, made, stranger_client):
        assert {stranger_client.get(url).status_code for url in addresses(made)} == {
            404
        }
        assert "SOCIETE" not in stranger_client.get("/exports/").content.decode()
        assert audited() == ["export_asked"]

    def test_ops_of_another_desk_finds_nothing_either(self, made):
        other = verified_client(make_user(role="ops"))
        assert {other.get(url).status_code for url in addresses(made)} == {404}

    def test_a_reader_may_look_and_not_take(self, made, reader_client):
        statuses = [reader_client.get(url).status_code for url in addresses(made)]
        assert statuses == [200, 200, 403, 403, 403]
        page = reader_client.get(addresses(made)[0]).content.decode()
        assert reverse("exports:file", args=[made.public_id]) not in page

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_reader_asks_for_nothing(self, reader_client, method):
        assert getattr(reader_client, method)(NEW).status_code == 403

    def test_nobody_is_sent_to_sign_in(self, made, half_way_client):
        for client in (Client(), half_way_client):
            for url in (*addresses(made), "/exports/", NEW):
                assert client.get(url).status_code == 302

    def test_an_unknown_export_is_not_there(self, analyst_client):
        url = reverse("exports:file", args=[uuid4()])
        assert analyst_client.get(url).status_code == 404


class TestAShortExport:
    def test_is_downloaded_at_once(self, companies, analyst_client, analyst):
        data = {
            "tout": "1",
            "requete": "q=societe&tri=nom",
            "profil": "rapide",
            "faire": "exporter",
        }
        response = analyst_client.post(NEW, data)
        assert response.status_code == 200
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        day = timezone.localdate().isoformat()
        name = f"cibles-rapide-{day}-bac-a-sable.csv"
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        header, *lines = read(content(response))
        assert header[0] == "siren"
        assert [line[1] for line in lines] == ["SOCIETE 0", "SOCIETE 1", "SOCIETE 2"]

    def test_is_what_the_search_finds(self, companies, analyst_client, analyst):
        data = {
            "tout": "1",
            "requete": "tri=-age",
            "profil": "analyse",
            "faire": "exporter",
        }
        lines = read(content(analyst_client.post(NEW, data)))[1:]
        wish = asked.of_query("tri=-age", desk_id=analyst.desk_id)
        assert [line[0] for line in lines] == engine.sirens(wish.search, most=10)
        assert Export.objects.get().rows_total == len(lines) == wish.count()

    def test_leaves_its_row_and_its_trace(self, companies, analyst_client, analyst):
        data = {
            "tout": "1",
            "requete": "q=societe",
            "profil": "rapide",
            "faire": "exporter",
        }
        body = content(analyst_client.post(NEW, data))
        export = Export.objects.get()
        assert export.state == ExportState.DONE
        assert export.size_bytes == len(body)
        assert export.is_sandbox
        assert audited() == ["export_asked", "export_downloaded"]
        entry = AuditEntry.objects.filter(action="export_downloaded").get()
        assert entry.actor_id == analyst.pk
        assert entry.resource == f"export:{export.public_id}"
        assert entry.details["rows"] == 3
        assert entry.details["filter"] == "«\u00a0societe\u00a0»"
        assert entry.details["columns"] == export.columns

    def test_is_given_again_to_a_colleague(
        self, companies, analyst_client, colleague_client
    ):
        data = {
            "tout": "1",
            "requete": "q=societe",
            "profil": "rapide",
            "faire": "exporter",
        }
        first = content(analyst_client.post(NEW, data))
        assert content(colleague_client.post(NEW, data)) == first
        assert Export.objects.count() == 1
        assert audited()[2:] == ["export_reused", "export_downloaded"]


class TestALongExport:
    @pytest.fixture(autouse=True)
    def three_are_many(self, monkeypatch):
        monkeypatch.setattr(services, "AT_ONCE", 3)

    @pytest.fixture
    def asked_for(self, companies, analyst_client, monkeypatch):
        """The address of its page, and what the worker was asked."""
        wanted = []
        monkeypatch.setattr(
            "mainsite.lib.queue.enqueue",
            lambda job, *, queue, **given: wanted.append((job, queue, given)),
        )
        data = {
            "tout": "1",
            "requete": "tri=nom",
            "profil": "analyse",
            "faire": "exporter",
        }
        response = analyst_client.post(NEW, data)
        return response["Location"], wanted

    def test_is_left_to_a_worker(self, asked_for):
        url, wanted = asked_for
        export = Export.objects.get()
        assert url == f"/exports/{export.public_id}/"
        assert wanted == [(jobs.write_export, "interactive", {"export_id": export.pk})]
        assert export.state == ExportState.QUEUED

    def test_a_larger_one_has_a_worker_of_its_own(self, asked_for):
        _url, wanted = asked_for
        wanted.clear()
        jobs.ask_for_worker(export_id=1, rows=jobs.SMALL + 1)
        jobs.ask_for_worker(export_id=2, rows=1, is_slow=True)
        assert [queue for _job, queue, _given in wanted] == ["exports", "exports"]

    def test_shows_its_progress_until_it_is_there(self, asked_for, analyst_client):
        url, _wanted = asked_for
        page = analyst_client.get(url).content.decode()
        assert 'hx-trigger="load delay:500ms"' in page
        assert "0 / 3" in page
        Export.objects.update(created_at=timezone.now() - timedelta(seconds=30))
        htmx = {"HX-Request": "true", "HX-Target": "export-state"}
        part = analyst_client.get(f"{url}avancement/", headers=htmx).content.decode()
        assert part.strip().startswith('<section id="export-state"')
        assert 'hx-trigger="load delay:2000ms"' in part
        jobs.write_export(export_id=Export.objects.get().pk)
        part = analyst_client.get(f"{url}avancement/", headers=htmx).content.decode()
        assert "hx-trigger" not in part
        assert f"{url}fichier/" in part

    def test_has_no_file_before_it_is_written(self, asked_for, analyst_client):
        url, _wanted = asked_for
        assert analyst_client.get(f"{url}fichier/").status_code == 404

    def test_gives_the_file_that_the_job_wrote(self, asked_for, analyst_client):
        url, _wanted = asked_for
        jobs.write_export(export_id=Export.objects.get().pk)
        response = analyst_client.get(f"{url}fichier/")
        assert len(read(content(response))) == 4
        assert audited() == ["export_asked", "export_downloaded"]

    def test_waits_when_the_queue_is_away(self, companies, analyst_client, monkeypatch):
        def away(*_, **__):
            raise RedisIsAway

        monkeypatch.setattr("mainsite.lib.queue.enqueue", away)
        response = analyst_client.post(
            NEW, {"tout": "1", "profil": "rapide", "faire": "exporter"}
        )
        assert response.status_code == 302
        assert Export.objects.get().state == ExportState.QUEUED


class TestAfterAWeek:
    def test_the_file_is_gone_and_the_page_says_so(self, made, analyst_client):
        Export.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
        for _ in range(2):
            response = analyst_client.get(addresses(made)[2])
            assert response.status_code == 410
            page = response.content.decode()
            assert "Ce fichier n’est plus gardé" in page
            assert "/exports/nouveau/?tri=nom" in page
            jobs.delete_expired()
        assert analyst_client.get(addresses(made)[0]).status_code == 200

    def test_a_file_taken_away_by_hand_is_gone_too(
        self, made, analyst_client, export_folder
    ):
        (export_folder / made.path).unlink()
        assert analyst_client.get(addresses(made)[2]).status_code == 410


class TestTheManifest:
    def test_says_who_when_what_and_how_sure(self, made, analyst_client):
        response = analyst_client.get(addresses(made)[3])
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert ".manifeste.txt" in response["Content-Disposition"]
        text = response.content.decode("utf-8-sig")
        for words in (
            made.file_name,
            "BAC À SABLE",
            "Demandé par : Analyste, Mécanique",
            "toutes les sociétés actives",
            "Tri : nom, croissant",
            "Lignes : 3",
            made.sha256,
            made.data_version,
            "- ma_score : attractivité, de 0 à 100",
        ):
            assert words in text


class TestTheList:
    def test_shows_the_newest_first(self, made, analyst_client, analyst):
        ask(analyst, "q=societe", "analyse")
        page = analyst_client.get("/exports/").content.decode()
        assert page.index("«\u00a0societe\u00a0»") < page.index("toutes les sociétés")
        assert "bac à sable" in page

    def test_filters_by_state(self, made, analyst, analyst_client):
        ask(analyst, "q=societe")
        Export.objects.exclude(pk=made.pk).update(state=ExportState.FAILED)
        page = analyst_client.get("/exports/?etat=failed").content.decode()
        assert "«\u00a0societe\u00a0»" in page
        assert "toutes les sociétés" not in page
        page = analyst_client.get("/exports/?etat=cancelled").content.decode()
        assert "Aucun export dans cet état" in page
        page = analyst_client.get("/exports/?etat=autre").content.decode()
        assert "toutes les sociétés" in page

    def test_says_how_to_make_one(self, analyst_client):
        page = analyst_client.get("/exports/").content.decode()
        assert "Aucun export pour l’instant" in page

    def test_has_pages(self, made, analyst_client, django_assert_max_num_queries):
        copies = []
        for number in range(60):
            copy = Export.objects.get(pk=made.pk)
            copy.pk, copy.public_id, copy.words = None, uuid4(), f"n° {number}"
            copies.append(copy)
        Export.objects.bulk_create(copies)
        with django_assert_max_num_queries(8):
            page = analyst_client.get("/exports/").content.decode()
        assert "Page 1 sur 2" in page
        assert "?page=2" in page
        assert analyst_client.get("/exports/?page=2").status_code == 200
