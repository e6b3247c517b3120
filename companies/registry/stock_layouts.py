"""INSEE's stock files: the register itself, of units and of establishments."""

from dataclasses import replace

from companies.registry import cells
from companies.registry.layouts import (
    Check,
    Company,
    Layout,
    cell,
    individual,
    optional,
    unnamed,
)

# What one cell fills, here and in every extract.
PLACE = "postal_code commune_code commune geo"
NAF = "naf_code naf"
BAND = "headcount_band headcount"

STOCK_UNITS = Layout(
    key="stock_unite_legale",
    label="INSEE, StockUniteLegale",
    company=Company.REPLACE,
    siren="siren",
    checks=(
        Check(("categorieJuridiqueUniteLegale",), individual),
        Check(
            (
                "denominationUniteLegale",
                "nomUniteLegale",
                "denominationUsuelle1UniteLegale",
            ),
            unnamed,
        ),
    ),
    cells=(
        cell("name", "denominationUniteLegale", cells.text),
        cell("trade_name", "denominationUsuelle1UniteLegale", cells.trade_name),
        cell("acronym", "sigleUniteLegale", cells.text),
        cell("legal_form", "categorieJuridiqueUniteLegale", cells.legal_form),
        cell(
            NAF,
            "activitePrincipaleUniteLegale nomenclatureActivitePrincipaleUniteLegale",
            cells.naf,
        ),
        optional("naf25_code", "activitePrincipaleNAF25UniteLegale", cells.naf25),
        cell("created_on", "dateCreationUniteLegale", cells.day),
        cell("closed_on", "etatAdministratifUniteLegale dateDebut", cells.closing_day),
        cell("is_active", "etatAdministratifUniteLegale", cells.state),
        cell("diffusion", "statutDiffusionUniteLegale", cells.diffusion),
        cell(BAND, "trancheEffectifsUniteLegale", cells.band),
        cell("headcount_year", "anneeEffectifsUniteLegale", cells.year),
        cell("category", "categorieEntreprise", cells.category),
        cell("siret", "siren nicSiegeUniteLegale", cells.siret_of_nic),
    ),
    diffusion="statutDiffusionUniteLegale",
    processed="dateDernierTraitementUniteLegale",
)

_UNIT_NAMES = {
    "name": cell(
        "name",
        "denominationUniteLegale prenomUsuelUniteLegale nomUsageUniteLegale "
        "nomUniteLegale statutDiffusionUniteLegale",
        cells.name_of_unit,
    ),
    "trade_name": cell(
        "trade_name",
        "denominationUsuelle1UniteLegale categorieJuridiqueUniteLegale "
        "statutDiffusionUniteLegale",
        cells.trade_name_of_unit,
    ),
}
# The same file when sole traders are asked for: as far as each of them is diffused.
STOCK_UNITS_AND_INDIVIDUALS = replace(
    STOCK_UNITS,
    checks=(),
    cells=tuple(_UNIT_NAMES.get(each.fills[0], each) for each in STOCK_UNITS.cells),
)

STOCK_ESTABLISHMENTS = Layout(
    key="stock_etablissement",
    label="INSEE, StockEtablissement",
    company=Company.HEAD_OFFICE,
    establishments=True,
    siren="siren",
    siret="siret",
    cells=(
        cell("is_head", "etablissementSiege", cells.yes_no),
        cell("is_open", "etatAdministratifEtablissement", cells.state),
        cell(
            NAF,
            "activitePrincipaleEtablissement "
            "nomenclatureActivitePrincipaleEtablissement",
            cells.naf,
        ),
        cell(
            "address",
            "complementAdresseEtablissement numeroVoieEtablissement "
            "indiceRepetitionEtablissement typeVoieEtablissement "
            "libelleVoieEtablissement",
            cells.address,
        ),
        cell(
            PLACE,
            "codePostalEtablissement libelleCommuneEtablissement "
            "codeCommuneEtablissement",
            cells.place,
        ),
        optional(
            "latitude",
            "latitude statutDiffusionEtablissement",
            cells.diffused_latitude,
        ),
        optional(
            "longitude",
            "longitude statutDiffusionEtablissement",
            cells.diffused_longitude,
        ),
    ),
    diffusion="statutDiffusionEtablissement",
    processed="dateDernierTraitementEtablissement",
)
