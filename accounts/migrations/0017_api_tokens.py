"""Tokens of the API: digests of what is shown once."""

import django.contrib.postgres.fields
import django.db.models.deletion
import mainsite.lib.ids
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import comments


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0016_forgetting'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(db_comment='Identifier in addresses and in the audit trail.', default=mainsite.lib.ids.uuid7, editable=False, unique=True)),
                ('name', models.CharField(db_comment="What it is for, in its maker's words.", max_length=80, verbose_name='nom')),
                ('prefix', models.CharField(db_comment='First signs of the token, to recognise it by.', max_length=16, verbose_name='début')),
                ('digest', models.CharField(db_comment='Keyed digest of the whole token (PEPPER).', editable=False, max_length=64, unique=True)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), db_comment='What it was made for: read, contacts, enrich, export.', size=None, verbose_name='droits')),
                ('networks', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=43), db_comment='Networks from which it reads contacts.', default=list, size=None, verbose_name='réseaux')),
                ('plan', models.CharField(choices=[('standard', 'standard'), ('extended', 'étendue')], db_comment='How many calls an hour: settings.RATE_LIMITS, api_<plan>.', default='standard', max_length=12, verbose_name='formule')),
                ('created_at', models.DateTimeField(auto_now_add=True, db_comment='When it was made.', verbose_name='créé le')),
                ('expires_at', models.DateTimeField(db_comment='From then on it opens nothing.', verbose_name='expire le')),
                ('last_used_at', models.DateTimeField(db_comment='Last call, to the minute.', null=True, verbose_name='dernier usage')),
                ('revoked_at', models.DateTimeField(db_comment='When it was taken back; null: it lives.', null=True, verbose_name='révoqué le')),
                ('created_by', models.ForeignKey(db_comment='Who made it: the owner, or ops for an API client.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='créé par')),
                ('owner', models.ForeignKey(db_comment='In whose name it comes: it never sees more than they do.', on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL, verbose_name='titulaire')),
            ],
            options={
                'verbose_name': 'jeton d’API',
                'verbose_name_plural': 'jetons d’API',
                'db_table_comment': 'Tokens of the API: digests, scopes, end, plan.',
                'constraints': [models.CheckConstraint(condition=models.Q(('scopes__contained_by', ['read', 'contacts', 'enrich', 'export'])), name='api_token_scopes_are_known'), models.CheckConstraint(condition=models.Q(models.Q(('scopes__contains', ['contacts']), _negated=True), ('networks__len__gt', 0), _connector='OR'), name='api_token_contacts_want_a_network')],
            },
        ),
        comments("accounts"),
    ]
