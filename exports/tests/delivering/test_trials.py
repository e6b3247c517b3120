"""Dry runs of deliveries that a worker makes, against real targets."""

import re
import sqlite3
from contextlib import closing

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import limits
from companies.models import Company
from companies.tests.makers import make_company
from exports import delivering, jobs, new_views, services, writing
from exports.delivering import airtable as airtable_door
from exports.delivering import airtable_api
from exports.delivering import database as database_door
from exports.models import Destination, Export, ExportState, Format, WriteMode
from exports.tests.asking import again, ask, audited
from exports.tests.test_cancel import killed_half_way

NEW = "/exports/nouveau/"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def companies(db):
    return [make_company(f"SOCIETE {number}") for number in range(3)]


@pytest.fixture
def wanted(monkeypatch):
    asked_for = []
    monkeypatch.setattr(
        "mainsite.lib.queue.enqueue",
        lambda job, *, queue, export_id: asked_for.append((queue, export_id)),
    )
    return asked_for


@pytest.fixture
def many(monkeypatch):
    """Whatever there is, is more than somebody waits for."""
    monkeypatch.setattr(new_views, "MOST_TRIED", 0)


@pytest.fixture
def trial(companies, analyst, database):
    return ask(analyst, profile="sql", kind="trial", to=database)


def asked_on_the_page(client, destination, profile="sql", **given):
    data = {"tout": "1", "requete": "", "profil": profile, "faire": "essai"}
    sortie = f"delivery-{destination.pk}"
    return client.post(NEW, {**data, "sortie": sortie}, **given)


def write(export):
    jobs.write_export(export_id=export.pk)
    return again(export)


def page_of(client, export):
    url = reverse("exports:export", args=[export.public_id])
    return client.get(url).content.decode()


def act_of(page):
    """What the form that sends would post."""
    form = page.split(f'action="{NEW}"')[1].split("</form>")[0]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


class TestAsking:
    def test_is_left_to_a_worker(
        self, companies, database, analyst_client, wanted, many
    ):
        answer = asked_on_the_page(analyst_client, database)
        export = Export.objects.get()
        assert answer["Location"] == reverse("exports:export", args=[export.public_id])
        assert (export.format, export.rows_total) == (Format.TRIAL, 3)
        assert wanted == [("exports", export.pk)]
        assert audited(export) == ["export_tried"]
        page = page_of(analyst_client, export)
        assert "Annuler cet essai" in page
        assert "Rien ne part pendant l’essai" in page

    def test_twice_makes_one(self, companies, database, analyst_client, wanted, many):
        asked_on_the_page(analyst_client, database)
        asked_on_the_page(analyst_client, database)
        assert audited(Export.objects.get()) == ["export_tried", "export_reused"]

    def test_counts_as_an_export(
        self, companies, database, analyst_client, wanted, many, settings
    ):
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, limits.EXPORT.name: (1, 3600)}
        settings.RATE_LIMIT_SCALE = 1.0
        # What other tests counted is of another address.
        given = {"REMOTE_ADDR": "203.0.113.77"}
        answers = [
            asked_on_the_page(analyst_client, database, **given) for _ in range(2)
        ]
        assert [each.status_code for each in answers] == [302, 429]
        assert Export.objects.count() == 1

    def test_is_what_becomes_of_one_that_takes_too_long(
        self, companies, airtable, analyst_client, wanted, monkeypatch
    ):
        monkeypatch.setattr(airtable_door, "BEAT_S", 0.0)
        monkeypatch.setattr(airtable_api, "HASTE_S", 0.0)
        asked_on_the_page(analyst_client, airtable, "airtable")
        export = Export.objects.get()
        assert export.format == Format.TRIAL
        done = write(export)
        assert (done.state, done.progress["created"]) == (ExportState.DONE, 3)


