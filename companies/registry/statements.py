"""The SQL of a chunk. Everywhere ``s`` is the file's row and ``old`` the company's."""

from typing import LiteralString

from psycopg import sql

from companies.registry.columns import FILLED, MOVED, REPLACED, Expressions
from companies.registry.layouts import Company

STAGED: Expressions = {
    "siren": "integer",
    "siret": "bigint",
    "is_head": "boolean",
    "is_open": "boolean",
    "name": "text",
    "trade_name": "text",
    "acronym": "text",
    "legal_form": "text",
    "naf_code": "text",
    "naf": "smallint",
    "naf25_code": "text",
    "created_on": "date",
    "closed_on": "date",
    "is_active": "boolean",
    "diffusion": "text",
    "headcount_band": "text",
    "headcount": "integer",
    "headcount_year": "smallint",
    "category": "text",
    "address": "text",
    "postal_code": "text",
    "commune_code": "text",
    "commune": "text",
    "geo": "integer",
    "latitude": "double precision",
    "longitude": "double precision",
    "source_file": "text",
}
_UNIT: tuple[LiteralString, ...] = (
    "siren",
    "name",
    "trade_name",
    "acronym",
    "legal_form",
    "naf_code",
    "naf",
    "naf25_code",
    "created_on",
    "closed_on",
    "is_active",
    "diffusion",
    "headcount_band",
    "headcount",
    "headcount_year",
    "category",
    "source_file",
)
_PLACE: tuple[LiteralString, ...] = (
    "address",
    "postal_code",
    "commune_code",
    "commune",
    "geo",
    "latitude",
    "longitude",
)


def _names(columns: Expressions | tuple[LiteralString, ...]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _names_of(row: LiteralString, columns: tuple[LiteralString, ...]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(row, name) for name in columns)


# The temporary tables live as long as the transaction, whatever pools connections. The
# planner knows nothing of them and would read ten million companies for each chunk.
PREPARE = sql.SQL(
    """
SET LOCAL statement_timeout = 0;
SET LOCAL work_mem = '64MB';
SET LOCAL enable_seqscan = off;
SET LOCAL client_min_messages = warning;
CREATE TEMP TABLE IF NOT EXISTS staged ({columns}) ON COMMIT DROP;
CREATE TEMP TABLE IF NOT EXISTS head_office (LIKE staged) ON COMMIT DROP;
CREATE TEMP TABLE IF NOT EXISTS best (LIKE staged) ON COMMIT DROP;
CREATE TEMP TABLE IF NOT EXISTS written (
    siren integer, is_new boolean, commune_code text, naf_code text,
    headcount_band text, created_on date, legal_form text, flags smallint
) ON COMMIT DROP;
CREATE TEMP TABLE IF NOT EXISTS written_site (siret bigint, is_new boolean)
    ON COMMIT DROP;
TRUNCATE staged, head_office, best, written, written_site;
"""
).format(
    columns=sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(type_))
        for name, type_ in STAGED.items()
    )
)

# The sites' file, when it is loaded with the units', was asked for the head offices of
# these units: a company is then written once, complete.
_BEST_UNIT = sql.SQL(
    """
INSERT INTO best ({units}, siret, is_head, {place})
SELECT DISTINCT ON (u.siren) {units_of_u}, coalesce(h.siret, u.siret), h.is_head,
    {place_of_h}
FROM staged u LEFT JOIN head_office h ON h.siren = u.siren
ORDER BY u.siren, u.is_active DESC NULLS LAST, u.name IS NOT NULL DESC, u.ctid,
    h.is_open DESC NULLS LAST, h.ctid
"""
).format(
    units=_names(_UNIT),
    units_of_u=_names_of("u", _UNIT),
    place=_names(_PLACE),
    place_of_h=_names_of("h", _PLACE),
)

_BEST_HEAD_OFFICE = sql.SQL(
    """
INSERT INTO best SELECT DISTINCT ON (siren) * FROM staged WHERE is_head
ORDER BY siren, is_open DESC NULLS LAST, ctid
"""
)

_OF_TWO_ROWS = {
    "naf_code": sql.SQL("coalesce(p.naf_code, u.naf_code)"),
    "naf": sql.SQL("coalesce(p.naf, u.naf)"),
    "is_active": sql.SQL("coalesce(u.is_active, NOT (p.is_head AND NOT p.is_open))"),
}

