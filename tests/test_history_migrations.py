"""From a database in use to history by month: every row, number, right and trigger.

A database of its own is brought to the migrations of before, filled, and migrated by
the command that a deployment runs.
"""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

BEFORE = (
    ("accounts", "0002_protected_tables"),
    ("companies", "0007_registry_load"),
    ("enrichment", "0003_words"),
    ("exports", "0001_exports"),
    ("scoring", "0002_shipped_rulesets"),
)
# The owner migrates: settings know it by the command's name.
STEP_BACK = f"""
import sys
sys.argv = ["manage.py", "migrate"]
import django
django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
MigrationExecutor(connection).migrate({BEFORE!r})
"""
# Two rows a day, or three, over three years; notices go back half a century.
DAYS = "generate_series(now() - interval '1000 days', now(), interval '10 hours')"
FILL = """
INSERT INTO accounts_desk (id, name) VALUES (1, 'Industrie');
INSERT INTO accounts_user (id, password, email, full_name, role, is_active,
    session_epoch, created_at, desk_id)
VALUES (7, 'x', 'a@b.example', 'A', 'analyst', true, 0, now(), 1);
INSERT INTO company (siren, name, trade_name, acronym, legal_form, naf_code, naf25_code,
    is_active, diffusion, headcount_band, category, website, address, postal_code,
    commune_code, commune, source, source_file, registered_at)
SELECT n, 'S' || n, '', '', '5710', '', '', true, 'O', '', '', '', '', '', '', '',
    'sirene', '', now() FROM generate_series(1, 50) n;
INSERT INTO accounts_auditentry (at, actor_id, action, resource)
SELECT d, 7, 'seen', 'company:' || extract(epoch FROM d)::bigint % 50 FROM DAYS d;
INSERT INTO pursuit_change (siren, before, after, reason, at, by_id, desk_id)
SELECT extract(epoch FROM d)::bigint % 50, 'prospect', 'contacte', 'r', d, 7, 1
FROM DAYS d;
INSERT INTO scoring_score (siren, preset, scored_at, as_of, attractiveness, state, row,
    ruleset_id)
SELECT extract(epoch FROM d)::bigint % 50, 'default', d, d::date, 5000, 1,
    '{"a": 50}', '2.0' FROM DAYS d;
INSERT INTO legal_event (siren, kind, occurred_on, label, source, source_id, is_sandbox)
SELECT n % 50, 'sale', now()::date - n * 5, 'Vente', 'pappers', 'B' || n, false
FROM generate_series(1, 3400) n;
INSERT INTO enrichment_batch (id, public_id, name, state, lines_read, detected,
    committed_eur, created_at, created_by_id, desk_id)
VALUES (3, gen_random_uuid(), 'Lot', 'done', 1, '{}', 0, now(), 7, 1);
INSERT INTO enrichment_call (id, siren, source, state, day, opened_at, closed_at,
    reason, tokens, held_eur, amount_eur, batch_id)
SELECT gen_random_uuid(), row_number() OVER (), 'pappers', 'paid', d::date, d, d, '', 1,
    0, 0.1, 3 FROM DAYS d;
INSERT INTO enrichment_answer (siren, source, status, raw, sha256, http_status,
    fetched_at, expires_at, is_sandbox, call_id)
SELECT siren, source, 'found', '\\x7b7d', repeat('a', 64), 200, opened_at, opened_at,
    false, id FROM enrichment_call;
INSERT INTO enrichment_item (siren, source, position, state, attempts, reason,
    updated_at, answer_id, batch_id)
SELECT siren, source, 1, 'done', 1, '', now(), id, 3 FROM enrichment_answer;
""".replace("DAYS", DAYS)
TABLES = {
    "accounts_auditentry": "at",
    "pursuit_change": "at",
    "scoring_score": "scored_at",
    "legal_event": "occurred_on",
    "enrichment_answer": "fetched_at",
}


THIS_MONTH = "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')"


def _at(url, name):
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@pytest.fixture(scope="module")
def database():
    """Addresses of a database brought back to BEFORE and filled, then migrated."""
    name = f"test_history_{os.getpid()}"
    owner = _at(os.environ["DATABASE_OWNER_URL"], name)
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield {"owner": owner, "app": _at(os.environ["DATABASE_URL"], name)}
        finally:
            server.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _run(database, *arguments):
    environment = os.environ | {
        "DATABASE_OWNER_URL": database["owner"],
        "DATABASE_URL": database["app"],
        "DJANGO_SETTINGS_MODULE": "mainsite.settings",
    }
    subprocess.run([sys.executable, *arguments], check=True, env=environment)


@pytest.fixture(scope="module")
def before(database):
    """The rows of each table as they were, then the migration."""
    _run(database, "-c", STEP_BACK)
    with psycopg.connect(database["owner"]) as session:
        session.execute(FILL)
        rows = {table: _rows(session, table) for table in TABLES}
    _run(database, "manage.py", "migrate", "-v0")
    return rows


@pytest.fixture
def owner(database, before):
    with psycopg.connect(database["owner"]) as session:
        yield session
        session.rollback()


