"""A made-up company in the words of Pappers v2, after its published contract."""

from typing import Any

from enrichment.sandbox.invented.company import Exercise, Invented, Notice, Person
from enrichment.sandbox.invented.notices import gazette_number

_UNKNOWN = (
    "nom_entreprise",
    "denomination",
    "sigle",
    "code_naf",
    "libelle_code_naf",
    "date_creation",
    "date_cessation",
    "entreprise_cessee",
    "categorie_juridique",
    "forme_juridique",
    "effectif",
    "effectif_min",
    "effectif_max",
    "tranche_effectif",
    "annee_effectif",
    "capital",
    "statut_rcs",
    "numero_tva_intracommunautaire",
    "opposition_utilisation_commerciale",
)
# Pappers drops the legal form from an office that the register spells out.
_ROLES = {
    "Président de SAS": "Président",
    "Président du conseil d’administration et directeur général": (
        "Président du conseil d'administration et directeur général"
    ),
}
_MARK = "(spécimen)"


def shape(company: Invented) -> dict[str, Any]:
    judged = company.proceeding
    return {
        "sandbox": True,
        "siren": company.siren,
        "siren_formate": " ".join(company.siren[i : i + 3] for i in (0, 3, 6)),
        **dict.fromkeys(_UNKNOWN),
        "diffusable": True,
        "personne_morale": True,
        "siege": {},
        "etablissements": [],
        "finances": [_figures(e) for e in company.exercises if _is_told(e, False)],
        "finances_consolidees": [
            _figures(e) for e in company.exercises if _is_told(e, True)
        ],
        "representants": _officers(company),
        "beneficiaires_effectifs": [],
        "depots_actes": [],
        "comptes": [_deposit(e) for e in company.exercises if e.filed_on],
        "publications_bodacc": [_notice(n, company.siren) for n in company.notices],
        "procedures_collectives": _proceedings(company),
        "procedure_collective_existe": judged is not None,
        "procedure_collective_en_cours": judged is not None and judged[1] is None,
    }


def contacts(siren: str) -> dict[str, str]:
    """The company's own, in a range of numbers and a domain kept for fiction."""
    last = int(siren[-4:])
    return {
        "telephone": f"01 99 00 {last // 100:02} {last % 100:02}",
        "email": f"contact@specimen-{siren}.example",
    }


def _is_told(exercise: Exercise, is_consolidated: bool) -> bool:
    is_of_kind = exercise.is_consolidated is is_consolidated
    return is_of_kind and exercise.secrecy != "full"


def _figures(exercise: Exercise) -> dict[str, Any]:
    is_withheld = exercise.secrecy == "income_statement"
    return {
        "annee": exercise.closed_on.year,
        "date_de_cloture_exercice": exercise.closed_on.isoformat(),
        "duree_exercice": exercise.months,
        "chiffre_affaires": None if is_withheld else exercise.revenue,
        "resultat": None if is_withheld else exercise.net_income,
        "excedent_brut_exploitation": None if is_withheld else exercise.ebitda,
        "effectif": exercise.headcount,
        "fonds_propres": exercise.equity,
        "dettes_financieres": exercise.financial_debt,
    }


def _deposit(exercise: Exercise) -> dict[str, Any]:
    filed_on = exercise.filed_on.isoformat() if exercise.filed_on else None
    return {
        "date_depot": filed_on,
        "date_cloture": exercise.closed_on.isoformat(),
        "annee_cloture": exercise.closed_on.year,
        "type_comptes": "CC" if exercise.is_consolidated else "CS",
        "confidentialite": exercise.secrecy == "full",
        "confidentialite_compte_de_resultat": exercise.secrecy == "income_statement",
        "disponible": False,
    }


def _officers(company: Invented) -> list[dict[str, Any]]:
    found = [_person(each) for each in company.people]
    if company.has_auditor:
        found.append(
            {
                "qualite": "Commissaire aux comptes titulaire",
                "personne_morale": True,
                "denomination": "CABINET SPÉCIMEN",
                "nom_complet": "CABINET SPÉCIMEN",
                "siren": None,
                "date_prise_de_poste": None,
            }
        )
    return found


def _person(person: Person) -> dict[str, Any]:
    role = _ROLES.get(person.role, person.role)
    return {
        "qualite": role,
        "qualites": [role],
        "personne_morale": False,
        "date_prise_de_poste": person.since.isoformat(),
        "nom": person.surname,
        "prenom": person.first_name,
        "prenom_usuel": person.first_name,
        "nom_complet": f"{person.first_name} {person.surname}",
        "date_de_naissance_rgpd": f"{person.born_on:%Y-%m}",
    }


def _notice(notice: Notice, siren: str) -> dict[str, Any]:
    text = f"{notice.text} {_MARK}"
    letter, issue, number = gazette_number(notice, siren)
    heading, members = {
        "accounts": (
            "Dépôt des comptes",
            {
                "type_depot": text,
                "date_cloture": (notice.closed_on or notice.day).isoformat(),
            },
        ),
        "leader": ("Modification", {"description": text}),
        "lease": ("Modification", {"description": text}),
        "sale": (
            "Vente",
            {
                "categorie_vente": text,
                "denomination_nouveau_proprietaire": "ACQUÉREUR SPÉCIMEN",
            },
        ),
        "judgement": (
            "Procédure collective",
            {"famille": notice.text, "nature": text},
        ),
    }[notice.kind]
    return {
        "numero_parution": issue,
        "numero_annonce": number,
        "date": notice.day.isoformat(),
        "annonce_rectificative": False,
        "bodacc": letter,
        "type": heading,
        "greffe": None,
        **members,
    }


def _proceedings(company: Invented) -> list[dict[str, Any]]:
    if company.proceeding is None:
        return []
    opened_on, closed_on = company.proceeding
    return [
        {
            "type": "Redressement judiciaire",
            "date_debut": opened_on.isoformat(),
            "date_fin": closed_on.isoformat() if closed_on else None,
            "publications_bodacc": [],
        }
    ]
