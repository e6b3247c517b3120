"""The table of layouts: INSEE's stock files, extracts of them, and our own files."""

from collections.abc import Iterable
from dataclasses import replace

from companies.registry import cells
from companies.registry.layouts import (
    Check,
    Company,
    Layout,
    cell,
    individual,
    labels,
    optional,
    unnamed,
)

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

GEOCODED = Layout(
    key="sirene_geo",
    label="Sirene géocodé, colonnes choisies",
    company=Company.FILL,
    establishments=True,
    siren="siren",
    siret="siret",
    cells=(
        cell("is_head", "etablissementSiege", cells.yes_no),
        cell("is_open", "etatAdministratifEtablissement", cells.state),
        cell(
            "trade_name",
            "denominationUsuelleEtablissement enseigne1Etablissement",
            cells.first_trade_name,
        ),
        cell(NAF, "activitePrincipaleEtablissement", cells.naf),
        cell(PLACE, "codePostalEtablissement libelleCommuneEtablissement", cells.place),
        cell("address", "geo_adresse", cells.street_of_address),
        cell("latitude", "latitude", cells.latitude),
        cell("longitude", "longitude", cells.longitude),
    ),
)

NAMED_ESTABLISHMENTS = Layout(
    key="sirene_nominatif",
    label="Sirene, établissements avec leur dénomination",
    company=Company.FILL,
    siren="siren",
    siret="siret",
    checks=(Check(("categorieJuridique",), individual),),
    cells=(
        cell("name", "denominationUniteLegale", cells.text),
        cell("acronym", "sigle", cells.text),
        cell("legal_form", "categorieJuridique", cells.legal_form),
        cell("created_on", "dateCreation", cells.day),
        cell(NAF, "activitePrincipaleUniteLegale", cells.naf),
        cell("address", "numeroVoie typeVoie libelleVoie", cells.address),
        cell(PLACE, "codePostal libelleCommune", cells.place),
    ),
)

API_SIRENE = Layout(
    key="api_sirene",
    label="API Sirene 3.11, établissements (JSON)",
    company=Company.FILL,
    siren="siren",
    siret="siret",
    checks=(
        Check(("uniteLegale.categorieJuridiqueUniteLegale",), individual),
        Check(
            (
                "uniteLegale.denominationUniteLegale",
                "uniteLegale.nomUniteLegale",
                "uniteLegale.sigleUniteLegale",
            ),
            unnamed,
        ),
    ),
    cells=(
        cell("is_head", "etablissementSiege", cells.yes_no),
        cell("name", "uniteLegale.denominationUniteLegale", cells.text),
        cell("acronym", "uniteLegale.sigleUniteLegale", cells.text),
        cell(
            "legal_form", "uniteLegale.categorieJuridiqueUniteLegale", cells.legal_form
        ),
        cell("created_on", "uniteLegale.dateCreationUniteLegale", cells.day),
        cell(NAF, "periode.activitePrincipaleEtablissement", cells.naf),
        cell(
            "address",
            "adresseEtablissement.numeroVoieEtablissement "
            "adresseEtablissement.typeVoieEtablissement "
            "adresseEtablissement.libelleVoieEtablissement",
            cells.address,
        ),
        cell(
            PLACE,
            "adresseEtablissement.codePostalEtablissement "
            "adresseEtablissement.libelleCommuneEtablissement "
            "adresseEtablissement.codeCommuneEtablissement",
            cells.place,
        ),
    ),
)

