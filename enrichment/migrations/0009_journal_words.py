"""The journal of a batch tells of weighing and of what is taken up again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrichment", "0008_wider_keys")]

    operations = [
        # Words only: nothing of the table changes.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="journalentry",
                    name="kind",
                    field=models.CharField(
                        choices=[
                            ("started", "lot lancé"),
                            ("paused", "source en pause"),
                            ("capped", "plafond atteint"),
                            ("recovered", "reprise après arrêt"),
                            ("retried", "échecs relancés"),
                            ("cancelled", "lot arrêté"),
                            ("held", "lot mis en pause"),
                            ("resumed", "lot repris"),
                            ("over_budget", "budget du jour atteint"),
                            ("out_of_units", "réserve de la source épuisée"),
                            ("out_of_calls", "appels du jour épuisés"),
                            ("best_first", "les plus utiles d’abord"),
                            ("settled", "achats évités"),
                            ("taken_up", "non achetées reprises"),
                            ("ended", "lot terminé"),
                        ],
                        db_comment="What happened.",
                        max_length=16,
                    ),
                )
            ]
        )
    ]
