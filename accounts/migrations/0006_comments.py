"""What every table and column holds, said in the database; constraints checked."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import Declared, comments
from mainsite.lib.constraints import validated


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_constraints'),
    ]

    operations = [
        Declared(
            state_operations=[
                migrations.AlterModelOptions(
                    name='loginthrottle',
                    options={'verbose_name': 'limite d’essais', 'verbose_name_plural': 'limites d’essais'},
                ),
                migrations.AlterModelOptions(
                    name='recoverycode',
                    options={'verbose_name': 'code de secours', 'verbose_name_plural': 'codes de secours'},
                ),
                migrations.AlterModelTableComment(
                    name='auditentry',
                    table_comment='Who did what: append-only, partitioned by month of UTC.',
                ),
                migrations.AlterModelTableComment(
                    name='desk',
                    table_comment='Teams: batches, lists, exports and pipelines belong to one.',
                ),
                migrations.AlterModelTableComment(
                    name='historyretention',
                    table_comment='Tables partitioned by month, and how long each is kept.',
                ),
                migrations.AlterModelTableComment(
                    name='installation',
                    table_comment='One row, never changed: sandbox or live.',
                ),
                migrations.AlterModelTableComment(
                    name='loginthrottle',
                    table_comment='Moments of the last attempts, by key; forgotten after an hour.',
                ),
                migrations.AlterModelTableComment(
                    name='recoverycode',
                    table_comment='Codes for one entry without the telephone; deleted when used.',
                ),
                migrations.AlterModelTableComment(
                    name='totpdevice',
                    table_comment='Authenticator applications: one in use, one being enrolled.',
                ),
                migrations.AlterModelTableComment(
                    name='user',
                    table_comment='People and API clients who may sign in.',
                ),
                migrations.AlterField(
                    model_name='desk',
                    name='name',
                    field=models.CharField(db_comment='Name on screen.', max_length=80, unique=True, verbose_name='nom'),
                ),
                migrations.AlterField(
                    model_name='loginthrottle',
                    name='hits',
                    field=django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), db_comment='Moments of the attempts in the window.', size=None),
                ),
                migrations.AlterField(
                    model_name='loginthrottle',
                    name='key',
                    field=models.CharField(db_comment='Keyed digest of what is limited: an address, an account.', max_length=64, primary_key=True, serialize=False),
                ),
                migrations.AlterField(
                    model_name='loginthrottle',
                    name='last_hit_at',
                    field=models.DateTimeField(db_comment='Latest of them, to forget the row by.', db_index=True),
                ),
                migrations.AlterField(
                    model_name='recoverycode',
                    name='created_at',
                    field=models.DateTimeField(auto_now_add=True, db_comment='When it was shown.'),
                ),
                migrations.AlterField(
                    model_name='recoverycode',
                    name='digest',
                    field=models.CharField(db_comment='Keyed digest; the code itself is shown once.', max_length=64),
                ),
                migrations.AlterField(
                    model_name='recoverycode',
                    name='user',
                    field=models.ForeignKey(db_comment='Whose code it is.', on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='totpdevice',
                    name='last_t',
                    field=models.BigIntegerField(db_comment='Last 30 s step accepted: no code serves twice.', default=-1, editable=False),
                ),
                migrations.AlterField(
                    model_name='totpdevice',
                    name='sealed_seed',
                    field=models.TextField(db_comment='Seed, encrypted by FIELD_KEY.', editable=False),
                ),
                migrations.AlterField(
                    model_name='totpdevice',
                    name='user',
                    field=models.ForeignKey(db_comment='Whose second factor it is.', on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='user',
                    name='created_at',
                    field=models.DateTimeField(auto_now_add=True, db_comment='When the account was made.', verbose_name='créé le'),
                ),
                migrations.AlterField(
                    model_name='user',
                    name='desk',
                    field=models.ForeignKey(blank=True, db_comment='Team; null for an API client only.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='accounts.desk', verbose_name='équipe'),
                ),
                migrations.AlterField(
                    model_name='user',
                    name='email',
                    field=models.EmailField(db_comment='Sign-in name, lower case.', max_length=254, unique=True, verbose_name='adresse électronique'),
                ),
                migrations.AlterField(
                    model_name='user',
                    name='full_name',
                    field=models.CharField(db_comment='Name on screen.', max_length=120, verbose_name='nom complet'),
                ),
                migrations.AlterField(
                    model_name='user',
                    name='is_active',
                    field=models.BooleanField(db_comment='False: someone who left; the row keeps what they did.', default=True, verbose_name='actif'),
                ),
                migrations.AlterField(
                    model_name='user',
                    name='role',
                    field=models.CharField(choices=[('analyst', 'analyste'), ('manager', 'responsable'), ('ops', 'exploitation'), ('read_only', 'lecture seule'), ('api_client', 'client de l’API')], db_comment='What they may do.', default='analyst', max_length=12, verbose_name='rôle'),
                ),
                migrations.AlterField(
                    model_name='user',
                    name='session_epoch',
                    field=models.PositiveIntegerField(db_comment="Part of every session's signature: raising it closes them all.", default=0, editable=False),
                ),
                migrations.AlterField(
                    model_name='installation',
                    name='id',
                    field=models.SmallIntegerField(db_comment='Always 1.', default=1, primary_key=True, serialize=False),
                ),
                migrations.AlterField(
                    model_name='installation',
                    name='mode',
                    field=models.CharField(choices=[('sandbox', 'bac à sable'), ('live', 'réel')], db_comment='What the first migration found in PROVIDERS.', max_length=7),
                ),
                migrations.AlterField(
                    model_name='installation',
                    name='created_at',
                    field=models.DateTimeField(db_comment='Moment of the first migration.'),
                ),
                migrations.AlterField(
                    model_name='auditentry',
                    name='at',
                    field=models.DateTimeField(db_comment='When; chooses the partition.', verbose_name='le'),
                ),
                migrations.AlterField(
                    model_name='auditentry',
                    name='actor',
                    field=models.ForeignKey(db_comment="User's key, kept when the account goes; null: nobody.", db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par'),
                ),
                migrations.AlterField(
                    model_name='auditentry',
                    name='action',
                    field=models.CharField(db_comment='What was done, as a word.', max_length=60, verbose_name='action'),
                ),
                migrations.AlterField(
                    model_name='auditentry',
                    name='resource',
                    field=models.CharField(db_comment='On what, as kind:id.', max_length=200, verbose_name='ressource'),
                ),
                migrations.AlterField(
                    model_name='auditentry',
                    name='details',
                    field=models.JSONField(db_comment='Counts and codes, no personal data.', verbose_name='détails'),
                ),
                migrations.AlterField(
                    model_name='auditentry',
                    name='address',
                    field=models.GenericIPAddressField(db_comment="Client's address.", null=True, verbose_name='adresse'),
                ),
                migrations.AlterField(
                    model_name='auditentry',
                    name='agent',
                    field=models.CharField(db_comment="Client's browser, cut to 300 characters.", max_length=300, verbose_name='navigateur'),
                ),
                migrations.AlterField(
                    model_name='auditentry',
                    name='request_id',
                    field=models.CharField(db_comment='Request that the logs tell of.', max_length=64, verbose_name='référence'),
                ),
                migrations.AlterField(
                    model_name='historyretention',
                    name='table_name',
                    field=models.TextField(db_comment='Partitioned table.', primary_key=True, serialize=False, verbose_name='table'),
                ),
                migrations.AlterField(
                    model_name='historyretention',
                    name='key_column',
                    field=models.TextField(db_comment='Date or moment that chooses the month.', verbose_name='colonne'),
                ),
                migrations.AlterField(
                    model_name='historyretention',
                    name='keep_months',
                    field=models.SmallIntegerField(db_comment='Whole months kept before the current one; null: never dropped.', null=True, verbose_name='mois conservés'),
                ),
                migrations.AlterField(
                    model_name='historyretention',
                    name='months_ahead',
                    field=models.SmallIntegerField(db_comment='Months after the current one that always have their partition.', verbose_name='mois d’avance'),
                ),
                migrations.AlterField(
                    model_name='historyretention',
                    name='reason',
                    field=models.TextField(db_comment='Why it is kept that long.', verbose_name='raison'),
                ),
            ]
        ),
        comments("accounts", {
            "password": "Argon2 hash.",
            "last_login": "Last time signed in.",
            "name": "Name of the device.",
            "confirmed": "In use; else being enrolled.",
            "throttling_failure_timestamp": "Last wrong code.",
            "throttling_failure_count": "Wrong codes in a row.",
            "created_at": "When it was enrolled.",
            "last_used_at": "Last right code.",
        }),
        validated(),
    ]
