"""Who claimed which slot of a periodic task: one row per task."""

from django.db import migrations, models

from mainsite.lib.comments import comments


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_contact_permission")]

    operations = [
        migrations.CreateModel(
            name="ScheduledRun",
            fields=[
                (
                    "name",
                    models.CharField(
                        db_comment="Dotted path of the task.",
                        max_length=200,
                        primary_key=True,
                        serialize=False,
                        verbose_name="tâche",
                    ),
                ),
                (
                    "slot",
                    models.DateTimeField(
                        db_comment="The moment at which it was due.",
                        verbose_name="échéance",
                    ),
                ),
                (
                    "claimed_at",
                    models.DateTimeField(
                        db_comment=(
                            "When a scheduler took it; later when it caught up."
                        ),
                        verbose_name="prise à",
                    ),
                ),
                (
                    "claimed_by",
                    models.CharField(
                        db_comment="Host and process that took it.",
                        max_length=120,
                        verbose_name="prise par",
                    ),
                ),
            ],
            options={
                "verbose_name": "tâche périodique",
                "verbose_name_plural": "tâches périodiques",
                "db_table_comment": (
                    "Last slot taken of each periodic task, one row per task."
                ),
                "ordering": ("name",),
            },
        ),
        comments("accounts"),
    ]
