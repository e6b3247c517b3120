"""What each query that runs costs, in shared buffers: the plan, and not the clock.

The queries are those of the code, caught on their way to PostgreSQL: a rewritten one
is measured as it is written. The data lies in a database of its own, committed and
vacuumed, so that an index alone answers here as it does in production.
"""

import json
import os
import time
from contextlib import contextmanager

import psycopg
from django.db import connection
from environ import Env

COMPANIES = 100_000
FIRST = 100_000_000

# One word of a name is borne by fifty companies, the other by ten thousand.
DATA = f"""
SET search.unlogged = 'on';
INSERT INTO company (siren, name, trade_name, acronym, legal_form, naf_code, naf25_code,
    is_active, diffusion, headcount_band, category, website, address, postal_code,
    commune_code, commune, source, source_file, registered_at)
SELECT {FIRST} + i, 'ATELIER' || i % 10 || ' Z' || to_char(i % 2000, 'FM0000') || 'X',
    '', '', '5710', '25.62B', '', true, 'O', '12', '', '', '1 RUE DU LAC', '74000',
    '74010', 'ANNECY', 'sirene', '', now()
FROM generate_series(1, {COMPANIES}) i;
INSERT INTO register (siren, geo, created_on, headcount, naf, legal_form, flags)
SELECT {FIRST} + i, 1 + i * 7919::bigint % 34000, date '1970-01-01' + (i * 31 % 19000),
    i % 200, 1 + i * 104729::bigint % 730, 5710, 1
FROM generate_series(1, {COMPANIES}) i;
INSERT INTO target (siren, geo, created_on, headcount, naf, legal_form, flags,
    folded_name, enriched_at, revenue, net_income, leader_birth_year, score,
    sale_likelihood, coverage, score_state)
SELECT siren, geo, created_on, headcount, naf, legal_form, flags, 'ATELIER',
    now() - siren % 1000 * interval '1 hour', siren % 9973 * 10000::bigint, 0,
    1950 + siren % 50, siren % 10000, siren % 9000, siren % 8000, 1
FROM register WHERE siren % 4 = 0;
INSERT INTO annual_accounts (siren, closed_on, account_type, is_closing_estimated,
    revenue, is_confidential, is_sandbox, has_unit_jump, provenance, disagreements)
SELECT siren, make_date(year, 12, 31), 'C', false, revenue, false, false, false,
    '{{}}', '{{}}' FROM target, generate_series(2022, 2024) year;
INSERT INTO officer (siren, surname, first_name, role, role_code, is_company, rank,
    source, retrieved_at, is_sandbox)
SELECT siren, 'NOM', 'Prénom', 'Gérant', '', false, n, 'sirene', now(), false
FROM target, generate_series(1, 2) n;
INSERT INTO source_reading (siren, source, retrieved_at, status, is_sandbox, gave)
SELECT siren, 'pappers', now(), 'ok', false, '{{}}' FROM target;
INSERT INTO legal_event (siren, kind, occurred_on, label, source, source_id, is_sandbox)
SELECT siren, 'accounts_filed', current_date - (siren % 900 + 30 * n)::int, 'Dépôt',
    'pappers', 'n' || n, false FROM target, generate_series(1, 3) n;
INSERT INTO name_word (word, frequency) SELECT word, nentry FROM ts_stat(
    $$SELECT to_tsvector('simple', folded_name) FROM company$$);
INSERT INTO name_word (word, frequency)
SELECT left(translate(md5(i::text), '0123456789', 'ghijklmnop'), 9), 1
FROM generate_series(1, 20000) i ON CONFLICT DO NOTHING;
INSERT INTO accounts_desk (name) SELECT 'Équipe ' || i FROM generate_series(1, 5) i;
INSERT INTO accounts_user (password, email, full_name, role, is_active, session_epoch,
    created_at, desk_id)
SELECT '', 'personne@cabinet.example', 'Personne', 'analyst', true, 0, now(), min(id)
FROM accounts_desk;
INSERT INTO pursuit (desk_id, siren, status, reason, since)
SELECT d.id, siren, CASE siren % 4000 WHEN 0 THEN 'gagne' ELSE 'contacte' END, '', now()
FROM target, accounts_desk d WHERE (siren / 4 + d.id) % 5 < 2;
INSERT INTO pursuit_change (desk_id, siren, before, after, reason, at)
SELECT desk_id, siren, 'prospect', status, '', now() - siren % 30 * interval '1 day'
FROM pursuit, generate_series(1, 2);
INSERT INTO note (desk_id, siren, text, written_at)
SELECT desk_id, siren, 'Appelé.', now() FROM pursuit;
INSERT INTO enrichment_batch (public_id, desk_id, created_by_id, name, state,
    lines_read, detected, committed_eur, created_at)
SELECT gen_random_uuid(), desk_id, id, 'Lot', 'running', 0, '{{}}', 0, now()
FROM accounts_user, generate_series(1, 20);
INSERT INTO enrichment_item (batch_id, siren, source, position, state, attempts, reason,
    updated_at, lease_until)
SELECT b.id, siren, 'pappers', siren - {FIRST},
    CASE WHEN siren % 4 = 0 THEN 'waiting' WHEN siren % 20013 = 0 THEN 'running'
        ELSE 'done' END, 1, '', now(),
    CASE WHEN siren % 20013 = 0 AND siren % 4 > 0 THEN now() - interval '1 minute' END
-- By siren / 28, so that each batch has some that wait, whatever its number.
FROM enrichment_batch b JOIN register ON siren % 7 = 0 AND siren / 28 % 4 = b.id % 4;
-- A month of the trail: people, words, addresses and requests, some of them rare.
INSERT INTO accounts_auditentry (at, actor_id, action, resource, details, address,
    request_id)
SELECT now() - i * interval '30 seconds',
    CASE WHEN i % 9000 = 0 THEN 999 ELSE i % 40 END,
    CASE WHEN i % 9000 = 1 THEN 'sign_out' ELSE 'sign_in' END, 'company:' || i % 20000,
    '{{}}', ('10.0.' || i % 200 || '.' || i % 250)::inet, md5((i / 3)::text)
FROM generate_series(1, 60000) i;
-- Each line as of a transaction of its own, long ago.
INSERT INTO search_change (xid, kind, key, siren)
SELECT (i % 200 + 100)::text::xid8, 0, 0, {FIRST} + i FROM generate_series(1, 30000) i;
"""  # noqa: S608 -- two numbers of this file