class TestOutcome:
    @pytest.mark.parametrize("mode", [WriteMode.UPSERT, WriteMode.REPLACE])
    def test_is_what_the_delivery_then_does(
        self, companies, analyst, analyst_client, ground, monkeypatch, mode, wanted
    ):
        monkeypatch.setenv("EXPORT_TARGET_GROUND", ground.address)
        place = Destination.objects.create(
            name="Entrepôt",
            kind="database",
            secret_name="EXPORT_TARGET_GROUND",
            table="ma_",
            mode=mode,
        )
        write(ask(analyst, profile="sql", kind="delivery", to=place))
        Company.objects.filter(pk=companies[0].pk).update(name="AUTRE NOM")
        make_company("SOCIETE 3")
        before = ground.rows("companies")

        export = write(ask(analyst, profile="sql", kind="trial", to=place))

        assert (export.state, export.reason) == (ExportState.DONE, "")
        told = export.progress
        assert (told["created"], told["changed"], told["left"]) == (1, 1, 2)
        assert list(told["changes"].values()) == [1]
        assert (export.rows_done, export.rows_total) == (4, 4)
        assert sorted(ground.rows("companies")) == sorted(before)
        assert len(ground.select("SELECT DISTINCT envoi FROM ma_manifest")) == 1
        page = page_of(analyst_client, export)
        assert "Champs qui diffèrent" in page
        assert next(iter(told["changes"])) in page
        assert "essayé" in analyst_client.get("/exports/").content.decode()

        analyst_client.post(NEW, act_of(page))
        sent = write(Export.objects.get(pk=wanted[-1][1]))
        assert sent.format == Format.DELIVERY
        assert (sent.query, sent.columns) == (export.query, export.columns)
        done = [sent.progress[each] for each in ("created", "updated", "left")]
        assert done == [1, 1, 2]

    def test_makes_no_table(self, companies, analyst, ground, monkeypatch):
        monkeypatch.setenv("EXPORT_TARGET_GROUND", ground.address)
        place = Destination.objects.create(
            name="Entrepôt",
            kind="database",
            secret_name="EXPORT_TARGET_GROUND",
            table="ma_",
        )
        export = write(ask(analyst, profile="sql", kind="trial", to=place))
        assert export.progress["created"] == 3
        assert "ma_companies" in export.progress["added"]
        assert ground.tables() == []

    def test_of_airtable_reads_and_writes_nothing(
        self, companies, analyst, analyst_client, airtable, table, sandbox, monkeypatch
    ):
        lines = [{"fields": {"SIREN": f"{number:09}"}} for number in range(250)]
        for start in range(0, 250, 10):
            table.create(lines[start : start + 10], typecast=False)
        monkeypatch.setattr(airtable_door, "BEAT_S", 0.0)
        beat, pages = writing._beat, []

        def seen(export, done, *more):
            beat(export, done, *more)
            pages.append((done, page_of(analyst_client, export)))

        monkeypatch.setattr(writing, "_beat", seen)
        export = write(ask(analyst, profile="airtable", kind="trial", to=airtable))

        assert export.progress["created"] == 3
        assert (len(table.records), sandbox.count("write")) == (250, 0)
        reading = [page for done, page in pages if done == 0 and "là-bas" in page]
        assert "<b>100</b>" in reading[0]
        assert "500 lignes par seconde" in reading[0]
        assert "Envoyer à" in page_of(analyst_client, export)

    def test_refused_is_told_in_words(self, trial, analyst_client, monkeypatch):
        monkeypatch.setenv("EXPORT_TARGET_FILE", "sqlite:///relative")
        export = write(trial)
        assert export.state == ExportState.FAILED
        page = page_of(analyst_client, export)
        assert "L’essai n’a pas abouti" in page
        assert "Rien n’est parti" in page
        assert "Refaire l’essai" in page

    def test_of_more_than_airtable_takes_reads_nothing(
        self, companies, analyst, airtable, sandbox, monkeypatch
    ):
        monkeypatch.setattr(airtable_door, "MOST_ROWS", 2)
        export = write(ask(analyst, profile="airtable", kind="trial", to=airtable))
        assert "au plus 100 000" in export.reason
        assert not sandbox.log


