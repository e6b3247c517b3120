"""The statistics of the register: counted ahead by the database, read as they are.

A page reads the materialised view only. The view is the owner's: the application asks
for a refresh by one function, and who reads meanwhile keeps the former figures.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from companies import nomenclature
from companies.models import SectorStatistics, StatisticsRefresh
from mainsite.lib import queue

logger = logging.getLogger(__name__)

QUEUE = "default"
ALL, UNKNOWN = SectorStatistics.ALL, SectorStatistics.UNKNOWN
# The view's bands, and the INSEE codes that the list filters them by.
BANDS = {
    "0": (_("sans salarié"), ("00",)),
    "1": (_("1 à 9 salariés"), ("01", "02", "03")),
    "10": (_("10 à 49 salariés"), ("11", "12")),
    "50": (_("50 à 249 salariés"), ("21", "22", "31")),
    "250": (_("250 salariés et plus"), ("32", "41", "42", "51", "52", "53")),
    UNKNOWN: (_("effectif inconnu"), ("inconnu",)),
}


# Refreshing


def refresh() -> None:
    """Count again, which takes up to a minute; nothing if somebody is counting."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT statistics_refresh()")


def request_refresh() -> None:
    """Ask a worker to count again, once the surrounding transaction is committed.

    For whoever changed much at once, as a load of the register does. Without the queue
    the figures wait for the scheduler.
    """
    try:
        queue.enqueue(refresh, queue=QUEUE)
    except RedisError:
        logger.warning("Redis is away: the statistics wait for the scheduler")


# Reading


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: a sector and a place, each all of France when empty."""

    section: str = ALL
    division: str = ALL
    region: str = ALL
    departement: str = ALL

    @classmethod
    def of(cls, *, naf: str = "", region: str = "", departement: str = "") -> "Scope":
        """A division brings its section, a département its région."""
        section, division = (naf, ALL) if len(naf) < 2 else (_section_of(naf), naf)
        region = nomenclature.region_of(departement) if departement else region
        return cls(section, division, region, departement)

    @property
    def query(self) -> dict[str, str]:
        """The criteria of the list, and of this page, that say the same."""
        place = (
            {"departement": self.departement}
            if self.departement
            else {"region": self.region}
        )
        chosen = {"naf": self.division or self.section} | place
        return {name: value for name, value in chosen.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a table: its words, its figures and the two ways that lead on.

    ``list_query`` is empty where the list has no such criterion (unknown places),
    ``page_query`` where the row is what the page already looks at.
    """

    code: str
    label: str
    figures: SectorStatistics
    list_query: str
    page_query: str
    is_inside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Everything the page shows; ``whole`` is None where no company is counted."""

    whole: SectorStatistics | None
    sectors: list[Line]
    places: list[Line]
    bands: list[Line]


def counted_at() -> datetime | None:
    return (
        StatisticsRefresh.objects.order_by("-counted_at")
        .values_list("counted_at", flat=True)
        .first()
    )


def read(scope: Scope) -> Statistics:
    """Sectors of the chosen place, places of the chosen sector, bands of both."""
    place = {"region": scope.region, "departement": scope.departement}
    sector = {"section": scope.section, "division": scope.division}
    cells = SectorStatistics.objects.all()
    of_band = cells.filter(**place, **sector)
    bands = {cell.band: cell for cell in of_band}
    return Statistics(
        whole=bands.get(ALL),
        sectors=_sectors(cells.filter(**place, band=ALL).exclude(section=ALL), scope),
        places=_places(cells.filter(**sector, band=ALL).exclude(region=ALL), scope),
        bands=[_band(code, bands[code], scope) for code in BANDS if code in bands],
    )


def _sectors(cells: Iterable[SectorStatistics], scope: Scope) -> list[Line]:
    """Sections in their order, with the divisions of the one that is looked at."""
    shown = [
        cell
        for cell in cells
        if cell.division in (ALL,) or cell.section == scope.section != UNKNOWN
    ]
    shown.sort(key=lambda cell: (cell.section == UNKNOWN, cell.section, cell.division))
    return [_sector(cell, scope) for cell in shown]


def _sector(cell: SectorStatistics, scope: Scope) -> Line:
    code = cell.division or cell.section
    known = nomenclature.naf_levels().get(code)
    place = Scope(region=scope.region, departement=scope.departement).query
    return _line(
        cell,
        scope,
        code=code,
        label=known[0] if known else str(_("activité inconnue")),
        query={"naf": code} | place if known else {},
        is_inside=bool(cell.division),
    )


def _places(cells: Iterable[SectorStatistics], scope: Scope) -> list[Line]:
    """Régions by number of companies, with the départements of the chosen one."""
    shown = [
        cell
        for cell in cells
        if cell.departement == ALL or cell.region == scope.region != UNKNOWN
    ]
    size = {cell.region: cell.active for cell in shown if cell.departement == ALL}
    shown.sort(
        key=lambda cell: (
            cell.region == UNKNOWN,
            -size.get(cell.region, 0),
            cell.region,
            cell.departement != ALL,
            -cell.active,
            cell.departement,
        )
    )
    return [_place(cell, scope) for cell in shown]


def _place(cell: SectorStatistics, scope: Scope) -> Line:
    name, names = (
        ("departement", nomenclature.departments())
        if cell.departement
        else ("region", nomenclature.regions())
    )
    code = cell.departement or cell.region
    sector = Scope(section=scope.section, division=scope.division).query
    return _line(
        cell,
        scope,
        code=code if cell.departement else "",
        label=names.get(code) or str(_("lieu inconnu")),
        query=sector | {name: code} if code != UNKNOWN else {},
        is_inside=bool(cell.departement),
    )


def _band(code: str, cell: SectorStatistics, scope: Scope) -> Line:
    label, codes = BANDS[code]
    query = {name: [value] for name, value in scope.query.items()}
    return Line(
        code="",
        label=str(label),
        figures=cell,
        list_query=urlencode(query | {"tranche": list(codes)}, doseq=True),
        page_query="",
    )


def _line(
    cell: SectorStatistics, scope: Scope, *, query: dict[str, str], **words: Any
) -> Line:
    encoded = urlencode(query)
    here = urlencode(scope.query)
    return Line(
        figures=cell,
        list_query=encoded,
        page_query="" if encoded == here else encoded,
        **words,
    )


def _section_of(division: str) -> str:
    known = nomenclature.naf_levels().get(division)
    if known is None:
        return ALL
    return nomenclature.naf_by_id()[known[1].first].section
