"""Criteria as SQL conditions over ``register r``, ``target t`` and ``pursuit p``.

Column names come from this file only; every value is a parameter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from companies import nomenclature
from companies.models import Register
from companies.search.criteria import UNKNOWN, Bounds, Criteria


@dataclass(frozen=True, slots=True)
class Condition:
    sql: str
    parameters: tuple[Any, ...] = ()

    def __and__(self, other: "Condition") -> "Condition":
        return both([self, other])


TRUE = Condition("true")


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
    spans = []
    for level, code in criteria.place_codes:
        if level == "region":
            spans.append(nomenclature.region_ranges()[code])
        elif level == "departement":
            spans.append(nomenclature.department_ranges()[code])
        else:
            number = nomenclature.places()[code].id
            spans.append(nomenclature.Range(number, number))
    return _in_ranges("r.geo", spans)


def coarse_place(criteria: Criteria) -> Condition:
    """The commune inside opened départements; elsewhere its département's first one.

    A hundred groups instead of thirty-five thousand, for what the facet shows.
    """
    ranges = nomenclature.department_ranges()
    starts = sorted(span.first for span in ranges.values())
    opened = [ranges[code] for code in criteria.opened_departments]
    inside = _in_ranges("r.geo", opened) if opened else Condition("false")
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


def others(criteria: Criteria, name: Condition | None) -> Condition:
    """Everything that is no facet with counts of its own."""
    conditions = [
        Condition("r.flags & %s = %s", (Register.ACTIVE, Register.ACTIVE))
        if not criteria.fermees and not criteria.siren
        else TRUE,
        name or TRUE,
        _sirens(criteria),
        _age(criteria.age),
        _between("t.revenue", criteria.ca, 1_000_000),
        _between("t.score", criteria.attractivite, 100),
        _between("t.sale_likelihood", criteria.cedabilite, 100),
        _between("t.coverage", criteria.couverture, 100),
        _leader_age(criteria.dirigeant),
    ]
    return both(conditions)


def _sirens(criteria: Criteria) -> Condition:
    if not criteria.siren:
        return TRUE
    return Condition("r.siren = ANY(%s)", ([int(s) for s in criteria.siren],))


def _between(column: str, bounds: Bounds, scale: int) -> Condition:
    if not bounds:
        return TRUE
    parts = []
    if bounds.low is not None:
        parts.append(Condition(f"{column} >= %s", (_scaled(bounds.low, scale),)))
    if bounds.high is not None:
        parts.append(Condition(f"{column} <= %s", (_scaled(bounds.high, scale),)))
    return _with_unknown(both(parts), column, bounds)


def _scaled(number: Decimal, scale: int) -> int:
    # Kept inside bigint: an absurd bound finds nothing instead of failing.
    return max(min(int(Decimal(number) * scale), 2**62), -(2**62))


def _age(bounds: Bounds) -> Condition:
    """Whole years since creation."""
    if not bounds:
        return TRUE
    parts = []
    if bounds.low is not None:
        parts.append(
            Condition(
                "r.created_on <= current_date - make_interval(years => %s)",
                (int(bounds.low),),
            )
        )
    if bounds.high is not None:
        parts.append(
            Condition(
                "r.created_on > current_date - make_interval(years => %s)",
                (int(bounds.high) + 1,),
            )
        )
    return _with_unknown(both(parts), "r.created_on", bounds)


def _leader_age(bounds: Bounds) -> Condition:
    """Only the year of birth is published: the age reached this year."""
    if not bounds:
        return TRUE
    year = "extract(year FROM current_date)::int - t.leader_birth_year"
    parts = []
    if bounds.low is not None:
        parts.append(Condition(f"{year} >= %s", (int(bounds.low),)))
    if bounds.high is not None:
        parts.append(Condition(f"{year} <= %s", (int(bounds.high),)))
    return _with_unknown(both(parts), "t.leader_birth_year", bounds)


def _with_unknown(condition: Condition, column: str, bounds: Bounds) -> Condition:
    if not bounds.with_unknown:
        return condition
    return either([condition, Condition(f"{column} IS NULL")])


def from_clause(criteria: Criteria) -> str:
    """A criterion on what enrichment gives searches the enriched companies only."""
    join = "JOIN" if criteria.needs_target else "LEFT JOIN"
    return f"""
        FROM register r {join} target t ON t.siren = r.siren
        LEFT JOIN pursuit p ON p.siren = r.siren AND p.desk_id = %s
    """
