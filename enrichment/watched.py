"""What of this app ops edit one at a time: sources, prices, quotas, budgets."""

from accounts.edits import watch
from enrichment.models import DayBudget, Provider, ProviderPrice, SchemaDrift

watch(
    Provider,
    "is_enabled",
    "rate_per_s",
    "concurrency",
    "reuse_hours",
    "day_quota",
    "is_held",
    "held_reason",
    "timeout_s",
)
watch(ProviderPrice)
watch(DayBudget, "user", "day_eur")
watch(SchemaDrift, "is_seen")
