"""The planner's figures of company tables, taken anew where they say nothing true."""

from django.db import migrations

from mainsite.lib.application_role import application_role

# An ANALYZE that falls into a first load finds pages of rows that nobody may see yet:
# the table then counts as empty for every plan until the next one, a minute or an hour
# later, and a join reads it whole for each company. Less than a row a page tells it.
MAKE = """
CREATE FUNCTION analyse_stale_companies() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    stale regclass;
    analysed integer := 0;
BEGIN
    FOR stale IN
        SELECT c.oid FROM pg_class c
        WHERE c.oid = ANY (ARRAY['public.company', 'public.register',
                'public.annual_accounts', 'public.target']::regclass[])
            AND pg_relation_size(c.oid) > 64 * current_setting('block_size')::integer
            AND c.reltuples
                < pg_relation_size(c.oid) / current_setting('block_size')::integer
    LOOP
        EXECUTE format('ANALYZE %s', stale);
        analysed := analysed + 1;
    END LOOP;
    RETURN analysed;
END $$;
REVOKE ALL ON FUNCTION analyse_stale_companies() FROM PUBLIC;
"""
DROP = "DROP FUNCTION analyse_stale_companies();"


def let_application_role(apps, schema_editor):
    """Only an owner may ANALYZE; the application may ask for it."""
    role = application_role(schema_editor.connection)
    if role is None:
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"GRANT EXECUTE ON FUNCTION analyse_stale_companies() TO {role}")


class Migration(migrations.Migration):
    dependencies = [("companies", "0016_imports")]
    operations = [
        migrations.RunSQL(MAKE, DROP),
        migrations.RunPython(let_application_role, migrations.RunPython.noop),
    ]
