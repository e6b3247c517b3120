"""Officers of many companies, reduced as ``scoring.rules.leaders`` does for one."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scoring.bulk import groups, wire
from scoring.bulk.choice import Choice
from scoring.bulk.groups import NOWHERE, Places
from scoring.bulk.wire import Column, Texts
from scoring.rules import leaders, roles
from scoring.rules.arrays import Bools, Floats, Indexes

COLUMNS: Final = (
    Column("siren", "int", "siren"),
    Column("birth_year", "int", "birth_year"),
    Column("since", "int", wire.ORDINAL.format("since")),
    Column("is_company", "bool", "is_company"),
    Column("surname", "text", "surname"),
    Column("role", "text", "role"),
)
# Ranks of offices that lead nothing: kept as officers, or left out (auditors).
NO_RANK, LEFT_OUT = -1, -2
UNKNOWN_AGE = -1


@dataclass(frozen=True, slots=True)
class People:
    """Officers who count, by company: rows of one company are not in order."""

    count: int
    place: Places
    rank: Indexes
    age: Indexes
    since: Indexes
    surname: Texts
    row: Indexes


@dataclass(frozen=True, slots=True)
class Leadership:
    """By company; NaN is unknown."""

    age: Floats
    tenure_years: Floats
    leaders_count: Floats
    has_second: Bools
    rank: Indexes


def read(choice: Choice) -> wire.Table:
    return wire.read(COLUMNS, f"FROM officer WHERE siren {choice.sql}")


def has_holding(table: wire.Table, sirens: Indexes) -> Bools:
    """A company in office stands above."""
    found = np.zeros(len(sirens), bool)
    places = groups.places_of(sirens, table["siren"])
    found[places[table["is_company"] & (places != NOWHERE)]] = True
    return found


def people(
    table: wire.Table, sirens: Indexes, is_partial: Bools, as_of: date
) -> People:
    """Persons in office at ``as_of``, auditors left out; of partial diffusion none."""
    places = groups.places_of(sirens, table["siren"])
    office = table["role"].mapped(office_of, np.int64)
    has_name = table["surname"].mapped(bool, bool)
    born, since = table["birth_year"].astype(np.int64), table["since"]
    is_person = (
        (places != NOWHERE)
        & ~table["is_company"]
        & (has_name | (born != wire.UNKNOWN))
        & (since <= as_of.toordinal())
        & (office != LEFT_OUT)
    )
    is_person[is_person] = ~is_partial[places[is_person]]
    rows = np.flatnonzero(is_person)
    age = as_of.year - born[rows]
    plausible = (
        (born[rows] != wire.UNKNOWN)
        & (age >= leaders.PLAUSIBLE_AGES.start)
        & (age < leaders.PLAUSIBLE_AGES.stop)
    )
    return People(
        count=len(sirens),
        place=places[rows],
        rank=office[rows],
        age=np.where(plausible, age, UNKNOWN_AGE),
        since=since[rows].astype(np.int64),
        surname=table["surname"],
        row=rows,
    )


@lru_cache(maxsize=10_000)
def office_of(role: str) -> int:
    """Its rank among those who lead, else NO_RANK or LEFT_OUT."""
    if leaders.is_auditor(role):
        return LEFT_OUT
    rank = roles.rank(role)
    return NO_RANK if rank is None else rank


def leadership(who: People, as_of: date) -> Leadership:
    executives = np.flatnonzero(who.rank >= 0)
    order = executives[np.argsort(_turn(who, executives), kind="stable")]
    starts = groups.starts_of(who.place[order])
    first = order[starts]
    place = who.place[first]
    rank = np.full(who.count, NO_RANK, np.int64)
    rank[place] = who.rank[first]
    unknown = np.full(who.count, np.nan)
    age, tenure = unknown.copy(), unknown.copy()
    known = who.age[first] != UNKNOWN_AGE
    age[place[known]] = who.age[first][known]
    known = who.since[first] != wire.UNKNOWN
    days = as_of.toordinal() - who.since[first][known]
    tenure[place[known]] = days / leaders.DAYS_PER_YEAR
    team = np.bincount(
        who.place[executives],
        weights=who.rank[executives] < roles.UNSPECIFIED,
        minlength=who.count,
    )
    return Leadership(
        age=age,
        tenure_years=tenure,
        leaders_count=np.where(team > 0, team, np.nan),
        has_second=_has_second(who, executives, rank),
        rank=rank,
    )


def _turn(who: People, rows: Indexes) -> npt.NDArray[np.int64]:
    """Who leads before whom, as ``leaders`` orders them, in one number.

    Behind the company: no age, the rank, the age downwards, the day, unknown last.
    """
    since = np.where(who.since[rows] == wire.UNKNOWN, (1 << 23) - 1, who.since[rows])
    age = who.age[rows]
    turn = (who.place[rows] << 1) | (age == UNKNOWN_AGE)
    turn = (turn << 3) | who.rank[rows]
    turn = (turn << 7) | np.where(age == UNKNOWN_AGE, 127, 127 - age)
    ordered: npt.NDArray[np.int64] = (turn << 23) | since
    return ordered


def _has_second(who: People, executives: Indexes, leading: Indexes) -> Bools:
    rank, place = who.rank[executives], who.place[executives]
    holds = np.isin(rank, list(roles.SECONDS_IN_COMMAND)) & (rank > leading[place])
    found = np.zeros(who.count, bool)
    found[place[holds]] = True
    return found


def relay_age(who: People, led: Leadership, gap_years: float) -> Floats:
    """Age of the youngest executive who shares a surname with a much older officer."""
    found = np.full(who.count, np.nan)
    rows = _of_families(who, gap_years)
    if not len(rows):
        return found
    name = _folded(who, rows)
    rows, name = rows[name != NOWHERE], name[name != NOWHERE]
    younger, older = _pairs(who.place[rows] * (name.max(initial=0) + 1) + name)
    younger, older = rows[younger], rows[older]
    rank = led.rank[who.place[younger]]
    holds = (
        (who.rank[younger] >= 0)
        & (who.age[older] - who.age[younger] >= gap_years)
        & ((who.rank[younger] == rank) | (who.rank[older] == rank))
    )
    np.fmin.at(found, who.place[younger[holds]], who.age[younger[holds]].astype(float))
    return found


def _of_families(who: People, gap_years: float) -> Indexes:
    """Officers with an age, of the companies where two are far enough apart."""
    rows = np.flatnonzero(who.age != UNKNOWN_AGE)
    oldest = np.full(who.count, -1)
    youngest = np.full(who.count, 1_000)
    np.maximum.at(oldest, who.place[rows], who.age[rows])
    np.minimum.at(youngest, who.place[rows], who.age[rows])
    is_wide = oldest - youngest >= gap_years
    apart: Indexes = rows[is_wide[who.place[rows]]]
    return apart


def _folded(who: People, rows: Indexes) -> npt.NDArray[np.int64]:
    """Surnames as numbers, the same without case and accents; NOWHERE for none."""
    codes, inverse = np.unique(who.surname.codes[who.row[rows]], return_inverse=True)
    known_names = who.surname.values
    names = [known_names[code] for code in codes.tolist()]
    numbers: dict[str, int] = {"": NOWHERE}
    for name in names:
        folded = roles.fold(name).strip()
        numbers.setdefault(folded, len(numbers))
    known = np.array([numbers[roles.fold(name).strip()] for name in names], np.int64)
    by_row: npt.NDArray[np.int64] = known[inverse]
    return by_row


def _pairs(keys: npt.NDArray[Any]) -> tuple[Indexes, Indexes]:
    """Every ordered pair of rows with one key, a row with itself among them."""
    order = np.argsort(keys, kind="stable")
    starts = groups.starts_of(keys[order])
    sizes = np.diff(np.append(starts, len(order)))
    own = np.repeat(sizes, sizes)
    left = np.repeat(order, own)
    first = np.repeat(np.repeat(starts, sizes), own)
    step = np.arange(len(left)) - np.repeat(np.cumsum(own) - own, own)
    return left, order[first + step]
