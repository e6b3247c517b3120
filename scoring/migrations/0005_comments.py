"""What every table and column holds, said in the database; constraints checked."""

import companies.fields
import django.db.models.deletion
from django.db import migrations, models

from mainsite.lib.comments import Declared, comments
from mainsite.lib.constraints import validated


class Migration(migrations.Migration):

    dependencies = [
        ('scoring', '0004_constraints'),
    ]

    operations = [
        Declared(
            state_operations=[
                migrations.AlterModelTableComment(
                    name='ruleset',
                    table_comment='Versions of the scoring rules; a published one never changes.',
                ),
                migrations.AlterModelTableComment(
                    name='score',
                    table_comment='History of readings by month of UTC; a row where one moved.',
                ),
                migrations.AlterModelTableComment(
                    name='weightpreset',
                    table_comment='Named sets of eight weights that sum to 1.',
                ),
                migrations.AlterField(
                    model_name='ruleset',
                    name='definition',
                    field=models.JSONField(db_comment='Curves, caps and points.', help_text='Curves, caps, points: scoring/rulesets/*.json.', verbose_name='définition'),
                ),
                migrations.AlterField(
                    model_name='ruleset',
                    name='published_at',
                    field=models.DateTimeField(blank=True, db_comment='When it was published; null: draft.', null=True, verbose_name='publié le'),
                ),
                migrations.AlterField(
                    model_name='ruleset',
                    name='state',
                    field=models.CharField(choices=[('draft', 'brouillon'), ('published', 'publié')], db_comment='draft or published.', default='draft', max_length=12, verbose_name='état'),
                ),
                migrations.AlterField(
                    model_name='ruleset',
                    name='version',
                    field=models.CharField(db_comment='Name of the version.', max_length=16, primary_key=True, serialize=False, verbose_name='version'),
                ),
                migrations.AlterField(
                    model_name='score',
                    name='as_of',
                    field=models.DateField(db_comment='Day that ages were counted at.', verbose_name='au'),
                ),
                migrations.AlterField(
                    model_name='score',
                    name='attractiveness',
                    field=companies.fields.PointsField(db_comment='Hundredths of a point; null: not evaluable.', null=True, verbose_name='attractivité'),
                ),
                migrations.AlterField(
                    model_name='score',
                    name='coverage',
                    field=companies.fields.PointsField(db_comment='Hundredths of a point.', null=True, verbose_name='couverture'),
                ),
                migrations.AlterField(
                    model_name='score',
                    name='preset',
                    field=models.CharField(db_comment='Weights used.', default='default', max_length=32),
                ),
                migrations.AlterField(
                    model_name='score',
                    name='row',
                    field=models.JSONField(db_comment='Components, inputs and reasons as numbers and codes.'),
                ),
                migrations.AlterField(
                    model_name='score',
                    name='ruleset',
                    field=models.ForeignKey(db_comment='Version that computed it.', on_delete=django.db.models.deletion.PROTECT, to='scoring.ruleset'),
                ),
                migrations.AlterField(
                    model_name='score',
                    name='sale_likelihood',
                    field=companies.fields.PointsField(db_comment='Hundredths of a point; null: not evaluable.', null=True, verbose_name='cédabilité'),
                ),
                migrations.AlterField(
                    model_name='score',
                    name='scored_at',
                    field=models.DateTimeField(db_comment='When; chooses the partition.', verbose_name='calculé le'),
                ),
                migrations.AlterField(
                    model_name='score',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='Company, as a number; nine digits with its zeros.'),
                ),
                migrations.AlterField(
                    model_name='score',
                    name='state',
                    field=models.SmallIntegerField(choices=[(1, 'évaluable'), (2, 'non évaluable')], db_comment='1 evaluable, 2 not.'),
                ),
                migrations.AlterField(
                    model_name='weightpreset',
                    name='financial_health',
                    field=models.FloatField(db_comment='Weight of the component, 0 to 1.', verbose_name='santé financière'),
                ),
                migrations.AlterField(
                    model_name='weightpreset',
                    name='financial_performance',
                    field=models.FloatField(db_comment='Weight of the component, 0 to 1.', verbose_name='performance financière'),
                ),
                migrations.AlterField(
                    model_name='weightpreset',
                    name='growth_trajectory',
                    field=models.FloatField(db_comment='Weight of the component, 0 to 1.', verbose_name='croissance'),
                ),
                migrations.AlterField(
                    model_name='weightpreset',
                    name='management_quality',
                    field=models.FloatField(db_comment='Weight of the component, 0 to 1.', verbose_name='direction'),
                ),
                migrations.AlterField(
                    model_name='weightpreset',
                    name='market_position',
                    field=models.FloatField(db_comment='Weight of the component, 0 to 1.', verbose_name='position de marché'),
                ),
                migrations.AlterField(
                    model_name='weightpreset',
                    name='name',
                    field=models.CharField(db_comment='Name of the set.', max_length=32, verbose_name='nom'),
                ),
                migrations.AlterField(
                    model_name='weightpreset',
                    name='operational_scale',
                    field=models.FloatField(db_comment='Weight of the component, 0 to 1.', verbose_name='taille opérationnelle'),
                ),
                migrations.AlterField(
                    model_name='weightpreset',
                    name='profitability',
                    field=models.FloatField(db_comment='Weight of the component, 0 to 1.', verbose_name='rentabilité'),
                ),
                migrations.AlterField(
                    model_name='weightpreset',
                    name='ruleset',
                    field=models.ForeignKey(db_comment='Version it belongs to.', on_delete=django.db.models.deletion.CASCADE, related_name='presets', to='scoring.ruleset'),
                ),
                migrations.AlterField(
                    model_name='weightpreset',
                    name='strategic_value',
                    field=models.FloatField(db_comment='Weight of the component, 0 to 1.', verbose_name='valeur stratégique'),
                ),
            ]
        ),
        comments("scoring"),
        validated(),
    ]
