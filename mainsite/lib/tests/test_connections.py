"""Sessions by the kind of process, sizes compared at start-up, slow queries told."""

import json
import logging
import os
import subprocess
import sys
from dataclasses import replace

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection
from psycopg import sql

from mainsite.lib import connections, logs, slow_queries
from mainsite.lib.connections import Sizes
from mainsite.lib.database_sessions import SETTINGS, Kind, connect_query

POOLED = "postgres://a:b@db:6432/ma_web"
SETTING = "SELECT setting FROM pg_settings WHERE name = %s"
SIZES = Sizes(workers=2, threads=4, pool=8, jobs=20)


class TestSessions:
    def test_this_process_hears_what_jobs_want(self, db):
        with connection.cursor() as cursor:
            for name, wanted in SETTINGS[Kind.JOBS].items():
                cursor.execute(
                    "SELECT setting FROM pg_settings WHERE name = %s", [name]
                )
                assert cursor.fetchone() == (wanted,)

    @pytest.mark.parametrize("kind", Kind)
    def test_a_pooler_says_the_same_as_a_direct_start(self, db, kind):
        with connection.cursor() as cursor:
            cursor.execute(connect_query(kind))
            for name, wanted in SETTINGS[kind].items():
                cursor.execute(
                    "SELECT setting FROM pg_settings WHERE name = %s", [name]
                )
                assert cursor.fetchone() == (wanted,)
            cursor.execute(connect_query(Kind.JOBS))


