"""Identity, address and activity: ``company`` and its narrow rows."""

from typing import Any, Final

from psycopg import sql

from companies.imports.chunks import Chunk, Tally
from companies.imports.codes import Repair
from companies.imports.writing.comparing import (
    WORDS,
    Compared,
    changes,
    counting,
    is_changed,
)

_NOT_PARTIAL: Final = "old.diffusion <> 'P'"
# Of a sole trader who limits their diffusion, nor a name.
_NAMED: Final = "left(old.legal_form, 1) <> '1' OR old.diffusion <> 'P'"
_PLACE_FITS: Final = (
    "coalesce(s.commune_code = nullif(old.commune_code, ''),"
    " s.postal_code = nullif(old.postal_code, ''), true)"
)


def _text(code: str, **more: Any) -> Compared:
    return Compared(
        code=code,
        given=f"s.{code}",
        old=f"old.{code}",
        is_blank=f"old.{code} = ''",
        **more,
    )


def _plain(code: str, column: str = "", given: str = "", **more: Any) -> Compared:
    column = column or code
    return Compared(
        code=code,
        given=f"s.{given or code}",
        old=f"old.{column}",
        is_blank=f"old.{column} IS NULL",
        is_text=False,
        **more,
    )


# Of a company of partial diffusion, neither address nor office is taken.
FIELDS: Final = (
    _text("name", is_taken=_NAMED),
    _text("trade_name", is_taken=_NAMED),
    _text("acronym", is_taken=_NAMED),
    _text("legal_form"),
    _plain("created_on"),
    _plain("siret", is_taken=_NOT_PARTIAL, fits=_PLACE_FITS),
    _text("address", is_taken=_NOT_PARTIAL, fits=_PLACE_FITS),
    _text("postal_code", fits=_PLACE_FITS),
    Compared(
        code="commune",
        given="s.commune",
        old="old.commune",
        is_blank="(old.commune_code = '' AND (old.commune = ''"
        " OR (s.commune_code IS NOT NULL AND fold(s.commune) = fold(old.commune))))",
        is_same="coalesce(s.commune_code = old.commune_code,"
        " fold(s.commune) = fold(old.commune))",
        fits=_PLACE_FITS,
    ),
    _text("naf_code"),
    Compared(
        code="headcount",
        given="s.headcount_band",
        old="old.headcount_band",
        is_blank="old.headcount_band = ''",
        is_text=False,
    ),
    _text("website"),
    _plain("capital", "capital_eur"),
)
# {field: (column of company, column of imported)} of what is written for each.
_WRITES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "commune": (
        ("commune", "s.commune"),
        ("commune_code", "coalesce(s.commune_code, '')"),
    ),
    "headcount": (
        ("headcount_band", "s.headcount_band"),
        ("headcount_year", "extract(year FROM s.closed_on)::smallint"),
    ),
    "capital": (("capital_eur", "s.capital"),),
}
# The same of register, whose numbers cannot be found again from the codes in SQL.
_NARROW: Final[dict[str, tuple[str, str]]] = {
    "commune": ("geo", "s.geo"),
    "headcount": ("headcount", "s.headcount"),
    "naf_code": ("naf", "s.naf"),
    "legal_form": ("legal_form", "s.legal_form::smallint"),
    "created_on": ("created_on", "s.created_on"),
}
_PLACED: Final = ("address", "commune")


def writes(code: str) -> tuple[tuple[str, str], ...]:
    return _WRITES.get(code, ((code, f"s.{code}"),))


