"""The prototype's reference cases, as the command takes them, and short builders."""

from datetime import date

from scoring.rules.engine import score_one
from scoring.rules.facts import CompanyFacts
from scoring.rules.ruleset import Ruleset

AS_OF = date(2026, 11, 22)
IDENTITY = {"siren": "732829320", "name": "X"}
REGISTER = IDENTITY | {
    "legal_form": "SAS",
    "naf": "6920Z",
    "created_on": "2005-01-01",
}
CASE_A = REGISTER | {
    "name": "Cabinet Audit Excellence",
    "postal_code": "75008",
    "revenue": 25_000_000,
    "revenue_n1": 22_000_000,
    "revenue_n2": 20_000_000,
    "net_income": 3_750_000,
    "net_income_n1": 3_300_000,
    "net_margin": 15,
    "revenue_growth_3y": 11.8,
    "headcount": 120,
    "debt_ratio": 0.25,
    "leader_age": 45,
    "leader_tenure_years": 8,
    "leaders_count": 2,
}
CASE_C = REGISTER | {
    "naf": "4321A",
    "postal_code": "35000",
    "revenue": 3_000_000,
    "net_income": 90_000,
    "net_margin": 3,
    "revenue_growth_3y": 3,
    "headcount": 30,
    "debt_ratio": 0.5,
    "leader_age": 50,
    "leader_tenure_years": 5,
}
CASE_E = IDENTITY
CASE_G = REGISTER | {
    "headcount": 45,
    "postal_code": "75008",
    "leader_age": 64,
    "leader_tenure_years": 15,
}


def without(raw, *keys):
    return {key: value for key, value in raw.items() if key not in keys}


def score(raw, version="2.0", preset="default", as_of=AS_OF):
    facts = CompanyFacts.from_dict(raw)
    return score_one(facts, ruleset=Ruleset.load(version), preset=preset, as_of=as_of)


def officer(surname, birth_year, role, since="2000-01-01"):
    return {
        "surname": surname,
        "birth_year": birth_year,
        "role": role,
        "since": since,
    }
