"""Files that desks bring: their rows, what they changed, what they refused."""

import companies.fields
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import mainsite.lib.ids
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import comments
from mainsite.lib.constraints import SIREN, checks, one_of, validated

RULES = {
    "import_file": {
        "kind_is_known": one_of(
            "kind", ("companies", "contacts", "outcomes", "oppositions")
        ),
        "state_is_known": one_of(
            "state",
            (
                *("draft", "checking", "checked", "running", "done", "failed"),
                *("stopped", "undoing", "undone"),
            ),
        ),
        "digest_is_whole": "length(sha256) = 64",
        "signature_is_whole": "length(signature) IN (0, 64)",
        "position_is_not_before_the_file": "position >= 0",
        "ends_after_it_starts": "ended_at >= started_at",
    },
    "import_change": {"siren_has_nine_digits": SIREN},
    "import_match": {
        "siren_has_nine_digits": SIREN,
        "state_is_known": one_of(
            "state", ("sure", "doubtful", "none", "confirmed", "rejected")
        ),
        "is_chosen_when_it_says_so": "state NOT IN ('sure', 'confirmed') OR siren IS NOT NULL",
    },
    "import_refusal": {"line_is_a_line": "line >= 1"},
}


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_scheduled_run'),
        ('companies', '0015_target_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='company',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr'), ('import', 'fichier importé')], db_comment='Source that made the row.', default='sirene', max_length=24),
        ),
        migrations.AlterField(
            model_name='contact',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr'), ('import', 'fichier importé')], db_comment='Who gave it.', max_length=24, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='legalevent',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr'), ('import', 'fichier importé')], db_comment='Source that told it.', max_length=24),
        ),
        migrations.AlterField(
            model_name='officer',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr'), ('import', 'fichier importé')], db_comment='Source that told it.', max_length=24),
        ),
        migrations.AlterField(
            model_name='sourcereading',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr'), ('import', 'fichier importé')], db_comment='Source read.', max_length=24),
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(db_comment='Identifier in addresses.', default=mainsite.lib.ids.uuid7, editable=False, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_comment='When.', verbose_name='déposé le')),
                ('kind', models.CharField(choices=[('companies', 'sociétés'), ('contacts', 'contacts'), ('outcomes', 'issues de dossiers'), ('oppositions', 'oppositions')], db_comment='companies, contacts, outcomes or oppositions.', default='companies', max_length=12, verbose_name='objet')),
                ('file_name', models.CharField(db_comment='Name the file came with.', max_length=255, verbose_name='fichier')),
                ('path', models.TextField(blank=True, db_comment='File in UPLOAD_DIR under a name of ours; empty: taken away.', default='', editable=False)),
                ('size_bytes', models.BigIntegerField(db_comment='Size of the file.', verbose_name='taille')),
                ('sha256', models.CharField(db_comment='Its digest: the same file is known.', max_length=64, verbose_name='empreinte')),
                ('detected', models.JSONField(db_comment='Format, encoding, separator, decimal sign, header, sheets.', default=dict)),
                ('reading', models.JSONField(db_comment='What the person chose instead of what was detected.', default=dict)),
                ('signature', models.CharField(blank=True, db_comment='Digest of the folded header, which remembers a mapping.', default='', max_length=64)),
                ('mapping', models.JSONField(db_comment="{column's place: field} of the columns used.", default=dict)),
                ('policies', models.JSONField(db_comment='{field: fill, overwrite or never}.', default=dict)),
                ('options', models.JSONField(db_comment='Year of the amounts, day order, list to fill…', default=dict)),
                ('state', models.CharField(choices=[('draft', 'en préparation'), ('checking', 'essai à blanc en cours'), ('checked', 'essai à blanc fait'), ('running', 'en cours'), ('done', 'terminé'), ('failed', 'échec'), ('stopped', 'arrêté'), ('undoing', 'annulation en cours'), ('undone', 'annulé')], db_comment='draft, checking, checked, running, done, failed, stopped, undone.', default='draft', max_length=8, verbose_name='état')),
                ('attempt', models.PositiveSmallIntegerField(db_comment='Raised by whoever takes the work.', default=0, verbose_name='essais')),
                ('heartbeat_at', models.DateTimeField(db_comment='Last sign of life.', default=django.utils.timezone.now, verbose_name='dernier signe')),
                ('wants_stop', models.BooleanField(db_comment='Somebody asked to stop after the present chunk.', default=False)),
                ('position', models.BigIntegerField(db_comment='Rows of the file that are dealt with for good.', default=0)),
                ('rows_total', models.BigIntegerField(db_comment='Rows of the file without its header.', default=0, verbose_name='lignes')),
                ('trial', models.JSONField(db_comment='What the dry run found: counts, changes by field.', default=dict)),
                ('counts', models.JSONField(db_comment='What the run did: counts, changes by field.', default=dict)),
                ('reason', models.TextField(blank=True, db_comment='Why it failed, in words.', default='', verbose_name='motif')),
                ('started_at', models.DateTimeField(db_comment='Beginning of the run.', null=True, verbose_name='commencé le')),
                ('ended_at', models.DateTimeField(db_comment='End.', null=True, verbose_name='fini le')),
                ('expires_at', models.DateTimeField(db_comment='Until when file and refusals are kept and an undo is possible.', null=True, verbose_name='gardé jusqu’au')),
                ('undone_at', models.DateTimeField(db_comment='End of the undo; null: none.', null=True, verbose_name='annulé le')),
                ('created_by', models.ForeignKey(db_comment='Who brought the file.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='déposé par')),
                ('desk', models.ForeignKey(db_comment='Whose import.', on_delete=django.db.models.deletion.PROTECT, to='accounts.desk', verbose_name='équipe')),
                ('undone_by', models.ForeignKey(db_comment='Who took it back; null: nobody.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='annulé par')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'db_table': 'import_file',
                'db_table_comment': 'Files that desks brought; the row stays as history.',
            },
        ),
        migrations.CreateModel(
            name='ImportChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('siren', companies.fields.SirenField(db_comment='Company, as a number; nine digits with its zeros.')),
                ('thing', models.CharField(db_comment='Table: company, accounts, officer, pursuit, contact…', default='company', max_length=24)),
                ('before', models.JSONField(db_comment='{field: value} before; null: it was not there.', null=True)),
                ('after', models.JSONField(db_comment='{field: value} as the import wrote it.')),
                ('of', models.ForeignKey(db_comment='Import it is of.', db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='companies.import')),
            ],
            options={
                'verbose_name': 'changement par import',
                'verbose_name_plural': 'changements par import',
                'db_table': 'import_change',
                'db_table_comment': 'What imports changed, to give it back within seven days.',
            },
        ),
        migrations.CreateModel(
            name='ImportChunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(db_comment='Its turn, from 0.')),
                ('rows', models.PositiveIntegerField(db_comment='Rows of the file it dealt with.')),
                ('new_sirens', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), db_comment='Companies it created, as numbers.', default=list, size=None)),
                ('counts', models.JSONField(db_comment='What it did.', default=dict)),
                ('stored_at', models.DateTimeField(db_comment='When.', default=django.utils.timezone.now)),
                ('of', models.ForeignKey(db_comment='Import it is of.', db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='companies.import')),
            ],
            options={
                'verbose_name': 'lot d’un import',
                'verbose_name_plural': 'lots des imports',
                'db_table': 'import_chunk',
                'db_table_comment': 'Transactions of imports, with the companies they created.',
            },
        ),
        migrations.CreateModel(
            name='ImportMatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.BigIntegerField(db_comment='Line of the file, from 1.', verbose_name='ligne')),
                ('name', models.TextField(db_comment='Name as it was read.', verbose_name='nom lu')),
                ('place', models.TextField(blank=True, db_comment='Post code and town as read.', default='', verbose_name='lieu lu')),
                ('state', models.CharField(choices=[('sure', 'reconnue'), ('doubtful', 'à confirmer'), ('none', 'introuvable'), ('confirmed', 'confirmée'), ('rejected', 'écartée')], db_comment='sure, doubtful, none, confirmed or rejected.', max_length=9, verbose_name='état')),
                ('siren', companies.fields.SirenField(db_comment='Company chosen; null: none.', null=True)),
                ('candidates', models.JSONField(db_comment='[{siren, name, place, score}], the likeliest first.', default=list)),
                ('decided_by', models.ForeignKey(db_comment='Who chose; null: nobody.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('of', models.ForeignKey(db_comment='Import it is of.', db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='companies.import')),
            ],
            options={
                'verbose_name': 'rapprochement',
                'verbose_name_plural': 'rapprochements',
                'db_table': 'import_match',
                'db_table_comment': 'Rows known by name only, and the companies they may name.',
            },
        ),
        migrations.CreateModel(
            name='ImportRefusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_trial', models.BooleanField(db_comment='Found by the dry run; else by the run.')),
                ('line', models.BigIntegerField(db_comment='Line of the file, from 1.', verbose_name='ligne')),
                ('reason', models.CharField(db_comment='Code of why.', max_length=32, verbose_name='motif')),
                ('field', models.CharField(blank=True, db_comment='Field that was refused.', default='', max_length=24)),
                ('value', models.TextField(blank=True, db_comment='What was read there, as it stood.', default='')),
                ('hint', models.TextField(blank=True, db_comment='A value to propose, or another line.', default='')),
                ('cells', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_comment="The row in the file's own columns.", default=list, size=None)),
                ('of', models.ForeignKey(db_comment='Import it is of.', db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='companies.import')),
            ],
            options={
                'verbose_name': 'ligne refusée',
                'verbose_name_plural': 'lignes refusées',
                'db_table': 'import_refusal',
                'db_table_comment': 'Rows that imports refused, with their cells and the reason.',
            },
        ),
        migrations.CreateModel(
            name='ColumnMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('companies', 'sociétés'), ('contacts', 'contacts'), ('outcomes', 'issues de dossiers'), ('oppositions', 'oppositions')], db_comment='What the files are about.', max_length=12)),
                ('signature', models.CharField(db_comment='Digest of the folded header.', max_length=64)),
                ('mapping', models.JSONField(db_comment="{column's place: field}.")),
                ('policies', models.JSONField(db_comment='{field: fill, overwrite or never}.', default=dict)),
                ('options', models.JSONField(db_comment='As in import.', default=dict)),
                ('used_at', models.DateTimeField(auto_now=True, db_comment='Last use.')),
                ('desk', models.ForeignKey(db_comment='Whose files.', db_index=False, on_delete=django.db.models.deletion.CASCADE, to='accounts.desk')),
            ],
            options={
                'verbose_name': 'correspondance de colonnes',
                'verbose_name_plural': 'correspondances de colonnes',
                'db_table': 'import_mapping',
                'db_table_comment': 'How desks read the columns of files, by header.',
                'constraints': [models.UniqueConstraint(fields=('desk', 'kind', 'signature'), name='import_mapping_once')],
            },
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(fields=['desk', '-created_at'], name='import_desk_newest'),
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(fields=['desk', 'sha256'], name='import_same_file'),
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(condition=models.Q(('state__in', ('checking', 'running', 'undoing'))), fields=['heartbeat_at'], name='import_working'),
        ),
        migrations.AddIndex(
            model_name='importchange',
            index=models.Index(fields=['of', 'siren'], name='import_change_siren'),
        ),
        migrations.AddConstraint(
            model_name='importchunk',
            constraint=models.UniqueConstraint(fields=('of', 'number'), name='import_chunk_once'),
        ),
        migrations.AddIndex(
            model_name='importmatch',
            index=models.Index(fields=['of', 'state', 'line'], name='import_match_state'),
        ),
        migrations.AddConstraint(
            model_name='importmatch',
            constraint=models.UniqueConstraint(fields=('of', 'line'), name='import_match_once'),
        ),
        migrations.AddIndex(
            model_name='importrefusal',
            index=models.Index(fields=['of', 'is_trial', 'line'], name='import_refusal_line'),
        ),
        *checks(RULES),
        comments("companies"),
        validated(),
    ]
