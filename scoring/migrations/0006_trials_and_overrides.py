"""Trials of drafts over a sample, and what a person says beside a score."""

import companies.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import comments
from mainsite.lib.constraints import SIREN, checks, foreign_key, validated

RULES = {
    "scoring_rulesettrial": {
        "outcome_is_an_object": "jsonb_typeof(outcome) = 'object'",
        "moved_are_companies": "moved <= companies",
    },
    "score_override": {
        "siren_has_nine_digits": SIREN,
        "computed_is_points": "computed BETWEEN 0 AND 10000",
    },
}

class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_scheduled_run'),
        ('companies', '0014_identity_provenance'),
        ('scoring', '0005_comments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RulesetTrial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('preset', models.CharField(db_comment='Weights used on both sides.', max_length=32, verbose_name='jeu de poids')),
                ('digest', models.CharField(db_comment='SHA-256 of the definition and weights that were tried.', max_length=64, verbose_name='empreinte')),
                ('sample', models.CharField(db_comment='In words: which companies.', max_length=120, verbose_name='échantillon')),
                ('companies', models.PositiveIntegerField(db_comment='Companies scored on both sides.', verbose_name='sociétés')),
                ('moved', models.PositiveIntegerField(db_comment='Of them, those whose attractivité or state moved.', verbose_name='déplacées')),
                ('outcome', models.JSONField(db_comment='Distribution, bands crossed and who moved most, as codes.', verbose_name='résultat')),
                ('seconds', models.FloatField(db_comment='How long it took.', verbose_name='durée, s')),
                ('tried_at', models.DateTimeField(db_comment='When.', verbose_name='essayé le')),
                ('against', models.ForeignKey(db_comment='Published version it was compared with.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scoring.ruleset', verbose_name='comparé à')),
                ('ruleset', models.ForeignKey(db_comment='Draft that was tried.', on_delete=django.db.models.deletion.CASCADE, related_name='trials', to='scoring.ruleset', verbose_name='brouillon')),
                ('tried_by', models.ForeignKey(db_comment='Who tried; null: the account is gone.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='essayé par')),
            ],
            options={
                'verbose_name': 'essai de règles',
                'verbose_name_plural': 'essais de règles',
                'db_table_comment': 'Drafts of rules tried over a sample, and who moved.',
                'indexes': [models.Index(fields=['ruleset', '-tried_at'], name='ruleset_trial_latest')],
            },
        ),
        migrations.CreateModel(
            name='ScoreOverride',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('siren', companies.fields.SirenField(db_comment='Company, as a number; nine digits with its zeros.')),
                ('points', models.SmallIntegerField(db_comment="The person's own figure, 0 to 100.", verbose_name='avis')),
                ('reason', models.TextField(db_comment='Why, in their words.', verbose_name='raison')),
                ('until', models.DateField(db_comment='Last day on which it counts, in Paris.', verbose_name='jusqu’au')),
                ('given_at', models.DateTimeField(db_comment='When.', verbose_name='donné le')),
                ('computed', companies.fields.PointsField(db_comment='Attractivité on that day, hundredths of a point; null: none.', null=True)),
                ('ended_at', models.DateTimeField(db_comment='When it was taken back or replaced.', null=True, verbose_name='retiré le')),
                ('author', models.ForeignKey(db_comment='Who gave it; null: the account is gone.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('desk', models.ForeignKey(db_comment='Who may read it.', on_delete=django.db.models.deletion.CASCADE, to='accounts.desk')),
                ('ended_by', models.ForeignKey(db_comment='Who took it back or replaced it; null: nobody, or gone.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'avis sur un score',
                'verbose_name_plural': 'avis sur les scores',
                'db_table': 'score_override',
                'db_table_comment': "A person's own figure beside the score of a company, for their desk.",
                'indexes': [models.Index(fields=['siren', 'desk'], name='score_override_siren')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('desk', 'siren'), name='score_override_one'), models.CheckConstraint(condition=models.Q(('points__range', (0, 100))), name='score_override_is_points'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='score_override_has_a_reason')],
            },
        ),
        *checks(RULES),
        foreign_key("score_override"),
        comments("scoring"),
        validated(),
    ]
