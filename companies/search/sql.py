"""Criteria as SQL conditions over ``register r``, ``target t`` and ``pursuit p``.

Column names come from this file only; every value is a parameter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from companies import nomenclature
from companies.models import Establishment, Register
from companies.search import days, opinions
from companies.search.criteria import CONTACTS, EMAIL, UNKNOWN, Bounds, Criteria


@dataclass(frozen=True, slots=True)
class Condition:
    sql: str
    parameters: tuple[Any, ...] = ()

    def __and__(self, other: "Condition") -> "Condition":
        return both([self, other])


TRUE = Condition("true")
FALSE = Condition("false")


def both(conditions: Iterable[Condition]) -> Condition:
    kept = [c for c in conditions if c.sql != "true"]
    return _joined(kept, " AND ") if kept else TRUE


def either(conditions: Iterable[Condition]) -> Condition:
    return _joined(list(conditions), " OR ")


def _joined(conditions: list[Condition], word: str) -> Condition:
    if len(conditions) == 1:
        return conditions[0]
    return Condition(
        word.join(f"({c.sql})" for c in conditions),
        tuple(p for c in conditions for p in c.parameters),
    )


def naf(criteria: Criteria) -> Condition:
    levels = nomenclature.naf_levels()
    spans = [levels[code][1] for code in criteria.naf_codes]
    return _in_ranges("r.naf", spans)


def place(criteria: Criteria) -> Condition:
    """Where the head office is, or any open establishment when that is asked."""
    spans = place_spans(criteria)
    if not spans or not criteria.in_any_establishment:
        return _in_ranges("r.geo", spans)
    inside = _in_ranges("e.geo", spans)
    return Condition(
        "EXISTS (SELECT FROM establishment e WHERE e.siren = r.siren"
        f" AND e.flags & %s <> 0 AND ({inside.sql}))",
        (Establishment.ACTIVE, *inside.parameters),
    )


def place_spans(criteria: Criteria) -> list[nomenclature.Range]:
    spans = []
    for level, code in criteria.place_codes:
        if level == "region":
            spans.append(nomenclature.region_ranges()[code])
        elif level == "departement":
            spans.append(nomenclature.department_ranges()[code])
        else:
            number = nomenclature.places()[code].id
            spans.append(nomenclature.Range(number, number))
    return spans


def coarse_place(criteria: Criteria) -> Condition:
    """The commune inside opened départements; elsewhere its département's first one.

    A hundred groups instead of thirty-five thousand, for what the facet shows.
    """
    ranges = nomenclature.department_ranges()
    starts = sorted(span.first for span in ranges.values())
    opened = [ranges[code] for code in criteria.opened_departments]
    inside = _in_ranges("r.geo", opened) if opened else FALSE
    return Condition(
        f"CASE WHEN {inside.sql} THEN r.geo"
        " ELSE (%s::int[])[width_bucket(r.geo, %s::int[])] END",
        (*inside.parameters, starts, starts),
    )


def _in_ranges(column: str, spans: list[nomenclature.Range]) -> Condition:
    if not spans:
        return TRUE
    return either(
        Condition(f"{column} BETWEEN %s AND %s", (span.first, span.last))
        for span in spans
    )


# People told by the accounts win over the lower bound of the register's band.
HEADCOUNT = "coalesce(t.accounts_headcount, r.headcount)"


def headcount(criteria: Criteria) -> Condition:
    """A band of the register is found by its lower bound."""
    if not criteria.tranche:
        return TRUE
    parts = []
    for code in criteria.tranche:
        if code == UNKNOWN:
            parts.append(Condition(f"{HEADCOUNT} IS NULL"))
            continue
        band = nomenclature.HEADCOUNT_BANDS[code]
        parts.append(
            Condition(f"{HEADCOUNT} >= %s", (band.lower,))
            if band.upper is None
            else Condition(f"{HEADCOUNT} BETWEEN %s AND %s", (band.lower, band.upper))
        )
    return either(parts)


def legal_form(criteria: Criteria) -> Condition:
    if not criteria.forme:
        return TRUE
    codes = [int(code) for code in criteria.forme if code != UNKNOWN]
    parts = [Condition("r.legal_form = ANY(%s)", (codes,))] if codes else []
    if UNKNOWN in criteria.forme:
        parts.append(Condition("r.legal_form IS NULL"))
    return either(parts)


def status(criteria: Criteria) -> Condition:
    if not criteria.statut:
        return TRUE
    return Condition(
        "coalesce(p.status, 'prospect') = ANY(%s)", (list(criteria.statut),)
    )


def others(
    criteria: Criteria, name: Condition | None, desk_id: int | None
) -> Condition:
    """Everything that is no facet with counts of its own."""
    conditions = [
        Condition("r.flags & %s = %s", (Register.ACTIVE, Register.ACTIVE))
        if not criteria.fermees and not criteria.siren
        else TRUE,
        name or TRUE,
        _sirens(criteria),
        _years_since("r.created_on", criteria.age),
        _between("t.revenue", criteria.ca, 1_000_000),
        _between("t.score", criteria.attractivite, 100),
        _between("t.sale_likelihood", criteria.cedabilite, 100),
        _between("t.coverage", criteria.couverture, 100),
        _leader_age(criteria.dirigeant),
        _years_since("t.leader_since", criteria.anciennete),
        _freshness(criteria.maj),
        *_events(criteria),
        *_contacts(criteria),
        *_lists(criteria, desk_id),
        _opinions(criteria, desk_id),
    ]
    return both(conditions)


def _sirens(criteria: Criteria) -> Condition:
    if not criteria.siren:
        return TRUE
    return Condition("r.siren = ANY(%s)", ([int(s) for s in criteria.siren],))


def _between(column: str, bounds: Bounds, scale: int = 1) -> Condition:
    low, high = bounds.whole(scale)
    return _range(column, bounds, column, (">=", low), ("<=", high))


def _range(
    subject: str, bounds: Bounds, column: str, *ends: tuple[str, Any]
) -> Condition:
    """``subject`` within the ends that are known; ``column`` null is the unknown."""
    parts = [
        Condition(f"{subject} {sign} %s", (value,))
        for sign, value in ends
        if value is not None
    ]
    if not parts or not bounds.with_unknown:
        return both(parts)
    return either([both(parts), Condition(f"{column} IS NULL")])


def _years_since(column: str, bounds: Bounds) -> Condition:
    """Whole years from the column's day to today: anniversaries, not 365 days."""
    latest, earliest = days.years_between(bounds)
    return _range(column, bounds, column, ("<=", latest), (">", earliest))