@pytest.fixture
def app(database, before):
    with psycopg.connect(database["app"]) as session:
        yield session
        session.rollback()


def _rows(session, table):
    every = sql.SQL("SELECT * FROM {} ORDER BY id").format(sql.Identifier(table))
    return session.execute(every).fetchall()


def _count(session, table):
    """Of this table alone: of a partitioned one, nothing."""
    every = sql.SQL("SELECT count(*) FROM ONLY {}").format(sql.Identifier(table))
    return session.execute(every).fetchone()[0]


def _one(session, statement, *values):
    return session.execute(statement, values).fetchone()[0]


@pytest.mark.parametrize("table", TABLES)
class TestATable:
    def test_keeps_every_row(self, table, before, app):
        assert len(before[table]) > 1000
        # Columns that came later stand behind those of before.
        width = len(before[table][0])
        assert [row[:width] for row in _rows(app, table)] == before[table]

    def test_has_a_month_for_every_row(self, table, owner):
        assert _count(owner, table) == 0
        assert _count(owner, f"{table}_default") == 0
        assert _count(owner, f"{table}_{_one(owner, THIS_MONTH)}") > 0

    def test_goes_on_numbering(self, table, before, owner):
        last = max(row[0] for row in before[table])
        sequence = _one(owner, "SELECT pg_get_serial_sequence(%s, 'id')", table)

        assert sequence == f"public.{table}_id_seq"
        assert _one(owner, f"SELECT nextval('{sequence}')") == last + 1

    def test_is_reached_by_its_parent_only(self, table, app):
        partition = f"{table}_default"
        for statement in ("SELECT * FROM {}", "DELETE FROM {}", "TRUNCATE {}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement.format(partition))
            app.rollback()

    def test_keeps_its_rights(self, table, app):
        rights = {"SELECT", "INSERT"}
        if table != "accounts_auditentry":
            rights |= {"UPDATE", "DELETE"}
        granted = _one(
            app,
            "SELECT array_agg(r) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE',"
            " 'DELETE', 'TRUNCATE']) r WHERE has_table_privilege(%s, r)",
            table,
        )
        assert set(granted) == rights

    def test_its_key_holds_the_month(self, table, owner):
        columns = _one(
            owner,
            "SELECT array_agg(attname::text ORDER BY attname) FROM pg_index"
            " JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)"
            " WHERE indrelid = %s::regclass AND indisprimary",
            table,
        )
        assert set(columns) == {"id", TABLES[table]}

    def test_its_maintenance_is_done(self, table, app):
        done = app.execute("SELECT * FROM history_maintain(%s)", [table]).fetchall()
        assert [what for what, _name in done if what == "made"] == []


class TestEvents:
    def test_older_than_two_years_are_together(self, owner):
        first = _one(owner, "SELECT max(occurred_on) FROM ONLY legal_event_old")

        assert _one(owner, "SELECT now()::date - %s::date", first) > 700
        assert _count(owner, "legal_event_old") > 2000

    def test_one_of_a_date_to_come_has_a_place(self, app):
        app.execute(
            "INSERT INTO legal_event (siren, kind, occurred_on, label, source,"
            " source_id, is_sandbox) VALUES (1, 'sale', '2199-01-01', '', 'pappers',"
            " 'X', false)"
        )
        assert _one(app, "SELECT count(*) FROM legal_event WHERE source_id = 'X'") == 1

    def test_the_search_still_hears_of_them(self, app):
        app.execute("DELETE FROM legal_event WHERE siren = 7")
        heard = _one(
            app,
            "SELECT count(*) FROM search_change"
            " WHERE siren = 7 AND xid = pg_current_xact_id()",
        )
        assert heard == 1


class TestAnswers:
    def test_an_item_still_finds_its_own(self, app):
        orphans = "SELECT count(*) FROM enrichment_item i WHERE NOT EXISTS (SELECT FROM"
        assert (
            _one(app, f"{orphans} enrichment_answer a WHERE a.id = i.answer_id)") == 0
        )

    def test_a_call_has_one(self, app):
        again = (
            "INSERT INTO enrichment_answer (siren, source, status, raw, sha256,"
            " http_status, fetched_at, expires_at, is_sandbox, call_id) SELECT siren,"
            " source, status, raw, sha256, http_status, now(), now(), false, call_id"
            " FROM enrichment_answer LIMIT 1"
        )
        with pytest.raises(psycopg.errors.UniqueViolation):
            app.execute(again)


class TestTheTrail:
    @pytest.mark.parametrize("place", ["", "_default", "_month"])
    def test_nobody_rewrites_it_by_any_door(self, place, owner):
        suffix = "_" + _one(owner, THIS_MONTH) if place == "_month" else place
        table = f"accounts_auditentry{suffix}"
        for statement in ("UPDATE {} SET action = ''", "DELETE FROM {}", "TRUNCATE {}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(statement.format(table))
            owner.rollback()


def test_every_constraint_has_been_checked(owner):
    assert _one(owner, "SELECT count(*) FROM pg_constraint WHERE NOT convalidated") == 0
