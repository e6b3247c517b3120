"""A target database that refuses, or goes half-way: nothing partial stays."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from urllib.parse import urlsplit

import psycopg
import pytest

from exports.delivering import DeliveryRefused, database
from exports.delivering.database_engine import Target
from exports.tests.delivering.database_rows import (
    ROWS,
    company,
    counts,
    deliver,
    job_of,
)
from exports.tests.delivering.databases import Ground


class TestPostgres:
    def test_terminated_half_way_it_leaves_nothing(self, postgres, monkeypatch):
        monkeypatch.setattr(database, "BEAT_S", 0.0)

        def beat(done, told):
            if done == 20:
                postgres.select(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'ma-deliveries'"
                    " AND datname = current_database()"
                )

        with pytest.raises(DeliveryRefused, match="s’est arrêtée") as refused:
            deliver(job_of(ROWS), postgres.target(), beat)

        assert refused.value.is_passing
        assert postgres.tables() == []
        assert counts(deliver(job_of(ROWS), postgres.target())) == (25, 0, 0, 0)
        postgres.clear()

    def test_writes_into_the_schema_that_was_declared(self, postgres):
        postgres.run("CREATE SCHEMA ailleurs")

        deliver(job_of(ROWS), postgres.target(schema="ailleurs"))

        assert postgres.tables() == []
        count = "SELECT count(*) FROM ailleurs.ma_companies"
        assert postgres.select(count) == [(25,)]
        postgres.run("DROP SCHEMA ailleurs CASCADE")

    def test_a_missing_schema_is_said(self, postgres):
        with pytest.raises(DeliveryRefused, match="schéma « absent »"):
            deliver(job_of(ROWS), postgres.target(schema="absent"))

    def test_missing_rights_are_said_and_leave_nothing(self, postgres):
        """The application's own role may make nothing in a database of its owner."""
        mine = urlsplit(os.environ["DATABASE_URL"])
        address = mine._replace(path=urlsplit(postgres.address).path).geturl()

        with pytest.raises(DeliveryRefused, match="pas le droit d’écrire"):
            deliver(job_of(ROWS), Target(address=address, schema="public"))

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (lambda parts: parts._replace(path="/absente"), "pas la base"),
            (
                lambda parts: parts._replace(
                    netloc=f"nobody:wrong@{parts.netloc.rpartition('@')[2]}"
                ),
                "refuse le compte",
            ),
            (
                lambda parts: parts._replace(netloc="u:secret@127.0.0.1:9", query=""),
                "ne répond pas",
            ),
            (lambda parts: parts._replace(query="wrong=secret"), "forme attendue"),
        ],
    )
    def test_a_server_that_does_not_let_us_in_is_said(
        self, postgres, change, words, caplog
    ):
        address = change(urlsplit(postgres.address)).geturl()
        with pytest.raises(DeliveryRefused, match=words) as refused:
            deliver(job_of(ROWS), Target(address=address))
        assert "secret" not in str(refused.value) + caplog.text

    def test_a_column_of_another_type_is_left_out_and_listed(self, postgres):
        postgres.run(
            "CREATE TABLE ma_companies (siren text PRIMARY KEY, nom text,"
            " chiffre_affaires text)"
        )
        told = deliver(job_of(ROWS), postgres.target())
        assert "ma_companies.chiffre_affaires" in told["missing"]
        postgres.clear()

    def test_a_column_that_is_too_narrow_is_said_and_nothing_is_written(self, postgres):
        postgres.run(
            "CREATE TABLE ma_companies (siren text PRIMARY KEY, nom varchar(3))"
        )
        with pytest.raises(DeliveryRefused, match="trop étroite"):
            deliver(job_of(ROWS), postgres.target())
        assert postgres.select("SELECT count(*) FROM ma_companies") == [(0,)]
        postgres.clear()

    def test_somebody_who_stops_a_long_statement_is_heard(self, postgres, monkeypatch):
        """A reader holds the table: the delivery waits for it, and still beats."""
        monkeypatch.setattr(database, "BEAT_S", 0.1)
        deliver(job_of(ROWS[:5]), postgres.target())

        class Stopped(Exception):
            pass

        began = time.monotonic()

        def beat(done, told):
            if time.monotonic() - began > 1.0:
                raise Stopped

        with closing(psycopg.connect(postgres.address)) as holder:
            holder.execute("SELECT 1 FROM ma_companies FOR UPDATE")
            changed = [company(number, nom="x") for number in range(5)]
            with pytest.raises(Stopped):
                deliver(job_of(changed, reference="r2"), postgres.target(), beat)
        assert time.monotonic() - began < 5
        postgres.clear()


