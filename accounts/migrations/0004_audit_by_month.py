"""The audit trail by month, kept three years (security.md: logs of persons).

Its triggers and its rights are carried over to the table and to each partition.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_history_by_month")]
    operations = [
        migrations.RunSQL(
            "SELECT history_partition('accounts_auditentry', 'at', 36,"
            " 'Names persons by key, with addresses and browsers: three years.')"
        ),
    ]