UNITS_EXTRACT = Layout(
    key="unites_legales_extrait",
    label="Extrait de StockUniteLegale (économie sociale, numérique)",
    company=Company.FILL,
    siren="siren",
    siret="siret_siege",
    checks=(Check(("categorie_juridique",), individual),),
    cells=(
        cell("is_head", "siret_siege", cells.always),
        cell("name", "denomination", cells.text),
        cell("trade_name", "nom_usage", cells.trade_name),
        cell("acronym", "sigle", cells.text),
        cell("legal_form", "categorie_juridique", cells.legal_form),
        cell(NAF, "naf", cells.naf),
        cell(BAND, "tranche_effectifs", cells.band),
        cell("headcount_year", "annee_effectifs", cells.year),
        cell("category", "categorie_entreprise", cells.category),
        cell("created_on", "date_creation", cells.day),
        cell("is_active", "est_active", cells.yes_no),
        cell(PLACE, "code_postal commune", cells.place),
    ),
)

_V2_HEAD = "Qualité de siège ou non de l'établissement"
_V2_NAME = "Nom ou raison sociale de l'entreprise"
_V2_TOWN = "Libellé de la commune de localisation de l'établissement"

SIRENE_2017 = Layout(
    key="sirene_v2",
    label="Base Sirene v2 (2017), en-têtes en toutes lettres",
    company=Company.FILL,
    siren="Identifiant de l'entreprise",
    siret="SIRET",
    checks=(Check(("Nature juridique de l'entreprise",), individual),),
    cells=(
        labels("is_head", (_V2_HEAD,), cells.head_office),
        labels("name", (_V2_NAME,), cells.text),
        labels("trade_name", ("Enseigne ou nom de l'exploitation",), cells.trade_name),
        labels("acronym", ("Sigle de l'entreprise",), cells.text),
        labels("legal_form", ("Nature juridique de l'entreprise",), cells.legal_form),
        labels(NAF, ("Activité principale de l'entreprise",), cells.naf),
        labels(BAND, ("Tranche d'effectif salarié de l'entreprise",), cells.band),
        labels(
            "headcount_year",
            ("Année de validité de l'effectif salarié de l'entreprise",),
            cells.year,
        ),
        labels("category", ("Catégorie d'entreprise",), cells.category),
        labels("created_on", ("Date de création de l'entreprise",), cells.day),
        labels(
            "address",
            (
                "Numéro dans la voie",
                "Indice de répétition",
                "Type de voie de localisation de l'établissement",
                "Libellé de voie de localisation de l'établissement",
            ),
            cells.address,
        ),
        labels(PLACE, ("Code postal", _V2_TOWN), cells.place),
        labels("latitude longitude", ("coordonnees",), cells.latitude_longitude),
    ),
)

TOWN_EXTRACT = Layout(
    key="etablissements_raison_sociale",
    label="Établissements d’une ville avec leur raison sociale",
    company=Company.FILL,
    siren="siren",
    siret="siret",
    cells=(
        cell("name", "raisonsociale", cells.text),
        cell("trade_name", "enseigne", cells.trade_name),
        cell(NAF, "codenaf", cells.naf),
        cell("address", "numerorue libellerue", cells.address),
        cell(PLACE, "codepostal codecommune", cells.place_of_code),
        cell("latitude", "latitude", cells.latitude),
        cell("longitude", "longitude", cells.longitude),
    ),
)

INDUSTRIAL_SITES = Layout(
    key="irep",
    label="IREP, établissements industriels",
    company=Company.FILL,
    siret="Numero_SIRET",
    cells=(
        cell("trade_name", "Nom_Etablissement", cells.trade_name),
        cell(NAF, "Code_APE", cells.naf),
        cell("address", "Adresse", cells.address),
        cell(PLACE, "Code_Postal Commune", cells.place),
    ),
)

INCLUSION_EMPLOYERS = Layout(
    key="structures_insertion",
    label="Structures d’insertion par l’activité",
    company=Company.FILL,
    siren="siren",
    siret="siret",
    cells=(
        cell("name", "nom", cells.text),
        cell("trade_name", "enseigne", cells.trade_name),
        cell(NAF, "naf", cells.naf),
        cell(BAND, "effectif_api_entreprise", cells.band_of_count),
        cell("address", "adresse", cells.address),
        cell(PLACE, "code_postal commune", cells.place),
        cell("latitude", "latitude", cells.latitude),
        cell("longitude", "longitude", cells.longitude),
    ),
)

