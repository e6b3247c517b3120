"""Status changes and legal events by month: never dropped, they are labels.

Events reach back decades: what is older than two years lies in one partition, so that
a company's events are looked up in few of them. A notice is the same whatever its
date, but a key must hold the date: the writer replaces the row of a notice that moved.
"""

from django.db import migrations, models

PURSUITS = """
SELECT history_partition('pursuit_change', 'at', NULL,
    'What became of a company is what the model learns from.');
"""
EVENTS = """
SELECT history_partition('legal_event', 'occurred_on', NULL,
    'What happened to a company is what the model learns from.',
    (date_trunc('month', now() AT TIME ZONE 'UTC') - interval '24 months')::date);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_audit_by_month"),
        ("companies", "0007_registry_load"),
    ]
    operations = [
        migrations.RunSQL(PURSUITS),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(EVENTS)],
            state_operations=[
                migrations.RemoveConstraint("legalevent", "legal_event_once"),
                migrations.AddConstraint(
                    "legalevent",
                    models.UniqueConstraint(
                        fields=("siren", "source", "source_id", "occurred_on"),
                        name="legal_event_once",
                    ),
                ),
            ],
        ),
    ]
