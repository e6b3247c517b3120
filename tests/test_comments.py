"""What the database says of itself: every table and column of ours has its comment.

The migration that makes one ends on ``mainsite.lib.comments.comments``, which also
says what ``id`` and the columns of libraries' models hold.
"""

import pytest
from django.apps import apps
from django.db import connection

OURS = {"accounts", "companies", "enrichment", "exports", "mainsite", "scoring"}
UNCOMMENTED = """
SELECT c.relname, a.attname
FROM pg_class c
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'm', 'v')
    -- A partition holds what its parent says.
    AND NOT c.relispartition
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    AND (obj_description(c.oid, 'pg_class') IS NULL
        OR col_description(c.oid, a.attnum) IS NULL)
ORDER BY 1, a.attnum
"""


def _of_libraries():
    models = apps.get_models(include_auto_created=True, include_swapped=True)
    tables = {
        model._meta.db_table for model in models if model._meta.app_label not in OURS
    }
    return tables | {"django_migrations"}


@pytest.mark.django_db
def test_every_table_and_column_says_what_it_holds():
    with connection.cursor() as cursor:
        cursor.execute(UNCOMMENTED)
        silent = [row for row in cursor.fetchall() if row[0] not in _of_libraries()]

    assert silent == []


def test_every_model_says_it_too():
    silent = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.local_concrete_fields
        if not (field.db_comment or field.column == "id" or _is_inherited(model, field))
    ]
    assert silent == []


def _is_inherited(model, field):
    """Brought by a library's abstract model: it cannot be declared again for words."""
    return not any(
        field.name in vars(base).get("__annotations__", {}) or _declares(base, field)
        for base in model.__mro__
        if base.__module__.partition(".")[0] in OURS
    )


def _declares(base, field):
    import inspect

    return f"\n    {field.name} = " in inspect.getsource(base)
