"""What the application's role may do with every table the owner will make.

Later migrations take rights away where a table must not be rewritten. With one role
for everything there is nothing to grant, and ``check --deploy`` says so.
"""

from django.db import migrations

from mainsite.lib.application_role import application_role

RIGHTS = {
    "TABLES": "SELECT, INSERT, UPDATE, DELETE",
    "SEQUENCES": "USAGE, SELECT",
    "FUNCTIONS": "EXECUTE",
}


def grant_to_application_role(apps, schema_editor):
    connection = schema_editor.connection
    role = application_role(connection)
    if role is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        for kind, rights in RIGHTS.items():
            cursor.execute(
                f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} "
                f"ON {kind} TO {role}"
            )
            # django_migrations and friends, made before this migration ran.
            if kind != "FUNCTIONS":
                cursor.execute(
                    f"GRANT {rights} ON ALL {kind} IN SCHEMA public TO {role}"
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
