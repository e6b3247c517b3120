"""Formats, contacts, destinations declared by ops, exports of every week."""

import django.db.models.deletion
import mainsite.lib.ids
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import comments
from mainsite.lib.constraints import checks, one_of, validated

STATES = ("queued", "running", "done", "failed", "cancelled")
FORMATS = ("csv", "xlsx", "jsonl", "parquet", "sql", "sqlite", "pdf", "delivery")
RULES = {
    "exports_export": {
        "state_is_one_of_five": one_of("state", STATES),
        "format_is_known": one_of("format", FORMATS),
        "delivery_has_a_destination":
            "format <> 'delivery' OR destination_id IS NOT NULL",
    },
    "exports_exportschedule": {
        "format_is_known": one_of("format", FORMATS),
        "weekday_is_a_day": "weekday BETWEEN 0 AND 6",
        "hour_is_an_hour": "hour BETWEEN 0 AND 23",
    },
    "exports_destination": {
        "kind_is_known": one_of("kind", ("airtable", "database", "storage")),
        "mode_is_known": one_of("mode", ("append", "replace", "upsert")),
        "secret_is_a_variable": "secret_name ~ '^EXPORT_TARGET_[A-Z0-9_]+$'",
    },
}


DESKS = """
COMMENT ON TABLE exports_destination_desks IS 'Desks that a destination is for; none: all.';
COMMENT ON COLUMN exports_destination_desks.id IS 'Number of the row.';
COMMENT ON COLUMN exports_destination_desks.destination_id IS 'Destination.';
COMMENT ON COLUMN exports_destination_desks.desk_id IS 'Desk that may use it.';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_scheduled_run'),
        ('exports', '0003_comments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='export',
            name='format',
            field=models.CharField(choices=[('csv', 'CSV'), ('xlsx', 'XLSX'), ('jsonl', 'JSON Lines'), ('parquet', 'Parquet'), ('sql', 'script SQL (PostgreSQL)'), ('sqlite', 'base SQLite'), ('pdf', 'PDF'), ('delivery', 'envoi')], db_comment='Kind of file, or delivery.', db_default='csv', default='csv', max_length=8, verbose_name='format'),
        ),
        migrations.AddField(
            model_name='export',
            name='progress',
            field=models.JSONField(db_comment='Delivery: rows created, updated, left; what to resume from.', db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name='export',
            name='wants_stop',
            field=models.BooleanField(db_comment='Somebody asked to cancel it.', db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='export',
            name='with_contacts',
            field=models.BooleanField(db_comment='Holds contacts: watermarked, kept one day.', db_default=False, default=False, verbose_name='avec contacts'),
        ),
        migrations.AlterField(
            model_name='export',
            name='profile',
            field=models.CharField(choices=[('rapide', 'Rapide'), ('analyse', 'Analyse'), ('excel', 'Excel'), ('complet', 'Complet'), ('sql', 'SQL'), ('airtable', 'Airtable'), ('profil', 'Fiche PDF')], db_comment='Set of columns asked for.', max_length=12, verbose_name='profil'),
        ),
        migrations.AlterField(
            model_name='export',
            name='state',
            field=models.CharField(choices=[('queued', 'en attente'), ('running', 'en cours'), ('done', 'prêt'), ('failed', 'échec'), ('cancelled', 'annulé')], db_comment='queued, running, done, failed or cancelled.', default='queued', max_length=12, verbose_name='état'),
        ),
        migrations.CreateModel(
            name='Destination',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(db_comment='Name on screen.', max_length=80, unique=True, verbose_name='nom')),
                ('kind', models.CharField(choices=[('airtable', 'Airtable'), ('database', 'base de données'), ('storage', 'dossier de stockage')], db_comment='airtable, database or storage.', max_length=8, verbose_name='nature')),
                ('secret_name', models.CharField(db_comment='Environment variable of the token, address or folder.', help_text='Commence par EXPORT_TARGET_ ; sa valeur reste hors de la base.', max_length=80, verbose_name='variable du secret')),
                ('place', models.CharField(blank=True, db_comment='Airtable: base id; database: schema, empty for the usual one.', default='', max_length=80, verbose_name='base ou schéma')),
                ('table', models.CharField(blank=True, db_comment='Airtable: table id or name; database: prefix of the tables.', default='', max_length=80, verbose_name='table')),
                ('mode', models.CharField(choices=[('append', 'ajouter'), ('replace', 'remplacer'), ('upsert', 'mettre à jour par SIREN')], db_comment='append, replace or upsert.', default='upsert', max_length=8, verbose_name='écriture')),
                ('takes_contacts', models.BooleanField(db_comment='Contacts may be sent there.', default=False, help_text='Données de personnes : hors d’Europe, un contrat est nécessaire.', verbose_name='reçoit des contacts')),
                ('is_active', models.BooleanField(db_comment='Offered to desks.', default=True, verbose_name='en service')),
                ('desks', models.ManyToManyField(blank=True, help_text='Aucune : toutes.', to='accounts.desk', verbose_name='équipes')),
            ],
            options={
                'verbose_name': 'destination',
                'verbose_name_plural': 'destinations',
                'db_table_comment': 'Where exports may be sent, as ops declared it.',
            },
        ),
        migrations.AddField(
            model_name='export',
            name='destination',
            field=models.ForeignKey(blank=True, db_comment='Where it is sent; null: a file here.', null=True, on_delete=django.db.models.deletion.PROTECT, to='exports.destination', verbose_name='destination'),
        ),
        migrations.CreateModel(
            name='ExportSchedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(db_comment='Identifier in addresses.', default=mainsite.lib.ids.uuid7, editable=False, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_comment='When.')),
                ('name', models.CharField(db_comment='Name on screen.', max_length=80, verbose_name='nom')),
                ('query', models.TextField(db_comment='Selection, as in export.', verbose_name='requête')),
                ('profile', models.CharField(choices=[('rapide', 'Rapide'), ('analyse', 'Analyse'), ('excel', 'Excel'), ('complet', 'Complet'), ('sql', 'SQL'), ('airtable', 'Airtable'), ('profil', 'Fiche PDF')], db_comment='As in export.', max_length=12, verbose_name='profil')),
                ('format', models.CharField(choices=[('csv', 'CSV'), ('xlsx', 'XLSX'), ('jsonl', 'JSON Lines'), ('parquet', 'Parquet'), ('sql', 'script SQL (PostgreSQL)'), ('sqlite', 'base SQLite'), ('pdf', 'PDF'), ('delivery', 'envoi')], db_comment='As in export.', max_length=8, verbose_name='format')),
                ('columns', models.JSONField(db_comment='As in export.', default=list)),
                ('with_contacts', models.BooleanField(db_comment='As in export.', default=False, verbose_name='avec contacts')),
                ('weekday', models.PositiveSmallIntegerField(db_comment='0 Monday to 6 Sunday, in Paris.', verbose_name='jour')),
                ('hour', models.PositiveSmallIntegerField(db_comment='0 to 23, in Paris.', verbose_name='heure')),
                ('next_at', models.DateTimeField(db_comment='When it is due next.', verbose_name='prochain')),
                ('is_active', models.BooleanField(db_comment='False: suspended.', default=True, verbose_name='actif')),
                ('reason', models.TextField(blank=True, db_comment='Why it was suspended by itself.', default='')),
                ('created_by', models.ForeignKey(db_comment='On whose behalf they are made.', on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='programmé par')),
                ('desk', models.ForeignKey(db_comment='Whose exports.', on_delete=django.db.models.deletion.PROTECT, to='accounts.desk')),
                ('destination', models.ForeignKey(blank=True, db_comment='Where it goes; null: kept here.', null=True, on_delete=django.db.models.deletion.PROTECT, to='exports.destination', verbose_name='destination')),
            ],
            options={
                'verbose_name': 'export programmé',
                'verbose_name_plural': 'exports programmés',
                'db_table_comment': 'Exports made again each week.',
            },
        ),
        migrations.AddField(
            model_name='export',
            name='schedule',
            field=models.ForeignKey(blank=True, db_comment='What asked for it; null: a person.', null=True, on_delete=django.db.models.deletion.SET_NULL, to='exports.exportschedule', verbose_name='programmation'),
        ),
        migrations.AddIndex(
            model_name='exportschedule',
            index=models.Index(fields=['next_at'], name='export_schedule_due'),
        ),
        # It knew four states.
        migrations.RunSQL(
            "ALTER TABLE exports_export DROP CONSTRAINT exports_export_state_is_known",
            "ALTER TABLE exports_export ADD CONSTRAINT exports_export_state_is_known "
            "CHECK (state IN ('queued', 'running', 'done', 'failed')) NOT VALID",
        ),
        *checks(RULES),
        comments("exports"),
        migrations.RunSQL(DESKS, migrations.RunSQL.noop),
        validated(),
    ]
