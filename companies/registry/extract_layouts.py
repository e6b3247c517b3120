"""Extracts of the register, published by others or in other forms than the stock."""

from companies.registry import cells
from companies.registry.layouts import (
    Check,
    Company,
    Layout,
    cell,
    individual,
    labels,
    unnamed,
)
from companies.registry.stock_layouts import BAND, NAF, PLACE

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
