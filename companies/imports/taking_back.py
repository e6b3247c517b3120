"""What an import of companies wrote, given back where it still stands."""

from collections import Counter
from typing import Any, Final

from django.db import connection
from psycopg import sql

from companies.choices import Source
from companies.events import CompaniesEnriched
from companies.imports import narrow
from companies.imports.kinds import contacts
from companies.imports.models import Import, ImportChange
from companies.imports.writing import disagreements
from companies.imports.writing.figures import REFRESH
from companies.imports.writing.identity import REPEAT_IN_TARGET
from mainsite.lib import cache
from mainsite.lib.events import publish

# Changes of one transaction.
PART: Final = 5000

# {column of company: type}; what was null is null in JSON too.
_WIDE: Final = {
    "name": "text",
    "trade_name": "text",
    "acronym": "text",
    "legal_form": "text",
    "created_on": "date",
    "siret": "bigint",
    "address": "text",
    "postal_code": "text",
    "commune_code": "text",
    "commune": "text",
    "latitude": "float8",
    "longitude": "float8",
    "naf_code": "text",
    "headcount_band": "text",
    "headcount_year": "smallint",
    "website": "text",
    "capital_eur": "bigint",
}
# {column of register: column of company that it follows}.
_NARROW: Final = {
    "geo": ("integer", "commune_code"),
    "headcount": ("integer", "headcount_band"),
    "naf": ("smallint", "naf_code"),
    "legal_form": ("smallint", "legal_form"),
    "created_on": ("date", "created_on"),
}
_FIGURES: Final = ("revenue", "net_income", "headcount")

_PREPARE: Final = """
SET LOCAL statement_timeout = 0;
SET LOCAL enable_seqscan = off;
DROP TABLE IF EXISTS pg_temp.part, pg_temp.touched;
CREATE TEMP TABLE part ON COMMIT DROP AS
SELECT id, siren, thing, before, after FROM import_change WHERE of_id = %(imp)s
    AND thing <> %(narrow)s
ORDER BY of_id, siren, id LIMIT %(part)s;
CREATE TEMP TABLE touched ON COMMIT DROP AS SELECT DISTINCT siren FROM part;
"""
_LOCK: Final = """
    SELECT count(*) FROM (SELECT c.siren FROM company c JOIN touched t USING (siren)
        ORDER BY c.siren FOR NO KEY UPDATE OF c) locked
"""


def changes(imp: Import) -> Counter[str] | None:
    """Give back a part of what changed; None: none is left."""
    with connection.cursor() as cursor:
        cursor.execute(_PREPARE, {"imp": imp.pk, "part": PART, "narrow": narrow.THING})
        cursor.execute("SELECT count(*), array_agg(id) FROM part")
        count, ids = cursor.fetchone()
        if not count:
            return None
        cursor.execute(_LOCK)
        told: Counter[str] = Counter()
        _identity(cursor, told)
        disagreements.give_back(cursor)
        _accounts(cursor, told, imp)
        _leaders(cursor, told)
        _pursuits(cursor, told, imp)
        _notes(cursor, told)
        _contacts(imp, ids, told)
        cursor.execute("SELECT siren FROM touched ORDER BY siren")
        touched = [siren for (siren,) in cursor.fetchall()]
    ImportChange.objects.filter(pk__in=ids).delete()
    cache.forget(cache.company(f"{siren:09d}") for siren in touched)
    return told


def _contacts(imp: Import, ids: list[int], told: Counter[str]) -> None:
    part = list(ImportChange.objects.filter(pk__in=ids, thing=contacts.THING))
    if part:
        given = contacts.give_back(imp, part)
        told.update(given_back=given, kept_changed=len(part) - given)


def _still(column: str, type_: str, row: str = "c") -> str:
    """Whether the import wrote this column and it has not changed since."""
    return (
        f"p.after ? '{column}' AND {row}.{column} IS NOT DISTINCT FROM"
        f" (p.after->>'{column}')::{type_}"
    )