def shown(command, *names, **environment):
    """The settings as a process started so reads them."""
    code = (
        "import json, sys; sys.argv = ['manage.py', *sys.argv[1:]];"
        "from mainsite import settings as s; d = s.DATABASES['default'];"
        "print(json.dumps({'kind': s.DATABASE_KIND, 'port': d['PORT'],"
        "'options': d['OPTIONS'], 'no_cursors': d['DISABLE_SERVER_SIDE_CURSORS']}))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, command],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {"DATABASE_URL": "postgres://a:b@db:6432/ma_web"}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        return answer.stderr
    return json.loads(answer.stdout)


class TestSettings:
    def test_directly_the_session_is_told_at_its_start(self):
        found = shown("work", DATABASE_KIND="web")
        assert "-c statement_timeout=5000" in found["options"]["options"]
        assert not found["no_cursors"]

    def test_through_pgbouncer_nothing_is_said_that_it_refuses(self):
        found = shown("work", PGBOUNCER="1")
        assert "options" not in found["options"]
        assert found["options"]["prepare_threshold"] is None
        assert found["no_cursors"]

    def test_a_newer_pgbouncer_may_keep_prepared_statements(self):
        found = shown("work", PGBOUNCER="1", PREPARED_STATEMENTS="1")
        assert found["options"]["prepare_threshold"] == 5

    @pytest.mark.parametrize("command", ["load_demo", "load_registry"])
    def test_who_keeps_a_session_goes_around_the_pooler(self, command):
        direct = "postgres://a:b@db:5432/ma"
        found = shown(command, PGBOUNCER="1", DATABASE_SESSION_URL=direct)
        assert found["port"] == 5432
        assert "statement_timeout=60000" in found["options"]["options"]
        assert "DATABASE_SESSION_URL" in shown(command, PGBOUNCER="1")

    def test_the_owner_goes_around_it_too(self):
        direct = "postgres://o:b@db:5432/ma"
        found = shown("migrate", PGBOUNCER="1", DATABASE_OWNER_URL=direct)
        assert (found["kind"], found["port"]) == ("owner", 5432)
        assert "statement_timeout=0" in found["options"]["options"]

    def test_what_the_address_says_of_encryption_is_kept(self):
        secure = f"{POOLED}?sslmode=verify-full&sslrootcert=/etc/ma/ca.pem"
        found = shown("work", DATABASE_URL=secure)
        assert found["options"]["sslmode"] == "verify-full"
        assert found["options"]["sslrootcert"] == "/etc/ma/ca.pem"
        assert "statement_timeout" in found["options"]["options"]


class TestSizes:
    @pytest.mark.parametrize(
        ("sizes", "room", "said"),
        [
            (SIZES, 36, ""),
            (SIZES, 35, "PostgreSQL n’en accepte que 35"),
            (SIZES, None, ""),
            (replace(SIZES, pool=3), 97, "plus petit que WEB_THREADS"),
            (replace(SIZES, pool=4), 97, ""),
            (replace(SIZES, pool=0), 27, "WEB_THREADS demandent 8 connexions"),
            (replace(SIZES, workers=40), 97, "demandent 320 connexions"),
        ],
    )
    def test_are_compared_with_what_the_server_accepts(self, sizes, room, said):
        complaint = connections.complaint_about_sizes(sizes, room)
        assert said in complaint
        assert bool(complaint) is bool(said)

    def test_the_real_server_accepts_those_of_a_local_run(self, db):
        connections.verify()

    def test_an_entry_that_says_nothing_to_its_sessions_is_refused(self):
        assert "ma_web" in connections.complaint_about_sessions(0)

    def test_a_server_that_is_away_is_no_mistake(self, db, monkeypatch, caplog):
        def refuse(*_):
            raise OperationalError("connection refused")

        caplog.set_level(logging.WARNING, logger="mainsite.lib.connections")
        monkeypatch.setattr(connection, "cursor", refuse)
        connections.verify()
        assert "sizes were not compared" in caplog.text


class TestSlowQueries:
    @pytest.fixture(autouse=True)
    def at_once(self, settings, caplog):
        settings.SLOW_QUERY_MS = 30
        caplog.set_level(logging.WARNING, logger="mainsite.lib.slow_queries")

    def test_are_told_with_their_text_and_without_values(self, db, caplog):
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s, pg_sleep(%s)", ["Jeanne Dupont", 0.05])
        (record,) = caplog.records
        assert "SELECT %s, pg_sleep(%s)" in record.getMessage()
        assert "Dupont" not in record.getMessage()

    def test_are_readable_when_they_were_put_together(self, db, caplog):
        parts = sql.SQL("SELECT {name}, pg_sleep(0.05) AS {column}")
        query = parts.format(name="Jeanne Dupont", column=sql.Identifier("slept"))
        with connection.cursor() as cursor:
            cursor.execute(query)
        (record,) = caplog.records
        assert """SELECT '…', pg_sleep(0.05) AS "slept\"""" in record.getMessage()

    def test_carry_the_reference_of_the_request(self, db, caplog):
        token = logs.request_id.set("abc123")
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.05)")
            line = json.loads(logs.JsonFormatter().format(caplog.records[0]))
        finally:
            logs.request_id.reset(token)
        assert line["request_id"] == "abc123"

    def test_a_quick_one_is_not_told(self, db, caplog):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert not caplog.records

    def test_one_that_is_ended_is_told_too(self, transactional_db, caplog):
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 50")
            with pytest.raises(OperationalError):
                cursor.execute("SELECT pg_sleep(5)")
        connection.close()
        assert "pg_sleep" in caplog.text

    def test_every_connection_is_watched_once(self, db):
        connection.ensure_connection()
        slow_queries.watch(connection)
        assert connection.execute_wrappers.count(slow_queries.timed) == 1

    @pytest.mark.parametrize(
        ("query", "told"),
        [
            ("SELECT\n   1", "SELECT 1"),
            ("x IN (%s, %s, %s, %s)", "x IN (%s, …)"),
            ("x IN (%s,%s)", "x IN (%s,%s)"),
            ("name = 'Du''pont' AND 1", "name = '…' AND 1"),
            ("x" * 3000, "x" * 2000 + "…"),
        ],
    )
    def test_the_text_is_short_and_constant(self, query, told):
        assert slow_queries.constant_text(query) == told


class TestAway:
    @pytest.mark.parametrize(
        ("error", "status"),
        [
            (OperationalError("the connection is closed"), 503),
            (psycopg.OperationalError("server closed the connection"), 503),
            (ValueError("something else"), 500),
        ],
    )
    def test_a_database_that_is_away_is_503_in_french(
        self, client, monkeypatch, error, status
    ):
        from django.contrib.sessions.backends.db import SessionStore

        def refuse(*_):
            raise error

        monkeypatch.setattr(SessionStore, "load", refuse)
        client.raise_request_exception = False
        client.cookies["session"] = "x" * 32
        answer = client.get("/")
        assert answer.status_code == status
        assert answer["X-Request-Id"] in answer.text
        if status == 503:
            assert "ne répond pas" in answer.text
            assert answer["Retry-After"] == "5"
            assert answer["Cache-Control"] == "no-store"
