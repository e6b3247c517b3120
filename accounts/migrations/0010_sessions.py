"""Sessions that say whose they are, so that their owner can list and close them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import comments

# Columns of Django's own abstract session.
BROUGHT = {
    "session_key": "Random key of the cookie.",
    "session_data": "What the session holds, signed.",
    "expire_date": "End at the latest.",
}


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_audit_seals'),
    ]

    operations = [
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('public_id', models.UUIDField(db_comment='Digest of the key: identifier in addresses.', unique=True)),
                ('is_verified', models.BooleanField(db_comment='The second factor was given.', default=False)),
                ('address', models.GenericIPAddressField(db_comment="Client's address at the sign-in.", null=True, verbose_name='adresse')),
                ('agent', models.CharField(db_comment="Client's browser.", default='', max_length=300, verbose_name='navigateur')),
                ('began_at', models.DateTimeField(db_comment='When the second factor was given.', null=True, verbose_name='ouverte le')),
                ('seen_at', models.DateTimeField(db_comment='Last act of a person, to the minute.', null=True, verbose_name='vue le')),
                ('user', models.ForeignKey(db_comment='Whose; null: nobody signed in yet.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'db_table_comment': 'Open sessions of browsers; a deleted row is a closed one.',
            },
        ),
        comments("accounts", BROUGHT),
    ]
