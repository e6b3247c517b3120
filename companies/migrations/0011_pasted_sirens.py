import django.contrib.postgres.fields
import django.db.models.deletion
import mainsite.lib.ids
from django.conf import settings
from django.db import migrations, models

from mainsite.lib.comments import comments


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_comments"),
        ("companies", "0010_comments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PastedSirens",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        db_comment="Identifier in addresses.",
                        default=mainsite.lib.ids.uuid7,
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        db_comment="SHA-256 of the sorted SIRENs.",
                        editable=False,
                        max_length=64,
                    ),
                ),
                (
                    "sirens",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(),
                        db_comment="As numbers, in order.",
                        size=None,
                        verbose_name="SIREN",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="When.", verbose_name="collés le"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        db_comment="Who pasted them first; null: the account is gone.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="collés par",
                    ),
                ),
                (
                    "desk",
                    models.ForeignKey(
                        db_comment="Whose search.",
                        on_delete=django.db.models.deletion.CASCADE,
                        to="accounts.desk",
                        verbose_name="équipe",
                    ),
                ),
            ],
            options={
                "verbose_name": "SIREN collés",
                "verbose_name_plural": "SIREN collés",
                "db_table": "pasted_sirens",
                "db_table_comment": "SIRENs pasted in the search, one row by desk and set.",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("desk", "digest"), name="pasted_sirens_once"
                    )
                ],
            },
        ),
        comments("companies"),
    ]
