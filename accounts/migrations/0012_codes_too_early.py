"""Codes of a clock that is ahead: told so, and not good later either."""

import django.contrib.postgres.fields
from django.db import migrations, models

from mainsite.lib.comments import comments


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_access_links'),
    ]

    operations = [
        migrations.AddField(
            model_name='totpdevice',
            name='spent_ahead',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_comment='Coming 30 s steps whose code was given too early: refused then.', db_default=[], default=list, editable=False, size=None),
        ),
        comments("accounts"),
    ]
