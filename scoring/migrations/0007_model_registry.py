"""Models as rows: their data and figures, their files, what they answered."""

import companies.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import comments
from mainsite.lib.constraints import SIREN, checks, foreign_key, one_of, validated

RULES = {
    "scoring_model": {
        "stage_is_known": one_of("stage", ("candidate", "published", "retired")),
        "sandbox_is_not_published": "NOT (has_sandbox AND stage = 'published')",
        "digest_is_sha256": "sha256 ~ '^[0-9a-f]{64}$'",
    },
    "scoring_model_reading": {
        "siren_has_nine_digits": SIREN,
        "score_is_points": "score BETWEEN 0 AND 10000",
        "probability_is_a_share": "probability BETWEEN 0 AND 1",
        "confidence_is_a_share": "confidence BETWEEN 0 AND 1",
    },
}
# The setting of every ruleset that has the three readings (scoring.md).
WEIGHTS = """
INSERT INTO scoring_hybrid (ruleset_id, rules, model)
SELECT version, 0.6, 0.4 FROM scoring_ruleset
WHERE definition->>'algorithm' = 'coverage'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('scoring', '0006_trials_and_overrides'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LearnedModel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(db_comment='Digest of data, columns, parameters and seed.', max_length=16, unique=True, verbose_name='version')),
                ('stage', models.CharField(choices=[('candidate', 'candidat'), ('published', 'en service'), ('retired', 'retiré')], db_comment='candidate, published or retired.', default='candidate', max_length=12, verbose_name='état')),
                ('horizon_months', models.PositiveSmallIntegerField(db_comment='Months within which a sale counts.', verbose_name='horizon, mois')),
                ('has_sandbox', models.BooleanField(db_comment='It learnt from the sandbox too: never published.', default=False, verbose_name='bac à sable')),
                ('outcomes', models.PositiveIntegerField(db_comment='Rows it learnt from.', verbose_name='issues apprises')),
                ('deals', models.PositiveIntegerField(db_comment='Of them, deals.', verbose_name='dont transactions')),
                ('held_from', models.DateField(db_comment='What is observed from that day on taught it nothing.', verbose_name='mis de côté depuis')),
                ('snapshot', models.JSONField(db_comment='Labels it had: counts, days, digest.', verbose_name='données')),
                ('parameters', models.JSONField(db_comment='Forests, weights and calibration chosen.', verbose_name='paramètres')),
                ('metrics', models.JSONField(db_comment='Figures on its own folds, with intervals.', verbose_name='mesures')),
                ('report', models.JSONField(db_comment='Splits, columns left out, search, importance.', verbose_name='rapport')),
                ('comparison', models.JSONField(db_comment='Held against the rules and the model of that day; null: never.', null=True, verbose_name='comparaison')),
                ('sha256', models.CharField(db_comment='SHA-256 of its file.', max_length=64, verbose_name='empreinte du fichier')),
                ('trained_at', models.DateTimeField(db_comment='When.', verbose_name='entraîné le')),
                ('published_at', models.DateTimeField(db_comment='When; null: never.', null=True, verbose_name='publié le')),
                ('retired_at', models.DateTimeField(db_comment='When; null: it is not.', null=True, verbose_name='retiré le')),
                ('tracked_as', models.CharField(blank=True, db_comment='Run of MLflow; empty: not logged.', default='', max_length=64, verbose_name='MLflow')),
                ('published_by', models.ForeignKey(db_comment='Who published it; null: nobody, or gone.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='publié par')),
                ('retired_by', models.ForeignKey(db_comment='Who retired it; null: nobody, or gone.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='retiré par')),
                ('trained_by', models.ForeignKey(db_comment='Who trained it; null: the command, or the account is gone.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entraîné par')),
            ],
            options={
                'verbose_name': 'modèle',
                'verbose_name_plural': 'modèles',
                'db_table': 'scoring_model',
                'db_table_comment': 'Trained models: data, figures, stage.',
            },
        ),
        migrations.CreateModel(
            name='HybridWeights',
            fields=[
                ('ruleset', models.OneToOneField(db_comment='Ruleset whose setting it is.', on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='hybrid', serialize=False, to='scoring.ruleset', verbose_name='règles')),
                ('rules', models.FloatField(db_comment='Weight of the rules, 0 to 1.', default=0.6, verbose_name='poids des règles')),
                ('model', models.FloatField(db_comment='Weight of the model, 0 to 1.', default=0.4, verbose_name='poids du modèle')),
            ],
            options={
                'verbose_name': 'poids du score hybride',
                'verbose_name_plural': 'poids du score hybride',
                'db_table': 'scoring_hybrid',
                'db_table_comment': 'Weights of rules and model in the hybrid, by ruleset.',
                'constraints': [models.CheckConstraint(condition=models.Q(('model__gte', 0), ('rules__gte', 0)), name='scoring_hybrid_weights_are_shares', violation_error_message='Un poids est un nombre positif ou nul.'), models.CheckConstraint(condition=models.Q(('rules__gte', django.db.models.expressions.CombinedExpression(models.Value(0.9995), '-', models.F('model'))), ('rules__lte', django.db.models.expressions.CombinedExpression(models.Value(1.0005), '-', models.F('model')))), name='scoring_hybrid_weights_sum_to_one', violation_error_message='La somme des deux poids doit valoir 1.')],
            },
        ),
        migrations.CreateModel(
            name='ModelFile',
            fields=[
                ('model', models.OneToOneField(db_comment='Whose file it is.', on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='file', serialize=False, to='scoring.learnedmodel')),
                ('data', models.BinaryField(db_comment='skops file, checked by SHA-256 before use.')),
                ('taught', models.BinaryField(db_comment='SIRENs it learnt from, as 32-bit integers, smallest byte first.')),
            ],
            options={
                'verbose_name': 'fichier de modèle',
                'verbose_name_plural': 'fichiers de modèles',
                'db_table': 'scoring_model_file',
                'db_table_comment': 'Files of the trained models, and whom they learnt from.',
            },
        ),
        migrations.CreateModel(
            name='ModelCalibration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(db_comment='First day of the month.', verbose_name='mois')),
                ('outcomes', models.PositiveIntegerField(db_comment='Outcomes that became known in it.', verbose_name='issues')),
                ('deals', models.PositiveIntegerField(db_comment='Of them, deals.', verbose_name='transactions')),
                ('predicted', models.FloatField(db_comment='Mean probability the model gave them.', verbose_name='annoncé')),
                ('brier', models.FloatField(db_comment='Mean squared error of the probabilities.', verbose_name='Brier')),
                ('model', models.ForeignKey(db_comment='Which model.', on_delete=django.db.models.deletion.CASCADE, related_name='calibrations', to='scoring.learnedmodel')),
            ],
            options={
                'verbose_name': 'calibration',
                'verbose_name_plural': 'calibrations',
                'db_table': 'scoring_model_calibration',
                'db_table_comment': 'Announced against observed, per month of the outcome.',
            },
        ),
        migrations.CreateModel(
            name='ModelDrift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(db_comment='First day of the month.', verbose_name='mois')),
                ('feature', models.CharField(db_comment='Feature; « score » for the score.', max_length=40, verbose_name='colonne')),
                ('psi', models.FloatField(db_comment='Population stability index.', verbose_name='PSI')),
                ('companies', models.PositiveIntegerField(db_comment='Companies it was measured on.', verbose_name='sociétés')),
                ('model', models.ForeignKey(db_comment='Which model.', on_delete=django.db.models.deletion.CASCADE, related_name='drifts', to='scoring.learnedmodel')),
            ],
            options={
                'verbose_name': 'dérive',
                'verbose_name_plural': 'dérives',
                'db_table': 'scoring_model_drift',
                'db_table_comment': 'Drift of the model in service: per month and feature.',
            },
        ),
        migrations.CreateModel(
            name='ModelReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('siren', companies.fields.SirenField(db_comment='Company, as a number; nine digits with its zeros.')),
                ('read_at', models.DateTimeField(db_comment='When.', verbose_name='calculé le')),
                ('as_of', models.DateField(db_comment='Day that ages were counted at.', verbose_name='au')),
                ('score', companies.fields.PointsField(db_comment='Hundredths of a point.', verbose_name='score')),
                ('probability', models.FloatField(db_comment='Calibrated probability of a deal.', verbose_name='probabilité')),
                ('confidence', models.FloatField(db_comment='Weight of what is known and in range, 0 to 1.', verbose_name='confiance')),
                ('inputs', models.JSONField(db_comment='{feature: value} that it answered from; null: unknown.', verbose_name='entrées')),
                ('factors', models.JSONField(db_comment='[feature, value, points] of the strongest; null: nobody looked.', null=True, verbose_name='facteurs')),
                ('model', models.ForeignKey(db_comment='Which model answered.', on_delete=django.db.models.deletion.CASCADE, to='scoring.learnedmodel')),
            ],
            options={
                'verbose_name': 'réponse d’un modèle',
                'verbose_name_plural': 'réponses des modèles',
                'db_table': 'scoring_model_reading',
                'db_table_comment': 'Last answer of each model about a company, replayable.',
            },
        ),
        migrations.AddConstraint(
            model_name='learnedmodel',
            constraint=models.UniqueConstraint(condition=models.Q(('stage', 'published')), fields=('stage',), name='scoring_model_one_in_service'),
        ),
        migrations.AddConstraint(
            model_name='learnedmodel',
            constraint=models.CheckConstraint(condition=models.Q(('deals__lte', models.F('outcomes'))), name='scoring_model_deals_are_outcomes'),
        ),
        migrations.AddConstraint(
            model_name='modelcalibration',
            constraint=models.UniqueConstraint(fields=('model', 'month'), name='scoring_model_calibration_once'),
        ),
        migrations.AddConstraint(
            model_name='modeldrift',
            constraint=models.UniqueConstraint(fields=('model', 'month', 'feature'), name='scoring_model_drift_once'),
        ),
        migrations.AddConstraint(
            model_name='modelreading',
            constraint=models.UniqueConstraint(fields=('siren', 'model'), name='scoring_model_reading_latest'),
        ),
        *checks(RULES),
        foreign_key("scoring_model_reading", on_delete="CASCADE"),
        comments("scoring"),
        validated(),
        migrations.RunSQL(WEIGHTS, migrations.RunSQL.noop),
    ]
