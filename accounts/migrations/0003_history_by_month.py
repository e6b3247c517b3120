"""History by month: how a table becomes partitioned, and what keeps its partitions.

``history_partition`` turns a plain table into one of monthly partitions; the migration
of each history table calls it once, as the owner. ``history_maintain`` is the only door
of the application: it makes the months to come and drops those past the retention,
which is a row that the application can read and never write.

Months are months of UTC, so that no clock change moves a bound.
"""

from django.db import migrations, models

from mainsite.lib.application_role import application_role, leave_only

TABLE = """
CREATE TABLE history_retention (
    table_name text PRIMARY KEY,
    key_column text NOT NULL,
    keep_months smallint,
    months_ahead smallint NOT NULL DEFAULT 3,
    reason text NOT NULL,
    CONSTRAINT history_retention_is_a_year_or_more CHECK (keep_months >= 12),
    CONSTRAINT history_retention_ahead CHECK (months_ahead BETWEEN 1 AND 24)
);
COMMENT ON TABLE history_retention IS
    'Tables partitioned by month and how long each is kept; the owner writes it.';
COMMENT ON COLUMN history_retention.table_name IS 'Partitioned table.';
COMMENT ON COLUMN history_retention.key_column IS 'Date or moment that chooses the month.';
COMMENT ON COLUMN history_retention.keep_months IS
    'Whole months kept before the current one; null: never dropped.';
COMMENT ON COLUMN history_retention.months_ahead IS
    'Months after the current one that always have their partition.';
COMMENT ON COLUMN history_retention.reason IS 'Why it is kept that long.';
"""

