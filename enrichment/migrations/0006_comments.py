"""What every table and column holds, said in the database; constraints checked."""

import companies.fields
import django.db.models.deletion
import django.utils.timezone
import enrichment.models
import mainsite.lib.ids
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import Declared, comments
from mainsite.lib.constraints import validated


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_comments'),
        ('enrichment', '0005_constraints'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Declared(
            state_operations=[
                migrations.AlterModelTableComment(
                    name='answer',
                    table_comment='Raw answers, byte for byte, partitioned by month of UTC; kept three years.',
                ),
                migrations.AlterModelTableComment(
                    name='batch',
                    table_comment='Lists of companies to enrich, with what each may cost.',
                ),
                migrations.AlterModelTableComment(
                    name='batchline',
                    table_comment='Lines of inputs that were refused or repaired, as read.',
                ),
                migrations.AlterModelTableComment(
                    name='call',
                    table_comment='The ledger: one line per call, committed before the call leaves.',
                ),
                migrations.AlterModelTableComment(
                    name='item',
                    table_comment='One company at one source in one batch: unit of work and of recovery.',
                ),
                migrations.AlterModelTableComment(
                    name='journalentry',
                    table_comment='Steps of batches that analysts read in the margin.',
                ),
                migrations.AlterModelTableComment(
                    name='provider',
                    table_comment='What ops decide about each source.',
                ),
                migrations.AlterModelTableComment(
                    name='providerprice',
                    table_comment='Price of a token, from a day on.',
                ),
                migrations.AlterField(
                    model_name='answer',
                    name='call',
                    field=models.OneToOneField(db_comment='Call it answers; one answer each.', on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='enrichment.call'),
                ),
                migrations.AlterField(
                    model_name='answer',
                    name='expires_at',
                    field=models.DateTimeField(db_comment='Until when it may be reused.', verbose_name='périmée le'),
                ),
                migrations.AlterField(
                    model_name='answer',
                    name='fetched_at',
                    field=models.DateTimeField(db_comment='When; chooses the partition.', verbose_name='relevée le'),
                ),
                migrations.AlterField(
                    model_name='answer',
                    name='http_status',
                    field=models.SmallIntegerField(db_comment='Status answered.', verbose_name='HTTP'),
                ),
                migrations.AlterField(
                    model_name='answer',
                    name='is_sandbox',
                    field=models.BooleanField(db_comment='Told by the sandbox: never a real figure.', default=False),
                ),
                migrations.AlterField(
                    model_name='answer',
                    name='raw',
                    field=models.BinaryField(db_comment='Body as received.'),
                ),
                migrations.AlterField(
                    model_name='answer',
                    name='sha256',
                    field=models.CharField(db_comment='Digest of the body.', max_length=64),
                ),
                migrations.AlterField(
                    model_name='answer',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='Company, as a number; nine digits with its zeros.', verbose_name='SIREN'),
                ),
                migrations.AlterField(
                    model_name='answer',
                    name='source',
                    field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers')], db_comment='Source that answered.', max_length=24, verbose_name='source'),
                ),
                migrations.AlterField(
                    model_name='answer',
                    name='status',
                    field=models.CharField(choices=[('found', 'trouvée'), ('partial', 'partielle'), ('not_found', 'inconnue de la source')], db_comment='found, partial or not_found.', max_length=12),
                ),
                migrations.AlterField(
                    model_name='answer',
                    name='used_at',
                    field=models.DateTimeField(db_comment='When its facts were written; null: not yet.', help_text='When its facts were written; null after a kill.', null=True),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='cap_eur',
                    field=models.DecimalField(db_comment='Most it may cost; null until launched.', decimal_places=2, max_digits=10, null=True, verbose_name='plafond, €'),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='committed_eur',
                    field=models.DecimalField(db_comment='Charged, plus held for calls open or lost.', decimal_places=4, default=Decimal('0'), max_digits=12, verbose_name='engagé, €'),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='created_at',
                    field=models.DateTimeField(db_comment='When it was made.', default=django.utils.timezone.now),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='created_by',
                    field=models.ForeignKey(db_comment='Who made it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='desk',
                    field=models.ForeignKey(db_comment='Whose batch.', on_delete=django.db.models.deletion.PROTECT, to='accounts.desk'),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='detected',
                    field=models.JSONField(db_comment='Separator, encoding, column, counts of the input.', default=dict, help_text='Separator, encoding, column.'),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='ended_at',
                    field=models.DateTimeField(db_comment='When its last item ended.', null=True),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='lines_read',
                    field=models.PositiveIntegerField(db_comment='Lines of the input.', default=0, verbose_name='lignes lues'),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='name',
                    field=models.CharField(db_comment='Name on screen.', max_length=120, verbose_name='nom'),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='public_id',
                    field=models.UUIDField(db_comment='Identifier in addresses.', default=mainsite.lib.ids.uuid7, editable=False, unique=True),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='started_at',
                    field=models.DateTimeField(db_comment='When it was launched.', null=True),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='started_by',
                    field=models.ForeignKey(db_comment='Who launched it, and pays.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='batch',
                    name='state',
                    field=models.CharField(choices=[('draft', 'à lancer'), ('running', 'en cours'), ('done', 'terminé'), ('cancelled', 'annulé')], db_comment='draft, running, done or cancelled.', default='draft', max_length=12, verbose_name='état'),
                ),
                migrations.AlterField(
                    model_name='batchline',
                    name='batch',
                    field=models.ForeignKey(db_comment='Batch of the input.', on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='enrichment.batch'),
                ),
                migrations.AlterField(
                    model_name='batchline',
                    name='cells',
                    field=models.JSONField(db_comment='The whole line, if refused.', default=list, help_text='The whole line, if refused.'),
                ),
                migrations.AlterField(
                    model_name='batchline',
                    name='hint',
                    field=models.CharField(blank=True, db_comment='What it may have been.', default='', max_length=40),
                ),
                migrations.AlterField(
                    model_name='batchline',
                    name='is_refused',
                    field=models.BooleanField(db_comment='Refused; else repaired.', verbose_name='refusée'),
                ),
                migrations.AlterField(
                    model_name='batchline',
                    name='number',
                    field=models.PositiveIntegerField(db_comment='Line number.', verbose_name='ligne'),
                ),
                migrations.AlterField(
                    model_name='batchline',
                    name='read',
                    field=models.CharField(db_comment='The SIREN as it was read.', max_length=200, verbose_name='lu'),
                ),
                migrations.AlterField(
                    model_name='batchline',
                    name='reason',
                    field=models.CharField(db_comment='Why, as a code.', max_length=32, verbose_name='motif'),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='amount_eur',
                    field=models.DecimalField(db_comment='Euros charged, at the price of that day.', decimal_places=4, default=0, max_digits=10, verbose_name='montant, €'),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='batch',
                    field=models.ForeignKey(db_comment='Batch that pays; null: none.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='enrichment.batch'),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='closed_at',
                    field=models.DateTimeField(db_comment='When its end was known.', null=True),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='day',
                    field=models.DateField(db_comment='Budget day, of Europe/Paris.', default=enrichment.models.today, verbose_name='jour'),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='held_eur',
                    field=models.DecimalField(db_comment='Held against the cap while open or lost.', decimal_places=4, default=0, help_text='Held against the cap while the call is open or lost.', max_digits=10, verbose_name='retenu, €'),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='http_status',
                    field=models.SmallIntegerField(db_comment='Status answered; null: none.', null=True, verbose_name='HTTP'),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='id',
                    field=models.UUIDField(db_comment='UUID version 7, sent to the source.', default=mainsite.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='leased_by',
                    field=models.UUIDField(db_comment='Worker that made it.', null=True),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='opened_at',
                    field=models.DateTimeField(db_comment='When it left.', default=django.utils.timezone.now, verbose_name='parti le'),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='reason',
                    field=models.CharField(blank=True, db_comment='Why it failed, as a code.', default='', max_length=32, verbose_name='motif'),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='Company, as a number; nine digits with its zeros.', verbose_name='SIREN'),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='source',
                    field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers')], db_comment='Source asked.', max_length=24, verbose_name='source'),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='state',
                    field=models.CharField(choices=[('open', 'en vol'), ('paid', 'payé'), ('free', 'gratuit'), ('not_charged', 'non facturé'), ('lost', 'réponse perdue')], db_comment='open, paid, free, not_charged or lost.', default='open', max_length=12, verbose_name='état'),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='tokens',
                    field=models.DecimalField(db_comment='Tokens charged.', decimal_places=2, default=0, max_digits=8, verbose_name='jetons'),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='user',
                    field=models.ForeignKey(db_comment='For whom.', null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='pour'),
                ),
                migrations.AlterField(
                    model_name='item',
                    name='answer',
                    field=models.ForeignKey(db_comment='Answer used; no foreign key, its month may be dropped.', db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='enrichment.answer'),
                ),
                migrations.AlterField(
                    model_name='item',
                    name='attempts',
                    field=models.PositiveSmallIntegerField(db_comment='Calls made for it.', default=0, verbose_name='essais'),
                ),
                migrations.AlterField(
                    model_name='item',
                    name='batch',
                    field=models.ForeignKey(db_comment='Batch it is of.', on_delete=django.db.models.deletion.CASCADE, related_name='items', to='enrichment.batch'),
                ),
                migrations.AlterField(
                    model_name='item',
                    name='lease_until',
                    field=models.DateTimeField(db_comment="Until when; then it is anybody's.", null=True),
                ),
                migrations.AlterField(
                    model_name='item',
                    name='leased_by',
                    field=models.UUIDField(db_comment='Worker that holds it.', null=True),
                ),
                migrations.AlterField(
                    model_name='item',
                    name='position',
                    field=models.PositiveIntegerField(db_comment='Line of the company, then rank of the source.', help_text='Line of the company, then rank.'),
                ),
                migrations.AlterField(
                    model_name='item',
                    name='reason',
                    field=models.CharField(blank=True, db_comment='Why it failed or was not bought.', default='', max_length=32, verbose_name='motif'),
                ),
                migrations.AlterField(
                    model_name='item',
                    name='retry_at',
                    field=models.DateTimeField(db_comment='Not to be tried before.', null=True),
                ),
                migrations.AlterField(
                    model_name='item',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='Company, as a number; nine digits with its zeros.', verbose_name='SIREN'),
                ),
                migrations.AlterField(
                    model_name='item',
                    name='source',
                    field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers')], db_comment='Source to ask.', max_length=24, verbose_name='source'),
                ),
                migrations.AlterField(
                    model_name='item',
                    name='state',
                    field=models.CharField(choices=[('waiting', 'en attente'), ('running', 'en cours'), ('done', 'enrichie'), ('reused', 'réutilisée'), ('failed', 'échec'), ('not_bought', 'non achetée'), ('cancelled', 'annulée')], db_comment='Where it stands.', default='waiting', max_length=12, verbose_name='état'),
                ),
                migrations.AlterField(
                    model_name='item',
                    name='updated_at',
                    field=models.DateTimeField(db_comment='Last change.', default=django.utils.timezone.now),
                ),
                migrations.AlterField(
                    model_name='journalentry',
                    name='at',
                    field=models.DateTimeField(db_comment='When.', default=django.utils.timezone.now),
                ),
                migrations.AlterField(
                    model_name='journalentry',
                    name='batch',
                    field=models.ForeignKey(db_comment='Batch it tells of.', on_delete=django.db.models.deletion.CASCADE, related_name='journal', to='enrichment.batch'),
                ),
                migrations.AlterField(
                    model_name='journalentry',
                    name='by',
                    field=models.ForeignKey(db_comment='Who did it; null: nobody.', null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='journalentry',
                    name='count',
                    field=models.PositiveIntegerField(db_comment='How many items.', null=True),
                ),
                migrations.AlterField(
                    model_name='journalentry',
                    name='kind',
                    field=models.CharField(choices=[('started', 'lot lancé'), ('paused', 'source en pause'), ('capped', 'plafond atteint'), ('recovered', 'reprise après arrêt'), ('retried', 'échecs relancés'), ('cancelled', 'lot arrêté'), ('ended', 'lot terminé')], db_comment='What happened.', max_length=16),
                ),
                migrations.AlterField(
                    model_name='journalentry',
                    name='source',
                    field=models.CharField(blank=True, choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers')], db_comment='Source concerned, if one.', default='', max_length=24),
                ),
                migrations.AlterField(
                    model_name='provider',
                    name='concurrency',
                    field=models.PositiveSmallIntegerField(db_comment='Calls side by side, per worker.', default=10, help_text='Par processus de travail.', verbose_name='appels en parallèle'),
                ),
                migrations.AlterField(
                    model_name='provider',
                    name='is_enabled',
                    field=models.BooleanField(db_comment='Off: nothing is asked of it.', default=True, verbose_name='active'),
                ),
                migrations.AlterField(
                    model_name='provider',
                    name='name',
                    field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers')], db_comment='Source.', max_length=24, primary_key=True, serialize=False, verbose_name='source'),
                ),
                migrations.AlterField(
                    model_name='provider',
                    name='rate_per_s',
                    field=models.FloatField(blank=True, db_comment='Calls a second for all processes; null: no limit.', help_text='Partagés par tous les processus ; vide : sans limite.', null=True, verbose_name='appels par seconde'),
                ),
                migrations.AlterField(
                    model_name='provider',
                    name='reuse_days',
                    field=models.PositiveSmallIntegerField(db_comment='Days an answer may be reused.', default=7, help_text='Les conditions de la source en décident. Une réponse partielle ou vide se périme plus tôt.', verbose_name='réutilisée pendant, jours'),
                ),
                migrations.AlterField(
                    model_name='provider',
                    name='timeout_s',
                    field=models.FloatField(db_comment='Longest wait for an answer.', default=10, verbose_name='délai, secondes'),
                ),
                migrations.AlterField(
                    model_name='providerprice',
                    name='provider',
                    field=models.ForeignKey(db_comment='Whose price.', on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='enrichment.provider'),
                ),
                migrations.AlterField(
                    model_name='providerprice',
                    name='token_eur',
                    field=models.DecimalField(db_comment='Euros a token.', decimal_places=4, max_digits=8, verbose_name='prix du jeton, €'),
                ),
                migrations.AlterField(
                    model_name='providerprice',
                    name='valid_from',
                    field=models.DateField(db_comment='First day it holds.', default=enrichment.models.today, verbose_name='à partir du'),
                ),
            ]
        ),
        comments("enrichment"),
        validated(),
    ]