class Identity:
    """The fields of one import that stand in ``company``."""

    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk
        mapped = set(chunk.imp.mapping.values())
        self._fields = [each for each in FIELDS if each.code in mapped]

    def write(self, cursor: Any, tally: Tally) -> None:
        if not self._fields:
            return
        if not self._compare(cursor, tally):
            return
        self._show(cursor, tally)
        if not self._chunk.is_trial:
            self._store(cursor)

    def _compare(self, cursor: Any, tally: Tally) -> int:
        # OFFSET 0: each company is found by its SIREN. The planner thinks so much of
        # what the expressions cost that it would rather read them all, in each chunk.
        columns = [sql.Identifier(each.what) for each in self._fields]
        cursor.execute(
            sql.SQL(
                "CREATE TEMP TABLE compared (siren integer, {}) ON COMMIT DROP"
            ).format(
                sql.SQL(", ").join(sql.SQL("{} smallint").format(c) for c in columns)
            )
        )
        cursor.execute(
            sql.SQL(
                """
INSERT INTO compared
SELECT s.siren, {names}
FROM imported s
CROSS JOIN LATERAL (SELECT * FROM company c WHERE c.siren = s.siren OFFSET 0) old
CROSS JOIN LATERAL (SELECT {expressions}) w
WHERE NOT EXISTS (SELECT FROM created n WHERE n.siren = s.siren) AND ({any})
"""
            ).format(
                names=sql.SQL(", ").join(sql.SQL("w.{}").format(c) for c in columns),
                expressions=sql.SQL(", ").join(
                    sql.SQL("{} AS {}").format(
                        each.expression(self._chunk.policy(each.code)),
                        sql.Identifier(each.what),
                    )
                    for each in self._fields
                ),
                any=sql.SQL(" OR ").join(
                    sql.SQL("w.{} > 0").format(c) for c in columns
                ),
            ),
            {},
        )
        found = int(cursor.rowcount)
        if not found:
            return 0
        cursor.execute(
            sql.SQL("SELECT {} FROM compared w").format(counting(self._fields))
        )
        counts = iter(cursor.fetchone())
        for each in self._fields:
            for word in WORDS.values():
                if number := next(counts):
                    tally.count(each.code, word, number)
        cursor.execute(
            sql.SQL("INSERT INTO touched SELECT siren FROM compared w WHERE {}").format(
                changes(self._fields)
            )
        )
        return found

    def _show(self, cursor: Any, tally: Tally) -> None:
        for each in self._fields:
            if each.code not in tally.fields:
                continue
            cursor.execute(
                sql.SQL(
                    """
SELECT s.line, s.siren, old.name, ({old})::text, ({given})::text
FROM compared w JOIN imported s ON s.siren = w.siren JOIN company old
    ON old.siren = w.siren
WHERE w.{what} > 0 ORDER BY w.{what} = 2 DESC, s.line LIMIT 10
"""
                ).format(
                    old=sql.SQL(each.old),
                    given=sql.SQL(each.given),
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
                        "before": before or "",
                        "after": after or "",
                        "rule": self._chunk.policy(each.code),
                    }
                )

    def _store(self, cursor: Any) -> None:
        fields = self._fields
        cursor.execute(
            sql.SQL(
                """
INSERT INTO import_change (of_id, siren, thing, before, after)
SELECT %(imp)s, w.siren, 'company',
    {before} || jsonb_build_object('provenance', coalesce(old.provenance, '{{}}')),
    {after}
FROM compared w JOIN imported s ON s.siren = w.siren
JOIN company old ON old.siren = w.siren LEFT JOIN register r ON r.siren = w.siren
WHERE {changes}
"""
            ).format(
                before=self._pieces(is_before=True),
                after=self._pieces(is_before=False),
                changes=changes(fields),
            ),
            {"imp": self._chunk.imp.pk},
        )
        cursor.execute(
            sql.SQL(
                """
UPDATE company old SET {values}, provenance = coalesce(old.provenance, '{{}}') || {said}
FROM compared w JOIN imported s ON s.siren = w.siren
WHERE old.siren = w.siren AND ({changes})
"""
            ).format(
                values=sql.SQL(", ").join(self._sets()),
                said=self._said(),
                changes=changes(fields),
            )
        )
        self._store_narrow(cursor)

    def _pieces(self, *, is_before: bool) -> sql.Composable:
        """{column: value} of the fields that change."""
        return sql.SQL(" || ").join(
            sql.SQL(_OBJECT).format(
                is_changed(each), sql.SQL(", ".join(_pairs(each.code, is_before)))
            )
            for each in self._fields
        )

    def _sets(self) -> list[sql.Composable]:
        sets: list[sql.Composable] = [
            sql.SQL("{} = CASE WHEN {} THEN {} ELSE old.{} END").format(
                sql.Identifier(column),
                is_changed(each),
                sql.SQL(value),
                sql.Identifier(column),
            )
            for each in self._fields
            for column, value in writes(each.code)
        ]
        placed = [each for each in self._fields if each.code in _PLACED]
        if placed:
            # The coordinates were those of another address.
            sets += [
                sql.SQL("{0} = CASE WHEN {1} THEN NULL ELSE old.{0} END").format(
                    sql.Identifier(column), changes(placed)
                )
                for column in ("latitude", "longitude")
            ]
        return sets

    def _said(self) -> sql.Composable:
        return sql.SQL(" || ").join(
            sql.SQL(
                "CASE WHEN {} THEN jsonb_build_object({}, jsonb_build_array('import',"
                " to_char(now() AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD')))"
                " ELSE '{{}}' END"
            ).format(is_changed(each), sql.Literal(writes(each.code)[0][0]))
            for each in self._fields
        )

    def _store_narrow(self, cursor: Any) -> None:
        narrow = [each for each in self._fields if each.code in _NARROW]
        sets = [
            sql.SQL("{0} = CASE WHEN {1} THEN {2} ELSE r.{0} END").format(
                sql.Identifier(_NARROW[each.code][0]),
                is_changed(each),
                sql.SQL(_NARROW[each.code][1]),
            )
            for each in narrow
        ]
        named = [each for each in self._fields if each.code == "name"]
        if named:
            sets.append(
                sql.SQL(
                    "flags = CASE WHEN {} THEN r.flags | 4 ELSE r.flags END"
                ).format(changes(named))
            )
        if sets:
            cursor.execute(
                sql.SQL(
                    """
UPDATE register r SET {sets} FROM compared w JOIN imported s ON s.siren = w.siren
WHERE r.siren = w.siren AND ({changes})
"""
                ).format(sets=sql.SQL(", ").join(sets), changes=changes(narrow + named))
            )
        cursor.execute(REPEAT_IN_TARGET)


