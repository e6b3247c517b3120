"""What every table and column holds, said in the database; constraints checked."""

import companies.fields
import companies.models.register
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import mainsite.lib.ids
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import Declared, comments
from mainsite.lib.constraints import validated


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_comments'),
        ('companies', '0009_statistics'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Declared(
            state_operations=[
                migrations.AlterModelTableComment(
                    name='annualaccounts',
                    table_comment='Exercises by account type, in euros. Unknown is null, never zero.',
                ),
                migrations.AlterModelTableComment(
                    name='establishment',
                    table_comment='Places where companies work, the head office among them.',
                ),
                migrations.AlterModelTableComment(
                    name='legalevent',
                    table_comment='Published notices, partitioned by month of the event; never dropped.',
                ),
                migrations.AlterModelTableComment(
                    name='listchange',
                    table_comment='Selections put into lists or taken out, and what came of them.',
                ),
                migrations.AlterModelTableComment(
                    name='listentry',
                    table_comment='Companies of the lists.',
                ),
                migrations.AlterModelTableComment(
                    name='nameword',
                    table_comment="Words of the companies' names, to find one by a typo.",
                ),
                migrations.AlterModelTableComment(
                    name='note',
                    table_comment='What colleagues wrote about a company, for their desk only.',
                ),
                migrations.AlterModelTableComment(
                    name='officer',
                    table_comment='Persons and companies in office, as the source publishes them: no address.',
                ),
                migrations.AlterModelTableComment(
                    name='pursuit',
                    table_comment='Where each desk stands with a company; no row means prospect.',
                ),
                migrations.AlterModelTableComment(
                    name='pursuitchange',
                    table_comment='History of the pipelines, partitioned by month of UTC; never dropped.',
                ),
                migrations.AlterModelTableComment(
                    name='register',
                    table_comment="Narrow row of every company: what the register's own filters read.",
                ),
                migrations.AlterModelTableComment(
                    name='savedsearch',
                    table_comment='Searches with a name and an address of their own.',
                ),
                migrations.AlterModelTableComment(
                    name='sectorstatistics',
                    table_comment='Companies by sector, place and headcount band.',
                ),
                migrations.AlterModelTableComment(
                    name='sourcereading',
                    table_comment='Last time each source was read for a company.',
                ),
                migrations.AlterModelTableComment(
                    name='statisticsrefresh',
                    table_comment='Countings of the statistics, those of the last 90 days.',
                ),
                migrations.AlterModelTableComment(
                    name='target',
                    table_comment='Narrow row of the companies with more than the register says.',
                ),
                migrations.AlterModelTableComment(
                    name='targetlist',
                    table_comment='Named lists of companies (viviers), common to a desk.',
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='account_type',
                    field=models.CharField(choices=[('C', 'comptes sociaux'), ('S', 'comptes sociaux simplifiés'), ('K', 'comptes consolidés')], db_comment='C company, S simplified, K consolidated.', max_length=1),
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='closed_on',
                    field=models.DateField(db_comment='Last day of the exercise.', verbose_name='clôture'),
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='disagreements',
                    field=models.JSONField(db_comment='{field: {source: value}} of what other sources say.', default=dict),
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='duration_months',
                    field=models.SmallIntegerField(db_comment='Length of the exercise; null: unknown.', null=True),
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='ebitda',
                    field=models.BigIntegerField(db_comment='EBE.', null=True, verbose_name='EBE'),
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='equity',
                    field=models.BigIntegerField(db_comment='Capitaux propres.', null=True, verbose_name='capitaux propres'),
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='financial_debt',
                    field=models.BigIntegerField(db_comment='Dettes financières.', null=True, verbose_name='dettes financières'),
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='has_unit_jump',
                    field=models.BooleanField(db_comment='A jump by about 1,000: thousands instead of euros?', default=False, help_text='A jump by about 1,000: thousands instead of euros?'),
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='headcount',
                    field=models.IntegerField(db_comment='Average headcount of the exercise.', null=True, verbose_name='effectif moyen'),
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='is_closing_estimated',
                    field=models.BooleanField(db_comment='The source gave the year only.', default=False),
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='is_confidential',
                    field=models.BooleanField(db_comment='Filed, and not public.', default=False, verbose_name='confidentiels'),
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='is_sandbox',
                    field=models.BooleanField(db_comment='Told by the sandbox: never a real figure.', default=False),
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='net_income',
                    field=models.BigIntegerField(db_comment='Net result, negative for a loss.', null=True, verbose_name='résultat net'),
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='provenance',
                    field=models.JSONField(db_comment='{field: [source, ISO date read]} of the figures kept.', default=dict),
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='revenue',
                    field=models.BigIntegerField(db_comment='Turnover.', null=True, verbose_name='chiffre d’affaires'),
                ),
                migrations.AlterField(
                    model_name='annualaccounts',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='Company, as a number; nine digits with its zeros.'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='acronym',
                    field=models.TextField(blank=True, db_comment='Short name.', default='', verbose_name='sigle'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='address',
                    field=models.TextField(blank=True, db_comment='Street of the head office.', default='', verbose_name='adresse'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='capital_eur',
                    field=models.BigIntegerField(db_comment='Share capital in euros; null: unknown.', null=True, verbose_name='capital'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='category',
                    field=models.CharField(db_comment='PME, ETI or GE.', default='', max_length=3, verbose_name='catégorie'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='closed_on',
                    field=models.DateField(db_comment='Closing; null: open, or closed on an unknown day.', null=True, verbose_name='cessation'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='commune',
                    field=models.TextField(db_comment='Name of the commune.', default='', verbose_name='commune'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='commune_code',
                    field=models.CharField(db_comment='INSEE code of the commune.', default='', max_length=5, verbose_name='code commune'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='created_on',
                    field=models.DateField(db_comment='Creation; null: unknown.', null=True, verbose_name='création'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='diffusion',
                    field=models.CharField(choices=[('O', 'complète'), ('P', 'partielle')], db_comment='O: public; P: partial, no personal field may be shown.', default='O', max_length=1, verbose_name='diffusion'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='folded_name',
                    field=models.GeneratedField(db_comment='The three names in capitals without accents, for search.', db_persist=True, expression=companies.models.register.Fold(django.db.models.functions.text.Concat('name', models.Value(' '), 'trade_name', models.Value(' '), 'acronym', output_field=models.TextField())), output_field=models.TextField()),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='headcount_band',
                    field=models.CharField(db_comment='INSEE code of the headcount band; empty: unknown.', default='', max_length=2, verbose_name='tranche d’effectif'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='headcount_year',
                    field=models.SmallIntegerField(db_comment='Year of the band.', null=True),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='is_active',
                    field=models.BooleanField(db_comment='Open in the register.', default=True, verbose_name='active'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='latitude',
                    field=models.FloatField(db_comment='Head office, degrees north.', null=True),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='legal_form',
                    field=models.CharField(db_comment='Legal category of INSEE, four digits; empty: unknown.', default='', max_length=4, verbose_name='forme juridique'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='longitude',
                    field=models.FloatField(db_comment='Head office, degrees east.', null=True),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='naf25_code',
                    field=models.CharField(db_comment='Activity, NAF 2025; empty: unknown.', default='', max_length=6, verbose_name='NAF 2025'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='naf_code',
                    field=models.CharField(db_comment='Activity, NAF rev. 2 with its dot; empty: unknown.', default='', max_length=6, verbose_name='NAF rév. 2'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='name',
                    field=models.TextField(db_comment='Name as the register publishes it; empty when masked.', verbose_name='dénomination'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='postal_code',
                    field=models.CharField(db_comment='Postal code of the head office.', default='', max_length=5, verbose_name='code postal'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='registered_at',
                    field=models.DateTimeField(db_comment='Last change from the register.', help_text='Moment of the last change from the register.', verbose_name='inscrite au'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='SIREN as a number: nine digits with its zeros.', primary_key=True, serialize=False),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='siret',
                    field=companies.fields.SiretField(db_comment='Head office; null: unknown.', null=True, verbose_name='SIRET du siège'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='source',
                    field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers')], db_comment='Source that made the row.', default='sirene', max_length=24),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='source_file',
                    field=models.TextField(blank=True, db_comment='File that wrote it last.', default=''),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='trade_name',
                    field=models.TextField(blank=True, db_comment='Name over the door.', default='', verbose_name='enseigne'),
                ),
                migrations.AlterField(
                    model_name='company',
                    name='website',
                    field=models.TextField(blank=True, db_comment='Address of the site; empty: unknown.', default='', verbose_name='site internet'),
                ),
                migrations.AlterField(
                    model_name='establishment',
                    name='flags',
                    field=models.SmallIntegerField(db_comment='Sum of 1 open, 2 head office.', default=1),
                ),
                migrations.AlterField(
                    model_name='establishment',
                    name='geo',
                    field=models.IntegerField(db_comment='Commune, numbered as in register.', null=True),
                ),
                migrations.AlterField(
                    model_name='establishment',
                    name='naf',
                    field=models.SmallIntegerField(db_comment='Sub-class, numbered as in register.', null=True),
                ),
                migrations.AlterField(
                    model_name='establishment',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='Company it is of.'),
                ),
                migrations.AlterField(
                    model_name='establishment',
                    name='siret',
                    field=companies.fields.SiretField(db_comment='SIRET as a number: fourteen digits with its zeros.', primary_key=True, serialize=False),
                ),
                migrations.AlterField(
                    model_name='legalevent',
                    name='is_sandbox',
                    field=models.BooleanField(db_comment='Told by the sandbox: never a real figure.', default=False),
                ),
                migrations.AlterField(
                    model_name='legalevent',
                    name='kind',
                    field=models.CharField(choices=[('sale', 'Cession de fonds publiée'), ('closing', 'Radiation'), ('proceeding', 'Procédure collective ouverte'), ('proceeding_closed', 'Procédure collective clôturée'), ('leader_change', 'Changement de dirigeant'), ('accounts_filed', 'Dépôt des comptes'), ('lease_management', 'Location-gérance'), ('creation', 'Immatriculation'), ('modification', 'Modification'), ('other', 'Annonce')], db_comment='Sale, proceeding, accounts filed, leader change…', max_length=20),
                ),
                migrations.AlterField(
                    model_name='legalevent',
                    name='label',
                    field=models.TextField(db_comment="Notice in the source's words.", verbose_name='libellé'),
                ),
                migrations.AlterField(
                    model_name='legalevent',
                    name='occurred_on',
                    field=models.DateField(db_comment='Date of the event; chooses the partition.', verbose_name='date'),
                ),
                migrations.AlterField(
                    model_name='legalevent',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='Company, as a number; nine digits with its zeros.'),
                ),
                migrations.AlterField(
                    model_name='legalevent',
                    name='source',
                    field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers')], db_comment='Source that told it.', max_length=24),
                ),
                migrations.AlterField(
                    model_name='legalevent',
                    name='source_id',
                    field=models.TextField(db_comment='Its number at the source.'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='asked_at',
                    field=models.DateTimeField(auto_now_add=True, db_comment='When.', verbose_name='demandé le'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='asked_by',
                    field=models.ForeignKey(db_comment='Who asked; null: the account is gone.', null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL, verbose_name='demandé par'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='attempt',
                    field=models.PositiveIntegerField(db_comment='Raised by whoever takes the work.', default=0, verbose_name='essais'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='changed',
                    field=models.PositiveIntegerField(db_comment='Companies really added or removed.', default=0, verbose_name='sociétés changées'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='digest',
                    field=models.CharField(blank=True, db_comment='Of the SIREN, in turn.', default='', help_text='Of the SIREN, in turn.', max_length=64),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='ended_at',
                    field=models.DateTimeField(db_comment='End; null: not ended.', null=True, verbose_name='fini le'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='expected',
                    field=models.PositiveIntegerField(db_comment='Of them, to change.', default=0, verbose_name='à changer'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='heartbeat_at',
                    field=models.DateTimeField(db_comment='Last sign of life.', default=django.utils.timezone.now, verbose_name='dernier signe'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='kind',
                    field=models.CharField(choices=[('add', 'ajout'), ('remove', 'retrait'), ('undo', 'annulation')], db_comment='Added or removed.', max_length=8, verbose_name='nature'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='list',
                    field=models.ForeignKey(db_comment='List changed.', on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='companies.targetlist'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='public_id',
                    field=models.UUIDField(db_comment='Identifier in addresses.', default=mainsite.lib.ids.uuid7, editable=False, unique=True),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='query',
                    field=models.TextField(blank=True, db_comment="Selection, as the list's query string.", default='', verbose_name='requête'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='reason',
                    field=models.TextField(blank=True, db_comment='Why it failed.', default='', verbose_name='motif'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='revivals',
                    field=models.PositiveSmallIntegerField(db_comment='Times it was taken from a dead worker.', default=0, verbose_name='reprises'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='seen',
                    field=models.PositiveIntegerField(db_comment='Companies looked at so far.', default=0, verbose_name='sociétés vues'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='state',
                    field=models.CharField(choices=[('queued', 'en attente'), ('running', 'en cours'), ('done', 'fait'), ('failed', 'échec')], db_comment='Where it stands.', default='queued', max_length=8, verbose_name='état'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='total',
                    field=models.PositiveIntegerField(db_comment='Companies found.', default=0, verbose_name='sociétés'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='undoes',
                    field=models.OneToOneField(db_comment='Change that this one takes back.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='undone_by', to='companies.listchange'),
                ),
                migrations.AlterField(
                    model_name='listchange',
                    name='words',
                    field=models.TextField(blank=True, db_comment='Selection in words.', default='', verbose_name='critères'),
                ),
                migrations.AlterField(
                    model_name='listentry',
                    name='added_at',
                    field=models.DateTimeField(auto_now_add=True, db_comment='When.', verbose_name='ajoutée le'),
                ),
                migrations.AlterField(
                    model_name='listentry',
                    name='added_by',
                    field=models.ForeignKey(db_comment='Who added it; null: the account is gone.', null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='listentry',
                    name='change',
                    field=models.ForeignKey(db_comment='Bulk change that added it; null: one by one.', db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, to='companies.listchange'),
                ),
                migrations.AlterField(
                    model_name='listentry',
                    name='list',
                    field=models.ForeignKey(db_comment='List it is in.', on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='companies.targetlist'),
                ),
                migrations.AlterField(
                    model_name='listentry',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='Company, as a number; nine digits with its zeros.'),
                ),
                migrations.AlterField(
                    model_name='nameword',
                    name='frequency',
                    field=models.IntegerField(db_comment='Companies that have it.'),
                ),
                migrations.AlterField(
                    model_name='nameword',
                    name='word',
                    field=models.TextField(db_comment='In capitals without accents.', primary_key=True, serialize=False),
                ),
                migrations.AlterField(
                    model_name='note',
                    name='author',
                    field=models.ForeignKey(db_comment='Who wrote it; null: the account is gone.', null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='note',
                    name='desk',
                    field=models.ForeignKey(db_comment='Who may read it.', on_delete=django.db.models.deletion.CASCADE, to='accounts.desk'),
                ),
                migrations.AlterField(
                    model_name='note',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='Company, as a number; nine digits with its zeros.'),
                ),
                migrations.AlterField(
                    model_name='note',
                    name='text',
                    field=models.TextField(db_comment='The note.', verbose_name='note'),
                ),
                migrations.AlterField(
                    model_name='note',
                    name='written_at',
                    field=models.DateTimeField(auto_now_add=True, db_comment='When.'),
                ),
                migrations.AlterField(
                    model_name='officer',
                    name='birth_month',
                    field=models.SmallIntegerField(db_comment='Month of birth; the day is never kept.', null=True),
                ),
                migrations.AlterField(
                    model_name='officer',
                    name='birth_year',
                    field=models.SmallIntegerField(db_comment='Year of birth.', null=True),
                ),
                migrations.AlterField(
                    model_name='officer',
                    name='company_siren',
                    field=companies.fields.SirenField(db_comment='Its SIREN.', null=True),
                ),
                migrations.AlterField(
                    model_name='officer',
                    name='first_name',
                    field=models.TextField(blank=True, db_comment='First name.', default='', verbose_name='prénom'),
                ),
                migrations.AlterField(
                    model_name='officer',
                    name='is_company',
                    field=models.BooleanField(db_comment='A company in office.', default=False),
                ),
                migrations.AlterField(
                    model_name='officer',
                    name='is_sandbox',
                    field=models.BooleanField(db_comment='Told by the sandbox: never a real figure.', default=False),
                ),
                migrations.AlterField(
                    model_name='officer',
                    name='rank',
                    field=models.SmallIntegerField(db_comment='Order in the source.', default=0),
                ),
                migrations.AlterField(
                    model_name='officer',
                    name='retrieved_at',
                    field=models.DateTimeField(db_comment='When the source was read.'),
                ),
                migrations.AlterField(
                    model_name='officer',
                    name='role',
                    field=models.TextField(db_comment='Office in words.', verbose_name='fonction'),
                ),
                migrations.AlterField(
                    model_name='officer',
                    name='role_code',
                    field=models.CharField(blank=True, db_comment='Office as the source codes it.', default='', max_length=32),
                ),
                migrations.AlterField(
                    model_name='officer',
                    name='since',
                    field=models.DateField(db_comment='Appointment; null: unknown.', null=True, verbose_name='depuis'),
                ),
                migrations.AlterField(
                    model_name='officer',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='Company they are an officer of.'),
                ),
                migrations.AlterField(
                    model_name='officer',
                    name='source',
                    field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers')], db_comment='Source that told it.', max_length=24),
                ),
                migrations.AlterField(
                    model_name='officer',
                    name='surname',
                    field=models.TextField(db_comment='Surname, or name of a company.', verbose_name='nom'),
                ),
                migrations.AlterField(
                    model_name='pursuit',
                    name='desk',
                    field=models.ForeignKey(db_comment='Whose pipeline.', on_delete=django.db.models.deletion.CASCADE, to='accounts.desk'),
                ),
                migrations.AlterField(
                    model_name='pursuit',
                    name='owner',
                    field=models.ForeignKey(db_comment='Who follows it.', null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='pursuit',
                    name='reason',
                    field=models.TextField(blank=True, db_comment='Why, required for ecarte.', default='', verbose_name='raison'),
                ),
                migrations.AlterField(
                    model_name='pursuit',
                    name='since',
                    field=models.DateTimeField(db_comment='Since when it has this status.', verbose_name='depuis'),
                ),
                migrations.AlterField(
                    model_name='pursuit',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='Company, as a number; nine digits with its zeros.'),
                ),
                migrations.AlterField(
                    model_name='pursuit',
                    name='status',
                    field=models.CharField(choices=[('prospect', 'Prospect'), ('contacte', 'Contacté'), ('qualification', 'Qualification'), ('negociation', 'Négociation'), ('gagne', 'Gagné'), ('perdu', 'Perdu'), ('ecarte', 'Écarté'), ('en_sommeil', 'En sommeil')], db_comment='Present status.', max_length=16, verbose_name='statut'),
                ),
                migrations.AlterField(
                    model_name='pursuit',
                    name='wake_on',
                    field=models.DateField(db_comment='Day to wake a company en sommeil.', null=True, verbose_name='réveil'),
                ),
                migrations.AlterField(
                    model_name='pursuitchange',
                    name='after',
                    field=models.CharField(choices=[('prospect', 'Prospect'), ('contacte', 'Contacté'), ('qualification', 'Qualification'), ('negociation', 'Négociation'), ('gagne', 'Gagné'), ('perdu', 'Perdu'), ('ecarte', 'Écarté'), ('en_sommeil', 'En sommeil')], db_comment='Status taken.', max_length=16),
                ),
                migrations.AlterField(
                    model_name='pursuitchange',
                    name='at',
                    field=models.DateTimeField(db_comment='When; chooses the partition.'),
                ),
                migrations.AlterField(
                    model_name='pursuitchange',
                    name='before',
                    field=models.CharField(choices=[('prospect', 'Prospect'), ('contacte', 'Contacté'), ('qualification', 'Qualification'), ('negociation', 'Négociation'), ('gagne', 'Gagné'), ('perdu', 'Perdu'), ('ecarte', 'Écarté'), ('en_sommeil', 'En sommeil')], db_comment='Status left.', max_length=16),
                ),
                migrations.AlterField(
                    model_name='pursuitchange',
                    name='by',
                    field=models.ForeignKey(db_comment='Who changed it; null: the account is gone.', null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='pursuitchange',
                    name='desk',
                    field=models.ForeignKey(db_comment='Whose pipeline.', on_delete=django.db.models.deletion.CASCADE, to='accounts.desk'),
                ),
                migrations.AlterField(
                    model_name='pursuitchange',
                    name='reason',
                    field=models.TextField(blank=True, db_comment='Why.', default=''),
                ),
                migrations.AlterField(
                    model_name='pursuitchange',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='Company, as a number; nine digits with its zeros.'),
                ),
                migrations.AlterField(
                    model_name='register',
                    name='created_on',
                    field=models.DateField(db_comment='Creation.', null=True),
                ),
                migrations.AlterField(
                    model_name='register',
                    name='flags',
                    field=models.SmallIntegerField(db_comment='Sum of 1 active, 2 partial diffusion, 4 has a name.', default=1),
                ),
                migrations.AlterField(
                    model_name='register',
                    name='geo',
                    field=models.IntegerField(db_comment='Commune, numbered by région, département, code; null: unknown.', null=True),
                ),
                migrations.AlterField(
                    model_name='register',
                    name='headcount',
                    field=models.IntegerField(db_comment='Lower bound of the headcount band; null: unknown.', null=True),
                ),
                migrations.AlterField(
                    model_name='register',
                    name='legal_form',
                    field=models.SmallIntegerField(db_comment='Legal category as a number.', null=True),
                ),
                migrations.AlterField(
                    model_name='register',
                    name='naf',
                    field=models.SmallIntegerField(db_comment='Sub-class, numbered in code order; null: unknown.', null=True),
                ),
                migrations.AlterField(
                    model_name='register',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='Same as company.siren.', primary_key=True, serialize=False),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='chunks',
                    field=models.IntegerField(db_comment='Transactions committed.', default=0, verbose_name='lots'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='counts',
                    field=models.JSONField(db_comment='Companies and sites, new and updated.', default=dict, help_text='Companies and sites, new and updated.', verbose_name='détail'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='dropped_indexes',
                    field=models.JSONField(db_comment='Definitions of indexes to build again.', default=list, editable=False, help_text='Definitions of indexes to build again: the load had removed them.'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='edition',
                    field=models.CharField(choices=[('complete', 'complet'), ('differences', 'différences')], db_comment='complete: what it lacks has disappeared; differences.', max_length=12, verbose_name='édition'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='ended_at',
                    field=models.DateTimeField(db_comment='End; null: not ended.', null=True, verbose_name='fin'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='error',
                    field=models.TextField(blank=True, db_comment='What stopped it.', default='', verbose_name='erreur'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='file_name',
                    field=models.TextField(db_comment='Name of the file.', verbose_name='fichier'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='is_initial',
                    field=models.BooleanField(db_comment='Written straight into the empty tables.', default=False, help_text='Written straight into the empty tables.', verbose_name='premier chargement'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='layout',
                    field=models.CharField(db_comment='Form recognised.', max_length=40, verbose_name='format'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='left_out',
                    field=models.JSONField(db_comment='Rows left out, by reason.', default=dict, help_text='Rows left out, by reason.', verbose_name='raisons'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='position',
                    field=models.BigIntegerField(db_comment='Rows stored for good: where a resume goes on.', default=0),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='rows_left_out',
                    field=models.BigIntegerField(db_comment='Rows left out.', default=0, verbose_name='écartées'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='rows_read',
                    field=models.BigIntegerField(db_comment='Rows read.', default=0, verbose_name='lues'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='rows_unchanged',
                    field=models.BigIntegerField(db_comment='Rows that said nothing new.', default=0, verbose_name='inchangées'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='rows_written',
                    field=models.BigIntegerField(db_comment='Rows that made or changed something.', default=0, verbose_name='écrites'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='run',
                    field=models.UUIDField(db_comment='Files loaded together.', default=mainsite.lib.ids.uuid7, editable=False, verbose_name='passage'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='sha256',
                    field=models.CharField(db_comment='Its digest: the same file resumes.', max_length=64, verbose_name='empreinte'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='size_bytes',
                    field=models.BigIntegerField(db_comment='Its size.', verbose_name='taille'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='started_at',
                    field=models.DateTimeField(db_comment='Beginning.', verbose_name='début'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='state',
                    field=models.CharField(choices=[('running', 'en cours'), ('done', 'terminé'), ('stopped', 'interrompu'), ('refused', 'refusé')], db_comment='running, done, stopped or refused.', default='running', max_length=8, verbose_name='état'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='updated_at',
                    field=models.DateTimeField(db_comment='Last chunk.', null=True, verbose_name='dernier lot'),
                ),
                migrations.AlterField(
                    model_name='registryload',
                    name='with_individuals',
                    field=models.BooleanField(db_comment='Sole traders were asked for.', default=False, verbose_name='personnes physiques'),
                ),
                migrations.AlterField(
                    model_name='savedsearch',
                    name='columns',
                    field=models.JSONField(blank=True, db_comment='Names of the columns shown; none: the usual ones.', default=list, verbose_name='colonnes'),
                ),
                migrations.AlterField(
                    model_name='savedsearch',
                    name='created_at',
                    field=models.DateTimeField(auto_now_add=True, db_comment='When it was saved.', verbose_name='enregistrée le'),
                ),
                migrations.AlterField(
                    model_name='savedsearch',
                    name='desk',
                    field=models.ForeignKey(db_comment='Desk it can be shared with.', on_delete=django.db.models.deletion.CASCADE, to='accounts.desk', verbose_name='équipe'),
                ),
                migrations.AlterField(
                    model_name='savedsearch',
                    name='is_shared',
                    field=models.BooleanField(db_comment='Seen by the whole desk.', default=False, verbose_name='partagée avec l’équipe'),
                ),
                migrations.AlterField(
                    model_name='savedsearch',
                    name='name',
                    field=models.CharField(db_comment='Name on screen.', max_length=80, verbose_name='nom'),
                ),
                migrations.AlterField(
                    model_name='savedsearch',
                    name='owner',
                    field=models.ForeignKey(db_comment='Who saved it.', on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='enregistrée par'),
                ),
                migrations.AlterField(
                    model_name='savedsearch',
                    name='public_id',
                    field=models.UUIDField(db_comment='Identifier in addresses.', default=mainsite.lib.ids.uuid7, editable=False, unique=True),
                ),
                migrations.AlterField(
                    model_name='savedsearch',
                    name='query',
                    field=models.TextField(blank=True, db_comment="Filters and sort, as the list's query string.", default='', verbose_name='requête'),
                ),
                migrations.AlterField(
                    model_name='savedsearch',
                    name='updated_at',
                    field=models.DateTimeField(auto_now=True, db_comment='Last change.', verbose_name='modifiée le'),
                ),
                migrations.AlterField(
                    model_name='searchbuild',
                    name='built_at',
                    field=models.DateTimeField(db_comment='When it was made.', verbose_name='fait le'),
                ),
                migrations.AlterField(
                    model_name='searchbuild',
                    name='companies',
                    field=models.IntegerField(db_comment='Companies in it.', verbose_name='sociétés'),
                ),
                migrations.AlterField(
                    model_name='searchbuild',
                    name='host',
                    field=models.TextField(db_comment='Machine that reads it.', verbose_name='machine'),
                ),
                migrations.AlterField(
                    model_name='searchbuild',
                    name='seconds',
                    field=models.FloatField(db_comment='How long it took.', verbose_name='durée, s'),
                ),
                migrations.AlterField(
                    model_name='searchbuild',
                    name='snapshot',
                    field=models.TextField(db_comment='What the build saw, as PostgreSQL writes it.', help_text='What the build saw, as PostgreSQL writes it.'),
                ),
                migrations.AlterField(
                    model_name='searchbuild',
                    name='targets',
                    field=models.IntegerField(db_comment='Targets among them.', verbose_name='cibles'),
                ),
                migrations.AlterField(
                    model_name='searchbuild',
                    name='token',
                    field=models.UUIDField(db_comment='Names the build and its folder.', primary_key=True, serialize=False),
                ),
                migrations.AlterField(
                    model_name='sourcereading',
                    name='cost_eur',
                    field=models.DecimalField(db_comment='What it cost; null: free.', decimal_places=4, max_digits=10, null=True),
                ),
                migrations.AlterField(
                    model_name='sourcereading',
                    name='expires_at',
                    field=models.DateTimeField(db_comment='Until when it may be reused; null: no limit.', null=True),
                ),
                migrations.AlterField(
                    model_name='sourcereading',
                    name='gave',
                    field=models.JSONField(db_comment='Counts by kind of fact.', default=dict, help_text='Counts by kind of fact.'),
                ),
                migrations.AlterField(
                    model_name='sourcereading',
                    name='is_sandbox',
                    field=models.BooleanField(db_comment='Told by the sandbox: never a real figure.', default=False),
                ),
                migrations.AlterField(
                    model_name='sourcereading',
                    name='retrieved_at',
                    field=models.DateTimeField(db_comment='When.'),
                ),
                migrations.AlterField(
                    model_name='sourcereading',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='Company, as a number; nine digits with its zeros.'),
                ),
                migrations.AlterField(
                    model_name='sourcereading',
                    name='source',
                    field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers')], db_comment='Source read.', max_length=24),
                ),
                migrations.AlterField(
                    model_name='sourcereading',
                    name='status',
                    field=models.CharField(db_comment='found, partial, not_found…', max_length=12),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='accounts_closed_on',
                    field=models.DateField(db_comment='Latest filing, public or not.', null=True),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='accounts_headcount',
                    field=models.IntegerField(db_comment="Headcount of the accounts; wins over the band's floor.", help_text="Wins over the band's floor.", null=True, verbose_name='effectif des comptes'),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='coverage',
                    field=companies.fields.PointsField(db_comment='Couverture, hundredths of a point.', null=True, verbose_name='couverture'),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='created_on',
                    field=models.DateField(db_comment='As in register.', null=True),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='ebitda',
                    field=models.BigIntegerField(db_comment='Of the same exercise, euros.', null=True),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='enriched_at',
                    field=models.DateTimeField(db_comment='Last enrichment; null: never.', null=True),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='flags',
                    field=models.SmallIntegerField(db_comment='As in register.', default=1),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='folded_name',
                    field=models.TextField(db_comment='As in company.', default=''),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='geo',
                    field=models.IntegerField(db_comment='As in register.', null=True),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='has_email',
                    field=models.BooleanField(db_comment="A contact's address is known.", db_default=False, default=False, help_text="A contact's address is known."),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='has_phone',
                    field=models.BooleanField(db_comment="A contact's number is known.", db_default=False, default=False, help_text="A contact's number is known."),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='headcount',
                    field=models.IntegerField(db_comment='As in register.', null=True),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='is_confidential',
                    field=models.BooleanField(db_comment='Latest accounts filed, not public.', db_default=False, default=False, help_text='Latest accounts filed, not public.'),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='leader_birth_year',
                    field=models.SmallIntegerField(db_comment='Of the leader; null: unknown.', null=True),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='leader_name',
                    field=models.TextField(blank=True, db_comment='Name of the leader; empty: unknown or masked.', db_default='', default=''),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='leader_since',
                    field=models.DateField(db_comment='Appointment of the leader; null: unknown.', null=True),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='legal_form',
                    field=models.SmallIntegerField(db_comment='As in register.', null=True),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='missing',
                    field=models.TextField(blank=True, db_comment='Field group that would weigh most if it were known.', db_default='', default='', help_text='Field group that would weigh most if it were known.'),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='naf',
                    field=models.SmallIntegerField(db_comment='As in register.', null=True),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='net_income',
                    field=models.BigIntegerField(db_comment='Of the same exercise, euros.', null=True, verbose_name='résultat net'),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='revenue',
                    field=models.BigIntegerField(db_comment='Latest known, euros.', null=True, verbose_name='chiffre d’affaires'),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='revenue_year',
                    field=models.SmallIntegerField(db_comment='Its exercise.', null=True),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='ruleset',
                    field=models.CharField(db_comment='Version behind the score.', db_default='', default='', max_length=16),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='sale_likelihood',
                    field=companies.fields.PointsField(db_comment='Cédabilité, hundredths of a point.', null=True, verbose_name='cédabilité'),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='score',
                    field=companies.fields.PointsField(db_comment='Attractivité, hundredths of a point; null: not scored.', null=True, verbose_name='attractivité'),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='score_flag',
                    field=models.TextField(blank=True, db_comment='Red flag that caps the score.', db_default='', default=''),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='score_state',
                    field=models.SmallIntegerField(choices=[(1, 'évaluable'), (2, 'non évaluable')], db_comment='1 evaluable, 2 not; null: not scored.', null=True),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='scored_at',
                    field=models.DateTimeField(db_comment='When it was scored.', null=True),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='siren',
                    field=companies.fields.SirenField(db_comment='Same as company.siren.', primary_key=True, serialize=False),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='sources_disagree',
                    field=models.BooleanField(db_comment='Some figure differs between sources.', db_default=False, default=False),
                ),
                migrations.AlterField(
                    model_name='target',
                    name='stakes',
                    field=models.JSONField(db_comment='Points still open by field group.', help_text='Points still open by field group, written by scoring.', null=True),
                ),
                migrations.AlterField(
                    model_name='targetlist',
                    name='created_at',
                    field=models.DateTimeField(auto_now_add=True, db_comment='When.', verbose_name='créée le'),
                ),
                migrations.AlterField(
                    model_name='targetlist',
                    name='created_by',
                    field=models.ForeignKey(db_comment='Who made it; null: the account is gone.', null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL, verbose_name='créée par'),
                ),
                migrations.AlterField(
                    model_name='targetlist',
                    name='deleted_at',
                    field=models.DateTimeField(db_comment='Deleted for everybody; its rows go afterwards.', help_text='Ses lignes s’effacent ensuite.', null=True, verbose_name='supprimée le'),
                ),
                migrations.AlterField(
                    model_name='targetlist',
                    name='desk',
                    field=models.ForeignKey(db_comment='Whose list.', on_delete=django.db.models.deletion.CASCADE, to='accounts.desk', verbose_name='équipe'),
                ),
                migrations.AlterField(
                    model_name='targetlist',
                    name='is_followed',
                    field=models.BooleanField(db_comment="Kept before the desk's eyes.", default=False, verbose_name='suivie'),
                ),
                migrations.AlterField(
                    model_name='targetlist',
                    name='name',
                    field=models.CharField(db_comment='Name on screen.', max_length=80, verbose_name='nom'),
                ),
                migrations.AlterField(
                    model_name='targetlist',
                    name='public_id',
                    field=models.UUIDField(db_comment='Identifier in addresses.', default=mainsite.lib.ids.uuid7, editable=False, unique=True),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='cell',
                    field=models.TextField(db_comment='The five codes, joined.', primary_key=True, serialize=False),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='section',
                    field=models.TextField(db_comment='NAF section; empty: all, -: unknown.', verbose_name='section'),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='division',
                    field=models.TextField(db_comment='NAF division; empty: all, -: unknown.', verbose_name='division'),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='region',
                    field=models.TextField(db_comment='Région of the head office; empty: all, -: unknown.', verbose_name='région'),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='departement',
                    field=models.TextField(db_comment='Département; empty: all, -: unknown.', verbose_name='département'),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='band',
                    field=models.TextField(db_comment='Lower bound of the headcount band; empty: all, -: unknown.', verbose_name='tranche d’effectif'),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='companies',
                    field=models.IntegerField(db_comment='Companies, closed ones included.', verbose_name='sociétés'),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='active',
                    field=models.IntegerField(db_comment='Open companies.', verbose_name='ouvertes'),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='enriched',
                    field=models.IntegerField(db_comment='Open companies enriched once or more.', verbose_name='enrichies'),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='scored',
                    field=models.IntegerField(db_comment='Open companies with a score.', verbose_name='évaluées'),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='score_mean',
                    field=companies.fields.PointsField(db_comment='Mean score, hundredths of a point.', null=True, verbose_name='attractivité moyenne'),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='score_median',
                    field=companies.fields.PointsField(db_comment='Median score, hundredths of a point.', null=True, verbose_name='attractivité médiane'),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='with_revenue',
                    field=models.IntegerField(db_comment='Open companies of known revenue.', verbose_name='avec CA'),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='revenue_q1',
                    field=models.BigIntegerField(db_comment='First quartile in euros; null under ten companies.', null=True, verbose_name='CA, 1er quartile'),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='revenue_median',
                    field=models.BigIntegerField(db_comment='Median in euros; null under ten companies.', null=True, verbose_name='CA médian'),
                ),
                migrations.AlterField(
                    model_name='sectorstatistics',
                    name='revenue_q3',
                    field=models.BigIntegerField(db_comment='Third quartile in euros; null under ten companies.', null=True, verbose_name='CA, 3e quartile'),
                ),
                migrations.AlterField(
                    model_name='statisticsrefresh',
                    name='counted_at',
                    field=models.DateTimeField(db_comment='When it began: the date of the figures.', verbose_name='chiffres du'),
                ),
                migrations.AlterField(
                    model_name='statisticsrefresh',
                    name='seconds',
                    field=models.FloatField(db_comment='How long it took.', verbose_name='durée, s'),
                ),
                migrations.AlterField(
                    model_name='statisticsrefresh',
                    name='cells',
                    field=models.IntegerField(db_comment='Rows of sector_statistics.', verbose_name='cases'),
                ),
            ]
        ),
        comments("companies"),
        validated(),
    ]
