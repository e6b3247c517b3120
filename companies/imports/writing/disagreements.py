"""Who says otherwise of an exercise, once a file has told a figure of it.

A figure that stays has the file's beside it; one that is replaced stands beside the
file's, under the name of its source.
"""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import sql

from companies.imports.models import Import
from companies.imports.writing.comparing import KEPT, OVERWRITTEN, Compared

THING: Final = "said"
# Sources round: what the merge of enrichment takes for the same, here too.
_IS_OTHER: Final = "abs({given} - {old}) > greatest(1000, abs({kept}) / 200)"
_OTHERS: Final = """
coalesce(old.disagreements->{field}, '{{}}') - 'import' || CASE
    WHEN w.{what} = {kept} AND {is_other_kept}
        THEN jsonb_build_object('import', {given})
    WHEN w.{what} = {overwritten} AND {source} <> 'import' AND {is_other_given}
        THEN jsonb_build_object({source}, {old})
    ELSE '{{}}' END
"""
_FIND: Final = """
CREATE TEMP TABLE said ON COMMIT DROP AS
SELECT w.siren, w.old_id, w.closed_on, w.account_type, old.disagreements AS before,
    {after} AS after
FROM figures w JOIN annual_accounts old ON old.id = w.old_id WHERE {any}
"""
_REMEMBER: Final = """
INSERT INTO import_change (of_id, siren, thing, before, after)
SELECT %s, siren, %s, jsonb_build_object('disagreements', before), jsonb_build_object(
    'closed_on', closed_on, 'account_type', account_type, 'disagreements', after)
FROM said WHERE after <> before
"""
_WRITE: Final = """
UPDATE annual_accounts a SET disagreements = s.after
FROM said s WHERE a.id = s.old_id AND s.after <> s.before
"""
_REPEAT: Final = """
UPDATE target t SET sources_disagree = NOT t.sources_disagree
FROM (SELECT DISTINCT siren FROM {}) w
WHERE t.siren = w.siren AND t.sources_disagree <> EXISTS (SELECT FROM annual_accounts a
    WHERE a.siren = t.siren AND a.disagreements <> '{{}}')
"""
# What another source changed since loses the file's word only.
_GIVE_BACK: Final = """
UPDATE annual_accounts a SET disagreements = CASE
    WHEN a.disagreements = p.after->'disagreements' THEN p.before->'disagreements'
    ELSE coalesce((SELECT jsonb_object_agg(field, said) FROM (
        SELECT o.key AS field, CASE
            WHEN o.value->'import' = p.after->'disagreements'->o.key->'import'
            THEN o.value - 'import' ELSE o.value END AS said
        FROM jsonb_each(a.disagreements) o) rest WHERE said <> '{}'), '{}') END
FROM part p
WHERE p.thing = %s AND a.siren = p.siren
    AND a.closed_on = (p.after->>'closed_on')::date
    AND a.account_type = p.after->>'account_type'
"""


def write(cursor: Any, fields: Sequence[Compared], imp: Import) -> None:
    """Beside the stored figures, before those of the file replace any."""
    cursor.execute(
        sql.SQL(_FIND).format(
            after=_after(fields),
            any=sql.SQL(" OR ").join(
                sql.SQL("w.{} IS NOT NULL").format(_given(each)) for each in fields
            ),
        )
    )
    cursor.execute(_REMEMBER, [imp.pk, THING])
    if cursor.rowcount:
        cursor.execute(_WRITE)
        cursor.execute(_REPEAT.format("said"))


def give_back(cursor: Any) -> None:
    """Of the part of an undo in hand."""
    cursor.execute(_GIVE_BACK, [THING])
    if cursor.rowcount:
        cursor.execute(_REPEAT.format("part WHERE thing = 'said'"))


def _after(fields: Sequence[Compared]) -> sql.Composable:
    """Those of before, but for the fields that the file tells."""
    told = [
        sql.SQL(
            "CASE WHEN w.{given} IS NULL OR ({others}) = '{{}}' THEN '{{}}'"
            " ELSE jsonb_build_object({field}, {others}) END"
        ).format(
            given=_given(each), others=_others(each), field=sql.Literal(_column(each))
        )
        for each in fields
    ]
    silent = sql.SQL(", ").join(
        sql.SQL("CASE WHEN w.{} IS NOT NULL THEN {} END").format(
            _given(each), sql.Literal(_column(each))
        )
        for each in fields
    )
    return sql.SQL("(old.disagreements - array_remove(ARRAY[{}], NULL)) || {}").format(
        silent, sql.SQL(" || ").join(told)
    )


def _others(each: Compared) -> sql.Composable:
    """What the other sources say of a field from now on."""
    given = sql.SQL("w.{}").format(_given(each))
    old = sql.SQL("old.{}").format(sql.Identifier(_column(each)))
    is_other = sql.SQL(_IS_OTHER)
    return sql.SQL(_OTHERS).format(
        field=sql.Literal(_column(each)),
        what=sql.Identifier(each.what),
        kept=sql.Literal(KEPT),
        overwritten=sql.Literal(OVERWRITTEN),
        given=given,
        old=old,
        is_other_kept=is_other.format(given=given, old=old, kept=old),
        is_other_given=is_other.format(given=given, old=old, kept=given),
        # As the merge has it, for rows of before figures had a source each.
        source=sql.SQL("coalesce(old.provenance->{}->>0, 'inpi_bce')").format(
            sql.Literal(_column(each))
        ),
    )


def _given(each: Compared) -> sql.Identifier:
    return sql.Identifier(f"g_{each.code}")


def _column(each: Compared) -> str:
    return each.old.removeprefix("old.")
