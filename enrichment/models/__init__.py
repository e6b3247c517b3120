from enrichment.models.batches import Batch, BatchLine, Item, JournalEntry
from enrichment.models.calls import Answer, Call
from enrichment.models.sources import Provider, ProviderPrice, today

__all__ = [
    "Answer",
    "Batch",
    "BatchLine",
    "Call",
    "Item",
    "JournalEntry",
    "Provider",
    "ProviderPrice",
    "today",
]
