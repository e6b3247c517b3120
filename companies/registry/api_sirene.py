"""Pages of the Sirene API 3.11 as flat rows, one at a time: establishments and units.

A unit becomes a row of StockUniteLegale: the daily changes then follow the same rules
as the monthly file.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

_UNIT = (
    "dateCreationUniteLegale",
    "categorieJuridiqueUniteLegale",
    "denominationUniteLegale",
    "sigleUniteLegale",
    "nomUniteLegale",
)
_ADDRESS = (
    "numeroVoieEtablissement",
    "typeVoieEtablissement",
    "libelleVoieEtablissement",
    "codePostalEtablissement",
    "libelleCommuneEtablissement",
    "codeCommuneEtablissement",
)
COLUMNS = (
    "siren",
    "siret",
    "etablissementSiege",
    *(f"uniteLegale.{name}" for name in _UNIT),
    *(f"adresseEtablissement.{name}" for name in _ADDRESS),
    "periode.activitePrincipaleEtablissement",
)
_OF_UNIT = (
    "siren",
    "statutDiffusionUniteLegale",
    "dateCreationUniteLegale",
    "sigleUniteLegale",
    "prenom1UniteLegale",
    "prenomUsuelUniteLegale",
    "trancheEffectifsUniteLegale",
    "anneeEffectifsUniteLegale",
    "dateDernierTraitementUniteLegale",
    "categorieEntreprise",
)
_OF_PERIOD = (
    "dateDebut",
    "etatAdministratifUniteLegale",
    "nomUniteLegale",
    "nomUsageUniteLegale",
    "denominationUniteLegale",
    "denominationUsuelle1UniteLegale",
    "categorieJuridiqueUniteLegale",
    "activitePrincipaleUniteLegale",
    "nomenclatureActivitePrincipaleUniteLegale",
    "nicSiegeUniteLegale",
)
UNIT_COLUMNS = (*_OF_UNIT, *_OF_PERIOD)
# What the API calls the units, and what collectors of its pages called them.
_UNIT_LISTS = ("unitesLegales", "lignes_personnes_morales")
_READ_CHARACTERS = 1 << 16
Row = tuple[str, ...]


@dataclass(frozen=True)
class Page:
    columns: tuple[str, ...]
    rows: Iterator[Row]


def read(text: IO[str]) -> Page:
    """Units when the text names them early, else an array of establishments."""
    start = text.read(_READ_CHARACTERS)
    for name in _UNIT_LISTS:
        found = start.find(f'"{name}"')
        if found >= 0:
            return Page(UNIT_COLUMNS, map(_unit, _objects(text, start[found:])))
    return Page(COLUMNS, map(_site, _objects(text, start)))


def _site(site: dict[str, Any]) -> Row:
    unit, address = site["uniteLegale"], site["adresseEtablissement"]
    period = _current(site.get("periodesEtablissement"))
    return (
        _cell(site.get("siren")),
        _cell(site.get("siret")),
        _cell(site.get("etablissementSiege")),
        *(_cell(unit.get(name)) for name in _UNIT),
        *(_cell(address.get(name)) for name in _ADDRESS),
        _cell(period.get("activitePrincipaleEtablissement")),
    )


def _unit(unit: dict[str, Any]) -> Row:
    period = _current(unit["periodesUniteLegale"])
    return (
        *(_cell(unit.get(name)) for name in _OF_UNIT),
        *(_cell(period.get(name)) for name in _OF_PERIOD),
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _current(periods: list[dict[str, Any]] | None) -> dict[str, Any]:
    for period in periods or ():
        if not period.get("dateFin"):
            return dict(period)
    return {}


def _objects(text: IO[str], buffer: str) -> Iterator[dict[str, Any]]:
    """Objects of the first array of the text, decoded as they come."""
    decoder = json.JSONDecoder()
    while (start := buffer.find("[")) < 0:
        if not (more := text.read(_READ_CHARACTERS)):
            raise json.JSONDecodeError("no array", buffer, 0)
        buffer += more
    buffer = buffer[start + 1 :]
    while True:
        buffer = buffer.lstrip(" \t\r\n,")
        if buffer.startswith("]"):
            return
        try:
            found, end = decoder.raw_decode(buffer)
        except json.JSONDecodeError:
            more = text.read(_READ_CHARACTERS)
            if not more:
                raise
            buffer += more
            continue
        yield found
        buffer = buffer[end:]