# Identity from the row that names the company best, place from the row that places it
# best. A closed head office is a closed company: open ones keep theirs open.
_BEST_OF_SITES = sql.SQL(
    """
WITH identity AS (
    SELECT DISTINCT ON (siren) * FROM staged
    ORDER BY siren, name IS NOT NULL DESC, trade_name IS NOT NULL DESC,
        is_head DESC NULLS LAST, is_open DESC NULLS LAST,
        created_on DESC NULLS LAST, ctid
), place AS (
    SELECT DISTINCT ON (siren) * FROM staged
    ORDER BY siren, geo IS NOT NULL DESC, is_head DESC NULLS LAST,
        is_open DESC NULLS LAST, naf IS NOT NULL DESC, ctid
)
INSERT INTO best ({units}, siret, is_head, {place})
SELECT {units_of_u}, p.siret, p.is_head, {place_of_p}
FROM (
    SELECT {units_of_i} FROM identity i
) u JOIN place p USING (siren)
"""
).format(
    units=_names(_UNIT),
    units_of_u=sql.SQL(", ").join(
        _OF_TWO_ROWS.get(name, sql.Identifier("u", name)) for name in _UNIT
    ),
    units_of_i=_names_of("i", _UNIT),
    place=_names(_PLACE),
    place_of_p=_names_of("p", _PLACE),
)

BEST = {
    Company.REPLACE: _BEST_UNIT,
    Company.FILL: _BEST_OF_SITES,
    Company.HEAD_OFFICE: _BEST_HEAD_OFFICE,
}


# Another's word for a field goes with its value; in a row that is not the register's
# own, the register says which fields are its.
_TOLD = sql.SQL(
    """
CASE WHEN company.source = 'sirene' THEN '{{}}' ELSE coalesce(
    (SELECT jsonb_object_agg(field, jsonb_build_array('sirene',
        to_char(now() AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD')))
    FROM unnest({changed}) AS field), '{{}}') END
"""
)


def _changed(columns: tuple[LiteralString, ...]) -> sql.Composed:
    each = sql.SQL("CASE WHEN company.{0} IS DISTINCT FROM excluded.{0} THEN {1} END")
    return sql.SQL("array_remove(ARRAY[{}], NULL)").format(
        sql.SQL(", ").join(
            each.format(sql.Identifier(name), sql.Literal(name)) for name in columns
        )
    )


def _write_company(expressions: Expressions, join: LiteralString) -> sql.Composed:
    columns = tuple(expressions)
    changed = _changed(columns)
    return sql.SQL(
        """
WITH w AS (
    INSERT INTO company (siren, {columns}, source, source_file, registered_at, website)
    SELECT s.siren, {new}, coalesce(old.source, 'sirene'),
        coalesce(nullif(old.source_file, ''), s.source_file, %(source_file)s),
        now(), coalesce(old.website, '')
    FROM best s {join} JOIN company old ON old.siren = s.siren
    CROSS JOIN LATERAL (SELECT {expressions}) n
    WHERE n.name IS NOT NULL
        AND (old.siren IS NULL OR ({new}) IS DISTINCT FROM ({old}))
    ON CONFLICT (siren) DO UPDATE SET
        ({columns}, registered_at) = ROW ({excluded}, excluded.registered_at),
        provenance = CASE
            WHEN company.source = 'sirene' AND company.provenance IS NULL THEN NULL
            ELSE nullif((coalesce(company.provenance, '{{}}') - {changed}) || {told},
                '{{}}') END
    RETURNING siren, xmax = 0 AS is_new, commune_code, naf_code, headcount_band,
        created_on, legal_form,
        is_active::int + 2 * (diffusion = 'P')::int + 4 * (name <> '')::int
)
INSERT INTO written SELECT * FROM w
"""
    ).format(
        columns=_names(columns),
        changed=changed,
        told=_TOLD.format(changed=changed),
        join=sql.SQL(join),
        new=sql.SQL(", ").join(sql.Identifier("n", name) for name in columns),
        old=sql.SQL(", ").join(sql.Identifier("old", name) for name in columns),
        excluded=sql.SQL(", ").join(
            sql.Identifier("excluded", name) for name in columns
        ),
        expressions=sql.SQL(", ").join(
            sql.SQL("{} AS {}").format(sql.SQL(expression), sql.Identifier(name))
            for name, expression in expressions.items()
        ),
    )


WRITE_COMPANY = {
    Company.REPLACE: _write_company(REPLACED, "LEFT"),
    Company.FILL: _write_company(FILLED, "LEFT"),
    Company.HEAD_OFFICE: _write_company(MOVED, ""),
}

