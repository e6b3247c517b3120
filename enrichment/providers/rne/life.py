"""When a company began and ended, as far as the register says it for certain."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from enrichment.providers.reading import Section
from enrichment.providers.rne import names

# Shops do open some months before the company is entered in the register.
_HEAD_START = timedelta(days=366)
# What the courts wrote where they had no date.
_NO_DATE_BEFORE = date(1901, 1, 1)


def read(content: Section, company: Section) -> dict[str, Any]:
    """Gone is: struck off, or dissolved by a merger.

    A company that is being wound up stays in the register, without activity: of it
    we do not say whether it is active.
    """
    nature = content.section("natureCessationEntreprise").knows(names.CLOSING_NATURE)
    closing = company.section("detailCessationEntreprise").knows(names.CLOSING)
    closed_on = nature.day("dateRadiation") or _end(content, closing)
    is_active = None if closing else True
    stated = nature.code("etatAdministratifInsee", "[ACF]")
    if closed_on is not None or stated in {"C", "F"}:
        is_active = False
    return {
        "created_on": _beginning(content, company),
        "closed_on": closed_on,
        "is_active": is_active,
    }


def _beginning(content: Section, company: Section) -> date | None:
    """The register's date is that of the latest court: later than the truth for a
    company that moved. One whose shops are older than itself has none."""
    creation = content.section("natureCreation").knows(names.CREATION)
    registered_on = creation.day("dateCreation")
    oldest = min(_openings(company), default=None)
    if registered_on and oldest and oldest < registered_on - _HEAD_START:
        creation.warn("registered_again", "dateCreation")
        return None
    return registered_on


def _openings(company: Section) -> Iterator[date]:
    sites = (
        company.section("etablissementPrincipal"),
        *company.sections("autresEtablissements"),
    )
    for site in sites:
        for activity in site.sections("activites"):
            began_on = activity.day("dateDebut")
            if began_on is not None and began_on >= _NO_DATE_BEFORE:
                yield began_on


def _end(content: Section, closing: Section) -> date | None:
    struck_off = closing.day("dateRadiation")
    if struck_off is None and closing.flag("indicateurDisparitionPM"):
        struck_off = closing.day("dateDissolutionDisparition")
    if struck_off is None and closing:
        # Alone it may be a move to another court; with an end it is a removal.
        former = content.section("registreAnterieur").section("rncs")
        struck_off = former.day("dateRadiation")
    return struck_off