def _leader_age(bounds: Bounds) -> Condition:
    """Only the year of birth is published: the age reached this year."""
    low, high = bounds.whole()
    age = f"{days.today().year} - t.leader_birth_year"
    return _range(age, bounds, "t.leader_birth_year", (">=", low), ("<=", high))


def _freshness(bounds: Bounds) -> Condition:
    before, since = days.moments_between(bounds)
    column = "t.enriched_at"
    return _range(column, bounds, column, ("<", before), (">=", since))


def _events(criteria: Criteria) -> Iterable[Condition]:
    period = both(
        Condition(f"v.occurred_on {sign} %s", (day,))
        for sign, day in (
            (">=", criteria.evenement_du),
            ("<=", criteria.evenement_au),
        )
        if day is not None
    )
    for word, kinds in (
        ("EXISTS", criteria.evenement),
        ("NOT EXISTS", criteria.sans_evenement),
    ):
        if kinds:
            yield Condition(
                f"{word} (SELECT FROM legal_event v WHERE v.siren = r.siren"
                f" AND v.kind = ANY(%s) AND {period.sql})",
                (list(kinds), *period.parameters),
            )


def _contacts(criteria: Criteria) -> Iterable[Condition]:
    for kind in CONTACTS:
        if kind in criteria.contact:
            yield Condition("t.has_email" if kind == EMAIL else "t.has_phone")


def _lists(criteria: Criteria, desk_id: int | None) -> Iterable[Condition]:
    """A list of another desk holds nobody, whoever knows its public id."""
    for word, lists in (
        ("EXISTS", criteria.liste),
        ("NOT EXISTS", criteria.hors_liste),
    ):
        if lists:
            yield Condition(
                f"{word} (SELECT FROM list_entry i JOIN target_list l"
                " ON l.id = i.list_id WHERE i.siren = r.siren"
                " AND l.desk_id = %s AND l.public_id = ANY(%s::uuid[]))",
                (desk_id, list(lists)),
            )


def _opinions(criteria: Criteria, desk_id: int | None) -> Condition:
    if not criteria.avis:
        return TRUE
    chosen = opinions.chosen(criteria.avis, desk_id)
    sign = "<> ALL" if chosen.is_without else "= ANY"
    return Condition(f"r.siren {sign}(%s::int[])", (chosen.sirens,))


def from_clause(criteria: Criteria) -> str:
    """A criterion on what enrichment gives searches the enriched companies only."""
    join = "JOIN" if criteria.needs_target else "LEFT JOIN"
    return f"""
        FROM register r {join} target t ON t.siren = r.siren
        LEFT JOIN pursuit p ON p.siren = r.siren AND p.desk_id = %s
    """
