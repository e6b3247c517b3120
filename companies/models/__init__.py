from companies.models.figures import AnnualAccounts, LegalEvent, Officer, SourceReading
from companies.models.pursuit import Note, Pursuit, PursuitChange
from companies.models.register import Company, Establishment, NameWord, Register
from companies.models.target import Target

__all__ = [
    "AnnualAccounts",
    "Company",
    "Establishment",
    "LegalEvent",
    "NameWord",
    "Note",
    "Officer",
    "Pursuit",
    "PursuitChange",
    "Register",
    "SourceReading",
    "Target",
]
