"""An empty database, or one emptied on purpose, that gives no rights of its own."""

from django.db import connection, transaction

# Not what extensions brought: the administrator made those.
_OURS = """
    SELECT c.relkind::text, format('public.%I', c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
        AND NOT c.relispartition AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
                AND d.deptype = 'e')
"""
_ROUTINES = """
    SELECT p.oid::regprocedure::text
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public' AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e')
"""
_TYPES = """
    SELECT t.oid::regtype::text
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE n.nspname = 'public' AND t.typtype IN ('e', 'd') AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.objid = t.oid
            AND d.classid = 'pg_type'::regclass AND d.deptype = 'e')
"""
_DEFAULT_RIGHTS = """
    SELECT d.defaclobjtype::text, n.nspname, grantee::regrole::text
    FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace,
        LATERAL aclexplode(d.defaclacl)
    WHERE d.defaclrole = current_user::regrole AND grantee NOT IN (0, d.defaclrole)
    GROUP BY 1, 2, 3
"""
_OBJECTS = {"r": "TABLES", "S": "SEQUENCES", "f": "FUNCTIONS"}
_DROPS = {
    "r": "TABLE",
    "p": "TABLE",
    "f": "FOREIGN TABLE",
    "v": "VIEW",
    "m": "MATERIALIZED VIEW",
    "S": "SEQUENCE",
}


def holds_something() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({_OURS})")  # noqa: S608
        return bool(cursor.fetchone()[0])


@transaction.atomic
def empty() -> None:
    """All that is ours goes, in one transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_OURS)
        for kind, name in cursor.fetchall():
            cursor.execute(f"DROP {_DROPS[kind]} IF EXISTS {name} CASCADE")
        cursor.execute(_ROUTINES)
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP ROUTINE IF EXISTS {name} CASCADE")
        cursor.execute(_TYPES)
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TYPE IF EXISTS {name} CASCADE")


@transaction.atomic
def forget_default_rights() -> None:
    """What a table gets at its creation would stay beside what the dump gives it: the
    application could change the audit trail. The dump brings its own defaults."""
    with connection.cursor() as cursor:
        cursor.execute(_DEFAULT_RIGHTS)
        for kind, schema, role in cursor.fetchall():
            if kind in _OBJECTS:
                within = f" IN SCHEMA {schema}" if schema else ""
                cursor.execute(
                    f"ALTER DEFAULT PRIVILEGES{within} REVOKE ALL ON {_OBJECTS[kind]} "
                    f"FROM {role}"
                )
