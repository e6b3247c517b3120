"""The trail under the name by which django-auditlog writes to it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_trail_search")]
    operations = [
        migrations.CreateModel(
            name="Edit",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("accounts.auditentry",),
        ),
    ]