class TestSqlite:
    @pytest.fixture
    def path(self, tmp_path):
        return tmp_path / "cibles.db"

    def target(self, path):
        return Target(address=f"sqlite:///{path}", prefix="ma_")

    def test_killed_half_way_it_leaves_nothing_partial(self, path):
        deliver(job_of(ROWS[:5]), self.target(path))
        command = [sys.executable, "-c", _CHILD, f"sqlite:///{path}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            assert child.stdout.readline() == b"half\n"
            child.kill()

        with closing(sqlite3.connect(path)) as connection:
            count = connection.execute("SELECT count(*) FROM ma_companies").fetchone()
        assert count == (5,)
        told = deliver(job_of(ROWS, reference="r2"), self.target(path))
        assert counts(told) == (20, 0, 5, 0)

    def test_a_file_that_is_no_database_is_said(self, path):
        path.write_text("not one " * 200)
        with pytest.raises(DeliveryRefused, match="SQLite"):
            deliver(job_of(ROWS), self.target(path))

    def test_a_folder_that_is_not_there_is_said(self, path):
        with pytest.raises(DeliveryRefused, match="ne répond pas"):
            deliver(job_of(ROWS), self.target(path / "x.db"))

    def test_a_full_disk_is_said_and_leaves_nothing(self, path, monkeypatch):
        deliver(job_of(ROWS[:5]), self.target(path))
        opened = database.Sqlite.prepare

        def small(engine):
            opened(engine)
            engine.run("PRAGMA max_page_count = 1")

        monkeypatch.setattr(database.Sqlite, "prepare", small)
        rows = [company(number, nom="x" * 4000) for number in range(30)]
        with pytest.raises(DeliveryRefused, match="est plein"):
            deliver(job_of(rows, reference="r2"), self.target(path))
        with closing(sqlite3.connect(path)) as connection:
            count = connection.execute("SELECT count(*) FROM ma_companies").fetchone()
        assert count == (5,)


# Stops in the middle of its transaction, for the test to kill it there.
_CHILD = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "mainsite.settings_test"
import django
django.setup()
from exports.delivering import database
from exports.delivering.database_engine import Target
from exports.tests.delivering import database_rows as here
database.BEAT_S = 0.0
clear = database._Delivery._note
def stop(*given):
    clear(*given)
    print("half", flush=True)
    time.sleep(60)
database._Delivery._note = stop
target = Target(address=sys.argv[1], prefix="ma_")
here.deliver(here.job_of(here.ROWS, reference="r2"), target)
"""


@pytest.mark.mariadb
class TestMariaDB:
    def test_a_server_killed_half_way_leaves_nothing_partial(
        self, mariadb_server, monkeypatch
    ):
        monkeypatch.setattr(database, "BEAT_S", 0.0)
        address = f"mysql://root@127.0.0.1:{mariadb_server.port}/target"
        target = Target(address=address, prefix="ma_")
        ground = Ground(address, lambda: mariadb_server.connect(database="target"))
        deliver(job_of(ROWS[:5]), target)
        written = database._Delivery._note

        def killed(*given):
            written(*given)
            mariadb_server.stop(signal.SIGKILL)

        monkeypatch.setattr(database._Delivery, "_note", killed)
        with pytest.raises(DeliveryRefused, match="s’est arrêtée"):
            deliver(job_of(ROWS, reference="r2"), target)
        monkeypatch.undo()

        with pytest.raises(DeliveryRefused, match="ne répond pas"):
            deliver(job_of(ROWS, reference="r2"), target)
        mariadb_server.start()
        assert ground.select("SELECT count(*) FROM ma_companies") == [(5,)]
        told = deliver(job_of(ROWS, reference="r2"), target)
        assert counts(told) == (20, 0, 5, 0)
        ground.clear()

    def test_a_table_of_another_collation_is_met_to_the_letter(self, mariadb_server):
        address = f"mysql://root@127.0.0.1:{mariadb_server.port}/target"
        ground = Ground(address, lambda: mariadb_server.connect(database="target"))
        ground.run(
            "CREATE TABLE ma_companies (siren CHAR(9) PRIMARY KEY, nom VARCHAR(99))"
            " ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
        )
        target = Target(address=address, prefix="ma_")
        deliver(job_of([company(1, nom="été")]), target)

        told = deliver(job_of([company(1, nom="ETE")], reference="r2"), target)

        assert counts(told) == (0, 1, 0, 0)
        assert ground.select("SELECT nom FROM ma_companies") == [("ETE",)]
        ground.clear()

    def test_a_wrong_account_is_said_without_its_password(self, mariadb_server):
        address = f"mysql://nobody:secret@127.0.0.1:{mariadb_server.port}/target"
        with pytest.raises(DeliveryRefused, match="refuse le compte") as refused:
            deliver(job_of(ROWS), Target(address=address))
        assert "secret" not in str(refused.value)
