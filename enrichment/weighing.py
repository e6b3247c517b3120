"""What each paid question of a batch may still settle, counted by PostgreSQL.

The formula is that of `stakes` (`of_score`, `worth`): a test holds the two equal. Here
it runs inside the database, so that a hundred thousand companies are weighed in about
a second, before anything is spent.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from enrichment.lifetimes import JITTER
from enrichment.sources import Terms
from enrichment.stakes import UNSCORED, UNWEIGHED, VERDICT_POINTS

# The rank of a source inside a company's place in the batch.
RANKS = 20
# The largest factor by which an answer's life is stretched.
_LONGEST_FACTOR = 2.0 * (1 + JITTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The questions of one option of one source, in one batch.

    ``reused`` have an answer that is still good. Of the others, a paid one is not put
    about a company known as ``closed``, nor where it would settle nothing; ``most``
    are left, ``least`` of them whatever the sources before it tell.
    """

    source: str
    option: str
    companies: int
    reused: int
    least: int
    most: int
    closed: int = 0
    settled: int = 0

    @property
    def nothing(self) -> int:
        return self.closed + self.settled


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """An option as the statements weigh it: which groups it gives, and which of them
    nobody asked before it may tell."""

    source: str
    option: str
    gives: tuple[str, ...]
    own: tuple[str, ...]
    is_paid: bool
    count: int

    @property
    def is_asked_by_name(self) -> bool:
        """A contact: no score weighs it."""
        return not set(self.gives).isdisjoint(UNWEIGHED)


def parts(
    batch_id: int, terms: Mapping[str, Terms], chosen: Collection[str]
) -> list[Part]:
    """What waits, by source and option, in the order in which it will be asked."""
    questions = _questions(batch_id, terms, chosen)
    reused = _reused(batch_id, terms)
    weighed = _weighed(batch_id, terms, [one for one in questions if one.is_paid])
    return [
        _free(one, reused.get((one.source, one.option), 0))
        if not one.is_paid
        else weighed[one.source, one.option]
        for one in questions
    ]


def _free(one: _Question, reused: int) -> Part:
    """Asked of every company: what they tell costs nothing and dates what is known."""
    calls = max(0, one.count - reused)
    return Part(
        source=one.source,
        option=one.option,
        companies=one.count,
        reused=reused,
        least=calls,
        most=calls,
    )


def _reused(batch_id: int, terms: Mapping[str, Terms]) -> dict[tuple[str, str], int]:
    with connection.cursor() as cursor:
        cursor.execute(_REUSED, [batch_id, *_span(terms)])
        return {(source, option): count for source, option, count in cursor.fetchall()}


def _weighed(
    batch_id: int, terms: Mapping[str, Terms], paid: Sequence[_Question]
) -> dict[tuple[str, str], Part]:
    if not paid:
        return {}
    worth, least = _cases(paid, "gives"), _cases(paid, "own")
    sources = sorted({one.source for one in paid})
    with connection.cursor() as cursor:
        sql = _WEIGHED.format(worth=worth, least=least)
        cursor.execute(sql, [*_span(terms), batch_id, sources])
        return {
            (source, option): Part(
                source=source,
                option=option,
                **dict(zip(_COUNTS, counts, strict=True)),
            )
            for source, option, *counts in cursor.fetchall()
        }


def unknown(batch_id: int) -> int:
    """Companies of a batch that the register does not have."""
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN, [batch_id])
        return int(cursor.fetchone()[0])


def settle_worth(batch_id: int, terms: Mapping[str, Terms]) -> int:
    """Write what each paid item is worth; end those that would settle nothing.

    How many ended. An item with an answer that is still good costs nothing: it goes on.
    """
    paid = [one for one in _questions(batch_id, terms, terms) if one.is_paid]
    if not paid:
        return 0
    sources = sorted({one.source for one in paid})
    values = (batch_id, sources, *_span(terms))
    with connection.cursor() as cursor:
        cursor.execute(_WORTH.format(worth=_cases(paid, "gives")), values)
        return int(cursor.fetchone()[0])


