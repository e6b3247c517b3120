"""Establishments as the Sirene API 3.11 gives them, as flat rows, one at a time."""

import json
from collections.abc import Iterator
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
_READ_CHARACTERS = 1 << 16


def rows(text: IO[str]) -> Iterator[tuple[str, ...]]:
    """Rows in the order of COLUMNS, from an array or from a page of the API."""
    for site in _objects(text):
        unit, address = site["uniteLegale"], site["adresseEtablissement"]
        yield (
            _cell(site.get("siren")),
            _cell(site.get("siret")),
            _cell(site.get("etablissementSiege")),
            *(_cell(unit.get(name)) for name in _UNIT),
            *(_cell(address.get(name)) for name in _ADDRESS),
            _cell(_current_period(site).get("activitePrincipaleEtablissement")),
        )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _current_period(site: dict[str, Any]) -> dict[str, Any]:
    for period in site.get("periodesEtablissement") or ():
        if not period.get("dateFin"):
            return dict(period)
    return {}


def _objects(text: IO[str]) -> Iterator[dict[str, Any]]:
    """Objects of the first array of the text, decoded as they come."""
    decoder, buffer = json.JSONDecoder(), ""
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
