"""A question is one of a source *about something*: the keys of the ledger say so.

The indexes are built beside the work that goes on; each old one goes once its
successor stands, and a migration that was cut begins again without harm.
"""

from django.db import migrations, models

# Names as the models have them; the old index keeps the name until it is dropped.
INDEXES = {
    "item_one_per_company": (
        "enrichment_item",
        "(batch_id, siren, source, subject)",
        True,
    ),
    "call_open_once": (
        "enrichment_call",
        "(siren, source, subject) WHERE state = 'open'",
        False,
    ),
    "provider_price_per_day": (
        "enrichment_providerprice",
        "(provider_id, pool, valid_from)",
        True,
    ),
}


def build(apps, schema_editor):
    for name, (table, key, is_constraint) in INDEXES.items():
        new = f"{name}_new"
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {new}")
        schema_editor.execute(
            f"CREATE UNIQUE INDEX CONCURRENTLY {new} ON {table} {key}"
        )
        if is_constraint:
            schema_editor.execute(
                f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}, "
                f"ADD CONSTRAINT {name} UNIQUE USING INDEX {new}"
            )
        else:
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            schema_editor.execute(f"ALTER INDEX {new} RENAME TO {name}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("enrichment", "0007_money_and_pools")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(build, migrations.RunPython.noop)
            ],
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="call", name="call_open_once"
                ),
                migrations.RemoveConstraint(
                    model_name="item", name="item_one_per_company"
                ),
                migrations.RemoveConstraint(
                    model_name="providerprice", name="provider_price_per_day"
                ),
                migrations.AddConstraint(
                    model_name="call",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("siren", "source", "subject"),
                        name="call_open_once",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="item",
                    constraint=models.UniqueConstraint(
                        fields=("batch", "siren", "source", "subject"),
                        name="item_one_per_company",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="providerprice",
                    constraint=models.UniqueConstraint(
                        fields=("provider", "pool", "valid_from"),
                        name="provider_price_per_day",
                    ),
                ),
            ],
        )
    ]
