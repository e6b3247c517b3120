"""Who may do what in the embedded PostgreSQL.

The owner migrates and owns the tables; the application's role reads and writes rows and
changes no table. A real server needs the same, from its administrator.
"""

OWNER, APP, DATABASE = "ma_owner", "ma_app", "ma"
_EXTENSIONS = ("pg_trgm", "unaccent", "btree_gin", "pg_stat_statements")
# Its page in the admin starts the figures of slow queries anew.
_MAY_RESET = f"GRANT EXECUTE ON FUNCTION pg_stat_statements_reset TO {OWNER};"
_APP_MAY = (
    "SELECT, INSERT, UPDATE, DELETE ON TABLES",
    "USAGE, SELECT ON SEQUENCES",
    "EXECUTE ON FUNCTIONS",
)


def statements(*, owner_password: str, app_password: str) -> dict[str, list[str]]:
    """For each database, lines for the superuser; running them twice does no harm.

    One statement a line: that is how single-user mode reads. What is done in template1
    is in the product's database and in every test database, which are copies of it.
    """
    # The owner creates the test databases.
    template = [
        *_role(OWNER, f"LOGIN CREATEDB PASSWORD '{owner_password}'"),
        *_role(APP, f"LOGIN NOCREATEDB PASSWORD '{app_password}'"),
        f"GRANT pg_monitor TO {OWNER};",
        f"GRANT {APP} TO {OWNER};",
        *(f"CREATE EXTENSION IF NOT EXISTS {name};" for name in _EXTENSIONS),
        _MAY_RESET,
        f"ALTER SCHEMA public OWNER TO {OWNER};",
        f"GRANT USAGE ON SCHEMA public TO {APP};",
        *(
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT {right} TO {APP};"
            for right in _APP_MAY
        ),
        f"CREATE DATABASE {DATABASE} OWNER {OWNER};",
    ]
    own = [
        f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APP};",
        # For a database that was made before template1 had it.
        _MAY_RESET,
    ]
    return {"template1": template, DATABASE: own}


def _role(name: str, rights: str) -> tuple[str, str]:
    create = f"CREATE ROLE {name}; EXCEPTION WHEN duplicate_object THEN NULL;"
    return f"DO $$ BEGIN {create} END $$;", f"ALTER ROLE {name} {rights};"