def best_first(batch_id: int, terms: Mapping[str, Terms]) -> None:
    """Put the companies first whose paid answers settle the most points per euro."""
    costs = [
        (name, option, one.cost_eur(option))
        for name, one in terms.items()
        for option in one.prices
        if one.units(option)
    ]
    known = [(name, option, cost) for name, option, cost in costs if cost is not None]
    names, options, prices = zip(*known, strict=True) if known else ((), (), ())
    with connection.cursor() as cursor:
        cursor.execute(
            _BEST_FIRST.format(ranks=RANKS),
            (list(names), list(options), list(prices), batch_id, batch_id),
        )


# Which questions


_ASKED = """
    SELECT source, split_part(subject, ':', 1) AS option, min(position),
        count(*)
    FROM enrichment_item WHERE batch_id = %s AND state = 'waiting'
    GROUP BY source, option
"""


def _questions(
    batch_id: int, terms: Mapping[str, Terms], chosen: Collection[str]
) -> list[_Question]:
    """Free ones tell first, side by side; the paid ones each after the one before."""
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, [batch_id])
        rows = [row for row in cursor.fetchall() if row[0] in terms]
    rows.sort(key=lambda row: (terms[row[0]].units(row[1]) > 0, row[2]))
    told: set[str] = set()
    found = []
    for source, option, _position, count in rows:
        one = terms[source]
        gives = one.gives.get(option, frozenset())
        is_paid = one.units(option) > 0
        own = gives - told if is_paid else gives
        found.append(
            _Question(
                source=source,
                option=option,
                gives=tuple(sorted(gives)),
                own=tuple(sorted(own)),
                is_paid=is_paid,
                count=count,
            )
        )
        if source in chosen and not one.off:
            told |= gives
    return found


# Statements. Names of groups and sources are the code's own, never a user's.


def _points(group: str) -> str:
    """As `stakes.of_score` reads what scoring left; `stakes.UNSCORED` before that."""
    stake = f"t.stakes->'{group}'"
    return (
        f"CASE WHEN t.scored_at IS NULL OR jsonb_typeof(t.stakes) <> 'object'"
        f" OR t.stakes IS NULL THEN {UNSCORED[group]} ELSE"
        f" coalesce(({stake}->>0)::float8 + ({stake}->>1)::float8"
        f" + CASE WHEN {stake}->>2 IN ('true', '1', '1.0') THEN {VERDICT_POINTS}"
        f" ELSE 0 END, 0) END"
    )


def _sum(groups: Sequence[str]) -> str:
    weighed = [group for group in groups if group in UNSCORED]
    return " + ".join(map(_points, weighed)) or "0"


def _cases(questions: Sequence[_Question], which: str) -> str:
    """Points by question; null where none is counted, one point for a contact."""
    cases = []
    for one in questions:
        groups: tuple[str, ...] = getattr(one, which)
        test = f"q.source = '{one.source}' AND q.option = '{one.option}'"
        value = "NULL" if one.is_asked_by_name else _sum(groups)
        if one.is_asked_by_name and which == "own":
            value = str(len(UNWEIGHED.intersection(groups)))
        cases.append(f"WHEN {test} THEN {value}")
    # Named: of contacts alone every case is NULL, which has no type.
    return f"(CASE {' '.join(cases)} END)::float8"


