"""Contacts and leads, sealed; oppositions by fingerprint; receipts of erasures."""

import companies.fields
import django.db.models.deletion
import django.utils.timezone
import mainsite.lib.ids
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import comments
from mainsite.lib.constraints import SIREN, checks, foreign_key, one_of, validated

WHOLE = "length({}) = 64"
RULES = {
    "contact_lead": {
        "siren_has_nine_digits": SIREN,
        "fingerprint_is_whole": WHOLE.format("fingerprint"),
        "person_is_whole": WHOLE.format("person"),
        "is_sealed": "sealed_name <> '' AND sealed_profile <> ''",
    },
    "contact": {
        "siren_has_nine_digits": SIREN,
        "kind_is_known": one_of("kind", ("email", "phone")),
        "fingerprint_is_whole": WHOLE.format("fingerprint"),
        "person_is_named_by_its_fingerprint": "person = '' OR length(person) = 64",
        "is_sealed": "sealed_value LIKE '%$%'",
        "source_is_named": "source <> ''",
    },
    "opposition": {
        "kind_is_known": one_of("kind", ("email", "phone", "person", "company")),
        "fingerprint_is_whole": WHOLE.format("fingerprint"),
    },
}


class Migration(migrations.Migration):

    dependencies = [
        ('companies', '0012_autovacuum'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Opposition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('email', 'courriel'), ('phone', 'téléphone'), ('person', 'personne d’une société'), ('company', 'société')], db_comment='email, phone, person or company.', max_length=8, verbose_name='objet')),
                ('fingerprint', models.CharField(db_comment='Keyed digest of what is opposed.', max_length=64, unique=True)),
                ('reason', models.CharField(choices=[('objection', 'opposition de la personne'), ('erasure', 'effacement demandé par la personne'), ('recall', 'retrait demandé par la source'), ('register', 'opposition inscrite au registre')], db_comment='Why.', max_length=12, verbose_name='motif')),
                ('source', models.CharField(db_comment='How it came: desk, ops, a source.', max_length=24, verbose_name='reçue par')),
                ('since', models.DateTimeField(db_comment='When it was recorded.', default=django.utils.timezone.now, verbose_name='depuis le')),
            ],
            options={
                'verbose_name': 'opposition',
                'verbose_name_plural': 'oppositions',
                'db_table': 'opposition',
                'db_table_comment': 'Fingerprints of what may not be kept; never the data.',
            },
        ),
        migrations.AlterField(
            model_name='company',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr')], db_comment='Source that made the row.', default='sirene', max_length=24),
        ),
        migrations.AlterField(
            model_name='legalevent',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr')], db_comment='Source that told it.', max_length=24),
        ),
        migrations.AlterField(
            model_name='officer',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr')], db_comment='Source that told it.', max_length=24),
        ),
        migrations.AlterField(
            model_name='sourcereading',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr')], db_comment='Source read.', max_length=24),
        ),
        migrations.CreateModel(
            name='ContactLead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('siren', companies.fields.SirenField(db_comment='Company they work for, as a number.', verbose_name='SIREN')),
                ('sealed_name', models.TextField(db_comment='Full name, encrypted by FIELD_KEY.')),
                ('sealed_profile', models.TextField(db_comment='Bare name of the LinkedIn profile, encrypted by FIELD_KEY.')),
                ('fingerprint', models.CharField(db_comment='Keyed digest of the profile.', max_length=64)),
                ('person', models.CharField(db_comment='Keyed digest of the name and the SIREN.', max_length=64)),
                ('created_at', models.DateTimeField(db_comment='When it was added.', default=django.utils.timezone.now, verbose_name='ajoutée le')),
                ('delete_after', models.DateField(db_comment='Deleted from that day on.', verbose_name='gardée jusqu’au')),
                ('added_by', models.ForeignKey(db_comment='Who added it; null: the account is gone.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ajoutée par')),
            ],
            options={
                'verbose_name': 'piste de contact',
                'verbose_name_plural': 'pistes de contact',
                'db_table': 'contact_lead',
                'db_table_comment': 'People to look up at sources of contacts; sealed.',
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('siren', companies.fields.SirenField(db_comment='Company it reaches, as a number.', verbose_name='SIREN')),
                ('kind', models.CharField(choices=[('email', 'courriel'), ('phone', 'téléphone')], db_comment='email or phone.', max_length=5, verbose_name='nature')),
                ('sealed_value', models.TextField(db_comment='The address, encrypted by FIELD_KEY.')),
                ('fingerprint', models.CharField(db_comment='Keyed digest of the normalised value.', max_length=64)),
                ('sealed_name', models.TextField(blank=True, db_comment="Whose it is, encrypted; empty: nobody's.", default='')),
                ('sealed_title', models.TextField(blank=True, db_comment='Their function, encrypted; empty: unknown.', default='')),
                ('person', models.CharField(blank=True, db_comment="Keyed digest of the name and the SIREN; empty: nobody's.", default='', max_length=64)),
                ('is_personal', models.BooleanField(db_comment="A person's; else the company's own.", verbose_name='d’une personne')),
                ('is_professional', models.BooleanField(db_comment='Tied to the function; else private.', verbose_name='professionnel')),
                ('source', models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr')], db_comment='Who gave it.', max_length=24, verbose_name='source')),
                ('lawful_basis', models.CharField(blank=True, db_comment="Document of the lawful basis; empty: not a person's.", default='', max_length=60, verbose_name='base légale')),
                ('licence', models.CharField(blank=True, db_comment='Contract under which the source gave it.', default='', max_length=120, verbose_name='contrat ou licence')),
                ('collected_at', models.DateTimeField(db_comment='First collected.', verbose_name='recueilli le')),
                ('informed_at', models.DateTimeField(db_comment='When the person was told; null: not.', null=True, verbose_name='informée le')),
                ('informed_by', models.CharField(blank=True, db_comment='Document or template by which they were told.', default='', max_length=60, verbose_name='information')),
                ('last_interaction_at', models.DateTimeField(db_comment='Last sign from the person; null: none.', null=True, verbose_name='dernier échange')),
                ('delete_after', models.DateField(db_comment='Deleted from that day on.', verbose_name='gardé jusqu’au')),
                ('is_sandbox', models.BooleanField(db_comment="Told by the sandbox: nobody's real contact.", default=False, verbose_name='bac à sable')),
                ('answer_id', models.BigIntegerField(db_comment='Answer it was read in; no foreign key, its month may be dropped.', null=True, verbose_name='réponse')),
                ('lead', models.ForeignKey(db_comment='Who was looked up; null: nobody.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='contacts', to='companies.contactlead')),
            ],
            options={
                'verbose_name': 'contact',
                'verbose_name_plural': 'contacts',
                'db_table': 'contact',
                'db_table_comment': 'Addresses and numbers of people and companies; sealed.',
            },
        ),
        migrations.CreateModel(
            name='ErasureReceipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(db_comment='Reference given to the person.', default=mainsite.lib.ids.uuid7, editable=False, unique=True)),
                ('reason', models.CharField(choices=[('opposition', 'opposition'), ('retention', 'fin de conservation')], db_comment='Why.', max_length=12, verbose_name='motif')),
                ('at', models.DateTimeField(db_comment='When the rows were deleted.', default=django.utils.timezone.now, verbose_name='effacé le')),
                ('sirens', models.JSONField(db_comment='Companies whose contacts it touched.', default=list)),
                ('contacts', models.PositiveIntegerField(db_comment='Contacts deleted.', default=0, verbose_name='contacts effacés')),
                ('leads', models.PositiveIntegerField(db_comment='Leads deleted.', default=0, verbose_name='pistes effacées')),
                ('fingerprints', models.PositiveIntegerField(db_comment='Fingerprints of this request.', default=0, verbose_name='empreintes gardées')),
                ('answers', models.PositiveIntegerField(db_comment='Raw answers emptied; null: to do.', null=True, verbose_name='réponses vidées')),
                ('answers_at', models.DateTimeField(db_comment='When raw answers were emptied; null: to do.', null=True, verbose_name='réponses vidées le')),
                ('by', models.ForeignKey(db_comment='Who did it; null: the schedule.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
            ],
            options={
                'verbose_name': 'reçu d’effacement',
                'verbose_name_plural': 'reçus d’effacement',
                'db_table': 'erasure_receipt',
                'db_table_comment': 'What each erasure removed, without the data.',
            },
        ),
        migrations.AddIndex(
            model_name='contactlead',
            index=models.Index(fields=['person'], name='contact_lead_person'),
        ),
        migrations.AddIndex(
            model_name='contactlead',
            index=models.Index(fields=['delete_after'], name='contact_lead_end'),
        ),
        migrations.AddConstraint(
            model_name='contactlead',
            constraint=models.UniqueConstraint(fields=('siren', 'fingerprint'), name='contact_lead_once'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['fingerprint'], name='contact_fingerprint'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['person'], name='contact_person'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['delete_after'], name='contact_end'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(condition=models.Q(('informed_at__isnull', True), ('is_personal', True)), fields=['collected_at'], name='contact_to_inform'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.UniqueConstraint(fields=('siren', 'fingerprint'), name='contact_once'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('is_personal', False), models.Q(('lawful_basis', ''), _negated=True), _connector='OR'), name='contact_of_a_person_has_a_basis'),
        ),
        migrations.AddIndex(
            model_name='erasurereceipt',
            index=models.Index(condition=models.Q(('answers_at__isnull', True)), fields=['at'], name='erasure_to_do'),
        ),
        *checks(RULES),
        foreign_key("contact_lead"),
        foreign_key("contact"),
        comments("companies"),
        validated(),
    ]
