"""Comments of tables and columns, taken from the models into the database.

Django would write each of a column's comments with an ``ALTER COLUMN TYPE``, which
PostgreSQL refuses for the key of a partitioned table and for what a generated column
reads, and which locks the others for nothing. So a migration declares the comments in
its state only, and ends on ``comments``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.migrations import RunPython, SeparateDatabaseAndState
from django.db.migrations.state import ProjectState

ID = "Number of the row."


class Declared(SeparateDatabaseAndState):
    """Hundreds of changes of the state alone, after which the models are made once.

    Django would make anew, at each of them, the model and all that it touches: half of
    the time that the migrations of an empty database took.
    """

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # Who asks for the models next has them all made.
        state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)


def comments(app_label: str, brought: Mapping[str, str] | None = None) -> RunPython:
    """Say in the database what every model of the app says, unmanaged ones too.

    ``brought`` says, by column, what the columns of libraries' models hold.
    """

    def say(apps: Any, schema_editor: Any) -> None:
        known = {"id": ID, **(brought or {})}
        for model in apps.get_app_config(app_label).get_models():
            for thing, words in _comments(model, known, schema_editor):
                schema_editor.execute(
                    f"COMMENT ON {thing} IS {schema_editor.quote_value(words)}",
                    params=None,
                )

    return RunPython(say, RunPython.noop)


def _comments(
    model: Any, known: Mapping[str, str], schema_editor: Any
) -> Iterator[tuple[str, str]]:
    options, quote = model._meta, schema_editor.quote_name
    table = quote(options.db_table)
    if options.db_table_comment:
        yield f"{_kind(table, schema_editor)} {table}", options.db_table_comment
    for field in options.local_concrete_fields:
        words = field.db_comment or known.get(field.column)
        if words:
            yield f"COLUMN {table}.{quote(field.column)}", words


def _kind(table: str, schema_editor: Any) -> str:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT relkind FROM pg_class WHERE oid = %s::regclass", [table])
        return "MATERIALIZED VIEW" if cursor.fetchone()[0] == "m" else "TABLE"
