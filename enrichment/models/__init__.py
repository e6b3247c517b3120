from enrichment.models.batches import Batch, BatchLine, Item, JournalEntry
from enrichment.models.calls import Answer, Call
from enrichment.models.money import DayBudget, DaySpending, MoneyLine, SourceDay
from enrichment.models.sources import (
    Provider,
    ProviderPrice,
    SchemaDrift,
    SourceAssessment,
    SourcePool,
    today,
)

__all__ = [
    "Answer",
    "Batch",
    "BatchLine",
    "Call",
    "DayBudget",
    "DaySpending",
    "Item",
    "JournalEntry",
    "MoneyLine",
    "Provider",
    "ProviderPrice",
    "SchemaDrift",
    "SourceAssessment",
    "SourceDay",
    "SourcePool",
    "today",
]