# What guards a partition itself: it is reached by its parent only, and refuses what
# its parent refuses. Statement triggers are not inherited, so they are repeated.
GUARDS = """
CREATE FUNCTION history_close(p_partition regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r record;
BEGIN
    FOR r IN
        SELECT DISTINCT a.grantee FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.oid = p_partition AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %s', p_partition,
            CASE r.grantee WHEN 0 THEN 'PUBLIC' ELSE r.grantee::regrole::text END);
    END LOOP;
END $$;
CREATE FUNCTION history_guard(p_partition regclass, p_parent regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r record;
BEGIN
    FOR r IN
        SELECT t.tgname, pg_get_triggerdef(t.oid) AS definition FROM pg_trigger t
        WHERE t.tgrelid = p_parent AND NOT t.tgisinternal
            AND t.tgtype & 1 = 0 AND t.tgtype & 2 = 2  -- of statements, before them
            AND NOT EXISTS (SELECT FROM pg_trigger own
                WHERE own.tgrelid = p_partition AND own.tgname = t.tgname)
    LOOP
        EXECUTE replace(r.definition, format(' ON %s ', p_parent),
            format(' ON %s ', p_partition));
    END LOOP;
END $$;
"""
ATTACH = """
CREATE FUNCTION history_attach(p_parent regclass, p_name text, p_bounds text,
    p_from regclass DEFAULT NULL, p_where text DEFAULT 'true') RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    made regclass;
BEGIN
    EXECUTE format('CREATE TABLE public.%I (LIKE %s INCLUDING DEFAULTS'
        ' INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMMENTS)',
        p_name, p_parent);
    made := format('public.%I', p_name)::regclass;
    PERFORM public.history_close(made);
    IF p_from IS NOT NULL THEN
        -- Before it is attached: no trigger tells of rows that were there already.
        EXECUTE format('INSERT INTO %s SELECT * FROM %s WHERE %s', made, p_from, p_where);
    END IF;
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s %s', p_parent, made, p_bounds);
    PERFORM public.history_guard(made, p_parent);
END $$;
CREATE FUNCTION history_attach_month(p_parent regclass, p_key text, p_month date,
    p_from regclass DEFAULT NULL) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    -- Of a date column the bounds are days, of a timestamptz one moments of UTC.
    low text := quote_literal(p_month);
    high text := quote_literal((p_month + interval '1 month')::date);
    name text := format('%s_%s', (SELECT relname FROM pg_class WHERE oid = p_parent),
        to_char(p_month, 'YYYYMM'));
BEGIN
    PERFORM public.history_attach(p_parent, name,
        format('FOR VALUES FROM (%s) TO (%s)', low, high), p_from,
        format('%I >= %s AND %I < %s', p_key, low, p_key, high));
    RETURN name;
END $$;
"""
# Readers keep reading while the rows are copied; writers wait. The old table goes last,
# which fails, and undoes everything, should something still hang on it.
PARTITION = """
CREATE FUNCTION history_partition(p_table text, p_key text, p_keep_months integer,
    p_reason text, p_first date DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    old regclass := format('public.%I', p_table)::regclass;
    old_sequence text := pg_get_serial_sequence(format('public.%I', p_table), 'id');
    sequence_name text := (SELECT relname FROM pg_class
        WHERE oid = old_sequence::regclass);
    this_month date := date_trunc('month', now());
    last_month date := this_month + interval '3 months';
    fresh regclass;
    triggers text[] := ARRAY(SELECT pg_get_triggerdef(oid) FROM pg_trigger
        WHERE tgrelid = old AND NOT tgisinternal ORDER BY tgname);
    renamed text[] := '{}';
    next_id bigint;
    before bigint;
    after bigint;
    r record;
BEGIN
    EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', old);
    EXECUTE format('CREATE TABLE public.%I (LIKE %s INCLUDING DEFAULTS'
        ' INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMMENTS)'
        ' PARTITION BY RANGE (%I)', p_table || '_new', old, p_key);
    fresh := format('public.%I', p_table || '_new')::regclass;
    EXECUTE format('ALTER TABLE %s ALTER id ADD GENERATED BY DEFAULT AS IDENTITY', fresh);

    -- The partitions take the name that the table will have.
    FOR r IN EXECUTE format(
        'SELECT DISTINCT date_trunc(''month'', %1$I)::date AS month FROM %2$s'
        ' WHERE %1$I < $1 AND %1$I >= $2'
        ' UNION SELECT generate_series($3, $4, interval ''1 month'')::date ORDER BY 1',
        p_key, old)
        USING last_month + interval '1 month', coalesce(p_first, '-infinity'),
            coalesce(p_first, this_month), last_month
    LOOP
        PERFORM public.history_attach(fresh, format('%s_%s', p_table,
            to_char(r.month, 'YYYYMM')), format('FOR VALUES FROM (%L) TO (%L)', r.month,
            (r.month + interval '1 month')::date));
    END LOOP;
    IF p_first IS NOT NULL THEN
        PERFORM public.history_attach(fresh, p_table || '_old',
            format('FOR VALUES FROM (MINVALUE) TO (%L)', p_first));
    END IF;
    PERFORM public.history_attach(fresh, p_table || '_default', 'DEFAULT');

    EXECUTE format('INSERT INTO %s SELECT * FROM %s', fresh, old);
    EXECUTE format('SELECT count(*) FROM %s', old) INTO before;
    EXECUTE format('SELECT count(*) FROM %s', fresh) INTO after;
    IF before <> after THEN
        RAISE EXCEPTION '% rows of % became %', before, p_table, after;
    END IF;

    FOR r IN
        SELECT c.relname, pg_get_indexdef(i.indexrelid) AS definition
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = old AND NOT EXISTS (SELECT FROM pg_constraint
            WHERE conrelid = old AND conindid = i.indexrelid)
    LOOP
        EXECUTE regexp_replace(r.definition,
            '^(CREATE (UNIQUE )?INDEX) .*? ON .*? USING',
            format('\\1 %I ON %s USING', r.relname || '_new', fresh));
        renamed := renamed || format('ALTER INDEX public.%I RENAME TO %I',
            r.relname || '_new', r.relname);
    END LOOP;
    -- A key of a partitioned table holds the column that chooses the partition.
    FOR r IN
        SELECT conname, contype, ARRAY(SELECT attname FROM unnest(conkey)
                WITH ORDINALITY k(number, place)
                JOIN pg_attribute ON attrelid = old AND attnum = number
                ORDER BY place)::text[] AS columns
        FROM pg_constraint WHERE conrelid = old AND contype IN ('p', 'u')
    LOOP
        IF NOT p_key = ANY (r.columns) THEN
            r.columns := r.columns || p_key;
        END IF;
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s (%s)', fresh,
            r.conname || '_new',
            CASE r.contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END,
            (SELECT string_agg(quote_ident(c), ', ' ORDER BY place)
                FROM unnest(r.columns) WITH ORDINALITY u(c, place)));
        renamed := renamed || format('ALTER TABLE public.%I RENAME CONSTRAINT %I TO %I',
            p_table, r.conname || '_new', r.conname);
    END LOOP;
    FOR r IN
        SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
        WHERE conrelid = old AND contype = 'f'
    LOOP
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', fresh, r.conname,
            r.definition);
    END LOOP;

    EXECUTE format('SELECT last_value + is_called::int FROM %s', old_sequence)
        INTO next_id;
    PERFORM setval(pg_get_serial_sequence(fresh::text, 'id'), next_id, false);
    renamed := renamed || format('ALTER SEQUENCE %s RENAME TO %I',
        pg_get_serial_sequence(fresh::text, 'id'), sequence_name);

    PERFORM public.history_close(fresh);
    FOR r IN
        SELECT a.privilege_type, a.grantee FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.oid = old AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('GRANT %s ON %s TO %s', r.privilege_type, fresh,
            CASE r.grantee WHEN 0 THEN 'PUBLIC' ELSE r.grantee::regrole::text END);
    END LOOP;

    EXECUTE format('DROP TABLE %s', old);
    EXECUTE format('ALTER TABLE %s RENAME TO %I', fresh, p_table);
    FOR i IN 1 .. cardinality(renamed) LOOP
        EXECUTE renamed[i];
    END LOOP;
    FOR i IN 1 .. cardinality(triggers) LOOP
        EXECUTE triggers[i];
    END LOOP;
    PERFORM public.history_guard(inhrelid, inhparent) FROM pg_inherits
        WHERE inhparent = fresh;
    INSERT INTO public.history_retention (table_name, key_column, keep_months, reason)
    VALUES (p_table, p_key, p_keep_months, p_reason);
END $$;
"""
# Rows of a month that has no partition yet lie in the default one, with which the
# month cannot be attached: they are moved under it while the table is locked.
MAINTAIN = """
CREATE FUNCTION history_maintain(p_table text, p_drop_before date DEFAULT NULL)
RETURNS TABLE (done text, partition_name text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET lock_timeout = '5s' AS $$
DECLARE
    kept public.history_retention;
    parent regclass;
    strayed regclass;
    this_month date := date_trunc('month', now());
    last_month date;
    oldest date;
    strays date[];
    rest text;
    month date;
    r record;
BEGIN
    SELECT * INTO kept FROM public.history_retention h WHERE h.table_name = p_table;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is not a history table', p_table
            USING ERRCODE = 'undefined_table';
    END IF;
    oldest := this_month - make_interval(months => kept.keep_months);
    IF p_drop_before > oldest OR (p_drop_before IS NOT NULL AND oldest IS NULL) THEN
        RAISE EXCEPTION '% is inside the retention of %, kept since %', p_drop_before,
            p_table, coalesce(oldest::text, 'ever')
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT pg_try_advisory_xact_lock(hashtext('history ' || p_table)) THEN
        RETURN;
    END IF;
    parent := format('public.%I', p_table)::regclass;
    last_month := this_month + make_interval(months => kept.months_ahead);
    strayed := (SELECT nullif(partdefid, 0) FROM pg_partitioned_table
        WHERE partrelid = parent);

    -- Of wild dates, the years around us only: a partition each is made for no other.
    rest := format('SELECT ARRAY(SELECT DISTINCT date_trunc(''month'', %1$I)::date'
        ' FROM %2$s WHERE %1$I >= %3$L AND %1$I < %4$L ORDER BY 1)', kept.key_column,
        strayed, this_month - interval '60 months', last_month + interval '1 month');
    EXECUTE rest INTO strays;
    IF strays <> '{}' THEN
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', parent);
        EXECUTE rest INTO strays;
        EXECUTE format('ALTER TABLE %s DETACH PARTITION %s', parent, strayed);
        EXECUTE format('ALTER TABLE %s RENAME TO %I', strayed, p_table || '_strayed');
    ELSE
        strayed := NULL;
    END IF;
    FOR month IN
        SELECT generate_series(this_month, last_month, interval '1 month')::date
        UNION SELECT unnest(strays) ORDER BY 1
    LOOP
        IF to_regclass(format('public.%I', p_table || to_char(month, '_YYYYMM'))) IS NULL
        THEN
            done := 'made';
            partition_name := public.history_attach_month(parent, kept.key_column, month,
                strayed);
            RETURN NEXT;
        END IF;
    END LOOP;
    IF strayed IS NOT NULL THEN
        rest := format('date_trunc(''month'', %I)::date <> ALL (%L)', kept.key_column,
            strays);
        PERFORM public.history_attach(parent, p_table || '_default', 'DEFAULT', strayed,
            rest);
        EXECUTE format('DROP TABLE %s', strayed);
    END IF;

    FOR r IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = parent AND (regexp_match(pg_get_expr(c.relpartbound, c.oid),
            'TO \\(''([^'']+)''\\)'))[1]::timestamptz <= coalesce(p_drop_before, oldest)
        ORDER BY 1
    LOOP
        EXECUTE format('DROP TABLE public.%I', r.relname);
        done := 'dropped';
        partition_name := r.relname;
        RETURN NEXT;
    END LOOP;
    IF done IS NULL THEN
        -- Nobody else does: autovacuum never looks at a parent.
        EXECUTE format('ANALYZE %s', parent);
    END IF;
END $$;
COMMENT ON FUNCTION history_maintain IS
    'Makes the months ahead of a history table, drops those past its retention.';
"""
DROP = """
DROP FUNCTION history_maintain;
DROP FUNCTION history_partition;
DROP FUNCTION history_attach_month;
DROP FUNCTION history_attach;
DROP FUNCTION history_guard;
DROP FUNCTION history_close;
DROP TABLE history_retention;
"""
INNER = ("close", "guard", "attach", "attach_month", "partition")


