from companies.imports.matching.models import ImportMatch
from companies.imports.models import (
    ColumnMapping,
    Import,
    ImportChange,
    ImportChunk,
    ImportKind,
    ImportRefusal,
    ImportState,
)
from companies.models.contacts import (
    Contact,
    ContactLead,
    ErasureReceipt,
    Opposition,
)
from companies.models.figures import AnnualAccounts, LegalEvent, Officer, SourceReading
from companies.models.lists import ListChange, ListEntry, SavedSearch, TargetList
from companies.models.loads import Edition, LoadState, RegistryLoad
from companies.models.pasted import PastedSirens
from companies.models.pursuit import Note, Pursuit, PursuitChange
from companies.models.register import Company, Establishment, NameWord, Register
from companies.models.searching import SearchBuild
from companies.models.statistics import SectorStatistics, StatisticsRefresh
from companies.models.target import Target

__all__ = [
    "AnnualAccounts",
    "ColumnMapping",
    "Company",
    "Contact",
    "ContactLead",
    "Edition",
    "ErasureReceipt",
    "Establishment",
    "Import",
    "ImportChange",
    "ImportChunk",
    "ImportKind",
    "ImportMatch",
    "ImportRefusal",
    "ImportState",
    "LegalEvent",
    "ListChange",
    "ListEntry",
    "LoadState",
    "NameWord",
    "Note",
    "Officer",
    "Opposition",
    "PastedSirens",
    "Pursuit",
    "PursuitChange",
    "Register",
    "RegistryLoad",
    "SavedSearch",
    "SearchBuild",
    "SectorStatistics",
    "SourceReading",
    "StatisticsRefresh",
    "Target",
    "TargetList",
]
