"""Amounts of an exercise: ``annual_accounts``, then what is searched in ``target``."""

from collections.abc import Iterable
from typing import Any, Final

from psycopg import sql

from companies.imports.chunks import Chunk, Tally
from companies.imports.writing import disagreements
from companies.imports.writing.comparing import (
    WORDS,
    Compared,
    changes,
    counting,
    is_changed,
)

_FIELDS: Final = {
    "revenue": "revenue",
    "net_income": "net_income",
    "headcount": "headcount",
}
_GIVEN: Final = {"headcount": "people"}
# Before a headcount that is a number.
PEOPLE: Final = "n:"

# The exercise of that year that is known, company accounts first; else a new one, whose
# closing is a guess unless the file tells a day.
_COMPARE: Final = """
CREATE TEMP TABLE figures ON COMMIT DROP AS
SELECT s.siren, s.line, c.name, old.id AS old_id,
    coalesce(old.closed_on, s.closed_on) AS closed_on,
    coalesce(old.account_type, 'C') AS account_type,
    n.siren IS NOT NULL AS is_new, {given}, {expressions}
FROM imported s JOIN company c ON c.siren = s.siren
LEFT JOIN created n ON n.siren = s.siren
LEFT JOIN LATERAL (
    SELECT * FROM annual_accounts a
    WHERE a.siren = s.siren
        AND a.closed_on BETWEEN date_trunc('year', s.closed_on)::date
            AND (date_trunc('year', s.closed_on) + interval '1 year - 1 day')::date
    ORDER BY array_position(ARRAY['C', 'S', 'K'], a.account_type::text),
        a.closed_on DESC LIMIT 1
) old ON true
WHERE s.closed_on IS NOT NULL AND coalesce({any}) IS NOT NULL
"""
_CHANGE: Final = """
INSERT INTO import_change (of_id, siren, thing, before, after)
SELECT %(imp)s, w.siren, 'accounts',
    CASE WHEN old.id IS NOT NULL THEN {before}
        || jsonb_build_object('provenance', old.provenance) END,
    jsonb_build_object('closed_on', w.closed_on, 'account_type', w.account_type)
        || {after}
FROM figures w LEFT JOIN annual_accounts old ON old.id = w.old_id
WHERE NOT w.is_new AND ({changes})
"""
_SAID: Final = (
    "CASE WHEN {} THEN jsonb_build_object({}, jsonb_build_array('import',"
    " to_char(now() AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD'))) ELSE '{{}}' END"
)
_UPDATE: Final = """
UPDATE annual_accounts old SET {sets}, provenance = old.provenance || {said}
FROM figures w WHERE old.id = w.old_id AND ({changes})
"""
_INSERT: Final = """
INSERT INTO annual_accounts (siren, closed_on, account_type, is_closing_estimated,
    {columns}, is_confidential, is_sandbox, has_unit_jump, provenance, disagreements)
SELECT w.siren, w.closed_on, w.account_type,
    extract(month FROM w.closed_on) = 12 AND extract(day FROM w.closed_on) = 31,
    {values}, false, false, false, {said}, '{{}}'
FROM figures w WHERE w.old_id IS NULL AND ({changes})
ORDER BY w.siren
"""
# As target_figures does from facts: the newest year, then company accounts.
REFRESH: Final = """
INSERT INTO target (siren, geo, created_on, headcount, naf, legal_form, flags,
    folded_name, enriched_at, revenue, revenue_year, net_income, ebitda,
    accounts_headcount, accounts_closed_on, is_confidential, sources_disagree)
SELECT c.siren, r.geo, r.created_on, r.headcount, r.naf, r.legal_form,
    coalesce(r.flags, 1), c.folded_name, now(), f.revenue,
    extract(year FROM f.closed_on), f.net_income, f.ebitda, f.headcount, l.closed_on,
    coalesce(l.is_confidential AND l.revenue IS NULL, false),
    EXISTS (SELECT FROM annual_accounts a
        WHERE a.siren = c.siren AND a.disagreements <> '{}')
FROM company c LEFT JOIN register r ON r.siren = c.siren
LEFT JOIN LATERAL (
    SELECT * FROM annual_accounts a WHERE a.siren = c.siren AND a.revenue IS NOT NULL
    ORDER BY extract(year FROM a.closed_on) DESC,
        array_position(ARRAY['C', 'S', 'K'], a.account_type::text), a.closed_on DESC
    LIMIT 1
) f ON true
LEFT JOIN LATERAL (
    SELECT * FROM annual_accounts a WHERE a.siren = c.siren
    ORDER BY extract(year FROM a.closed_on) DESC,
        array_position(ARRAY['C', 'S', 'K'], a.account_type::text), a.closed_on DESC
    LIMIT 1
) l ON true
WHERE c.siren = ANY (%s) ORDER BY c.siren
ON CONFLICT (siren) DO UPDATE SET
    (enriched_at, revenue, revenue_year, net_income, ebitda, accounts_headcount,
        accounts_closed_on, is_confidential, sources_disagree) = ROW (
        excluded.enriched_at, excluded.revenue, excluded.revenue_year,
        excluded.net_income, excluded.ebitda, excluded.accounts_headcount,
        excluded.accounts_closed_on, excluded.is_confidential,
        excluded.sources_disagree)
"""


