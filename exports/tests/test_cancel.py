import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from companies import pipeline
from companies.tests.makers import make_company
from exports import content, jobs, services, writing
from exports.models import Export, ExportState
from exports.tests.asking import again, ask, audited


@pytest.fixture
def waiting(db, analyst):
    for number in range(4):
        make_company(f"SOCIETE {number}")
    return ask(analyst, "tri=nom")


def address(name, export):
    return reverse(f"exports:{name}", args=[export.public_id])


class TestCancel:
    def test_stops_what_nobody_writes_yet(self, waiting, colleague_client):
        page = colleague_client.get(address("export", waiting)).content.decode()
        assert address("cancel", waiting) in page
        colleague_client.post(address("cancel", waiting))
        jobs.write_export(export_id=waiting.pk)
        export = again(waiting)
        assert (export.state, export.attempt) == (ExportState.CANCELLED, 0)
        assert audited() == ["export_asked", "export_cancelled"]
        page = colleague_client.get(address("export", waiting)).content.decode()
        assert "Export annulé" in page

    def test_of_what_is_over_changes_nothing(self, waiting, analyst_client):
        jobs.write_export(export_id=waiting.pk)
        url = address("cancel", waiting)
        page = analyst_client.post(url, follow=True).content.decode()
        assert "déjà fini" in page
        assert again(waiting).has_file

    def test_is_for_who_exports_in_the_desk(
        self, waiting, reader_client, stranger_client
    ):
        url = address("cancel", waiting)
        assert reader_client.post(url).status_code == 403
        assert stranger_client.post(url).status_code == 404
        assert again(waiting).state == ExportState.QUEUED

    def test_before_the_last_moment_leaves_no_file(
        self, waiting, export_folder, monkeypatch
    ):
        """The file is whole, its row not yet said to be done."""
        check = writing._check_rights

        def late(export):
            check(export)
            if export.path:
                Export.objects.update(wants_stop=True)

        monkeypatch.setattr(writing, "_check_rights", late)
        jobs.write_export(export_id=waiting.pk)
        assert again(waiting).state == ExportState.CANCELLED
        assert list(export_folder.iterdir()) == []

    def test_of_one_whose_worker_died_is_carried_out(self, waiting):
        long_ago = timezone.now() - services.LEASE * 2
        Export.objects.update(
            state=ExportState.RUNNING, heartbeat_at=long_ago, wants_stop=True
        )
        assert services.revive() == []
        assert again(waiting).state == ExportState.CANCELLED

    def test_is_no_answer_to_somebody_else(self, waiting, analyst):
        Export.objects.update(state=ExportState.RUNNING, wants_stop=True)
        assert ask(analyst, "tri=nom") != waiting


@pytest.mark.django_db(transaction=True)
def test_is_seen_between_two_batches(analyst, monkeypatch, export_folder):
    for number in range(4):
        make_company(f"SOCIETE {number}")
    export = ask(analyst, "tri=nom")
    monkeypatch.setattr(writing, "BEAT_S", 0)
    stream, seen = content.read, []

    def cancelled(table, search, **given):
        for group in stream(table, search, **given, size=1):
            seen.append(group)
            yield group
            with writing.connection_beside() as beside, beside.cursor() as cursor:
                cursor.execute("UPDATE exports_export SET wants_stop = true")

    monkeypatch.setattr(content, "read", cancelled)
    jobs.write_export(export_id=export.pk)
    assert again(export).state == ExportState.CANCELLED
    assert again(export).ended_at
    assert len(seen) < 4
    assert list(export_folder.iterdir()) == []


class TestRedo:
    def test_makes_the_same_with_the_data_of_today(
        self, waiting, analyst_client, analyst
    ):
        jobs.write_export(export_id=waiting.pk)
        company = make_company("SOCIETE 5")
        pipeline.add_note(siren=company.siren, text="Vue", by=analyst)
        answer = analyst_client.post(address("redo", waiting))
        export = Export.objects.exclude(pk=waiting.pk).get()
        assert answer["Location"] == address("export", export)
        assert export.rows_total == 5
        assert (export.query, export.columns) == (waiting.query, waiting.columns)

    def test_gives_the_same_file_while_nothing_changed(self, waiting, analyst_client):
        jobs.write_export(export_id=waiting.pk)
        answer = analyst_client.post(address("redo", waiting))
        assert answer["Location"] == address("export", waiting)
        assert Export.objects.count() == 1

    def test_says_when_a_column_is_gone(self, waiting, analyst_client):
        Export.objects.update(columns=["siren", "horoscope"])
        url = address("redo", waiting)
        page = analyst_client.post(url, follow=True).content.decode()
        assert "horoscope" in page
        assert Export.objects.count() == 1

    def test_is_for_who_exports_in_the_desk(
        self, waiting, reader_client, stranger_client
    ):
        url = address("redo", waiting)
        assert reader_client.post(url).status_code == 403
        assert stranger_client.post(url).status_code == 404


# What a worker runs, slowed down so that it can be killed half-way.
SLOW = """
import sys, time
import django
django.setup()
from django.conf import settings
from django.db import connection
from pathlib import Path
settings.EXPORT_DIR = Path(sys.argv[2])
from exports import content, writing
writing.BEAT_S = 0
stream = content.read
def slow(table, search, **given):
    for group in stream(table, search, **given, size=1):
        yield group
        time.sleep(0.3)
content.read = slow
writing.write(export_id=int(sys.argv[1]))
"""


def killed_half_way(export, export_folder):
    environment = {**os.environ, "DATABASE_URL": _address_of_this_database()}
    worker = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(export.pk), str(export_folder)],
        env=environment,
        cwd=settings.BASE_DIR,
    )
    try:
        _until(lambda: again(export).rows_done >= 2)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_half_way_is_replaced(analyst, export_folder):
    for number in range(40):
        make_company(f"SOCIETE {number:02}")
    export = ask(analyst, "tri=nom")
    killed_half_way(export, export_folder)
    assert [path.suffix for path in export_folder.iterdir()] == [".part"]
    assert again(export).state == ExportState.RUNNING

    Export.objects.update(heartbeat_at=timezone.now() - services.LEASE * 2)
    assert services.revive() == [export.pk]
    jobs.write_export(export_id=export.pk)
    done = again(export)
    assert (done.state, done.rows_total, done.attempt) == (ExportState.DONE, 40, 2)


def _until(is_so, seconds=30):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "never"
        time.sleep(0.05)


def _address_of_this_database():
    given = connection.settings_dict
    return (
        f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:"
        f"{given['PORT']}/{given['NAME']}"
    )
