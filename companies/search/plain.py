"""The same answers by PostgreSQL alone: until an index is built, and to check it by."""

from collections.abc import Callable, Hashable, Iterator
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection

from companies import nomenclature
from companies.search import sorts, sql
from companies.search.counts import READINGS, SITE_LEVELS, Counts
from companies.search.criteria import ANY_ESTABLISHMENT, Criteria
from companies.search.names import NameQuery
from companies.search.places import Place
from companies.search.sql import Condition, both

T = TypeVar("T")

# One pass over what the other criteria leave; each facet then counts the rows that
# meet all the facets but itself.
SUMMARY = """
    WITH base AS MATERIALIZED (
        SELECT r.siren, r.naf, ({coarse}) AS coarse, {people} AS headcount,
               r.legal_form, coalesce(p.status, 'prospect') AS status,
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
    {sites}
    UNION ALL
    SELECT 'not_evaluable', max(scored_at)::text,
           count(*) FILTER (WHERE score_state = 2) FROM kept
"""


# Companies by where they have an open establishment, each once by place.
SITES = """
    UNION ALL
    SELECT 'site_{level}', {place}::text, count(DISTINCT b.siren)
    FROM base b JOIN establishment e ON e.siren = b.siren
    WHERE e.flags & 1 = 1 AND {inside}
      AND in_naf AND in_headcount AND in_legal_form AND in_status GROUP BY 2
"""


class Plain:
    """One search as SQL over register, target and pursuit."""

    def __init__(
        self, criteria: Criteria, name: NameQuery, desk_id: int | None
    ) -> None:
        self._criteria, self._name, self._desk_id = criteria, name, desk_id

    @property
    def _where(self) -> Condition:
        criteria = self._criteria
        return both(
            [
                sql.others(criteria, self._name.condition, self._desk_id),
                sql.naf(criteria),
                sql.place(criteria),
                sql.headcount(criteria),
                sql.legal_form(criteria),
                sql.status(criteria),
            ]
        )

    def kept(self, _key: Hashable, make: Callable[[], T]) -> T:
        """Nothing is: only the index knows what has not changed."""
        return make()

    def total(self) -> int:
        return self._count(self._criteria, self._where)

    def never_enriched(self) -> int:
        if not self._criteria.needs_target:
            return 0
        wider = Plain(self._criteria.register_only, self._name, self._desk_id)
        return self._count(wider._criteria, wider._where & Condition("t.siren IS NULL"))

    def _count(self, criteria: Criteria, where: Condition) -> int:
        source = sql.from_clause(criteria)
        with connection.cursor() as db:
            db.execute(
                f"SELECT count(*) {source} WHERE {where.sql}",  # noqa: S608
                [self._desk_id, *where.parameters],
            )
            return int(db.fetchone()[0])

    def take(
        self, sort: str, after: Place | None, most: int, *, backwards: bool
    ) -> list[Place]:
        """Up to ``most`` companies after a place, or before it, in the list's order."""
        way, descending = sorts.parse(sort)
        key, downwards = way.key(descending=descending), descending != backwards
        where = self._where
        if after is not None:
            sign = "<" if downwards else ">"
            beyond = way.low if descending else way.high
            other = ("%s", (after.key,)) if after.key is not None else (beyond, ())
            where &= Condition(
                f"({key}, r.siren) {sign} ({other[0]}, %s)", (*other[1], after.siren)
            )
        direction = "DESC" if downwards else "ASC"
        named = "JOIN company c ON c.siren = r.siren" if "c." in key else ""
        with connection.cursor() as db:
            db.execute(
                f"""
                SELECT {way.column}, r.siren
                {sql.from_clause(self._criteria)} {named}
                WHERE {where.sql}
                ORDER BY {key} {direction}, r.siren {direction}
                LIMIT %s
                """,  # noqa: S608 -- built from this package's constants only
                [self._desk_id, *where.parameters, most],
            )
            places = [Place(*row) for row in db.fetchall()]
        return places[::-1] if backwards else places

    def walk(self, sort: str, *, batch: int = 5000) -> Iterator[int]:
        after: Place | None = None
        places: list[Place] = []
        while after is None or len(places) == batch:
            places = self.take(sort, after, batch, backwards=False)
            if not places:
                return
            yield from (place.siren for place in places)
            after = places[-1]

    def counts(self) -> Counts:
        """Total, facets and histograms, in one statement."""
        criteria = self._criteria
        parts = {
            "naf": sql.naf(criteria),
            "place": sql.place(criteria),
            "headcount": sql.headcount(criteria),
            "legal_form": sql.legal_form(criteria),
            "status": sql.status(criteria),
        }
        others = sql.others(criteria, self._name.condition, self._desk_id)
        coarse = sql.coarse_place(criteria)
        sites, starts = self._sites()
        statement = SUMMARY.format(
            sites=sites,
            source=sql.from_clause(criteria),
            others=others.sql,
            coarse=coarse.sql,
            people=sql.HEADCOUNT,
            **{name: part.sql for name, part in parts.items()},
        )
        parameters = [
            *coarse.parameters,
            *(p for part in parts.values() for p in part.parameters),
            self._desk_id,
            *others.parameters,
            *starts,
        ]
        counted: dict[str, dict[Any, int]] = {}
        with connection.cursor() as db:
            db.execute(statement, parameters)
            for facet, value, count in db.fetchall():
                counted.setdefault(facet, {})[value] = count
        if sites:
            # Then a place is that of an establishment, not of the head office.
            counted.pop("place", None)
        return _counts(counted, self.never_enriched())

    def _sites(self) -> tuple[str, list[list[int]]]:
        if self._criteria.lieu != ANY_ESTABLISHMENT:
            return "", []
        departments = nomenclature.department_ranges()
        opened = [departments[code] for code in self._criteria.opened_departments]
        statements, parameters = [], []
        for level, spans in (
            ("region", nomenclature.region_ranges().values()),
            ("department", departments.values()),
        ):
            place = "(%s::int[])[width_bucket(e.geo, %s::int[])]"
            known = "e.geo IS NOT NULL"
            statements.append(SITES.format(level=level, place=place, inside=known))
            parameters += [sorted(span.first for span in spans)] * 2
        inside = "e.geo = ANY(%s)"
        statements.append(SITES.format(level="commune", place="e.geo", inside=inside))
        parameters.append([n for s in opened for n in range(s.first, s.last + 1)])
        return "".join(statements), parameters


def _counts(counted: dict[str, dict[Any, int]], never_enriched: int) -> Counts:
    ((scored_at, not_evaluable),) = counted["not_evaluable"].items()
    sites = {
        level: {int(n): count for n, count in counted[f"site_{level}"].items() if n}
        for level in SITE_LEVELS
        if f"site_{level}" in counted
    }
    return Counts(
        total=counted["total"][None],
        not_evaluable=not_evaluable,
        never_enriched=never_enriched,
        scored_at=datetime.fromisoformat(scored_at) if scored_at else None,
        naf=_numbered(counted, "naf"),
        place=_numbered(counted, "place"),
        sites=sites,
        headcount=_numbered(counted, "headcount"),
        legal_form=_numbered(counted, "legal_form"),
        status=counted.get("status", {}),
        readings={
            name: {int(b): n for b, n in counted.get(name, {}).items() if b is not None}
            for name in READINGS
        },
    )


def _numbered(counted: dict[str, dict[Any, int]], facet: str) -> dict[int | None, int]:
    return {
        None if value is None else int(value): count
        for value, count in counted.get(facet, {}).items()
    }
