"""A line of the list: the columns that are read, and the words they make."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext

from companies import nomenclature
from companies.choices import MISSING_GROUPS, RED_FLAG_TITLES, RED_FLAGS
from companies.search import phrase

COLUMNS = """
    r.siren, c.name, c.trade_name, c.commune, c.postal_code, r.geo, c.naf_code,
    r.created_on, r.legal_form, c.headcount_band, t.accounts_headcount, r.flags,
    t.revenue, t.revenue_year, t.net_income, coalesce(t.is_confidential, false),
    coalesce(t.sources_disagree, false), t.score, t.sale_likelihood, t.coverage,
    t.score_state, coalesce(t.score_flag, ''), coalesce(t.missing, ''),
    t.leader_birth_year, t.enriched_at, coalesce(p.status, 'prospect'),
    c.siret IS NOT NULL,
    (SELECT array_agg(ARRAY[extract(year FROM a.closed_on)::bigint, a.revenue]
                      ORDER BY a.closed_on)
     FROM annual_accounts a
     WHERE a.siren = r.siren AND a.account_type <> 'K' AND a.revenue IS NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list; amounts in euros, None is unknown and never zero.

    Without ``is_head_office`` the place is that of an establishment: no source
    loaded so far says where the head office is.
    """

    siren: str
    name: str
    commune: str
    department: str
    naf_code: str
    created_on: date | None
    legal_form: str
    headcount_band: str
    headcount: int | None
    is_active: bool
    is_partial: bool
    revenue: int | None
    revenue_year: int | None
    net_income: int | None
    is_confidential: bool
    sources_disagree: bool
    score: Decimal | None
    sale_likelihood: Decimal | None
    coverage: Decimal | None
    score_state: int | None
    score_flag: str
    missing: str
    leader_birth_year: int | None
    enriched_at: datetime | None
    status: str
    is_head_office: bool
    revenues: tuple[tuple[int, int], ...]

    @property
    def naf_label(self) -> str:
        naf = nomenclature.naf_codes().get(self.naf_code)
        return naf.label if naf else ""

    @property
    def flag_title(self) -> str:
        return str(RED_FLAG_TITLES.get(self.score_flag, self.score_flag))

    @property
    def flag_words(self) -> str:
        return str(RED_FLAGS.get(self.score_flag, self.score_flag))

    @property
    def missing_words(self) -> str:
        return str(MISSING_GROUPS.get(self.missing, self.missing))

    @property
    def leader_age(self) -> int | None:
        """Reached this year: only the year of birth is published."""
        if self.leader_birth_year is None:
            return None
        return timezone.localdate().year - self.leader_birth_year

    @property
    def spark(self) -> list[float | None]:
        """Millions by year over the last five years, None for a missing one."""
        if len(self.revenues) < 2:
            return []
        by_year = dict(self.revenues)
        last = max(by_year)
        return [
            by_year[year] / 1e6 if year in by_year else None
            for year in range(last - 4, last + 1)
        ]

    @property
    def headcount_label(self) -> str:
        """The number that accounts give, else the register's band."""
        if self.headcount is not None:
            return phrase.count(self.headcount)
        band = nomenclature.HEADCOUNT_BANDS.get(self.headcount_band)
        return phrase.headcount_band(band) if band else ""


def read(sirens: Sequence[int], *, desk_id: int | None) -> list[Row]:
    """The rows of these companies in this order; one that is gone is left out."""
    statement = f"""
        SELECT {COLUMNS}
        FROM register r JOIN company c ON c.siren = r.siren
        LEFT JOIN target t ON t.siren = r.siren
        LEFT JOIN pursuit p ON p.siren = r.siren AND p.desk_id = %s
        WHERE r.siren = ANY(%s)
    """  # noqa: S608 -- built from this file's constants only
    with connection.cursor() as db:
        db.execute(statement, [desk_id, list(sirens)])
        found = {values[0]: _row(values) for values in db.fetchall()}
    return [found[siren] for siren in sirens if siren in found]


def _row(values: tuple[Any, ...]) -> Row:
    place = nomenclature.place_by_id().get(values[5] or 0)
    flags = values[11]
    return Row(
        siren=f"{values[0]:09d}",
        name=values[1] or values[2] or gettext("nom non diffusé"),
        commune=place.name if place else values[3],
        department=place.department if place else values[4][:2],
        naf_code=values[6],
        created_on=values[7],
        legal_form="" if values[8] is None else f"{values[8]:04d}",
        headcount_band=values[9],
        headcount=values[10],
        is_active=bool(flags & 1),
        is_partial=bool(flags & 2),
        revenue=values[12],
        revenue_year=values[13],
        net_income=values[14],
        is_confidential=values[15],
        sources_disagree=values[16],
        score=_points(values[17]),
        sale_likelihood=_points(values[18]),
        coverage=_points(values[19]),
        score_state=values[20],
        score_flag=values[21],
        missing=values[22],
        leader_birth_year=values[23],
        enriched_at=values[24],
        status=values[25],
        is_head_office=values[26],
        revenues=tuple((year, amount) for year, amount in (values[27] or ())[-5:]),
    )


def _points(hundredths: int | None) -> Decimal | None:
    return None if hundredths is None else Decimal(hundredths) / 100
