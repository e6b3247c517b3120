import errno
import os
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection
from django.utils import timezone

from accounts.tests.people import make_user
from companies import pipeline
from companies.models import Company, Note
from companies.tests.makers import make_company
from exports import content, files, jobs, services, writing
from exports.models import Export, ExportState
from exports.tests.asking import again, ask


@pytest.fixture
def company(db):
    return make_company()


@pytest.fixture
def waiting(company, analyst):
    return ask(analyst, profile="analyse")


class TestWrite:
    def test_leaves_a_whole_file_of_ours_only(self, waiting, export_folder):
        jobs.write_export(export_id=waiting.pk)
        export = again(waiting)
        [path] = export_folder.iterdir()
        assert path.name == export.path
        assert str(export.public_id) not in path.name
        assert path.stat().st_mode & 0o777 == 0o600
        assert sha256(path.read_bytes()).hexdigest() == export.sha256
        assert export.size_bytes == path.stat().st_size
        assert export.expires_at - export.ended_at == timedelta(days=7)

    def test_twice_writes_once(self, waiting, export_folder):
        jobs.write_export(export_id=waiting.pk)
        first = again(waiting)
        jobs.write_export(export_id=waiting.pk)
        assert again(waiting).path == first.path
        assert again(waiting).attempt == 1
        assert len(list(export_folder.iterdir())) == 1

    def test_says_that_the_disk_is_full_and_keeps_nothing(
        self, waiting, export_folder, monkeypatch
    ):
        def full(_descriptor):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        jobs.write_export(export_id=waiting.pk)
        export = again(waiting)
        assert export.state == ExportState.FAILED
        assert "Le disque du serveur est plein" in export.reason
        assert list(export_folder.iterdir()) == []

    def test_lets_the_unexpected_rise_and_keeps_nothing(
        self, waiting, export_folder, monkeypatch
    ):
        def broken(*_, **__):
            raise RuntimeError("?")

        monkeypatch.setattr(content, "read", broken)
        with pytest.raises(RuntimeError):
            jobs.write_export(export_id=waiting.pk)
        assert again(waiting).state == ExportState.RUNNING
        assert list(export_folder.iterdir()) == []

    def test_of_one_that_was_taken_over_leaves_the_other_s_file(
        self, waiting, export_folder, monkeypatch
    ):
        written = files.write

        def slow(fill, *, suffix):
            done = written(fill, suffix=suffix)
            Export.objects.filter(pk=waiting.pk).update(attempt=2)
            return done

        monkeypatch.setattr(files, "write", slow)
        jobs.write_export(export_id=waiting.pk)
        assert again(waiting).state == ExportState.RUNNING
        assert list(export_folder.iterdir()) == []


class TestReuse:
    def test_gives_the_same_export_for_the_same_wish(self, waiting, analyst, company):
        assert ask(analyst, "tri=-attractivite&bidon=1", "analyse") == waiting
        jobs.write_export(export_id=waiting.pk)
        assert ask(analyst, profile="analyse") == waiting

    @pytest.mark.parametrize(
        "other",
        [
            {"query": "tri=nom"},
            {"profile": "rapide"},
            {"kind": "xlsx"},
            {"columns": ["Ville", "SIREN"]},
        ],
        ids=["query", "profile", "format", "columns"],
    )
    def test_makes_another_for_another_wish(self, waiting, analyst, other):
        assert ask(analyst, **{"profile": "analyse", **other}) != waiting

    def test_never_crosses_desks(self, waiting, stranger):
        assert ask(stranger, profile="analyse") != waiting

    def test_makes_another_once_something_changed(self, waiting, analyst, company):
        pipeline.add_note(siren=company.siren, text="Vu", by=analyst)
        assert ask(analyst, profile="analyse") != waiting

    def test_makes_another_after_half_an_hour(self, waiting, analyst):
        Export.objects.update(created_at=timezone.now() - timedelta(minutes=31))
        assert ask(analyst, profile="analyse") != waiting

    def test_makes_another_after_a_failure(self, waiting, analyst):
        Export.objects.update(state=ExportState.FAILED)
        assert ask(analyst, profile="analyse") != waiting

    def test_needs_a_desk(self, company):
        client = make_user(role="api_client")
        with pytest.raises(services.PersonHasNoDesk):
            ask(client)


