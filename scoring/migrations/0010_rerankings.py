"""Selections ranked by another set of weights, kept for a desk."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import comments
from mainsite.lib.constraints import checks, validated

RULES = {
    "score_reranking": {
        "points_are_of_sirens": "cardinality(sirens) = cardinality(points)",
        "points_are_points": "-1 <= ALL (points) AND 10000 >= ALL (points)",
    },
}

class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_scheduled_run'),
        ('scoring', '0009_scores_without_version_index'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reranking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(db_comment='Name in addresses.', default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(db_comment='Name on screen.', max_length=80, verbose_name='nom')),
                ('preset', models.CharField(db_comment='Weights used.', max_length=32, verbose_name='jeu de poids')),
                ('words', models.CharField(db_comment='The selection, in words of the day.', max_length=400)),
                ('as_of', models.DateField(db_comment='Day that ages were counted at.', verbose_name='au')),
                ('made_at', models.DateTimeField(db_comment='When.', verbose_name='fait le')),
                ('sirens', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), db_comment='Companies as numbers, the best first.', size=None)),
                ('points', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), db_comment='Hundredths of a point, by company; -1: not evaluable.', size=None)),
                ('author', models.ForeignKey(db_comment='Who asked; null: the account is gone.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('desk', models.ForeignKey(db_comment='Who may read it.', on_delete=django.db.models.deletion.CASCADE, to='accounts.desk')),
                ('ruleset', models.ForeignKey(db_comment='Version of the rules that computed it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scoring.ruleset')),
            ],
            options={
                'verbose_name': 'reclassement',
                'verbose_name_plural': 'reclassements',
                'db_table': 'score_reranking',
                'db_table_comment': 'Selections ranked by another set of weights, for a desk.',
                'indexes': [models.Index(fields=['desk', '-made_at'], name='score_reranking_latest')],
            },
        ),
        *checks(RULES),
        comments("scoring"),
        validated(),
    ]
