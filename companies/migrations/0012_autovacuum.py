"""Autovacuum that keeps up with an enrichment run, on every table the search reads.

An index answers alone only for pages that vacuum has marked since they last changed.
With PostgreSQL's own settings a fifth of the table has to change first; here, one row
in a hundred, and the vacuum does not pause. Measured: docs/load.md.
"""

from django.db import migrations

TABLES = ("register", "target", "establishment", "pursuit")
SETTINGS = {
    "autovacuum_vacuum_scale_factor": "0.01",
    "autovacuum_vacuum_insert_scale_factor": "0.01",
    "autovacuum_analyze_scale_factor": "0.02",
    "autovacuum_vacuum_cost_delay": "0",
}
# Written and emptied all the time: its size says nothing of what is dead in it.
LOG = {
    "autovacuum_vacuum_scale_factor": "0",
    "autovacuum_vacuum_threshold": "5000",
    "autovacuum_vacuum_cost_delay": "0",
}


def told(table, settings):
    values = ", ".join(f"{name} = {value}" for name, value in settings.items())
    return f"ALTER TABLE {table} SET ({values});"


def forgotten(table, settings):
    return f"ALTER TABLE {table} RESET ({', '.join(settings)});"


class Migration(migrations.Migration):
    dependencies = [("companies", "0011_pasted_sirens")]
    operations = [
        *(
            migrations.RunSQL(told(table, SETTINGS), forgotten(table, SETTINGS))
            for table in TABLES
        ),
        migrations.RunSQL(told("search_change", LOG), forgotten("search_change", LOG)),
    ]
