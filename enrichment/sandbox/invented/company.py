"""One made-up company: its accounts, its officers and what was published of it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from enrichment.sandbox.invented.draws import Draws

# Fixed, not today's: the same number gives the same answer next year.
LAST_YEAR = 2025
LAST_DAY = date(2026, 9, 30)

Secrecy = Literal["none", "income_statement", "full"]
NoticeKind = Literal["accounts", "leader", "lease", "sale", "judgement"]


@dataclass(frozen=True, kw_only=True)
class Exercise:
    closed_on: date
    months: int
    revenue: int | None
    net_income: int | None
    ebitda: int | None
    equity: int | None
    financial_debt: int | None
    headcount: int | None
    filed_on: date | None
    is_consolidated: bool = False
    secrecy: Secrecy = "none"


@dataclass(frozen=True, kw_only=True)
class Person:
    """`role` is the national register's wording."""

    surname: str
    first_name: str
    role: str
    born_on: date
    since: date


@dataclass(frozen=True, kw_only=True)
class Notice:
    kind: NoticeKind
    day: date
    text: str
    closed_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Invented:
    siren: str
    draws: Draws = field(repr=False, compare=False)
    exercises: tuple[Exercise, ...]
    people: tuple[Person, ...]
    has_auditor: bool
    notices: tuple[Notice, ...]
    proceeding: tuple[date, date | None] | None

    @property
    def published(self) -> tuple[Exercise, ...]:
        """The exercises whose revenue may be told, newest first."""
        return tuple(
            each
            for each in self.exercises
            if each.secrecy == "none" and not each.is_consolidated
        )


def earliest_year(siren: str) -> int:
    """A year the company surely existed from: SIRENs are given out in order.

    Rough on purpose; it only keeps invented people from leading a company that
    was not born.
    """
    first_two = int(siren[:2])
    for from_first_two, year in (
        (91, 2023),
        (85, 2020),
        (80, 2015),
        (75, 2013),
        (53, 2012),
        (48, 2007),
        (43, 2002),
        (38, 1995),
        (30, 1988),
    ):
        if first_two >= from_first_two and not 54 <= first_two < 75:
            return year
    return 1985
