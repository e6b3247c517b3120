"""Where a company stands among those of its sector and size, from our own targets.

Quantiles are counted by the database when they are first asked for, and kept a day: a
page reads a few hundred figures, never the companies. Fewer than five companies are no
sector: then the division gives way to the section, and the section to a sentence.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies import nomenclature
from companies.models import Company, Register
from companies.nomenclature import Range
from companies.statistics import BANDS, UNKNOWN
from mainsite.lib import cache
from scoring import language
from scoring.rules.figures import ordinal

# Marks of a position: both ends, the quartiles between them.
MARKS = (0, 25, 50, 75, 100)
LEAST = 5
# Twentieths, both ends included: enough to place a company within a few percent.
QUANTILES = [n / 20 for n in range(21)]
QUARTER, HALF, THREE_QUARTERS = 5, 10, 15
# Of what a company is compared by, how a figure of it is written.
MEASURES = {
    "revenue": (gettext_lazy("Chiffre d’affaires, M€"), "meuros"),
    "margin": (gettext_lazy("Marge nette"), "percent"),
    "growth": (gettext_lazy("Croissance du CA sur un an"), "percent"),
    "people": (gettext_lazy("Effectif"), "number"),
}
# Lower bounds of the size classes above the first: those of the statistics page.
BOUNDS = [int(code) for code in BANDS if code not in ("0", UNKNOWN)]

_PEOPLE = "coalesce(t.accounts_headcount, t.headcount)"
# Growth is read inside one account type, from the exercise whose revenue is shown.
_FIGURES = f"""
    SELECT t.siren,
        CASE WHEN t.revenue > 0 THEN t.revenue::float8 END AS revenue,
        CASE WHEN t.revenue > 0 THEN t.net_income::float8 / t.revenue END AS margin,
        (
            SELECT a.revenue::float8 / b.revenue - 1
            FROM annual_accounts a JOIN annual_accounts b
                ON b.siren = a.siren AND b.account_type = a.account_type
                AND b.closed_on > a.closed_on - interval '18 months'
                AND extract(year FROM b.closed_on) = t.revenue_year - 1
            WHERE a.siren = t.siren AND a.revenue = t.revenue AND b.revenue > 0
                AND extract(year FROM a.closed_on) = t.revenue_year
            ORDER BY a.account_type, b.closed_on DESC LIMIT 1
        ) AS growth,
        {_PEOPLE}::float8 AS people
    FROM target t
"""  # noqa: S608 -- built from this module's constants only
_CLASS = f"coalesce(width_bucket({_PEOPLE}, %s::int[]), -1)"
_CELL = f"""
    WITH figures AS ({_FIGURES}
        WHERE t.naf BETWEEN %s AND %s AND t.flags & %s <> 0 AND {_CLASS} = %s)
    SELECT {
    ", ".join(
        f"count({name}), percentile_cont(%s::float8[]) WITHIN GROUP (ORDER BY {name})"
        for name in MEASURES
    )
}
    FROM figures
"""  # noqa: S608 -- built from this module's constants only


@dataclass(frozen=True, slots=True)
class Cell:
    """The quantiles of one measure in a sector and size class."""

    count: int
    quantiles: Sequence[float]


@dataclass(frozen=True, slots=True)
class Line:
    """A measure: the company's own figure and its place among those of ``where``.

    ``quartiles`` are empty when too few companies publish it; ``percentile`` is None
    without a figure of the company's own.
    """

    name: str
    label: str
    form: str
    own: float | None
    quartiles: tuple[float, ...]
    percentile: int | None
    where: str
    count: int

    @property
    def decimals(self) -> int:
        return 0 if self.form == "number" else 1

    @property
    def is_signed(self) -> bool:
        return self.name == "growth"

    @property
    def place(self) -> str:
        """« 63e centile »."""
        if self.percentile is None:
            return ""
        return _("%(rank)s centile") % {
            "rank": ordinal(float(self.percentile), language.current())
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """``size`` is the size class in words; no line when the sector is unknown."""

    size: str
    lines: list[Line]

    @property
    def marks(self) -> tuple[int, ...]:
        return MARKS

    @property
    def has_quartiles(self) -> bool:
        return any(line.quartiles for line in self.lines)


def of(company: Company) -> Comparison:
    own, size = _own(company.siren)
    code = list(BANDS)[size] if size >= 0 else UNKNOWN
    words = str(BANDS[code][0])
    naf = nomenclature.naf_codes().get(company.naf_code)
    if naf is None:
        return Comparison(words, [])
    sectors = (naf.division, naf.section)
    return Comparison(words, [_line(name, own[name], sectors, size) for name in own])


def _line(name: str, own: float | None, sectors: tuple[str, ...], size: int) -> Line:
    label, form = MEASURES[name]
    for sector in sectors:
        found = cell(sector, size)[name]
        if found.count >= LEAST:
            return Line(
                name=name,
                label=str(label),
                form=form,
                own=own,
                quartiles=tuple(
                    found.quantiles[n] for n in (QUARTER, HALF, THREE_QUARTERS)
                ),
                percentile=None if own is None else percentile(found.quantiles, own),
                where=_where(sector),
                count=found.count,
            )
    return Line(name, str(label), form, own, (), None, "", 0)


def _where(sector: str) -> str:
    label = nomenclature.naf_levels()[sector][0]
    if len(sector) == 1:
        return _("section %(code)s, %(label)s") % {"code": sector, "label": label}
    return _("division %(code)s, %(label)s") % {"code": sector, "label": label}


def percentile(quantiles: Sequence[float], value: float) -> int:
    """Share of the sector below the value, in percent, ties counted half."""
    low = _share(quantiles, value, bisect_left(quantiles, value))
    high = _share(quantiles, value, bisect_right(quantiles, value))
    return round(50 * (low + high))


def _share(quantiles: Sequence[float], value: float, place: int) -> float:
    """Between two quantiles, as far as the value is between them."""
    last = len(quantiles) - 1
    if place == 0:
        return 0.0
    if place > last:
        return 1.0
    below, above = quantiles[place - 1], quantiles[place]
    part = (value - below) / (above - below) if above > below else 0.0
    return (place - 1 + part) / last


# Counting


def cell(sector: str, size: int) -> dict[str, Cell]:
    """Quantiles by measure, of a division or a section and one size class."""
    plain = cache.get(
        cache.sector_cell(sector, str(size)), partial(_count, sector, size)
    )
    return {name: Cell(count, tuple(q or ())) for name, (count, q) in plain.items()}


def _count(sector: str, size: int) -> dict[str, Any]:
    span: Range = nomenclature.naf_levels()[sector][1]
    parameters: list[Any] = [span.first, span.last, Register.ACTIVE, BOUNDS, size]
    with connection.cursor() as cursor:
        cursor.execute(_CELL, [*parameters, *[QUANTILES] * len(MEASURES)])
        row = cursor.fetchone()
    return {
        name: (row[2 * place], row[2 * place + 1])
        for place, name in enumerate(MEASURES)
    }


def _own(siren: str) -> tuple[dict[str, float | None], int]:
    """The company's own figures, and its size class; -1 is an unknown one."""
    statement = f"""
        SELECT figures.*, coalesce(width_bucket(people, %s::float8[]), -1)
        FROM ({_FIGURES} WHERE t.siren = %s) figures
    """  # noqa: S608 -- built from this module's constants only
    with connection.cursor() as cursor:
        cursor.execute(statement, [BOUNDS, int(siren)])
        row = cursor.fetchone()
    if row is None:
        return dict.fromkeys(MEASURES), -1
    return dict(zip(MEASURES, row[1:-1], strict=True)), row[-1]
