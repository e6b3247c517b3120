"""The page of the database: what ops read there, and what nobody does."""

import os
import time
from importlib import import_module

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.models import AuditEntry, User
from accounts.tests.people import verified_client
from mainsite import database_statistics as statistics
from mainsite.database_statistics import StatisticsUnavailable

pytestmark = pytest.mark.django_db

PAGE, RESET = reverse("database"), reverse("database_reset")


def owner(dbname=None):
    """A session beside the test's."""
    return psycopg.connect(
        os.environ["DATABASE_OWNER_URL"],
        dbname=dbname or connection.settings_dict["NAME"],
        autocommit=True,
    )


@pytest.fixture
def bare(db):
    """A database with no extension at all, the way a real server gives one."""
    name = f"{connection.settings_dict['NAME']}_bare"
    with owner() as administrator:
        administrator.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            with owner(name) as inside:
                yield inside
        finally:
            administrator.execute(f"DROP DATABASE {name}")


def until(happens, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


class TestPage:
    def test_shows_the_heaviest_queries_without_their_values(self, ops_client):
        User.objects.filter(email="quelquun-de-precis@cabinet.example").exists()
        text = ops_client.get(PAGE, {"tri": "calls"}).text
        assert "accounts_user" in text
        assert "$1" in text
        assert "quelquun-de-precis" not in text

    @pytest.mark.parametrize("sort", ["total", "mean", "calls", "blocks", "x'; DROP"])
    def test_sorts_by_each_measure_and_ignores_another(self, ops_client, sort):
        assert ops_client.get(PAGE, {"tri": sort}).status_code == 200

    @pytest.mark.parametrize(
        ("sort", "measure"),
        [
            ("total", "total_ms"),
            ("mean", "mean_ms"),
            ("calls", "calls"),
            ("blocks", "blocks_per_call"),
        ],
    )
    def test_the_greatest_comes_first(self, db, sort, measure):
        values = [getattr(each, measure) for each in statistics.statements(sort)]
        assert values
        # Those of the query itself go on counting while it is read.
        assert values[1:] == sorted(values[1:], reverse=True)

    def test_never_tells_a_statement_that_may_hold_a_secret(self, db):
        with owner() as administrator:
            administrator.execute("SET application_name TO 'very-secret-word'")
        texts = [each.text for each in statistics.statements("calls")]
        assert not [text for text in texts if "very-secret-word" in text]

    def test_shows_who_is_connected_and_the_tables(self, ops_client):
        with owner():
            text = ops_client.get(PAGE).text
        assert "au repos" in text
        for table in [each.name for each in statistics.tables()]:
            assert f'<th scope="row">{table}</th>' in text
        assert "autovacuum_vacuum_scale_factor=0.01" in text

    def test_shows_who_waits_for_a_lock(self, ops_client, transactional_db):
        with owner() as holder, owner() as waiting:
            holder.autocommit = False
            holder.execute("LOCK TABLE note IN ACCESS EXCLUSIVE MODE")
            waiting.execute("SET lock_timeout = '20s'")
            with waiting.pipeline():
                waiting.execute("SELECT count(*) FROM note")
                waiting.pgconn.flush()
                until(statistics.waiting_locks)
                (lock,) = statistics.waiting_locks()
                assert lock.relation == "note"
                assert lock.blocked_by == [holder.info.backend_pid]
                assert "AccessShareLock" in ops_client.get(PAGE).text
                holder.rollback()

    def test_says_what_is_missing(self, ops_client, monkeypatch):
        def refuse(sort):
            raise StatisticsUnavailable("loaded")

        monkeypatch.setattr(statistics, "statements", refuse)
        text = ops_client.get(PAGE).text
        assert "shared_preload_libraries" in text
        assert "Connexions" in text


class TestExtension:
    def test_a_base_without_it_has_the_functions_all_the_same(self, bare):
        migration = import_module("mainsite.migrations.0001_database_statistics")
        bare.execute(migration.STATEMENTS)
        assert bare.execute("SELECT * FROM ops_statements('total', 5)").fetchall() == []
        assert bare.execute("SELECT * FROM ops_sessions()").fetchall() == []
        with pytest.raises(psycopg.errors.NoDataFound):
            bare.execute("SELECT ops_reset_statements()")

    @pytest.mark.parametrize(
        ("state", "reason"), [("55000", "loaded"), ("42501", "right")]
    )
    def test_a_refusal_of_postgresql_has_its_sentence(self, db, state, reason):
        with (
            pytest.raises(StatisticsUnavailable) as refused,
            statistics._refused(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DO $$BEGIN RAISE SQLSTATE '{state}'; END$$")
        assert refused.value.reason == reason
        # The page's other queries go on.
        assert statistics.server().connections >= 1


class TestReset:
    def test_asks_first(self, ops_client):
        before = len(statistics.statements("calls"))
        page = ops_client.get(RESET)
        assert "seront effacés" in page.text
        assert before
        assert len(statistics.statements("calls")) >= before

    def test_starts_anew_and_leaves_a_trace(self, ops, ops_client):
        User.objects.filter(email="x").exists()
        answer = ops_client.post(RESET)
        assert answer.status_code == 302
        assert answer["Location"] == PAGE
        assert "repartent de zéro" in ops_client.get(PAGE).text
        assert len(statistics.statements("calls")) < 40
        entry = AuditEntry.objects.get(action="database.statements_reset")
        assert entry.actor_id == ops.pk

    def test_is_for_ops_alone(self, analyst_client):
        calls = len(statistics.statements("calls"))
        assert analyst_client.post(RESET).status_code in (302, 403)
        assert len(statistics.statements("calls")) >= calls
        assert not AuditEntry.objects.filter(action="database.statements_reset")

    def test_needs_the_forms_token(self, ops):
        client = verified_client(ops, enforce_csrf_checks=True)
        assert client.post(RESET).status_code == 403


class TestRights:
    @pytest.mark.parametrize(
        "statement",
        ["SELECT pg_stat_statements_reset()", "DROP FUNCTION ops_sessions()"],
    )
    def test_the_application_has_no_more_than_its_doors(self, db, statement):
        with (
            pytest.raises(DatabaseError, match="permission denied|must be owner"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
