"""One-time links: invitations and resets."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import comments


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_sessions'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('invitation', 'invitation'), ('reset', 'réinitialisation par l’exploitation'), ('asked', 'réinitialisation demandée')], db_comment='Invitation, reset by ops, or reset that the person asked for.', max_length=10, verbose_name='nature')),
                ('digest', models.CharField(db_comment='Keyed digest of the token, which is mailed or shown once.', editable=False, max_length=64, unique=True)),
                ('by_mail', models.BooleanField(db_comment='True: mailed by a worker; false: shown once to who made it.', default=False, verbose_name='par courrier')),
                ('created_at', models.DateTimeField(auto_now_add=True, db_comment='When it was made.', verbose_name='fait le')),
                ('expires_at', models.DateTimeField(db_comment='From then on it opens nothing.', verbose_name='valable jusqu’au')),
                ('mailed_at', models.DateTimeField(db_comment='When the mail server took the letter.', null=True, verbose_name='envoyé le')),
                ('used_at', models.DateTimeField(db_comment='When it chose a password.', null=True, verbose_name='utilisé le')),
                ('revoked_at', models.DateTimeField(db_comment='When ops or a newer link withdrew it.', null=True, verbose_name='retiré le')),
                ('made_by', models.ForeignKey(db_comment='Which ops made it; null: a command, or the person themselves.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='fait par')),
                ('user', models.ForeignKey(db_comment='Whose password it chooses.', on_delete=django.db.models.deletion.CASCADE, related_name='access_links', to=settings.AUTH_USER_MODEL, verbose_name='pour')),
            ],
            options={
                'verbose_name': 'lien d’accès',
                'verbose_name_plural': 'liens d’accès',
                'db_table_comment': 'One-time links to choose a password: invitations, resets.',
                'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at', None), ('used_at', None)), fields=('user',), name='one_access_link_waits_per_user'), models.CheckConstraint(condition=models.Q(('kind__in', ['invitation', 'reset', 'asked'])), name='access_link_kind_is_known')],
            },
        ),
        comments("accounts"),
    ]