# The company's code is either the file's, whose id is beside it, or the one it had.
WRITE_REGISTER = sql.SQL(
    """
INSERT INTO register (siren, geo, created_on, headcount, naf, legal_form, flags)
SELECT w.siren,
    CASE WHEN w.commune_code = coalesce(s.commune_code, '') THEN s.geo ELSE r.geo END,
    w.created_on,
    CASE WHEN w.headcount_band = coalesce(s.headcount_band, '') THEN s.headcount
        ELSE r.headcount END,
    CASE WHEN w.naf_code = coalesce(s.naf_code, '') THEN s.naf ELSE r.naf END,
    CASE WHEN w.legal_form ~ '^[0-9]{4}$' THEN w.legal_form::smallint END,
    w.flags
FROM written w JOIN best s USING (siren) LEFT JOIN register r ON r.siren = w.siren
ON CONFLICT (siren) DO UPDATE SET
    (geo, created_on, headcount, naf, legal_form, flags) = ROW (
        excluded.geo, excluded.created_on, excluded.headcount, excluded.naf,
        excluded.legal_form, excluded.flags)
WHERE (register.geo, register.created_on, register.headcount, register.naf,
        register.legal_form, register.flags)
    IS DISTINCT FROM (excluded.geo, excluded.created_on, excluded.headcount,
        excluded.naf, excluded.legal_form, excluded.flags)
"""
)

# A target repeats the register's columns.
WRITE_TARGET = sql.SQL(
    """
UPDATE target t SET
    (geo, created_on, headcount, naf, legal_form, flags, folded_name) = ROW (
        r.geo, r.created_on, r.headcount, r.naf, r.legal_form, r.flags, c.folded_name)
FROM written w JOIN register r ON r.siren = w.siren JOIN company c ON c.siren = w.siren
WHERE t.siren = w.siren AND NOT w.is_new
    AND (t.geo, t.created_on, t.headcount, t.naf, t.legal_form, t.flags, t.folded_name)
    IS DISTINCT FROM (r.geo, r.created_on, r.headcount, r.naf, r.legal_form, r.flags,
        c.folded_name)
"""
)

WRITE_SITES = sql.SQL(
    """
WITH site AS (
    SELECT DISTINCT ON (s.siret) s.siret, s.siren, s.geo, s.naf,
        (CASE WHEN s.is_open IS FALSE THEN 0 ELSE 1 END
            + CASE WHEN s.is_head THEN 2 ELSE 0 END) AS flags
    FROM staged s JOIN company c ON c.siren = s.siren
    ORDER BY s.siret, s.is_head DESC NULLS LAST, s.is_open DESC NULLS LAST, s.ctid
), w AS (
    INSERT INTO establishment (siret, siren, geo, naf, flags)
    SELECT s.siret, s.siren, n.geo, n.naf, n.flags
    FROM site s LEFT JOIN establishment old ON old.siret = s.siret
    CROSS JOIN LATERAL (SELECT
        CASE WHEN %(is_register)s THEN s.geo ELSE coalesce(old.geo, s.geo) END AS geo,
        CASE WHEN %(is_register)s THEN s.naf ELSE coalesce(old.naf, s.naf) END AS naf,
        CASE WHEN %(is_register)s THEN s.flags ELSE coalesce(old.flags, s.flags) END
            AS flags) n
    WHERE old.siret IS NULL
        OR (n.geo, n.naf, n.flags) IS DISTINCT FROM (old.geo, old.naf, old.flags)
    ON CONFLICT (siret) DO UPDATE SET
        (geo, naf, flags) = ROW (excluded.geo, excluded.naf, excluded.flags)
    RETURNING siret, xmax = 0
)
INSERT INTO written_site SELECT * FROM w
"""
)

# Lines of the file by key: a SIRET where the rows are sites, else a SIREN.
COUNT_ROWS = sql.SQL(
    """
SELECT count(*), count(*) FILTER (WHERE c.siren IS NULL),
    count(*) FILTER (WHERE w.siren IS NOT NULL)
FROM (SELECT DISTINCT siren FROM staged) line
LEFT JOIN company c ON c.siren = line.siren
LEFT JOIN written w ON w.siren = line.siren
"""
)
COUNT_ROWS_BY_SITE = sql.SQL(
    """
SELECT count(*), count(*) FILTER (WHERE c.siren IS NULL),
    count(*) FILTER (WHERE coalesce(w.siren, s.siret) IS NOT NULL)
FROM (SELECT DISTINCT siret, siren FROM staged) line
LEFT JOIN company c ON c.siren = line.siren
LEFT JOIN written w ON w.siren = line.siren
LEFT JOIN written_site s ON s.siret = line.siret
"""
)

COUNT_WRITTEN = sql.SQL(
    """
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM {table}
"""
)
