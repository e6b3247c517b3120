"""Files that people import are a source too."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('enrichment', '0009_journal_words'),
    ]

    operations = [
        migrations.AlterField(
            model_name='answer',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr'), ('import', 'fichier importé')], db_comment='Source that answered.', max_length=24, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='call',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr'), ('import', 'fichier importé')], db_comment='Source asked.', max_length=24, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='item',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr'), ('import', 'fichier importé')], db_comment='Source to ask.', max_length=24, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='journalentry',
            name='source',
            field=models.CharField(blank=True, choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr'), ('import', 'fichier importé')], db_comment='Source concerned, if one.', default='', max_length=24),
        ),
        migrations.AlterField(
            model_name='moneyline',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr'), ('import', 'fichier importé')], db_comment='Source asked.', max_length=24, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='provider',
            name='name',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr'), ('import', 'fichier importé')], db_comment='Source.', max_length=24, primary_key=True, serialize=False, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='schemadrift',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr'), ('import', 'fichier importé')], db_comment='Where it was met.', max_length=24, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='sourceday',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr'), ('import', 'fichier importé')], db_comment='Source asked.', max_length=24, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='sourcepool',
            name='source',
            field=models.CharField(choices=[('sirene', 'INSEE, Sirene'), ('inpi_bce', 'INPI, ratios financiers'), ('recherche_entreprises', 'Recherche d’entreprises'), ('pappers', 'Pappers'), ('bodacc', 'BODACC'), ('rne', 'INPI, registre national'), ('kaspr', 'Kaspr'), ('import', 'fichier importé')], db_comment='Whose pool.', max_length=24, verbose_name='source'),
        ),
    ]