def _identity(cursor: Any, told: Counter[str]) -> None:
    still = {column: _still(column, type_) for column, type_ in _WIDE.items()}
    given = ", ".join(f"count(*) FILTER (WHERE {test})" for test in still.values())
    written = ", ".join(
        f"count(*) FILTER (WHERE p.after ? '{column}')" for column in still
    )
    cursor.execute(
        sql.SQL(
            "SELECT {given}, {written} FROM part p JOIN company c USING (siren)"
            " WHERE p.thing = 'company'"
        ).format(given=sql.SQL(given), written=sql.SQL(written))
    )
    counts = cursor.fetchone()
    half = len(still)
    if not sum(counts[half:]):
        return
    # Coordinates go with an address, and are no field of a file.
    told["given_back"] += sum(
        n for c, n in zip(still, counts[:half], strict=True) if c[:4] not in _NO_FIELD
    )
    told["kept_changed"] += sum(
        all_ - back
        for c, back, all_ in zip(still, counts[:half], counts[half:], strict=True)
        if c[:4] not in _NO_FIELD
    )
    narrow = [
        f"{column} = CASE WHEN p.after ? 'r_{column}' AND ({still[wide]})"
        f" THEN (p.before->>'r_{column}')::{type_} ELSE r.{column} END"
        for column, (type_, wide) in _NARROW.items()
    ]
    cursor.execute(
        sql.SQL(
            "UPDATE register r SET {narrow},"
            " flags = CASE WHEN {named} AND p.before->>'name' = ''"
            " THEN r.flags & ~4 ELSE r.flags END"
            " FROM part p JOIN company c USING (siren)"
            " WHERE r.siren = p.siren AND p.thing = 'company'"
        ).format(narrow=sql.SQL(", ".join(narrow)), named=sql.SQL(still["name"]))
    )
    wide = [
        f"{column} = CASE WHEN {still[column]}"
        f" THEN (p.before->>'{column}')::{type_} ELSE c.{column} END"
        for column, type_ in _WIDE.items()
    ]
    names = ", ".join(f"CASE WHEN {test} THEN '{c}' END" for c, test in still.items())
    cursor.execute(
        sql.SQL(
            "UPDATE company c SET {wide}, provenance = nullif("
            " (coalesce(c.provenance, '{{}}') - array_remove(ARRAY[{names}], NULL))"
            " || coalesce((SELECT jsonb_object_agg(o.key, o.value)"
            "   FROM jsonb_each(p.before->'provenance') o"
            "  WHERE o.key = ANY (ARRAY[{names}])), '{{}}'), '{{}}')"
            " FROM part p WHERE c.siren = p.siren AND p.thing = 'company'"
        ).format(wide=sql.SQL(", ".join(wide)), names=sql.SQL(names))
    )
    cursor.execute(REPEAT_IN_TARGET)


_NO_FIELD: Final = frozenset({"lati", "long"})


def _accounts(cursor: Any, told: Counter[str], imp: Import) -> None:
    still = {column: _still(column, "bigint", "a") for column in _FIGURES}
    same = sql.SQL(
        "a.siren = p.siren AND p.thing = 'accounts'"
        " AND a.closed_on = (p.after->>'closed_on')::date"
        " AND a.account_type = p.after->>'account_type'"
    )
    given = " + ".join(f"({test})::int" for test in still.values())
    written = " + ".join(f"(p.after ? '{column}')::int" for column in still)
    cursor.execute(
        sql.SQL(
            "SELECT coalesce(sum({given}), 0), coalesce(sum({written}), 0),"
            " array_agg(DISTINCT a.siren)"
            " FROM annual_accounts a JOIN part p ON {same}"
        ).format(given=sql.SQL(given), written=sql.SQL(written), same=same)
    )
    back, all_, sirens = cursor.fetchone()
    if not sirens:
        return
    told["given_back"] += back
    told["kept_changed"] += all_ - back
    sets = [
        f"{column} = CASE WHEN {still[column]}"
        f" THEN (p.before->>'{column}')::bigint ELSE a.{column} END"
        for column in _FIGURES
    ]
    names = ", ".join(f"CASE WHEN {test} THEN '{c}' END" for c, test in still.items())
    cursor.execute(
        sql.SQL(
            "UPDATE annual_accounts a SET {sets}, provenance ="
            " (a.provenance - array_remove(ARRAY[{names}], NULL))"
            " || coalesce((SELECT jsonb_object_agg(o.key, o.value)"
            "   FROM jsonb_each(p.before->'provenance') o"
            "  WHERE o.key = ANY (ARRAY[{names}])), '{{}}') FROM part p WHERE {same}"
        ).format(sets=sql.SQL(", ".join(sets)), names=sql.SQL(names), same=same)
    )
    # An exercise that only the import knew.
    cursor.execute(
        sql.SQL(
            "DELETE FROM annual_accounts a USING part p WHERE {same} AND"
            " p.before IS NULL AND a.provenance = '{{}}' AND a.disagreements = '{{}}'"
        ).format(same=same)
    )
    narrow.expect(imp, sirens)
    cursor.execute(REFRESH, [sirens])
    publish(
        CompaniesEnriched(
            sirens=tuple(f"{siren:09d}" for siren in sirens), source=Source.IMPORT
        )
    )