class Figures:
    """The amounts of one import; nothing when no column has any."""

    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk
        present = set(chunk.rows.column_names)
        self._fields = [
            Compared(
                code=code,
                given=f"s.{_GIVEN.get(code, code)}",
                old=f"old.{column}",
                is_blank=f"old.{column} IS NULL",
                is_text=False,
            )
            for code, column in _FIELDS.items()
            if _GIVEN.get(code, code) in present and "closed_on" in present
        ]

    def write(self, cursor: Any, tally: Tally) -> tuple[int, ...]:
        """The companies whose figures changed."""
        if not self._fields:
            return ()
        cursor.execute(
            sql.SQL(_COMPARE).format(
                given=_listed(
                    sql.SQL("{} AS {}").format(
                        sql.SQL(each.given), sql.Identifier(f"g_{each.code}")
                    )
                    for each in self._fields
                ),
                expressions=_listed(
                    sql.SQL("{}::smallint AS {}").format(
                        sql.SQL("({})").format(
                            each.expression(self._chunk.policy(each.code))
                        ),
                        sql.Identifier(each.what),
                    )
                    for each in self._fields
                ),
                any=_listed(sql.SQL(each.given) for each in self._fields),
            )
        )
        if not cursor.rowcount:
            return ()
        self._count(cursor, tally)
        self._show(cursor, tally)
        cursor.execute(
            sql.SQL(
                "SELECT w.siren, w.is_new FROM figures w WHERE {} ORDER BY w.siren"
            ).format(changes(self._fields))
        )
        changed = cursor.fetchall()
        sirens = [siren for siren, _ in changed]
        old = [(siren,) for siren, is_new in changed if not is_new]
        if old:
            cursor.execute(
                "INSERT INTO touched SELECT unnest(%s::int[])", [[s for (s,) in old]]
            )
        if not self._chunk.is_trial:
            disagreements.write(cursor, self._fields, self._chunk.imp)
        if sirens and not self._chunk.is_trial:
            self._store(cursor, sirens)
        return tuple(sirens)

    def _count(self, cursor: Any, tally: Tally) -> None:
        cursor.execute(
            sql.SQL("SELECT {} FROM figures w WHERE NOT w.is_new").format(
                counting(self._fields)
            )
        )
        counts = iter(cursor.fetchone())
        for each in self._fields:
            for word in WORDS.values():
                number = next(counts)
                # The band of the same column is told already.
                if number and not (
                    each.code == "headcount" and each.code in tally.fields
                ):
                    tally.count(each.code, word, number)

    def _show(self, cursor: Any, tally: Tally) -> None:
        for each in self._fields:
            if each.code not in tally.fields:
                continue
            cursor.execute(
                sql.SQL(
                    """
SELECT w.line, w.siren, w.name, {old}, w.{given}
FROM figures w LEFT JOIN annual_accounts old ON old.id = w.old_id
WHERE NOT w.is_new AND w.{what} > 0 ORDER BY w.{what} = 2 DESC, w.line LIMIT 10
"""
                ).format(
                    old=sql.SQL(each.old),
                    given=sql.Identifier(f"g_{each.code}"),
                    what=sql.Identifier(each.what),
                )
            )
            for line, siren, name, before, after in cursor.fetchall():
                tally.show(
                    {
                        "line": line,
                        "siren": f"{siren:09d}",
                        "name": name,
                        "field": each.code,
                        "before": _shown(each.code, before),
                        "after": _shown(each.code, after),
                        "rule": self._chunk.policy(each.code),
                    }
                )

    def _store(self, cursor: Any, sirens: list[int]) -> None:
        said = sql.SQL(" || ").join(
            sql.SQL(_SAID).format(is_changed(each), sql.Literal(_FIELDS[each.code]))
            for each in self._fields
        )
        fields = self._fields
        cursor.execute(
            sql.SQL(_CHANGE).format(
                before=_objects(fields, "old.{}"),
                after=_objects(fields, "w.{}", prefix="g_"),
                changes=changes(fields),
            ),
            {"imp": self._chunk.imp.pk},
        )
        sets = _listed(
            sql.SQL("{0} = CASE WHEN {1} THEN w.{2} ELSE old.{0} END").format(
                sql.Identifier(_FIELDS[each.code]),
                is_changed(each),
                sql.Identifier(f"g_{each.code}"),
            )
            for each in fields
        )
        cursor.execute(
            sql.SQL(_UPDATE).format(sets=sets, said=said, changes=changes(fields))
        )
        cursor.execute(
            sql.SQL(_INSERT).format(
                columns=_listed(sql.Identifier(_FIELDS[each.code]) for each in fields),
                values=_listed(
                    sql.SQL("CASE WHEN {} THEN w.{} END").format(
                        is_changed(each), sql.Identifier(f"g_{each.code}")
                    )
                    for each in fields
                ),
                said=said,
                changes=changes(fields),
            )
        )
        cursor.execute(REFRESH, [sirens])


def _listed(parts: Iterable[sql.Composable]) -> sql.Composable:
    joined: sql.Composable = sql.SQL(", ").join(parts)
    return joined


def _objects(fields: list[Compared], value: str, *, prefix: str = "") -> sql.Composable:
    return sql.SQL(" || ").join(
        sql.SQL("CASE WHEN {} THEN jsonb_build_object({}, {}) ELSE '{{}}' END").format(
            is_changed(each),
            sql.Literal(_FIELDS[each.code]),
            sql.SQL(value).format(
                sql.Identifier(prefix + (each.code if prefix else _FIELDS[each.code]))
            ),
        )
        for each in fields
    )


def _shown(code: str, figure: int | None) -> str:
    """Of a headcount, a number of people: « 12 » would be the code of a band."""
    if figure is None:
        return ""
    return f"{PEOPLE}{figure}" if code == "headcount" else str(figure)