class TestLife:
    def test_cancelled_it_leaves_nothing(self, trial, analyst_client, monkeypatch):
        monkeypatch.setattr(database_door, "BEAT_S", 0.0)
        beat = writing._beat

        def cancelled(export, done, beside, *more):
            with beside.cursor() as cursor:
                cursor.execute("UPDATE exports_export SET wants_stop = true")
            beat(export, done, beside, *more)

        monkeypatch.setattr(writing, "_beat", cancelled)
        export = write(trial)
        assert export.state == ExportState.CANCELLED
        page = page_of(analyst_client, export)
        assert "Essai annulé" in page
        assert "Rien n’est parti" in page

    def test_cancelled_while_it_waits_leaves_a_trace(self, trial, analyst_client):
        analyst_client.post(reverse("exports:cancel", args=[trial.public_id]))
        assert write(trial).state == ExportState.CANCELLED
        assert audited(trial) == ["export_tried", "export_cancelled"]

    def test_of_a_worker_that_died_is_begun_anew(self, trial):
        Export.objects.update(
            state=ExportState.RUNNING,
            attempt=1,
            heartbeat_at=timezone.now() - services.LEASE * 2,
            progress={"read": 3, "created": 2, "left": 1},
        )
        assert services.revive() == [trial.pk]
        export = write(trial)
        assert (export.state, export.attempt) == (ExportState.DONE, 2)
        assert (export.progress["created"], export.progress["left"]) == (3, 0)

    def test_killed_half_way_leaves_nothing_and_is_made_by_another(
        self, analyst, database, export_folder, tmp_path
    ):
        for number in range(40):
            make_company(f"SOCIETE {number:02}")
        trial = ask(analyst, profile="sql", kind="trial", to=database)
        killed_half_way(trial, export_folder)
        assert again(trial).state == ExportState.RUNNING
        Export.objects.update(heartbeat_at=timezone.now() - services.LEASE * 2)
        assert services.revive() == [trial.pk]
        export = write(trial)
        assert (export.state, export.attempt) == (ExportState.DONE, 2)
        assert export.progress["created"] == 40
        with closing(sqlite3.connect(tmp_path / "cibles.db")) as connection:
            found = connection.execute("SELECT name FROM sqlite_master").fetchall()
        assert found == []

    def test_three_dead_workers_are_told(self, trial, analyst_client):
        Export.objects.update(
            state=ExportState.RUNNING,
            attempt=writing.ATTEMPTS,
            heartbeat_at=timezone.now() - services.LEASE * 2,
        )
        services.revive()
        assert "interrompu trois fois" in page_of(analyst_client, trial)

    def test_a_right_that_was_lost_is_told(self, trial, database):
        database.is_active = False
        database.save()
        export = write(trial)
        assert export.state == ExportState.FAILED
        assert "plus ouverte" in export.reason

    def test_goes_after_its_time(self, trial):
        write(trial)
        services.delete_expired()
        assert Export.objects.filter(pk=trial.pk).exists()
        Export.objects.update(expires_at=timezone.now())
        services.delete_expired()
        assert not Export.objects.filter(pk=trial.pk).exists()

    def test_is_redone_as_a_dry_run(self, trial, analyst_client, wanted):
        write(trial)
        analyst_client.post(reverse("exports:redo", args=[trial.public_id]))
        export = Export.objects.exclude(pk=trial.pk).get()
        assert export.format == Format.TRIAL


class TestWhoSeesIt:
    @pytest.mark.parametrize("name", ["export", "progress"])
    def test_another_desk_does_not(
        self, trial, name, stranger_client, colleague_client
    ):
        url = reverse(f"exports:{name}", args=[trial.public_id])
        assert stranger_client.get(url).status_code == 404
        assert colleague_client.get(url).status_code == 200

    @pytest.mark.parametrize("name", ["cancel", "redo"])
    def test_another_desk_does_nothing_with_it(self, trial, name, stranger_client):
        url = reverse(f"exports:{name}", args=[trial.public_id])
        assert stranger_client.post(url).status_code == 404
        assert again(trial).state == ExportState.QUEUED

    def test_who_only_reads_may_not_send(self, trial, reader_client):
        write(trial)
        page = page_of(reader_client, trial)
        assert "Essai à blanc" in page
        assert "Envoyer à" not in page

    @pytest.mark.parametrize("name", ["file", "manifest", "manifest_json"])
    def test_it_has_nothing_to_take(self, trial, name, analyst_client):
        write(trial)
        url = reverse(f"exports:{name}", args=[trial.public_id])
        assert analyst_client.get(url).status_code == 404

    def test_it_is_not_made_each_week(self, trial, analyst_client):
        url = reverse("exports:schedule", args=[trial.public_id])
        answer = analyst_client.post(url, {"jour": "0", "heure": "6"})
        assert answer.status_code == 404


def test_a_worker_of_the_release_before_sends_nothing(trial, monkeypatch):
    """It knows no dry run: it must fail rather than take it for a delivery."""
    monkeypatch.setattr(Export, "is_trial", False)
    monkeypatch.setattr(delivering, "deliver", lambda *_, **__: pytest.fail("sent"))
    with pytest.raises(KeyError):
        write(trial)
