"""The trail is looked through by address and by request too: an index for each.

A partitioned table takes no index CONCURRENTLY as a whole: each month gets its own,
while it is written to, and the table's own is made of them.
"""

from django.db import migrations

INDEXES = {
    "auditentry_address_at": "address, at",
    "auditentry_request_at": "request_id, at",
}
PARTITIONS = """
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'accounts_auditentry'::regclass AND NOT EXISTS (
        SELECT FROM pg_index x JOIN pg_inherits xi ON xi.inhrelid = x.indexrelid
        WHERE x.indrelid = c.oid AND xi.inhparent = %s::regclass)
    ORDER BY 1
"""


def add(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for name, columns in INDEXES.items():
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS {name}"
                f" ON ONLY accounts_auditentry ({columns})"
            )
            cursor.execute(PARTITIONS, [name])
            for (partition,) in cursor.fetchall():
                own = f"{partition}_{name.removeprefix('auditentry_')}"
                # One that was left half-made by an interrupted migration is of no use.
                cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {own}")
                cursor.execute(
                    f"CREATE INDEX CONCURRENTLY {own} ON {partition} ({columns})"
                )
                cursor.execute(f"ALTER INDEX {name} ATTACH PARTITION {own}")


def take_away(apps, schema_editor):
    for name in INDEXES:
        schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0012_codes_too_early")]
    operations = [
        migrations.RunPython(
            add,
            take_away,
        ),
    ]