_OBJECT: Final = "CASE WHEN {} THEN jsonb_build_object({}) ELSE '{{}}' END"


def _pairs(code: str, is_before: bool) -> list[str]:  # noqa: FBT001
    """Arguments of jsonb_build_object; those of ``register`` begin with ``r_``."""
    pairs = [
        f"'{column}', " + (f"old.{column}" if is_before else value)
        for column, value in writes(code)
    ]
    if code in _NARROW:
        column, value = _NARROW[code]
        pairs.append(f"'r_{column}', " + (f"r.{column}" if is_before else value))
    if code in _PLACED:
        pairs += [
            f"'{column}', " + (f"old.{column}" if is_before else "NULL::float8")
            for column in ("latitude", "longitude")
        ]
    return pairs


REPEAT_IN_TARGET: Final = """
UPDATE target t SET
    (geo, created_on, headcount, naf, legal_form, flags, folded_name) = ROW (
        r.geo, r.created_on, r.headcount, r.naf, r.legal_form, r.flags, c.folded_name)
FROM touched w JOIN register r ON r.siren = w.siren JOIN company c ON c.siren = w.siren
WHERE t.siren = w.siren
    AND (t.geo, t.created_on, t.headcount, t.naf, t.legal_form, t.flags, t.folded_name)
    IS DISTINCT FROM (r.geo, r.created_on, r.headcount, r.naf, r.legal_form, r.flags,
        c.folded_name)
"""
_PARTIAL: Final = """
    SELECT count(*) FROM imported s JOIN company c ON c.siren = s.siren
    WHERE c.diffusion = 'P'
        AND (s.address IS NOT NULL OR s.surname IS NOT NULL OR s.siret IS NOT NULL)
"""


def count_partial(cursor: Any, tally: Tally) -> None:
    """What was left aside because the register withholds it is told, not dropped."""
    cursor.execute(_PARTIAL)
    if number := cursor.fetchone()[0]:
        tally.repairs[Repair.PARTIAL] += number
