"""The door: criteria, sort and cursor in; rows, exact total and facets out.

The page, exports, saved searches and machines all enter here, so that what one of
them counts is what another one gets. Today's totals are plain counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from companies.search import facets, lines, names, sorts, sql
from companies.search.criteria import Criteria
from companies.search.cursor import Cursor
from companies.search.facets import Facets
from companies.search.lines import Row
from companies.search.sql import Condition, both

PAGE_SIZE = 50
READINGS = ("score", "sale_likelihood", "coverage")


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    next: Cursor | None
    previous: Cursor | None


@dataclass(frozen=True, slots=True)
class Summary:
    """``never_enriched`` meet the register's criteria and were not enriched yet."""

    total: int
    not_evaluable: int
    never_enriched: int
    facets: Facets
    scored_at: datetime | None


@dataclass(frozen=True, slots=True)
class Search:
    """One search, ready to be asked for its page, its counts or all its rows."""

    criteria: Criteria
    sort: str
    desk_id: int | None
    name: names.NameQuery

    @property
    def corrected(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return self.name.corrected

    @property
    def where(self) -> Condition:
        criteria = self.criteria
        return both(
            [
                sql.others(criteria, self.name.condition),
                sql.naf(criteria),
                sql.place(criteria),
                sql.headcount(criteria),
                sql.legal_form(criteria),
                sql.status(criteria),
            ]
        )


def search(criteria: Criteria, *, sort: str, desk_id: int | None) -> Search:
    """``desk_id`` is the reader's: statuses are that desk's, whoever else has some."""
    return Search(criteria, sort, desk_id, names.read(criteria.q))


def page(
    search: Search, cursor: Cursor | None = None, *, size: int = PAGE_SIZE
) -> Page:
    """The page after the cursor, or before it when it points backwards."""
    backwards = cursor is not None and cursor.backwards
    rows = _fetch(search, cursor, size + 1, backwards=backwards)
    has_more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([], None, None)
    after, before = rows[-1], rows[0]
    forth = has_more or backwards
    back = cursor is not None and (has_more or not backwards)
    return Page(
        rows,
        Cursor(after.key, int(after.siren)) if forth else None,
        Cursor(before.key, int(before.siren), backwards=True) if back else None,
    )


def stream(search: Search, *, batch: int = 2000) -> Iterator[list[Row]]:
    """All rows in the list's order, by keyset batches: constant memory."""
    cursor: Cursor | None = None
    while rows := _fetch(search, cursor, batch, backwards=False):
        yield rows
        cursor = Cursor(rows[-1].key, int(rows[-1].siren))


def sirens(search: Search, *, most: int) -> list[str]:
    """The first ``most`` companies in the list's order."""
    found: list[str] = []
    for rows in stream(search):
        found += [row.siren for row in rows]
        if len(found) >= most:
            break
    return found[:most]


def _fetch(
    search: Search, cursor: Cursor | None, limit: int, *, backwards: bool
) -> list[Row]:
    sort, descending = sorts.parse(search.sort)
    key = sort.key(descending=descending)
    downwards = descending != backwards
    where = search.where
    if cursor is not None:
        sign = "<" if downwards else ">"
        where &= Condition(
            f"({key}, r.siren) {sign} (%s, %s)", (cursor.key, cursor.siren)
        )
    direction = "DESC" if downwards else "ASC"
    # Narrow rows are filtered and sorted first; only those of the page are widened.
    names_first = "JOIN company c ON c.siren = r.siren" if "c." in key else ""
    statement = f"""
        WITH shown AS MATERIALIZED (
            SELECT r.siren, {key} AS key
            {sql.from_clause(search.criteria)} {names_first}
            WHERE {where.sql}
            ORDER BY {key} {direction}, r.siren {direction}
            LIMIT %s
        )
        SELECT {lines.COLUMNS}, shown.key
        FROM shown JOIN register r ON r.siren = shown.siren
        JOIN company c ON c.siren = shown.siren
        LEFT JOIN target t ON t.siren = shown.siren
        LEFT JOIN pursuit p ON p.siren = shown.siren AND p.desk_id = %s
        ORDER BY shown.key {direction}, shown.siren {direction}
    """  # noqa: S608 -- built from this package's constants only
    with connection.cursor() as db:
        db.execute(
            statement, [search.desk_id, *where.parameters, limit, search.desk_id]
        )
        return [lines.read(values) for values in db.fetchall()]


def total(search: Search) -> int:
    where = search.where
    statement = f"SELECT count(*) {sql.from_clause(search.criteria)} WHERE {where.sql}"  # noqa: S608
    with connection.cursor() as db:
        db.execute(statement, [search.desk_id, *where.parameters])
        return int(db.fetchone()[0])


def never_enriched(search: Search) -> int:
    """Companies that meet the register's criteria and have nothing beyond it."""
    if not search.criteria.needs_target:
        return 0
    wider = Search(
        search.criteria.register_only, search.sort, search.desk_id, search.name
    )
    where = wider.where & Condition("t.siren IS NULL")
    statement = f"SELECT count(*) {sql.from_clause(wider.criteria)} WHERE {where.sql}"  # noqa: S608
    with connection.cursor() as db:
        db.execute(statement, [search.desk_id, *where.parameters])
        return int(db.fetchone()[0])


# One pass over what the other criteria leave; each facet then counts the rows that
# meet all the facets but itself.
SUMMARY = """
    WITH base AS MATERIALIZED (
        SELECT r.naf, ({coarse}) AS coarse, {people} AS headcount, r.legal_form,
               coalesce(p.status, 'prospect') AS status,
               t.score, t.sale_likelihood, t.coverage, t.score_state, t.scored_at,
               ({naf}) AS in_naf, ({place}) AS in_place, ({headcount}) AS in_headcount,
               ({legal_form}) AS in_legal_form, ({status}) AS in_status
        {source}
        WHERE {others}
    ), kept AS MATERIALIZED (
        SELECT * FROM base
        WHERE in_naf AND in_place AND in_headcount AND in_legal_form AND in_status
    )
    SELECT 'naf', naf::text, count(*) FROM base
    WHERE in_place AND in_headcount AND in_legal_form AND in_status GROUP BY naf
    UNION ALL
    SELECT 'place', coarse::text, count(*) FROM base
    WHERE in_naf AND in_headcount AND in_legal_form AND in_status GROUP BY coarse
    UNION ALL
    SELECT 'headcount', headcount::text, count(*) FROM base
    WHERE in_naf AND in_place AND in_legal_form AND in_status GROUP BY headcount
    UNION ALL
    SELECT 'legal_form', legal_form::text, count(*) FROM base
    WHERE in_naf AND in_place AND in_headcount AND in_status GROUP BY legal_form
    UNION ALL
    SELECT 'status', status, count(*) FROM base
    WHERE in_naf AND in_place AND in_headcount AND in_legal_form GROUP BY status
    UNION ALL
    SELECT CASE GROUPING(s, l, k)
               WHEN 3 THEN 'score' WHEN 5 THEN 'sale_likelihood'
               WHEN 6 THEN 'coverage' ELSE 'total' END,
           coalesce(s, l, k)::text, count(*)
    FROM (SELECT score / 500, sale_likelihood / 500, coverage / 500 FROM kept)
        AS bins(s, l, k)
    GROUP BY GROUPING SETS ((s), (l), (k), ())
    UNION ALL
    SELECT 'not_evaluable', max(scored_at)::text,
           count(*) FILTER (WHERE score_state = 2) FROM kept
"""


def summary(search: Search) -> Summary:
    """Exact total, facets and histograms of a search, in one statement."""
    criteria = search.criteria
    parts = {
        "naf": sql.naf(criteria),
        "place": sql.place(criteria),
        "headcount": sql.headcount(criteria),
        "legal_form": sql.legal_form(criteria),
        "status": sql.status(criteria),
    }
    others = sql.others(criteria, search.name.condition)
    coarse = sql.coarse_place(criteria)
    statement = SUMMARY.format(
        source=sql.from_clause(criteria),
        others=others.sql,
        coarse=coarse.sql,
        people=sql.HEADCOUNT,
        **{name: part.sql for name, part in parts.items()},
    )
    parameters = [
        *coarse.parameters,
        *(p for part in parts.values() for p in part.parameters),
        search.desk_id,
        *others.parameters,
    ]
    counts: dict[str, dict[Any, int]] = {}
    with connection.cursor() as db:
        db.execute(statement, parameters)
        for facet, value, count in db.fetchall():
            counts.setdefault(facet, {})[value] = count
    return _summary(search, counts)


def _summary(search: Search, counts: dict[str, dict[Any, int]]) -> Summary:
    criteria = search.criteria
    ((scored_at, not_evaluable),) = counts["not_evaluable"].items()
    found = Facets(
        naf=facets.naf_options(_numbered(counts, "naf"), criteria),
        place=facets.place_options(_numbered(counts, "place"), criteria),
        headcount=facets.headcount_options(_numbered(counts, "headcount"), criteria),
        legal_form=facets.legal_form_options(_numbered(counts, "legal_form"), criteria),
        status=facets.status_options(counts.get("status", {}), criteria),
        readings={
            name: facets.histogram(
                {int(b): n for b, n in counts.get(name, {}).items() if b is not None}
            )
            for name in READINGS
        },
    )
    return Summary(
        total=counts["total"][None],
        not_evaluable=not_evaluable,
        never_enriched=never_enriched(search),
        facets=found,
        scored_at=datetime.fromisoformat(scored_at) if scored_at else None,
    )


def _numbered(counts: dict[str, dict[Any, int]], facet: str) -> dict[int | None, int]:
    return {
        None if value is None else int(value): count
        for value, count in counts.get(facet, {}).items()
    }
