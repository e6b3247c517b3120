"""A made-up company's notices in the columns of the gazette's data set.

Their numbers are those that the other sources give, and never a real one's.
"""

import json
from typing import Any

from enrichment.sandbox.invented.company import Exercise, Invented, Notice
from enrichment.sandbox.invented.notices import gazette_number

_MARK = "(spécimen)"
_WITHHELD = "Les comptes annuels sont accompagnés d'une déclaration de confidentialité."


def notices(company: Invented) -> list[dict[str, Any]]:
    return [_notice(each, company) for each in company.notices]


def _notice(notice: Notice, company: Invented) -> dict[str, Any]:
    siren = company.siren
    letter, issue, number = gazette_number(notice, siren)
    spaced = " ".join(siren[i : i + 3] for i in (0, 3, 6))
    return {
        "id": f"{letter}{issue}{number}",
        "publicationavis": letter,
        "parution": issue,
        "numeroannonce": number,
        "dateparution": notice.day.isoformat(),
        "typeavis": "annonce",
        "typeavis_lib": "Avis initial",
        "registre": [siren, spaced],
        **_content(notice, company),
    }


def _content(notice: Notice, company: Invented) -> dict[str, Any]:
    text = f"{notice.text} {_MARK}"
    if notice.kind == "accounts":
        return _filing(notice, company, text)
    if notice.kind == "judgement":
        told = {"famille": notice.text, "nature": text}
        return _of("collective", "Procédures collectives", company, jugement=told)
    if notice.kind == "sale":
        return _sale(company, text)
    return _of(
        "modification",
        "Modifications diverses",
        company,
        modificationsgenerales={"descriptif": text},
    )


def _filing(notice: Notice, company: Invented, text: str) -> dict[str, Any]:
    closed_on = notice.closed_on or notice.day
    filed = next((e for e in company.exercises if e.closed_on == closed_on), None)
    deposit = {"dateCloture": closed_on.isoformat(), "typeDepot": text}
    if _is_secret(filed):
        deposit["descriptif"] = _WITHHELD
    return _of("dpc", "Dépôts des comptes", company, depot=deposit)


def _is_secret(exercise: Exercise | None) -> bool:
    return exercise is not None and exercise.secrecy != "none"


def _sale(company: Invented, text: str) -> dict[str, Any]:
    """The gazette writes it for the buyer; the company is the former owner."""
    buyer = {"typePersonne": "pm", "denomination": "ACQUÉREUR SPÉCIMEN"}
    content = _of(
        "vente",
        "Ventes et cessions",
        company,
        acte={"vente": {"categorieVente": text}},
        listeprecedentproprietaire=_people(company),
    )
    return content | {"listepersonnes": _text({"personne": buyer})}


def _of(
    family: str, label: str, company: Invented, **objects: dict[str, Any]
) -> dict[str, Any]:
    return {
        "familleavis": family,
        "familleavis_lib": label,
        "listepersonnes": _text(_people(company)),
        **{name: _text(members) for name, members in objects.items()},
    }


def _people(company: Invented) -> dict[str, Any]:
    spaced = " ".join(company.siren[i : i + 3] for i in (0, 3, 6))
    numbers = {"numeroIdentification": spaced, "codeRCS": "RCS"}
    return {"personne": {"typePersonne": "pm", "numeroImmatriculation": numbers}}


def _text(members: dict[str, Any]) -> str:
    return json.dumps(members, ensure_ascii=False)
