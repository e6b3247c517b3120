"""A made-up company in the words of the API Sirene: numbers, and nothing known."""

from typing import Any

from enrichment.sandbox.invented.company import Invented

_UNKNOWN_OF_UNIT = (
    "etatAdministratifUniteLegale",
    "statutDiffusionUniteLegale",
    "dateCreationUniteLegale",
    "categorieJuridiqueUniteLegale",
    "denominationUniteLegale",
    "sigleUniteLegale",
    "activitePrincipaleUniteLegale",
    "nomenclatureActivitePrincipaleUniteLegale",
    "trancheEffectifsUniteLegale",
    "anneeEffectifsUniteLegale",
    "categorieEntreprise",
    "anneeCategorieEntreprise",
    "nicSiegeUniteLegale",
)


def shape(company: Invented) -> dict[str, Any]:
    office: dict[str, Any] = {
        "siren": company.siren,
        "nic": None,
        "siret": None,
        "etablissementSiege": True,
        "statutDiffusionEtablissement": None,
        "uniteLegale": dict.fromkeys(_UNKNOWN_OF_UNIT),
        "adresseEtablissement": {},
        "periodesEtablissement": [],
    }
    return {
        "header": {"statut": 200, "message": "OK", "total": 1, "debut": 0, "nombre": 1},
        "etablissements": [office],
    }


def nothing(siren: str) -> dict[str, Any]:
    message = f"Aucun élément trouvé pour q=siren:{siren}"
    return {"header": {"statut": 404, "message": message}}