_COUNTS = ("companies", "reused", "closed", "settled", "least", "most")
# From the companies, not from their items: every one has the same questions, and a
# look-up by company finds what is known of all of them at once.
_REUSED = """
    SELECT source, split_part(subject, ':', 1) AS option, count(*)
    FROM (
        SELECT DISTINCT siren, source, subject FROM enrichment_answer
        WHERE siren IN (SELECT siren FROM enrichment_item WHERE batch_id = %s)
            AND expires_at > now() AND fetched_at BETWEEN %s AND %s
    ) AS fresh
    GROUP BY source, option
"""
# Materialised: each figure is counted from five times, and worked out once.
_WEIGHED = """
    WITH weighed AS MATERIALIZED (
        SELECT q.source, q.option, c.is_active IS FALSE AS is_closed,
            EXISTS (SELECT FROM enrichment_answer n
                WHERE n.siren = q.siren AND n.source = q.source
                    AND n.subject = q.subject AND n.expires_at > now()
                    AND n.fetched_at BETWEEN %s AND %s) AS is_fresh,
            {worth} AS worth, {least} AS least
        FROM (
            SELECT siren, source, subject, split_part(subject, ':', 1) AS option
            FROM enrichment_item
            WHERE batch_id = %s AND state = 'waiting' AND source = ANY(%s)
        ) AS q
        LEFT JOIN company c ON c.siren = q.siren
        LEFT JOIN target t ON t.siren = q.siren
    )
    SELECT source, option, count(*), count(*) FILTER (WHERE is_fresh),
        count(*) FILTER (WHERE NOT is_fresh AND is_closed),
        count(*) FILTER (WHERE NOT is_fresh AND NOT is_closed AND worth = 0),
        count(*) FILTER (WHERE NOT is_fresh AND NOT is_closed AND least > 0),
        count(*) FILTER (WHERE NOT is_fresh AND NOT is_closed
            AND (worth > 0 OR worth IS NULL))
    FROM weighed GROUP BY source, option
"""


def _span(terms: Mapping[str, Terms]) -> tuple[datetime, datetime]:
    """When an answer that is still good was stored: no other partition is read."""
    hours = max((one.reuse_hours for one in terms.values()), default=0)
    now = timezone.now()
    # A day ahead, for clocks that do not agree.
    return now - timedelta(hours=hours * _LONGEST_FACTOR), now + timedelta(days=1)


_UNKNOWN = """
    SELECT count(*) FROM (
        SELECT DISTINCT siren FROM enrichment_item WHERE batch_id = %s) i
    WHERE NOT EXISTS (SELECT FROM company c WHERE c.siren = i.siren)
"""
_WORTH = """
    WITH asked AS (
        SELECT id, siren, source, subject, split_part(subject, ':', 1) AS option
        FROM enrichment_item
        WHERE batch_id = %s AND state = 'waiting' AND source = ANY(%s)
    ), weighed AS (
        SELECT q.*, c.is_active IS FALSE AS is_closed, {worth} AS worth
        FROM asked q
        LEFT JOIN company c ON c.siren = q.siren
        LEFT JOIN target t ON t.siren = q.siren
    ), ending AS (
        SELECT w.*, (is_closed OR worth = 0) AND NOT EXISTS (
            SELECT FROM enrichment_answer n
            WHERE n.siren = w.siren AND n.source = w.source
                AND n.subject = w.subject AND n.expires_at > now()
                AND n.fetched_at BETWEEN %s AND %s) AS is_over
        FROM weighed w
    ), written AS (
        UPDATE enrichment_item i SET worth = e.worth, updated_at = now(),
            state = CASE WHEN is_over THEN 'not_bought' ELSE i.state END,
            reason = CASE WHEN NOT is_over THEN i.reason
                WHEN is_closed THEN 'closed' ELSE 'settled' END
        FROM ending e WHERE e.id = i.id RETURNING i.state
    )
    SELECT count(*) FROM written WHERE state = 'not_bought'
"""
_BEST_FIRST = """
    WITH price AS (
        SELECT * FROM unnest(%s::text[], %s::text[], %s::numeric[])
            AS v(source, option, eur)
    ), company AS (
        SELECT i.siren, min(i.position) AS position,
            sum(i.worth) FILTER (WHERE p.eur IS NOT NULL) AS points,
            sum(p.eur) FILTER (WHERE i.worth IS NOT NULL) AS eur
        FROM enrichment_item i LEFT JOIN price p ON p.source = i.source
            AND p.option = split_part(i.subject, ':', 1) AND i.state = 'waiting'
        WHERE i.batch_id = %s GROUP BY i.siren
    ), place AS (
        SELECT siren, row_number() OVER (
            ORDER BY points / nullif(eur, 0) DESC NULLS LAST, position) - 1 AS place
        FROM company
    )
    UPDATE enrichment_item i
    SET position = p.place * {ranks} + i.position %% {ranks}
    FROM place p WHERE i.batch_id = %s AND p.siren = i.siren
"""
