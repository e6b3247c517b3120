"""The log of what changed since the search index was built.

Triggers of whole statements write it, so that COPY, raw SQL and bulk writes are seen
like any other. Each line carries its transaction: a reader asks for the lines whose
transaction its last snapshot did not see, which misses none, however late it commits.
"""

from django.db import migrations, models

KINDS = {
    "register": 0,
    "company": 0,
    "target": 0,
    "legal_event": 0,
    "establishment": 0,
    "pursuit": 1,
    "list_entry": 2,
}
TABLES = """
CREATE TABLE search_change (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    kind smallint NOT NULL,
    key bigint NOT NULL,
    siren integer NOT NULL
);
CREATE INDEX search_change_xid ON search_change (xid);
COMMENT ON TABLE search_change IS
    'What changed since the search index was built; trimmed after each build.';
COMMENT ON COLUMN search_change.xid IS 'Transaction that wrote the line.';
COMMENT ON COLUMN search_change.kind IS '0 company, 1 pursuit, 2 list entry.';
COMMENT ON COLUMN search_change.key IS 'Desk of a pursuit, list of an entry, else 0.';
COMMENT ON COLUMN search_change.siren IS 'Company that changed.';
"""
# A first load into an empty register would log every company of France for an index
# that does not exist yet: it sets search.unlogged for its transactions.
FUNCTIONS = """
CREATE FUNCTION search_log_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('search.unlogged', true) = 'on' THEN
        RETURN NULL;
    END IF;
    IF TG_ARGV[0] = '0' THEN
        INSERT INTO search_change (kind, key, siren)
        SELECT DISTINCT 0, 0, siren FROM changed;
    ELSIF TG_ARGV[0] = '1' THEN
        INSERT INTO search_change (kind, key, siren)
        SELECT DISTINCT 1, desk_id, siren FROM changed;
    ELSE
        INSERT INTO search_change (kind, key, siren)
        SELECT DISTINCT 2, list_id, siren FROM changed;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION search_forget_builds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM search_build;
    RETURN NULL;
END $$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION search_log_change();
DROP FUNCTION search_forget_builds();
"""


def triggers():
    for table, kind in KINDS.items():
        for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            yield (
                f"CREATE TRIGGER search_{event.lower()} AFTER {event} ON {table} "
                f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT "
                f"EXECUTE FUNCTION search_log_change('{kind}');",
                f"DROP TRIGGER search_{event.lower()} ON {table};",
            )
        yield (
            f"CREATE TRIGGER search_truncate AFTER TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION search_forget_builds();",
            f"DROP TRIGGER search_truncate ON {table};",
        )


class Migration(migrations.Migration):
    dependencies = [("companies", "0005_lists_and_flags")]
    operations = [
        migrations.RunSQL(TABLES, "DROP TABLE search_change"),
        migrations.CreateModel(
            name="SearchBuild",
            fields=[
                ("token", models.UUIDField(primary_key=True, serialize=False)),
                ("host", models.TextField(verbose_name="machine")),
                (
                    "snapshot",
                    models.TextField(
                        help_text="What the build saw, as PostgreSQL writes it."
                    ),
                ),
                ("built_at", models.DateTimeField(verbose_name="fait le")),
                ("companies", models.IntegerField(verbose_name="sociétés")),
                ("targets", models.IntegerField(verbose_name="cibles")),
                ("seconds", models.FloatField(verbose_name="durée, s")),
            ],
            options={
                "db_table": "search_build",
                "db_table_comment": "Search indexes in use, one or two by machine.",
                "verbose_name": "index de recherche",
                "verbose_name_plural": "index de recherche",
            },
        ),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *(migrations.RunSQL(make, drop) for make, drop in triggers()),
    ]
