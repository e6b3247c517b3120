"""Constraints added to tables that are in use: said at once, checked afterwards.

A constraint that is ``NOT VALID`` binds every row written from now on and costs a lock
of an instant; a later migration reads the rows that were there before, while the
application works on.
"""

from collections.abc import Mapping

from django.db.migrations import RunSQL

VALIDATE = """
DO $$
DECLARE
    r record;
BEGIN
    FOR r IN
        SELECT conrelid::regclass AS named, conname FROM pg_constraint
        WHERE NOT convalidated AND connamespace = 'public'::regnamespace
        ORDER BY conparentid, conrelid
    LOOP
        EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', r.named, r.conname);
    END LOOP;
END $$;
"""
SIREN = "siren BETWEEN 0 AND 999999999"


def one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def checks(rules: Mapping[str, Mapping[str, str]]) -> list[RunSQL]:
    """One statement a table: each takes its lock once, and briefly."""
    return [
        RunSQL(
            f"ALTER TABLE {table} "
            + ", ".join(
                f"ADD CONSTRAINT {table}_{name} CHECK ({condition}) NOT VALID"
                for name, condition in conditions.items()
            ),
            f"ALTER TABLE {table} "
            + ", ".join(f"DROP CONSTRAINT {table}_{name}" for name in conditions),
        )
        for table, conditions in rules.items()
    ]


def foreign_key(table: str, *, on_delete: str = "NO ACTION") -> RunSQL:
    """The table's ``siren`` is one of ``company``."""
    name = f"{table}_has_a_company"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (siren) "
        f"REFERENCES company (siren) ON DELETE {on_delete} "
        "DEFERRABLE INITIALLY IMMEDIATE NOT VALID",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def validated() -> RunSQL:
    """Every constraint of the schema that still waits for it."""
    return RunSQL(VALIDATE, RunSQL.noop)