class TestSweep:
    @pytest.fixture
    def wanted(self, monkeypatch):
        asked_for = []
        monkeypatch.setattr(
            "mainsite.lib.queue.enqueue",
            lambda job, *, queue, export_id: asked_for.append(export_id),
        )
        return asked_for

    def silent(self, export, **fields):
        long_ago = timezone.now() - services.LEASE - timedelta(seconds=1)
        Export.objects.filter(pk=export.pk).update(heartbeat_at=long_ago, **fields)

    def test_asks_again_for_what_a_dead_worker_left(
        self, waiting, wanted, export_folder
    ):
        self.silent(waiting, state=ExportState.RUNNING, attempt=1)
        jobs.sweep()
        assert wanted == [waiting.pk]
        jobs.write_export(export_id=waiting.pk)
        assert again(waiting).state == ExportState.DONE
        assert again(waiting).attempt == 2

    def test_asks_again_for_a_job_that_was_lost(self, waiting, wanted):
        self.silent(waiting)
        jobs.sweep()
        jobs.sweep()
        assert wanted == [waiting.pk]

    def test_leaves_alone_what_lives(self, waiting, wanted):
        Export.objects.update(state=ExportState.RUNNING)
        jobs.sweep()
        assert wanted == []

    def test_gives_up_after_three_attempts(self, waiting, wanted):
        self.silent(waiting, state=ExportState.RUNNING, attempt=writing.ATTEMPTS)
        jobs.sweep()
        assert wanted == []
        assert again(waiting).state == ExportState.FAILED
        assert "interrompu trois fois" in again(waiting).reason


class TestDeleteExpired:
    def test_takes_the_file_and_keeps_the_row(self, waiting, export_folder):
        jobs.write_export(export_id=waiting.pk)
        jobs.delete_expired()
        assert len(list(export_folder.iterdir())) == 1
        Export.objects.update(expires_at=timezone.now())
        jobs.delete_expired()
        assert list(export_folder.iterdir()) == []
        assert again(waiting).path == ""
        assert again(waiting).rows_total == 1

    def test_takes_what_a_killed_worker_left_a_day_ago(self, db, export_folder):
        export_folder.mkdir()
        for name, age_s in (("old.csv.part", 25 * 3600), ("new.csv.part", 60)):
            (export_folder / name).touch()
            moment = timezone.now().timestamp() - age_s
            os.utime(export_folder / name, (moment, moment))
        jobs.delete_expired()
        assert [path.name for path in export_folder.iterdir()] == ["new.csv.part"]


@pytest.mark.django_db(transaction=True)
class TestOneSnapshot:
    def test_tells_one_moment_and_is_heard_meanwhile(self, analyst, monkeypatch):
        for number in range(4):
            make_company(f"SOCIETE {number}")
        export = ask(analyst, "tri=nom")
        monkeypatch.setattr(writing, "BEAT_S", 0)
        heard = []
        stream = content.read

        def disturbed(table, search, **given):
            for number, group in enumerate(stream(table, search, **given, size=2)):
                yield group
                with writing.connection_beside() as beside, beside.cursor() as cursor:
                    cursor.execute("SELECT rows_done FROM exports_export")
                    heard.append(cursor.fetchone()[0])
                    if not number:
                        cursor.execute("UPDATE company SET name = 'CHANGÉE'")

        monkeypatch.setattr(content, "read", disturbed)
        jobs.write_export(export_id=export.pk)
        with files.read(again(export).path) as file:
            text = file.read().decode()
        assert "SOCIETE 3" in text
        assert "CHANGÉE" not in text
        assert heard == [2, 4]
        assert Company.objects.filter(name="CHANGÉE").count() == 4
        assert not connection.in_atomic_block
        assert not Note.objects.exists()

    def test_stops_when_another_worker_took_over(
        self, analyst, monkeypatch, export_folder
    ):
        make_company()
        export = ask(analyst)
        monkeypatch.setattr(writing, "BEAT_S", 0)
        stream = content.read

        def overtaken(table, search, **given):
            for group in stream(table, search, **given):
                yield group
                with writing.connection_beside() as beside, beside.cursor() as cursor:
                    cursor.execute("UPDATE exports_export SET attempt = 2")

        monkeypatch.setattr(content, "read", overtaken)
        jobs.write_export(export_id=export.pk)
        assert again(export).state == ExportState.RUNNING
        assert list(export_folder.iterdir()) == []
