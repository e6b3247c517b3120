"""What every table and column holds, said in the database; constraints checked."""

import django.db.models.deletion
import django.utils.timezone
import mainsite.lib.ids
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import Declared, comments
from mainsite.lib.constraints import validated


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_comments'),
        ('exports', '0002_constraints'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Declared(
            state_operations=[
                migrations.AlterModelTableComment(
                    name='export',
                    table_comment='Files made from selections; the row stays when the file is gone.',
                ),
                migrations.AlterField(
                    model_name='export',
                    name='attempt',
                    field=models.PositiveSmallIntegerField(db_comment='Raised by whoever takes the work.', default=0, verbose_name='essais'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='columns',
                    field=models.JSONField(db_comment='Names of the columns written.', default=list, verbose_name='colonnes'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='created_at',
                    field=models.DateTimeField(auto_now_add=True, db_comment='When.', verbose_name='demandé le'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='created_by',
                    field=models.ForeignKey(db_comment='Who asked.', on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='demandé par'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='data_version',
                    field=models.CharField(blank=True, db_comment='What the data was when it was read.', default='', max_length=120, verbose_name='version des données'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='desk',
                    field=models.ForeignKey(db_comment='Whose export.', on_delete=django.db.models.deletion.PROTECT, to='accounts.desk', verbose_name='équipe'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='ended_at',
                    field=models.DateTimeField(db_comment='End of the writing.', null=True, verbose_name='fini le'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='expires_at',
                    field=models.DateTimeField(db_comment='Until when the file is kept.', null=True, verbose_name='gardé jusqu’au'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='heartbeat_at',
                    field=models.DateTimeField(db_comment='Last sign of life.', default=django.utils.timezone.now, verbose_name='dernier signe'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='is_sandbox',
                    field=models.BooleanField(db_comment='Written in a sandbox.', default=False, verbose_name='bac à sable'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='path',
                    field=models.TextField(blank=True, db_comment='File in EXPORT_DIR; empty: none.', default='', help_text='Dans EXPORT_DIR.', verbose_name='fichier'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='profile',
                    field=models.CharField(choices=[('rapide', 'Rapide'), ('analyse', 'Analyse')], db_comment='Set of columns asked for.', max_length=12, verbose_name='profil'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='public_id',
                    field=models.UUIDField(db_comment='Identifier in addresses.', default=mainsite.lib.ids.uuid7, editable=False, unique=True),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='query',
                    field=models.TextField(db_comment="Selection, as the list's query string.", help_text='La requête de la liste, tri compris.', verbose_name='requête'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='reason',
                    field=models.TextField(blank=True, db_comment='Why it failed.', default='', verbose_name='motif'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='rows_done',
                    field=models.PositiveIntegerField(db_comment='Rows written so far.', default=0, verbose_name='lignes écrites'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='rows_total',
                    field=models.PositiveIntegerField(db_comment='Companies of the selection.', default=0, verbose_name='lignes'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='sha256',
                    field=models.CharField(blank=True, db_comment='Digest of the file; empty: none.', default='', max_length=64),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='size_bytes',
                    field=models.BigIntegerField(db_comment='Size of the file.', default=0, verbose_name='taille'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='started_at',
                    field=models.DateTimeField(db_comment='Beginning of the writing.', null=True, verbose_name='commencé le'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='state',
                    field=models.CharField(choices=[('queued', 'en attente'), ('running', 'en cours'), ('done', 'prêt'), ('failed', 'échec')], db_comment='queued, running, done or failed.', default='queued', max_length=12, verbose_name='état'),
                ),
                migrations.AlterField(
                    model_name='export',
                    name='words',
                    field=models.TextField(db_comment='Selection in words.', verbose_name='critères'),
                ),
            ]
        ),
        comments("exports"),
        validated(),
    ]