DEFENCE_SITES = Layout(
    key="groupes_defense",
    label="Sites de groupes, avec leur raison sociale Sirene",
    company=Company.FILL,
    siren="siren",
    siret="siret",
    cells=(
        cell("is_head", "est_siege_unite_legale_sirene", cells.yes_no),
        cell("name", "raison_sociale_sirene", cells.text),
        cell(NAF, "ape_sirene", cells.naf),
        cell("address", "adresse", cells.street_of_address),
        cell(PLACE, "adresse", cells.place_of_address),
    ),
)

EMPLOYERS = Layout(
    key="employeurs",
    label="Employeurs : SIRET, enseigne, commune",
    company=Company.FILL,
    siren="siren",
    siret="siret",
    cells=(
        cell("trade_name", "enseigne", cells.trade_name),
        cell(PLACE, "commune", cells.commune_alone),
    ),
)

HEADCOUNTS = Layout(
    key="egapro",
    label="Egapro : SIREN, nom, effectif",
    company=Company.FILL,
    siren="siren",
    cells=(
        cell("name", "name", cells.before_parenthesis),
        cell("trade_name", "name", cells.inside_parenthesis),
        cell(BAND, "workforce", cells.band_of_count),
    ),
)

OURS = Layout(
    key="societes",
    label="Sociétés de démonstration",
    company=Company.FILL,
    siren="siren",
    cells=(
        cell("name", "name", cells.text),
        cell("trade_name", "trade_name", cells.text),
        cell("acronym", "acronym", cells.text),
        cell("legal_form", "legal_form", cells.legal_form),
        cell(NAF, "naf_code", cells.naf),
        cell("naf25_code", "naf25_code", cells.naf25),
        cell("created_on", "created_on", cells.day),
        cell("is_active", "is_active", cells.yes_no),
        cell(BAND, "headcount_band", cells.band),
        cell("headcount_year", "headcount_year", cells.year),
        cell("category", "category", cells.category),
        cell("siret", "siret", cells.siret),
        cell("is_head", "siret", cells.is_given),
        cell("address", "address", cells.text),
        cell(PLACE, "postal_code commune_code", cells.place_of_code),
        cell("latitude", "latitude", cells.latitude),
        cell("longitude", "longitude", cells.longitude),
        cell("source_file", "source_file", cells.text),
    ),
)

OUR_ESTABLISHMENTS = Layout(
    key="etablissements",
    label="Établissements de démonstration",
    company=Company.NONE,
    establishments=True,
    siret="siret",
    cells=(
        cell("is_head", "is_head", cells.yes_no),
        cell("is_open", "is_open", cells.yes_no),
        cell(NAF, "naf_code", cells.naf),
        cell(PLACE, "postal_code commune_code", cells.place_of_code),
    ),
)

# From the most demanding signature to the least.
LAYOUTS = (
    STOCK_UNITS,
    STOCK_ESTABLISHMENTS,
    OURS,
    OUR_ESTABLISHMENTS,
    SIRENE_2017,
    API_SIRENE,
    GEOCODED,
    NAMED_ESTABLISHMENTS,
    UNITS_EXTRACT,
    TOWN_EXTRACT,
    INDUSTRIAL_SITES,
    INCLUSION_EMPLOYERS,
    DEFENCE_SITES,
    EMPLOYERS,
    HEADCOUNTS,
)


def recognise(header: Iterable[str]) -> Layout | None:
    present = set(header)
    return next((lay for lay in LAYOUTS if lay.required <= present), None)


def nearest(header: Iterable[str]) -> tuple[Layout, list[str]]:
    """The layout that misses the smallest share of its columns, and those it misses."""
    present = set(header)

    def missing_share(layout: Layout) -> float:
        return len(layout.required - present) / len(layout.required)

    layout = min(LAYOUTS, key=missing_share)
    return layout, sorted(layout.required - present)
