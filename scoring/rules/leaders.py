"""From a list of officers to what the rules ask: leader, team, relay, second."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scoring.rules import roles
from scoring.rules.facts import Officer

DAYS_PER_YEAR = 365.25
# Outside it a birth year is a typing error of the source: the age is unknown.
PLAUSIBLE_AGES = range(16, 101)


@dataclass(frozen=True, slots=True)
class Leadership:
    age: float | None = None
    tenure_years: float | None = None
    leaders_count: int | None = None
    relay_age: float | None = None
    has_second: bool = False


@dataclass(frozen=True, slots=True)
class _Person:
    rank: int
    age: int | None
    since: date | None
    surname: str


def read(
    officers: Sequence[Officer], as_of: date, relay_gap_years: float
) -> Leadership:
    """Companies, auditors, boards and offices that begin later are left out."""
    people = [_person(each, as_of) for each in officers if _is_person(each, as_of)]
    executives = sorted((p for p in people if p.rank >= 0), key=_leads_before)
    if not executives:
        return Leadership()
    leader = executives[0]
    return Leadership(
        age=leader.age,
        tenure_years=_years_since(leader.since, as_of),
        leaders_count=sum(p.rank < roles.UNSPECIFIED for p in executives) or None,
        relay_age=_relay_age(people, executives, leader, relay_gap_years),
        has_second=any(
            p.rank in roles.SECONDS_IN_COMMAND and p.rank > leader.rank
            for p in executives[1:]
        ),
    )


def _is_person(officer: Officer, as_of: date) -> bool:
    audits = officer.role is not None and is_auditor(officer.role)
    in_office = officer.since is None or officer.since <= as_of
    has_identity = bool(officer.surname) or officer.birth_year is not None
    return has_identity and in_office and not audits


def is_auditor(role: str) -> bool:
    return role in {"71", "72"} or "commissaire" in roles.fold(role)


def _person(officer: Officer, as_of: date) -> _Person:
    rank = roles.rank(officer.role)
    return _Person(
        rank=-1 if rank is None else rank,
        age=_age(officer.birth_year, as_of),
        since=officer.since,
        surname=roles.fold(officer.surname or "").strip(),
    )


def _age(birth_year: int | None, as_of: date) -> int | None:
    """Registers publish the year only, so the age is a difference of years."""
    if birth_year is None:
        return None
    age = as_of.year - birth_year
    return age if age in PLAUSIBLE_AGES else None


def _leads_before(person: _Person) -> tuple[bool, int, int, date]:
    # A register gives every natural person's birth year: who has none is most
    # often a company. Among equals the oldest leads, succession being the question.
    return (
        person.age is None,
        person.rank,
        -(person.age or 0),
        person.since or date.max,
    )


def _years_since(since: date | None, as_of: date) -> float | None:
    return None if since is None else (as_of - since).days / DAYS_PER_YEAR


def _relay_age(
    people: Sequence[_Person],
    executives: Sequence[_Person],
    leader: _Person,
    gap_years: float,
) -> float | None:
    """Age of the youngest executive who shares a surname with a much older officer.

    One of the two must hold the leader's rank: two board members who share a name
    say nothing of who takes over.
    """
    ages = [
        younger.age
        for younger in executives
        for older in people
        if younger.age is not None
        and older.age is not None
        and younger.surname
        and younger.surname == older.surname
        and older.age - younger.age >= gap_years
        and leader.rank in (younger.rank, older.rank)
    ]
    return min(ages, default=None)