_LEADERS_BACK: Final = """
WITH w AS (
    UPDATE target t SET leader_name = p.before->>'leader_name',
        leader_birth_year = (p.before->>'leader_birth_year')::smallint,
        leader_since = (p.before->>'leader_since')::date
    FROM part p WHERE t.siren = p.siren AND p.thing = 'leader'
        AND t.leader_name = p.after->>'leader_name'
    RETURNING t.siren
), gone AS (
    DELETE FROM officer o USING part p WHERE o.siren = p.siren AND p.thing = 'leader'
        AND o.source = 'import' AND o.siren IN (SELECT siren FROM w)
        AND (o.surname = p.after->>'surname' AND o.first_name = p.after->>'first_name'
            OR p.after->'others' @> jsonb_build_array(
                jsonb_build_array(o.first_name, o.surname)))
)
SELECT (SELECT count(*) FROM w), (SELECT count(*) FROM part WHERE thing = 'leader')
"""


def _leaders(cursor: Any, told: Counter[str]) -> None:
    cursor.execute(_LEADERS_BACK)
    _count(cursor, told)


def _count(cursor: Any, told: Counter[str]) -> None:
    back, all_ = cursor.fetchone()
    if all_:
        told["given_back"] += back
        told["kept_changed"] += all_ - back


# A row that the import made goes: its company may have to. The history of the
# pipeline stays, with a line for the way back.
_PURSUITS_BACK: Final = """
WITH same AS (
    SELECT u.id, u.siren, u.status, p.before FROM pursuit u JOIN part p
        ON u.siren = p.siren AND u.desk_id = %(desk)s
    WHERE p.thing = 'pursuit' AND u.status = p.after->>'status'
        AND u.reason = p.after->>'reason'
), gone AS (
    DELETE FROM pursuit u USING same s WHERE u.id = s.id AND s.before IS NULL
), back AS (
    UPDATE pursuit u SET status = s.before->>'status', reason = s.before->>'reason',
        wake_on = (s.before->>'wake_on')::date, since = now(),
        owner_id = (SELECT id FROM accounts_user
            WHERE id = (s.before->>'owner_id')::bigint)
    FROM same s WHERE u.id = s.id AND s.before IS NOT NULL
), told AS (
    INSERT INTO pursuit_change (desk_id, siren, before, after, reason, by_id, at)
    SELECT %(desk)s, s.siren, s.status, coalesce(s.before->>'status', 'prospect'),
        coalesce(s.before->>'reason', ''), %(by)s, now() FROM same s
)
SELECT (SELECT count(*) FROM same),
    (SELECT count(*) FROM part WHERE thing = 'pursuit')
"""


def _pursuits(cursor: Any, told: Counter[str], imp: Import) -> None:
    by = imp.undone_by_id or imp.created_by_id
    cursor.execute(_PURSUITS_BACK, {"desk": imp.desk_id, "by": by})
    _count(cursor, told)


_NOTES_BACK: Final = """
WITH gone AS (
    DELETE FROM note o USING part p WHERE p.thing = 'note' AND o.siren = p.siren
        AND o.id = (p.after->>'id')::bigint AND o.text = p.after->>'text'
    RETURNING o.id
)
SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM part WHERE thing = 'note')
"""


def _notes(cursor: Any, told: Counter[str]) -> None:
    cursor.execute(_NOTES_BACK)
    _count(cursor, told)
