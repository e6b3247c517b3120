"""F15: a new migration that the code still answering could not bear is refused."""

from unittest import mock

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.state import ModelState, ProjectState

from deploy import migrations as judged

pytestmark = pytest.mark.django_db

INDEX = models.Index(fields=["name"], name="thing_name")
NEW_TABLE = migrations.CreateModel(
    "Other",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=9, db_index=True)),
    ],
)


def issues(operation):
    """Of one operation on a table that holds rows."""
    before = ProjectState()
    fields = {"id": models.BigAutoField(primary_key=True), "name": models.TextField()}
    before.add_model(ModelState("accounts", "Thing", list(fields.items())))
    after = before.clone()
    operation.state_forwards("accounts", after)
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        # An index built beside the work asks to be outside of a transaction.
        with mock.patch.object(connection, "in_atomic_block", False):
            operation.database_forwards("accounts", editor, before, after)
        # As a migration of its own is printed.
        lines = [*editor.collected_sql, *(f"{each};" for each in editor.deferred_sql)]
        editor.deferred_sql.clear()
    return codes("\n".join(["BEGIN;", *lines, "COMMIT;"]))


def codes(text):
    return {code for code, _message in judged.issues_in(text)}


def add(field):
    return migrations.AddField("thing", "more", field)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (migrations.RemoveField("thing", "name"), "DROP_COLUMN"),
        (migrations.RenameField("thing", "name", "title"), "RENAME_COLUMN"),
        (migrations.RenameModel("Thing", "Stuff"), "RENAME_TABLE"),
        (migrations.DeleteModel("Thing"), "DROP_TABLE"),
        # Django takes its default back: the code of before writes no value.
        (add(models.IntegerField(default=0)), "NOT_NULL"),
        (
            migrations.AlterField("thing", "name", models.IntegerField()),
            "ALTER_COLUMN",
        ),
        (migrations.AddIndex("thing", INDEX), "CREATE_INDEX"),
        (
            migrations.AddConstraint(
                "thing", models.UniqueConstraint(fields=["name"], name="thing_once")
            ),
            "ADD_UNIQUE",
        ),
    ],
)
def test_what_breaks_the_code_of_before_is_refused(operation, code):
    assert code in issues(operation)


@pytest.mark.parametrize(
    "operation",
    [
        add(models.TextField(null=True)),
        add(models.IntegerField(db_default=0)),
        AddIndexConcurrently("thing", INDEX),
        NEW_TABLE,
    ],
)
def test_what_it_bears_is_not(operation):
    assert issues(operation) == set()


SQL = """BEGIN;
--
-- Raw SQL operation
--
CREATE TABLE thing (
    id bigint PRIMARY KEY,
    name text NOT NULL -- what; it is called
);
CREATE INDEX thing_name ON "thing" (name) WHERE (name <> '');
CREATE FUNCTION judge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name IS NOT NULL THEN
        DROP TABLE nothing;
    END IF;
    RETURN NEW;
END $$;
COMMIT;
"""


def test_a_new_table_and_a_function_in_sql_are_not():
    assert codes(SQL) == set()
    assert codes(SQL.replace("CREATE TABLE thing", "CREATE TABLE other")) == {
        "CREATE_INDEX"
    }
    assert "DROP_TABLE" in codes(SQL.replace("COMMIT;", "DROP TABLE kept;"))


def test_those_that_are_in_use_are_known_by_name():
    from django.db.migrations.loader import MigrationLoader

    disk = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}

    assert judged.known() <= disk