def owner(name):
    return psycopg.connect(
        os.environ["DATABASE_OWNER_URL"], dbname=name, autocommit=True
    )


@contextmanager
def copied_database(suffix):
    """A copy of the test database, for what has to be committed; its name."""
    template = connection.settings_dict["NAME"]
    name = f"{template}_{suffix}"
    connection.close()
    # Not in template1: no other process could make a database meanwhile.
    with owner("postgres") as administrator:
        administrator.execute(f"DROP DATABASE IF EXISTS {name}")
        administrator.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield name
        finally:
            # Without FORCE: it waits for autovacuum, which only a superuser may end.
            administrator.execute(f"DROP DATABASE {name}")


@contextmanager
def filled_database():
    """A copy with a hundred thousand companies; its name."""
    with copied_database("plans") as name:
        with owner(name) as inside:
            inside.execute(DATA)
            _vacuum(inside)
        yield name


# Of the tables of some size, those that an index alone cannot answer for.
UNSEEN = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND relpages > 20 AND relallvisible < 0.9 * relpages
"""


def _vacuum(inside):
    """Until it has told of each page that all see it; GIN's new entries go with it.

    A snapshot that somebody holds meanwhile, autovacuum for one, leaves pages out.
    """
    deadline = time.monotonic() + 60
    while True:
        inside.execute("VACUUM (ANALYZE)")
        unseen = inside.execute(UNSEEN).fetchall()
        if not unseen:
            return
        assert time.monotonic() < deadline, unseen
        time.sleep(0.5)


@contextmanager
def connected_to(name):
    """Django's own connection leads there, as the owner: an index may be dropped."""
    given = Env.db_url_config(os.environ["DATABASE_OWNER_URL"])
    there = {"NAME": name, "USER": given["USER"], "PASSWORD": given["PASSWORD"]}
    settings = connection.settings_dict
    before = {key: settings[key] for key in there}
    connection.close()
    settings.update(there)
    try:
        yield
    finally:
        connection.close()
        settings.update(before)


class Buffers:
    """Explains each statement before it runs; ``total`` counts the blocks touched."""

    def __init__(self):
        self.by_statement = []

    @property
    def total(self):
        return sum(count for count, _ in self.by_statement)

    def __call__(self, execute, sql, params, many, context):
        if sql.lstrip(" (\n").split(None, 1)[0].upper() in {
            *("SELECT", "WITH", "UPDATE", "INSERT", "DELETE")
        }:
            self.by_statement.append((self._explain(sql, params), sql))
        return execute(sql, params, many, context)

    def _explain(self, sql, params):
        """In a savepoint: what it wrote is gone when the statement itself runs."""
        with connection.connection.cursor() as cursor:
            cursor.execute("SAVEPOINT explained")
            explain = "EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT JSON) "
            cursor.execute(explain + sql, params)
            (told,) = cursor.fetchone()
            cursor.execute("ROLLBACK TO SAVEPOINT explained")
        told = json.loads(told) if isinstance(told, str) else told
        plan = told[0]["Plan"]
        return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def buffers_of(act):
    seen = Buffers()
    with connection.execute_wrapper(seen):
        act()
    return seen
