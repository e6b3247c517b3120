"""Experiments, and the shares that they have had."""

import companies.fields
import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import comments
from mainsite.lib.constraints import SIREN, checks, foreign_key, validated

RULES = {
    "scoring_notedscore": {
        "siren_has_nine_digits": SIREN,
        "score_is_points": "score BETWEEN 0 AND 10000",
    },
}

# Once an experiment runs, only its share, its state and its planned end may change: what
# it compares is what it began with. Shares are steps of a history.
GUARD = """
CREATE FUNCTION scoring_experiment_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE'
        AND (OLD.slug, OLD.public_id, OLD.control_id, OLD.horizon_days, OLD.started_at)
            = (NEW.slug, NEW.public_id, NEW.control_id, NEW.horizon_days, NEW.started_at)
        AND OLD.treatment_id IS NOT DISTINCT FROM NEW.treatment_id
        AND OLD.model_id IS NOT DISTINCT FROM NEW.model_id
        AND NEW.state <> 'draft'
        AND (OLD.state = 'running'
            OR (OLD.state, OLD.share, OLD.ended_at)
                = (NEW.state, NEW.share, NEW.ended_at))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'experiment % has begun: its arms never change', OLD.slug
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER experiment_has_begun BEFORE UPDATE OR DELETE ON scoring_experiment
    FOR EACH ROW EXECUTE FUNCTION scoring_experiment_refuse();
CREATE FUNCTION scoring_share_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An account that is gone leaves its steps.
    IF TG_OP = 'UPDATE' AND NEW.by_id IS NULL
        AND (OLD.id, OLD.experiment_id, OLD.since, OLD.share)
            = (NEW.id, NEW.experiment_id, NEW.since, NEW.share)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a share that an experiment has had never changes'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER share_change_is_kept BEFORE UPDATE OR DELETE ON scoring_sharechange
    FOR EACH ROW EXECUTE FUNCTION scoring_share_refuse();
"""
UNGUARD = """
DROP TRIGGER share_change_is_kept ON scoring_sharechange;
DROP TRIGGER experiment_has_begun ON scoring_experiment;
DROP FUNCTION scoring_share_refuse();
DROP FUNCTION scoring_experiment_refuse();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('scoring', '0007_model_registry'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Experiment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(db_comment='Name in addresses.', default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(db_comment='Name on screen.', max_length=80, verbose_name='nom')),
                ('slug', models.CharField(db_comment='Hashed with the SIREN: it decides who is drawn.', help_text='Il fixe le tirage : deux expériences tirent séparément.', max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[a-z0-9]+(-[a-z0-9]+)*\\Z', 'Des minuscules et des chiffres, séparés par des tirets.')], verbose_name='nom court')),
                ('share', models.SmallIntegerField(db_comment='Companies treated, in basis points; 0 once ended.', default=1000, help_text='En points de base : 1 000 traite 10 % des sociétés.', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000)], verbose_name='part')),
                ('horizon_days', models.SmallIntegerField(db_comment='Days after it is taken up when a company counts, won or not.', default=180, help_text='Une société suivie compte ce nombre de jours après, gagnée ou non.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1095)], verbose_name='délai de jugement, jours')),
                ('ends_on', models.DateField(db_comment='Last day on which it treats, in Paris.', verbose_name='fin prévue')),
                ('state', models.CharField(choices=[('draft', 'brouillon'), ('running', 'en cours'), ('ended', 'terminée')], db_comment='draft, running or ended.', default='draft', max_length=8, verbose_name='état')),
                ('created_at', models.DateTimeField(auto_now_add=True, db_comment='When it was made.', verbose_name='créée le')),
                ('started_at', models.DateTimeField(db_comment='When it began to treat; null: draft.', null=True, verbose_name='début')),
                ('ended_at', models.DateTimeField(db_comment='When it ceased to; null: it has not.', null=True, verbose_name='fin')),
                ('author', models.ForeignKey(db_comment='Who made it; null: the account is gone.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='auteur')),
                ('control', models.ForeignKey(db_comment='Rules of the companies that are not treated.', help_text='Les règles des autres sociétés.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scoring.ruleset', verbose_name='témoin')),
                ('model', models.ForeignKey(db_comment='In service when the hybrid began to treat; null: no hybrid, draft.', editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scoring.learnedmodel', verbose_name='modèle')),
                ('treatment', models.ForeignKey(blank=True, db_comment='Rules of the treated companies; null: the hybrid.', help_text='Vide : l’hybride, règles et modèle.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scoring.ruleset', verbose_name='traitement')),
            ],
            options={
                'verbose_name': 'expérience',
                'verbose_name_plural': 'expériences',
                'db_table_comment': 'Two ways to score, compared on what became of companies.',
            },
        ),
        migrations.CreateModel(
            name='ShareChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(db_comment='From when it counts.', verbose_name='depuis')),
                ('share', models.SmallIntegerField(db_comment='Companies treated from then on, in basis points.', verbose_name='part')),
                ('by', models.ForeignKey(db_comment='Who set it; null: the planned end, or the account is gone.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                ('experiment', models.ForeignKey(db_comment='Experiment it belongs to.', on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='scoring.experiment', verbose_name='expérience')),
            ],
            options={
                'verbose_name': 'part d’une expérience',
                'verbose_name_plural': 'parts des expériences',
                'db_table_comment': 'Shares that an experiment has had; never changed.',
            },
        ),
        migrations.CreateModel(
            name='NotedScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('siren', companies.fields.SirenField(db_comment='Company, as a number; nine digits with its zeros.')),
                ('taken_up_at', models.DateTimeField(db_comment='When a desk took it up.', verbose_name='suivie le')),
                ('score', companies.fields.PointsField(db_comment='As served then, hundredths of a point.', verbose_name='attractivité')),
                ('experiment', models.ForeignKey(db_comment='Experiment it belongs to.', on_delete=django.db.models.deletion.CASCADE, related_name='noted', to='scoring.experiment', verbose_name='expérience')),
            ],
            options={
                'verbose_name': 'score relevé',
                'verbose_name_plural': 'scores relevés',
                'db_table_comment': 'Hybrid scores of companies, as they were when taken up.',
                'constraints': [models.UniqueConstraint(fields=('experiment', 'siren'), name='noted_score_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='experiment',
            constraint=models.CheckConstraint(condition=models.Q(('share__range', (0, 10000))), name='experiment_share_is_one'),
        ),
        migrations.AddConstraint(
            model_name='experiment',
            constraint=models.CheckConstraint(condition=models.Q(('horizon_days__range', (1, 1095))), name='experiment_horizon_is_days'),
        ),
        migrations.AddConstraint(
            model_name='experiment',
            constraint=models.CheckConstraint(condition=models.Q(('treatment__isnull', True), models.Q(('treatment', models.F('control')), _negated=True), _connector='OR'), name='experiment_arms_differ', violation_error_message='Les deux bras sont les mêmes règles.'),
        ),
        migrations.AddConstraint(
            model_name='experiment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('started_at__isnull', True), ('state', 'draft')), models.Q(('ended_at__isnull', True), ('started_at__isnull', False), ('state', 'running')), models.Q(('ended_at__isnull', False), ('started_at__isnull', False), ('state', 'ended')), _connector='OR'), name='experiment_is_dated'),
        ),
        migrations.AddConstraint(
            model_name='experiment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('model__isnull', True), ('treatment__isnull', False)), models.Q(('model__isnull', True), ('state', 'draft')), models.Q(('model__isnull', False), ('treatment__isnull', True)), _connector='OR'), name='experiment_hybrid_has_a_model'),
        ),
        migrations.AddConstraint(
            model_name='experiment',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('state',), name='experiment_one_runs'),
        ),
        migrations.AddConstraint(
            model_name='sharechange',
            constraint=models.UniqueConstraint(fields=('experiment', 'since'), name='share_change_at'),
        ),
        migrations.AddConstraint(
            model_name='sharechange',
            constraint=models.CheckConstraint(condition=models.Q(('share__range', (0, 10000))), name='share_change_is_one'),
        ),
        *checks(RULES),
        foreign_key("scoring_notedscore", on_delete="CASCADE"),
        comments("scoring"),
        validated(),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
