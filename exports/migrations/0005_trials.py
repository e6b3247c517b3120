"""The dry run of a delivery, made in the background."""

from django.db import migrations, models

from mainsite.lib.constraints import checks, one_of, validated

BEFORE = ("csv", "xlsx", "jsonl", "parquet", "sql", "sqlite", "pdf", "delivery")
RULES = {
    "exports_export": {
        "format_is_known": one_of("format", (*BEFORE, "trial")),
        "trial_has_a_destination": "format <> 'trial' OR destination_id IS NOT NULL",
    },
}


class Migration(migrations.Migration):

    dependencies = [
        ('exports', '0004_formats_and_destinations'),
    ]

    operations = [
        migrations.AlterField(
            model_name='export',
            name='format',
            field=models.CharField(choices=[('csv', 'CSV'), ('xlsx', 'XLSX'), ('jsonl', 'JSON Lines'), ('parquet', 'Parquet'), ('sql', 'script SQL (PostgreSQL)'), ('sqlite', 'base SQLite'), ('pdf', 'PDF'), ('delivery', 'envoi'), ('trial', 'essai à blanc')], db_comment='Kind of file, or delivery.', db_default='csv', default='csv', max_length=8, verbose_name='format'),
        ),
        migrations.AlterField(
            model_name='exportschedule',
            name='format',
            field=models.CharField(choices=[('csv', 'CSV'), ('xlsx', 'XLSX'), ('jsonl', 'JSON Lines'), ('parquet', 'Parquet'), ('sql', 'script SQL (PostgreSQL)'), ('sqlite', 'base SQLite'), ('pdf', 'PDF'), ('delivery', 'envoi'), ('trial', 'essai à blanc')], db_comment='As in export.', max_length=8, verbose_name='format'),
        ),
        # It knew eight formats.
        migrations.RunSQL(
            "ALTER TABLE exports_export DROP CONSTRAINT exports_export_format_is_known",
            "ALTER TABLE exports_export ADD CONSTRAINT exports_export_format_is_known "
            f"CHECK ({one_of('format', BEFORE)}) NOT VALID",
        ),
        *checks(RULES),
        validated(),
    ]
