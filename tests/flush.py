"""What tests that commit leave behind is deleted where it lies.

Django truncates all tables after each of them: five hundred files made anew, a third of
a second. It still does where rows must not be deleted, or where there are many.
"""

from collections.abc import Sequence

from django.db import connection

_MUCH = 1_000_000
_BEFORE_DELETE = 2 | 8
_NOT_TO_DELETE = f"""
SELECT FROM unnest(%s::regclass[]) each WHERE pg_table_size(each) > {_MUCH} OR EXISTS (
    SELECT FROM pg_trigger WHERE tgrelid = each AND NOT tgisinternal
        AND tgtype & {_BEFORE_DELETE} = {_BEFORE_DELETE})
"""  # noqa: S608 -- numbers of this file


def delete_instead_of_truncating() -> None:
    """From now on, in this process."""
    truncating = connection.ops.sql_flush

    def sql_flush(style, tables: Sequence[str], **options) -> list[str]:
        names = [connection.ops.quote_name(table) for table in tables]
        with connection.cursor() as cursor:
            each = "SELECT '{0}' WHERE EXISTS (SELECT FROM {0})"
            cursor.execute(" UNION ALL ".join(each.format(name) for name in names))
            filled = [name for (name,) in cursor.fetchall()]
            cursor.execute(_NOT_TO_DELETE, [filled])
            if cursor.fetchone() is not None:
                return truncating(style, tables, **options)
        # In one statement, at whose end those that are referred to are looked for.
        deletions = [
            f"_{number} AS (DELETE FROM {name})"  # noqa: S608
            for number, name in enumerate(filled)
        ]
        return [f"WITH {', '.join(deletions)} SELECT"] if filled else []

    connection.ops.sql_flush = sql_flush  # type: ignore[method-assign]
