"""Money line by line, budgets, pools of the sources, and what a question is about.

Columns come with a default of the database: the version that is being replaced goes on
inserting without them. `reuse_days` stays until the next one, unread.
"""

import django.db.models.deletion
import django.utils.timezone
import enrichment.models.sources
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import comments


COLUMNS = """
ALTER TABLE enrichment_batch ALTER COLUMN desk_id DROP NOT NULL,
    ALTER COLUMN created_by_id DROP NOT NULL,
    ALTER COLUMN kind SET DEFAULT 'asked';
ALTER TABLE enrichment_item ALTER COLUMN subject SET DEFAULT '',
    ALTER COLUMN cost_eur SET DEFAULT 0,
    ALTER COLUMN result_sha256 SET DEFAULT '';
ALTER TABLE enrichment_call ALTER COLUMN subject SET DEFAULT '';
ALTER TABLE enrichment_answer ALTER COLUMN subject SET DEFAULT '',
    ALTER COLUMN encoding SET DEFAULT '',
    ALTER COLUMN headers SET DEFAULT '{}',
    ALTER COLUMN tokens SET DEFAULT 0,
    ALTER COLUMN amount_eur SET DEFAULT 0;
ALTER TABLE enrichment_providerprice ALTER COLUMN pool SET DEFAULT '';
ALTER TABLE enrichment_provider ALTER COLUMN reuse_days SET DEFAULT 1,
    ALTER COLUMN is_held SET DEFAULT false,
    ALTER COLUMN held_reason SET DEFAULT '';
UPDATE enrichment_provider SET reuse_hours = 24 * reuse_days,
    concurrency = greatest(concurrency, 50);
ALTER TABLE enrichment_batch DROP CONSTRAINT enrichment_batch_state_is_known,
    ADD CONSTRAINT enrichment_batch_state_is_known CHECK (
        state IN ('draft', 'running', 'paused', 'done', 'cancelled')) NOT VALID;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_comments'),
        ('enrichment', '0006_comments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DayBudget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day_eur', models.DecimalField(db_comment='Euros that may be committed in a day of Europe/Paris.', decimal_places=2, max_digits=10, verbose_name='par jour, €')),
            ],
            options={
                'verbose_name': 'budget du jour',
                'verbose_name_plural': 'budgets du jour',
                'db_table_comment': 'What each user may commit in a day.',
            },
        ),
        migrations.CreateModel(
            name='DaySpending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(db_comment='Day of Europe/Paris.', verbose_name='jour')),
                ('committed_eur', models.DecimalField(db_comment='Charged, plus held for calls open or lost.', decimal_places=4, default=Decimal('0'), max_digits=12, verbose_name='engagé, €')),
            ],
            options={
                'verbose_name': 'dépense du jour',
                'verbose_name_plural': 'dépenses du jour',
                'db_table_comment': 'What each user has committed, by day.',
            },
        ),
        migrations.CreateModel(
            name='MoneyLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr')], db_comment='Source asked.', max_length=24, verbose_name='source')),
                ('day', models.DateField(db_comment='Budget day of the call, Europe/Paris.', default=enrichment.models.sources.today, verbose_name='jour')),
                ('at', models.DateTimeField(db_comment='When.', default=django.utils.timezone.now, verbose_name='le')),
                ('kind', models.CharField(choices=[('hold', 'retenu'), ('refund', 'rendu'), ('extra', 'supplément')], db_comment='hold, refund or extra.', max_length=8, verbose_name='nature')),
                ('tokens', models.DecimalField(db_comment='Units, negative when given back.', decimal_places=2, max_digits=10, verbose_name='jetons')),
                ('amount_eur', models.DecimalField(db_comment='Euros, negative when given back.', decimal_places=4, max_digits=10, verbose_name='montant, €')),
            ],
            options={
                'verbose_name': 'mouvement',
                'verbose_name_plural': 'mouvements',
                'db_table_comment': 'Every movement of money: lines that are only added.',
            },
        ),
        migrations.CreateModel(
            name='SchemaDrift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr')], db_comment='Where it was met.', max_length=24, verbose_name='source')),
                ('path', models.CharField(db_comment='Path in the answer, or warning code.', max_length=200, verbose_name='champ')),
                ('count', models.PositiveIntegerField(db_comment='Answers that had it.', default=1, verbose_name='fois')),
                ('first_at', models.DateTimeField(db_comment='First met.', default=django.utils.timezone.now, verbose_name='vu d’abord')),
                ('last_at', models.DateTimeField(db_comment='Last met.', default=django.utils.timezone.now, verbose_name='vu en dernier')),
                ('is_seen', models.BooleanField(db_comment='Ops have taken note of it.', default=False, verbose_name='connu')),
            ],
            options={
                'verbose_name': 'écart de schéma',
                'verbose_name_plural': 'écarts de schéma',
                'db_table_comment': 'Fields of answers that the parsers do not know.',
            },
        ),
        migrations.CreateModel(
            name='SourceAssessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signed_at', models.DateTimeField(db_comment='When.', default=django.utils.timezone.now, verbose_name='signée le')),
                ('lawful_basis', models.CharField(db_comment='Lawful basis and the document of the balance test.', max_length=60, verbose_name='base légale')),
                ('licence', models.CharField(db_comment="Contract under which the source's data is held.", max_length=120, verbose_name='contrat ou licence')),
                ('statement', models.TextField(db_comment="What was weighed, in the signer's words.", verbose_name='évaluation')),
                ('withdrawn_at', models.DateTimeField(blank=True, db_comment='When; null: it holds.', null=True, verbose_name='retirée le')),
            ],
            options={
                'verbose_name': 'évaluation d’une source',
                'verbose_name_plural': 'évaluations des sources',
                'db_table_comment': 'Assessments without which a source of contacts stays off.',
            },
        ),
        migrations.CreateModel(
            name='SourceDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr')], db_comment='Source asked.', max_length=24, verbose_name='source')),
                ('day', models.DateField(db_comment='Day of Europe/Paris.', verbose_name='jour')),
                ('calls', models.PositiveIntegerField(db_comment='Calls that left.', default=0, verbose_name='appels')),
            ],
            options={
                'verbose_name': 'jour d’une source',
                'verbose_name_plural': 'jours des sources',
                'db_table_comment': 'Calls to each source, by day.',
            },
        ),
        migrations.CreateModel(
            name='SourcePool',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr')], db_comment='Whose pool.', max_length=24, verbose_name='source')),
                ('pool', models.CharField(blank=True, db_comment="Pool of units; empty: the source's only one.", default='', max_length=16, verbose_name='réserve')),
                ('units_left', models.DecimalField(db_comment='Units left when read; null: unlimited.', decimal_places=2, max_digits=14, null=True, verbose_name='reste')),
                ('granted', models.DecimalField(db_comment='Units granted for the period; null: not told.', decimal_places=2, max_digits=14, null=True, verbose_name='accordé')),
                ('units_spent', models.DecimalField(db_comment='Units held or charged since the reading.', decimal_places=2, default=Decimal('0'), max_digits=14, verbose_name='dépensé depuis')),
                ('read_at', models.DateTimeField(db_comment='When the source said so.', default=django.utils.timezone.now, verbose_name='lu le')),
            ],
            options={
                'verbose_name': 'réserve d’une source',
                'verbose_name_plural': 'réserves des sources',
                'db_table_comment': 'What each source said is left in its pools.',
            },
        ),
        migrations.AddField(
            model_name='answer',
            name='amount_eur',
            field=models.DecimalField(db_comment='Euros charged, at the price of that day.', decimal_places=4, default=0, max_digits=10, verbose_name='montant, €'),
        ),
        migrations.AddField(
            model_name='answer',
            name='encoding',
            field=models.CharField(blank=True, db_comment='How raw is packed: zlib; empty: as received.', default='', max_length=8),
        ),
        migrations.AddField(
            model_name='answer',
            name='headers',
            field=models.JSONField(db_comment='The few headers worth keeping.', default=dict),
        ),
        migrations.AddField(
            model_name='answer',
            name='subject',
            field=models.CharField(blank=True, db_comment='option:lead beyond the usual call; empty: the usual call.', default='', max_length=60),
        ),
        migrations.AddField(
            model_name='answer',
            name='tokens',
            field=models.DecimalField(db_comment='Units charged for it.', decimal_places=2, default=0, max_digits=8, verbose_name='jetons'),
        ),
        migrations.AddField(
            model_name='batch',
            name='kind',
            field=models.CharField(choices=[('asked', 'demandé'), ('one', 'une société'), ('contacts', 'contacts'), ('scheduled', 'programmé')], db_comment='asked, one, contacts or scheduled.', default='asked', max_length=12, verbose_name='nature'),
        ),
        migrations.AddField(
            model_name='call',
            name='subject',
            field=models.CharField(blank=True, db_comment='option:lead beyond the usual call; empty: the usual call.', default='', max_length=60),
        ),
        migrations.AddField(
            model_name='item',
            name='cost_eur',
            field=models.DecimalField(db_comment='Euros charged for it in this batch; reused answers cost nothing.', decimal_places=4, default=Decimal('0'), max_digits=10, verbose_name='coût, €'),
        ),
        migrations.AddField(
            model_name='item',
            name='result_sha256',
            field=models.CharField(blank=True, db_comment='Digest of the answer it ended with; empty: none.', default='', max_length=64),
        ),
        migrations.AddField(
            model_name='item',
            name='subject',
            field=models.CharField(blank=True, db_comment='option:lead beyond the usual call; empty: the usual call.', default='', max_length=60),
        ),
        migrations.AddField(
            model_name='item',
            name='worth',
            field=models.FloatField(db_comment='Points still open that it may settle; null: not weighed.', null=True),
        ),
        migrations.AddField(
            model_name='provider',
            name='day_quota',
            field=models.PositiveIntegerField(blank=True, db_comment='Calls a day of Europe/Paris, all workers; null: no limit.', help_text='De tous les processus, en jours de Paris ; vide : sans limite.', null=True, verbose_name='appels par jour'),
        ),
        migrations.AddField(
            model_name='provider',
            name='held_reason',
            field=models.CharField(blank=True, db_comment='Why it is held, for analysts to read.', default='', max_length=200, verbose_name='motif de la suspension'),
        ),
        migrations.AddField(
            model_name='provider',
            name='is_held',
            field=models.BooleanField(db_comment='Held by ops: what waits goes on waiting.', default=False, help_text='Rien n’est demandé ; ce qui attend reprend ensuite.', verbose_name='suspendue'),
        ),
        migrations.AddField(
            model_name='provider',
            name='reuse_hours',
            field=models.PositiveIntegerField(db_comment='Hours an answer may be reused, before it is adapted.', default=24, help_text='Les conditions de la source en décident. Une réponse partielle ou vide se périme plus tôt ; la taille de la société allonge ou raccourcit.', verbose_name='réutilisée pendant, heures'),
        ),
        migrations.AddField(
            model_name='providerprice',
            name='pool',
            field=models.CharField(blank=True, db_comment="Pool of units; empty: the source's only one.", default='', help_text='Vide : les jetons de la source.', max_length=16, verbose_name='réserve'),
        ),
        migrations.AddField(
            model_name='daybudget',
            name='user',
            field=models.OneToOneField(blank=True, db_comment='Whose; null: whoever has no row.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='utilisateur'),
        ),
        migrations.AddField(
            model_name='dayspending',
            name='user',
            field=models.ForeignKey(db_comment='Whose day.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='moneyline',
            name='batch',
            field=models.ForeignKey(db_comment='Batch that pays.', null=True, on_delete=django.db.models.deletion.PROTECT, to='enrichment.batch'),
        ),
        migrations.AddField(
            model_name='moneyline',
            name='call',
            field=models.ForeignKey(db_comment='Call it is about.', on_delete=django.db.models.deletion.PROTECT, related_name='money', to='enrichment.call'),
        ),
        migrations.AddField(
            model_name='moneyline',
            name='user',
            field=models.ForeignKey(db_comment='For whom.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='schemadrift',
            constraint=models.UniqueConstraint(fields=('source', 'path'), name='schema_drift_once'),
        ),
        migrations.AddField(
            model_name='sourceassessment',
            name='provider',
            field=models.ForeignKey(db_comment='Source assessed.', on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='enrichment.provider'),
        ),
        migrations.AddField(
            model_name='sourceassessment',
            name='signed_by',
            field=models.ForeignKey(db_comment='Who signed.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='signée par'),
        ),
        migrations.AddConstraint(
            model_name='sourceday',
            constraint=models.UniqueConstraint(fields=('source', 'day'), name='source_day_is_one'),
        ),
        migrations.AddConstraint(
            model_name='sourcepool',
            constraint=models.UniqueConstraint(fields=('source', 'pool'), name='source_pool_is_one'),
        ),
        migrations.AddConstraint(
            model_name='daybudget',
            constraint=models.CheckConstraint(condition=models.Q(('day_eur__gte', 0)), name='day_budget_positive'),
        ),
        migrations.AddConstraint(
            model_name='daybudget',
            constraint=models.UniqueConstraint(models.F('user'), name='day_budget_one_default', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='dayspending',
            constraint=models.UniqueConstraint(fields=('user', 'day'), name='day_spending_is_one'),
        ),
        migrations.AddIndex(
            model_name='moneyline',
            index=models.Index(fields=['day', 'user'], name='money_day'),
        ),
        migrations.AddIndex(
            model_name='moneyline',
            index=models.Index(fields=['batch'], name='money_batch'),
        ),
        migrations.RunSQL(COLUMNS, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(
                    model_name='provider',
                    name='reuse_days',
                ),
                migrations.AlterField(
                    model_name='answer',
                    name='raw',
                    field=models.BinaryField(db_comment='Body as received, in its encoding.'),
                ),
                migrations.AlterField(
                    model_name='answer',
                    name='sha256',
                    field=models.CharField(db_comment='Digest of the unpacked body.', max_length=64),
                ),
                migrations.AlterField(
                    model_name='answer',
                    name='source',
                    field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr')], db_comment='Source that answered.', max_length=24, verbose_name='source'),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='created_by',
                    field=models.ForeignKey(db_comment='Who made it; null: the schedule.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='desk',
                    field=models.ForeignKey(db_comment="Whose batch; null: the installation's own.", null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.desk'),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='state',
                    field=models.CharField(choices=[('draft', 'à lancer'), ('running', 'en cours'), ('paused', 'en pause'), ('done', 'terminé'), ('cancelled', 'annulé')], db_comment='draft, running, paused, done or cancelled.', default='draft', max_length=12, verbose_name='état'),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='source',
                    field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr')], db_comment='Source asked.', max_length=24, verbose_name='source'),
                ),
                migrations.AlterField(
                    model_name='item',
                    name='source',
                    field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr')], db_comment='Source to ask.', max_length=24, verbose_name='source'),
                ),
                migrations.AlterField(
                    model_name='journalentry',
                    name='kind',
                    field=models.CharField(choices=[('started', 'lot lancé'), ('paused', 'source en pause'), ('capped', 'plafond atteint'), ('recovered', 'reprise après arrêt'), ('retried', 'échecs relancés'), ('cancelled', 'lot arrêté'), ('held', 'lot mis en pause'), ('resumed', 'lot repris'), ('over_budget', 'budget du jour atteint'), ('out_of_units', 'réserve de la source épuisée'), ('ended', 'lot terminé')], db_comment='What happened.', max_length=16),
                ),
                migrations.AlterField(
                    model_name='journalentry',
                    name='source',
                    field=models.CharField(blank=True, choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr')], db_comment='Source concerned, if one.', default='', max_length=24),
                ),
                migrations.AlterField(
                    model_name='provider',
                    name='concurrency',
                    field=models.PositiveSmallIntegerField(db_comment='Calls side by side, of all workers together.', default=10, help_text='Partagés par tous les processus de toutes les machines.', verbose_name='appels en parallèle'),
                ),
                migrations.AlterField(
                    model_name='provider',
                    name='name',
                    field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr')], db_comment='Source.', max_length=24, primary_key=True, serialize=False, verbose_name='source'),
                ),
                migrations.AlterField(
                    model_name='providerprice',
                    name='token_eur',
                    field=models.DecimalField(db_comment='Euros a unit: a jeton, a credit.', decimal_places=4, max_digits=8, verbose_name='prix de l’unité, €'),
                ),
            ],
        ),
        comments("enrichment"),
    ]
