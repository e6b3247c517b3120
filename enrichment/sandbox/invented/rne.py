"""A made-up company in the words of the national register: its sheet, its deposits."""

from typing import Any

from enrichment.sandbox.invented.company import Exercise, Invented, Person

# The register's codes of the offices that invented people hold.
_OFFICES = {
    "Président de SAS": "73",
    "Gérant": "30",
    "Président du conseil d’administration et directeur général": "60",
    "Directeur Général": "53",
    "Directeur général délégué": "70",
    "Administrateur": "65",
}
_AUDITOR = "71"
_NAMELESS = ("denomination", "codeApe", "nicSiege", "dateImmat", "formeJuridique")
_SUPPLIERS_SHARE = 0.1
_WEAR_SHARE = 0.02


def sheet(company: Invented) -> dict[str, Any]:
    entry = {"siren": company.siren, **dict.fromkeys(_NAMELESS)}
    return {
        "id": f"specimen-{company.siren}",
        "siren": company.siren,
        "formality": {
            "siren": company.siren,
            "typePersonne": "M",
            "diffusionINSEE": "O",
            "diffusionCommerciale": None,
            "formeJuridique": None,
            "content": {
                "natureCreation": {"dateCreation": None, "formeJuridique": None},
                "personneMorale": {
                    "identite": {"entreprise": entry, "description": {}},
                    "adresseEntreprise": {},
                    "composition": {"pouvoirs": _offices(company)},
                },
            },
        },
    }


def _offices(company: Invented) -> list[dict[str, Any]]:
    found = [_office(each) for each in company.people]
    if company.has_auditor:
        found.append(
            {
                "typeDePersonne": "ENTREPRISE",
                "actif": True,
                "roleEntreprise": _AUDITOR,
                "entreprise": {"siren": None, "denomination": "CABINET SPÉCIMEN"},
            }
        )
    return found


def _office(person: Person) -> dict[str, Any]:
    return {
        "typeDePersonne": "INDIVIDU",
        "actif": True,
        "roleEntreprise": _OFFICES[person.role],
        "libelleRoleEntreprise": person.role,
        "dateDebut": person.since.isoformat(),
        "individu": {
            "descriptionPersonne": {
                "nom": person.surname,
                "prenoms": [person.first_name],
                "dateDeNaissance": f"{person.born_on:%Y-%m}",
            }
        },
    }


def attachments(company: Invented) -> dict[str, Any]:
    """What was filed: typed when it may be told, else scanned and secret."""
    filed = [each for each in company.exercises if each.filed_on]
    return {
        "actes": [],
        "bilans": [_deposit(company, e) for e in filed if e.secrecy == "full"],
        "bilansSaisis": [_typed(company, e) for e in filed if e.secrecy != "full"],
    }


def _deposit(company: Invented, exercise: Exercise) -> dict[str, Any]:
    kind = "K" if exercise.is_consolidated else "C"
    return {
        "id": f"specimen-{company.siren}-{exercise.closed_on}-{kind}",
        "siren": company.siren,
        "dateDepot": exercise.filed_on.isoformat() if exercise.filed_on else None,
        "dateCloture": exercise.closed_on.isoformat(),
        "confidentiality": "Confidentiel" if exercise.secrecy == "full" else "Public",
        "typeBilan": kind,
        "deleted": False,
    }


def _typed(company: Invented, exercise: Exercise) -> dict[str, Any]:
    deposit = _deposit(company, exercise)
    identity = {
        "siren": company.siren,
        "dateClotureExercice": f"{exercise.closed_on}T00:00:00+01:00",
        "dureeExerciceN": str(exercise.months),
        "codeSaisie": "00",
        "codeTypeBilan": deposit["typeBilan"],
        "codeDevise": "EUR",
        "codeConfidentialite": "0" if exercise.secrecy == "none" else "2",
    }
    pages = {2: _liabilities(exercise), 11: _people(exercise)}
    if exercise.secrecy == "none":
        pages |= {3: _operations(exercise), 4: _line("HN", m1=exercise.net_income)}
    detail = {
        "pages": [
            {"numero": number, "liasses": lines} for number, lines in pages.items()
        ]
    }
    bilan = {"identite": identity, "detail": detail}
    return deposit | {"bilanSaisi": {"bilan": bilan, "version": "1.0"}}


def _liabilities(exercise: Exercise) -> list[dict[str, str]]:
    debt = exercise.financial_debt or 0
    owed = round(abs(exercise.revenue or 0) * _SUPPLIERS_SHARE)
    return [
        *_line("DL", m1=exercise.equity),
        *_line("DU", m1=debt),
        *_line("DX", m1=owed),
        *_line("EC", m1=debt + owed),
    ]


def _operations(exercise: Exercise) -> list[dict[str, str]]:
    """All that is spent above EBITDA stands on one line, so that it comes out."""
    revenue, ebitda = exercise.revenue or 0, exercise.ebitda or 0
    wear = round(abs(revenue) * _WEAR_SHARE)
    return [
        *_line("FJ", m1=revenue, m3=revenue),
        *_line("FR", m3=revenue),
        *_line("FW", m3=revenue - ebitda),
        *_line("GA", m3=wear),
        *_line("GF", m3=revenue - ebitda + wear),
    ]


def _people(exercise: Exercise) -> list[dict[str, str]]:
    return _line("YP", m1=exercise.headcount)


def _line(code: str, **amounts: int | None) -> list[dict[str, str]]:
    """One line, or none when it would be empty, as in a typed return."""
    if all(amount is None for amount in amounts.values()):
        return []
    columns = ("m1", "m2", "m3", "m4")
    return [{"code": code} | {name: _padded(amounts.get(name)) for name in columns}]


def _padded(amount: int | None) -> str:
    if amount is None:
        return ""
    return f"{'-' if amount < 0 else ''}{abs(amount):015d}"
