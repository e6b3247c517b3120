"""What the application's role may do with every table the owner will make.

Later migrations take rights away where a table must not be rewritten. With one role
for everything there is nothing to grant, and ``check --deploy`` says so.
"""

import os

import environ
from django.db import migrations

RIGHTS = {
    "TABLES": "SELECT, INSERT, UPDATE, DELETE",
    "SEQUENCES": "USAGE, SELECT",
    "FUNCTIONS": "EXECUTE",
}


def grant_to_application_role(apps, schema_editor):
    connection = schema_editor.connection
    role = environ.Env.db_url_config(os.environ.get("DATABASE_URL", "")).get("USER")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user",
            [role],
        )
        if cursor.fetchone() is None:
            return
        quoted = connection.ops.quote_name(role)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
        for kind, rights in RIGHTS.items():
            cursor.execute(
                f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} "
                f"ON {kind} TO {quoted}"
            )
            # django_migrations and friends, made before this migration ran.
            if kind != "FUNCTIONS":
                cursor.execute(
                    f"GRANT {rights} ON ALL {kind} IN SCHEMA public TO {quoted}"
                )


class Migration(migrations.Migration):
    dependencies = []
    run_before = [
        ("contenttypes", "0001_initial"),
        ("sessions", "0001_initial"),
        ("flags", "0012_replace_migrations_for_wagtail_independence"),
        ("django_rq", "0001_initial"),
        ("companies", "0001_fold"),
    ]
    operations = [
        migrations.RunPython(grant_to_application_role, migrations.RunPython.noop)
    ]
