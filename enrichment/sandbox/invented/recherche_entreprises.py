"""A made-up company in the words of "Recherche d'entreprises"."""

from typing import Any

from enrichment.sandbox.invented.company import Exercise, Invented

_UNKNOWN = (
    "nom_complet",
    "nom_raison_sociale",
    "sigle",
    "activite_principale",
    "activite_principale_naf25",
    "categorie_entreprise",
    "date_creation",
    "date_fermeture",
    "etat_administratif",
    "nature_juridique",
    "section_activite_principale",
    "tranche_effectif_salarie",
    "annee_tranche_effectif_salarie",
    "statut_diffusion",
)


def shape(company: Invented) -> dict[str, Any]:
    result = {
        "siren": company.siren,
        "sandbox": True,
        **dict.fromkeys(_UNKNOWN),
        "siege": {},
        "dirigeants": _officers(company),
        "matching_etablissements": [],
        "finances": _finances(company),
    }
    return {
        "sandbox": True,
        "results": [result],
        "total_results": 1,
        "page": 1,
        "per_page": 1,
        "total_pages": 1,
    }


def nothing() -> dict[str, Any]:
    return {
        "results": [],
        "total_results": 0,
        "page": 1,
        "per_page": 1,
        "total_pages": 0,
    }


def _officers(company: Invented) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "nom": each.surname,
            "prenoms": each.first_name,
            "annee_de_naissance": f"{each.born_on:%Y}",
            "date_de_naissance": f"{each.born_on:%Y-%m}",
            "qualite": each.role,
            "nationalite": None,
            "type_dirigeant": "personne physique",
        }
        for each in company.people
    ]
    if company.has_auditor:
        found.append(
            {
                "siren": None,
                "denomination": "CABINET SPÉCIMEN",
                "qualite": "Commissaire aux comptes titulaire",
                "type_dirigeant": "personne morale",
            }
        )
    return found


def _finances(company: Invented) -> dict[str, Any] | None:
    """The latest published year; for one company in seven it is not quite the
    figure of the other source, as happens with real ones."""
    latest = next(iter(company.published), None)
    if latest is None:
        return None
    revenue, net_income = latest.revenue, latest.net_income
    if company.draws.chance("disagrees", 0.15):
        revenue = _elsewhere(latest, company)
    return {
        str(latest.closed_on.year): {"ca": revenue or 0, "resultat_net": net_income}
    }


def _elsewhere(latest: Exercise, company: Invented) -> int | None:
    if latest.revenue is None:
        return None
    return round(latest.revenue * company.draws.between("gap_share", 0.97, 1.03))
