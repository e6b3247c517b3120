"""The history of scores by month. It is never dropped: see the reason."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_audit_by_month"),
        ("scoring", "0002_shipped_rulesets"),
    ]
    operations = [
        migrations.RunSQL(
            "SELECT history_partition('scoring_score', 'scored_at', NULL,"
            " 'The newest row of a company explains its score, however old.')"
        ),
    ]
