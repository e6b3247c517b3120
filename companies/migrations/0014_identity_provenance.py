"""Who says what of a company's identity: two columns that most rows leave empty.

A nullable column without a default is added in an instant, whatever the table's size.
"""

from django.db import migrations, models

from mainsite.lib.comments import comments

PROVENANCE = "Of the fields that a source filled: source and day."
DISAGREEMENTS = "What other sources say instead, by field."


class Migration(migrations.Migration):
    dependencies = [("companies", "0013_contacts")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE company ADD COLUMN provenance jsonb,"
                    " ADD COLUMN disagreements jsonb",
                    "ALTER TABLE company DROP COLUMN provenance,"
                    " DROP COLUMN disagreements",
                )
            ],
            state_operations=[
                migrations.AddField(
                    model_name="company",
                    name="provenance",
                    field=models.JSONField(
                        db_comment=PROVENANCE, help_text=PROVENANCE, null=True
                    ),
                ),
                migrations.AddField(
                    model_name="company",
                    name="disagreements",
                    field=models.JSONField(
                        db_comment=DISAGREEMENTS, help_text=DISAGREEMENTS, null=True
                    ),
                ),
            ],
        ),
        comments("companies"),
    ]
