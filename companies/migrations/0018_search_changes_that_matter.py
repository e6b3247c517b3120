"""The search index reads one column of ``company``: only its changes are logged.

An import of capitals, addresses or web sites changed nothing that a search reads, and
every web process read all of these companies again.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION search_log_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('search.unlogged', true) = 'on' THEN
        RETURN NULL;
    END IF;
    INSERT INTO search_change (kind, key, siren)
    SELECT 0, 0, siren FROM changed JOIN former USING (siren)
    WHERE changed.folded_name IS DISTINCT FROM former.folded_name;
    RETURN NULL;
END $$;
"""
# In one transaction with the migration: no update goes unlogged in between.
RENAMED = """
DROP TRIGGER search_update ON company;
CREATE TRIGGER search_update AFTER UPDATE ON company
REFERENCING OLD TABLE AS former NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION search_log_renamed();
"""
ANYTHING = """
DROP TRIGGER search_update ON company;
CREATE TRIGGER search_update AFTER UPDATE ON company
REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION search_log_change('0');
"""


class Migration(migrations.Migration):
    dependencies = [("companies", "0017_stale_statistics")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION search_log_renamed();"),
        migrations.RunSQL(RENAMED, ANYTHING),
    ]