def limit_application_role(apps, schema_editor):
    """The application reads the retention and calls one function: nothing else."""
    role = application_role(schema_editor.connection)
    with schema_editor.connection.cursor() as cursor:
        for name in (*INNER, "maintain"):
            cursor.execute(f"REVOKE ALL ON FUNCTION history_{name} FROM PUBLIC")
        if role is None:
            return
        leave_only(cursor, role, table="history_retention", rights="SELECT")
        for name in INNER:
            cursor.execute(f"REVOKE ALL ON FUNCTION history_{name} FROM {role}")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION history_maintain TO {role}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_protected_tables")]
    operations = [
        migrations.RunSQL(TABLE + GUARDS + ATTACH + PARTITION + MAINTAIN, DROP),
        migrations.RunPython(limit_application_role, migrations.RunPython.noop),
        migrations.CreateModel(
            name="HistoryRetention",
            fields=[
                (
                    "table_name",
                    models.TextField(
                        primary_key=True, serialize=False, verbose_name="table"
                    ),
                ),
                ("key_column", models.TextField(verbose_name="colonne")),
                (
                    "keep_months",
                    models.SmallIntegerField(
                        null=True, verbose_name="mois conservés"
                    ),
                ),
                (
                    "months_ahead",
                    models.SmallIntegerField(verbose_name="mois d’avance"),
                ),
                ("reason", models.TextField(verbose_name="raison")),
            ],
            options={
                "verbose_name": "conservation d’un historique",
                "verbose_name_plural": "conservation des historiques",
                "db_table": "history_retention",
                "managed": False,
            },
        ),
    ]
