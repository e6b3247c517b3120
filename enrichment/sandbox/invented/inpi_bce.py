"""A made-up company's deposits in the columns of the ratios data set."""

from typing import Any

from enrichment.sandbox.invented.company import Exercise, Invented

_OPEN, _PARTLY, _CLOSED = "Public", "Partiellement confidentiel", "Confidentiel"
_CONFIDENTIALITY = {"none": _OPEN, "income_statement": _PARTLY, "full": _CLOSED}


def rows(company: Invented) -> list[dict[str, Any]]:
    """What was filed; an empty column of the deposit is a nought there."""
    return [_row(company, each) for each in company.exercises if each.filed_on]


def _row(company: Invented, exercise: Exercise) -> dict[str, Any]:
    is_told = exercise.secrecy == "none"
    return {
        "siren": company.siren,
        "date_cloture_exercice": exercise.closed_on.isoformat(),
        "type_bilan": "K" if exercise.is_consolidated else "C",
        "confidentiality": _CONFIDENTIALITY[exercise.secrecy],
        "chiffre_d_affaires": (exercise.revenue or 0) if is_told else 0,
        "resultat_net": exercise.net_income if is_told else None,
        "ebe": (exercise.ebitda or 0) if is_told else 0,
    }
