from companies.models.figures import AnnualAccounts, LegalEvent, Officer, SourceReading
from companies.models.lists import ListEntry, SavedSearch, TargetList
from companies.models.pursuit import Note, Pursuit, PursuitChange
from companies.models.register import Company, Establishment, NameWord, Register
from companies.models.searching import SearchBuild
from companies.models.target import Target

__all__ = [
    "AnnualAccounts",
    "Company",
    "Establishment",
    "LegalEvent",
    "ListEntry",
    "NameWord",
    "Note",
    "Officer",
    "Pursuit",
    "PursuitChange",
    "Register",
    "SavedSearch",
    "SearchBuild",
    "SourceReading",
    "Target",
    "TargetList",
]
