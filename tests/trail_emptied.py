"""The trail after a test that committed: nobody may rewrite it, so its owner does here.

A later test in the same process counts its own entries, and nobody else's. Tests that
say that they commit are followed by it; a fixture that commits for a whole module ends
with it.
"""

import os

import psycopg
from django.db import connection

_TABLES = """
SELECT relid::regclass::text FROM pg_partition_tree('accounts_auditentry')
UNION ALL SELECT 'audit_seal' UNION ALL SELECT 'audit_forgetting'
"""


def empty() -> None:
    with psycopg.connect(
        os.environ["DATABASE_OWNER_URL"], dbname=connection.settings_dict["NAME"]
    ) as owner:
        tables = [name for (name,) in owner.execute(_TABLES).fetchall()]
        for table in tables:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute("TRUNCATE accounts_auditentry, audit_seal, audit_forgetting")
        for table in tables:
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
