"""The head office: its number, its sign, its address."""

from datetime import date
from typing import Any

from enrichment.providers.reading import Section
from enrichment.providers.sirene import names

_CLOSED = "F"


def read(site: Section, *, is_open: bool) -> dict[str, Any]:
    """Members of Identity. Partial diffusion leaves the town, not the street."""
    place = site.section("adresseEtablissement").knows(names.ADDRESS)
    is_shown = is_open and site.text("statutDiffusionEtablissement") in {None, "O"}
    return {
        "trade_name": _trade_name(site) if is_shown else None,
        "siret": site.code("siret", "[0-9]{14}"),
        "address": _line(place) if is_shown else None,
        "postal_code": place.code("codePostalEtablissement", "[0-9]{5}"),
        "commune_code": place.code("codeCommuneEtablissement", "[0-9AB]{5}"),
        "commune": place.text("libelleCommuneEtablissement")
        or place.text("libelleCommuneEtrangerEtablissement"),
    }


def closed_since(site: Section) -> date | None:
    """The first day of the last periods that are all closed."""
    since = None
    for period in _newest_first(site):
        if period.text("etatAdministratifEtablissement") != _CLOSED:
            break
        since = period.day("dateDebut")
    return since


def _trade_name(site: Section) -> str | None:
    now = next(
        (each for each in _newest_first(site) if each.text("dateFin") is None), None
    )
    if now is None:
        return None
    return now.text("denominationUsuelleEtablissement") or now.text(
        "enseigne1Etablissement"
    )


def _newest_first(site: Section) -> list[Section]:
    periods = [
        period.knows(names.SITE_PERIOD)
        for period in site.sections("periodesEtablissement")
    ]
    return sorted(periods, key=lambda each: each.text("dateDebut") or "", reverse=True)


def _line(place: Section) -> str | None:
    street = (
        place.text("numeroVoieEtablissement"),
        place.text("indiceRepetitionEtablissement"),
        place.text("typeVoieEtablissement"),
        place.text("libelleVoieEtablissement"),
    )
    lines = (
        place.text("complementAdresseEtablissement"),
        " ".join(filter(None, street)),
        place.text("distributionSpecialeEtablissement"),
        place.text("libellePaysEtrangerEtablissement"),
    )
    return ", ".join(filter(None, lines)) or None
