"""What the page « Base de données » of ops reads, and the one thing it does.

The application's role sees its own sessions and statements only. These functions run
as the owner, which a real server's administrator makes a member of pg_monitor
(pg_read_all_stats is enough) and lets reset the statistics. Missing extension, missing
right: the functions are there all the same, and the page says what is missing.
"""

import os

import environ
from django.db import migrations

# Of this database, and of statements whose constants PostgreSQL replaced by $1: others
# (CREATE, ALTER, SET) may hold a value, a password for one.
STATEMENTS = r"""
CREATE FUNCTION ops_statements(sort text, most int) RETURNS TABLE (
    statement text, calls bigint, total_ms float8, mean_ms float8, worst_ms float8,
    rows_per_call float8, blocks_per_call float8, blocks_read_per_call float8)
LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE home text;
BEGIN
    SELECT extnamespace::regnamespace::text INTO home FROM pg_extension
        WHERE extname = 'pg_stat_statements';
    IF home IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($q$
        SELECT query, calls, total_exec_time, mean_exec_time, max_exec_time,
            rows::float8 / calls, shared_blks::float8 / calls,
            shared_blks_read::float8 / calls
        FROM (SELECT *, shared_blks_hit + shared_blks_read AS shared_blks
              FROM %s.pg_stat_statements) AS told
        WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND calls > 0
            AND query ~* '^[\s(]*(select|insert|update|delete|merge|with|copy)\M'
        ORDER BY CASE $1 WHEN 'calls' THEN calls WHEN 'mean' THEN mean_exec_time
            WHEN 'blocks' THEN shared_blks::float8 / calls
            ELSE total_exec_time END DESC
        LIMIT $2
    $q$, home) USING sort, most;
END $$;

CREATE FUNCTION ops_reset_statements() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE home text;
BEGIN
    SELECT extnamespace::regnamespace::text INTO STRICT home FROM pg_extension
        WHERE extname = 'pg_stat_statements';
    EXECUTE format('SELECT %s.pg_stat_statements_reset(0, oid, 0) FROM pg_database
        WHERE datname = current_database()', home);
END $$;

-- No text of a running statement: it holds what somebody is looking for.
CREATE FUNCTION ops_sessions() RETURNS TABLE (
    application text, state text, sessions bigint, waiting bigint,
    longest_transaction_s float8)
LANGUAGE sql SECURITY DEFINER STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT application_name, coalesce(state, ''), count(*),
        count(*) FILTER (WHERE wait_event_type = 'Lock'),
        max(extract(epoch FROM clock_timestamp() - xact_start))::float8
    FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
        AND pid <> pg_backend_pid()
    GROUP BY 1, 2 ORDER BY 1, 2
$$;

CREATE FUNCTION ops_waiting_locks() RETURNS TABLE (
    pid int, application text, relation text, mode text, waiting_s float8,
    blocked_by int[])
LANGUAGE sql SECURITY DEFINER STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.pid, a.application_name, coalesce(c.relname::text, l.locktype),
        l.mode, extract(epoch FROM clock_timestamp() - l.waitstart)::float8,
        pg_blocking_pids(l.pid)
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    LEFT JOIN pg_class c ON c.oid = l.relation
    WHERE NOT l.granted AND a.datname = current_database()
    ORDER BY l.waitstart
$$;
"""
DROP = """
DROP FUNCTION ops_statements(text, int);
DROP FUNCTION ops_reset_statements();
DROP FUNCTION ops_sessions();
DROP FUNCTION ops_waiting_locks();
"""
FUNCTIONS = (
    "ops_statements(text, int)",
    "ops_reset_statements()",
    "ops_sessions()",
    "ops_waiting_locks()",
)


def limit_to_the_application(apps, schema_editor):
    connection = schema_editor.connection
    role = environ.Env.db_url_config(os.environ.get("DATABASE_URL", "")).get("USER")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        grants = [connection.ops.quote_name(role)] if cursor.fetchone() else []
        for function in FUNCTIONS:
            cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
            for quoted in grants:
                cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {quoted}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0000_application_role")]
    operations = [
        migrations.RunSQL(STATEMENTS, DROP),
        migrations.RunPython(limit_to_the_application, migrations.RunPython.noop),
    ]
