"""What is known of companies before their sources are asked, a lease at a time."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from companies.models import LegalEvent, Target
from enrichment import stakes
from enrichment.lifetimes import FRESH_EVENT, UNKNOWN_SIZE, Size
from enrichment.stakes import UNSCORED, Stakes


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A company's size, which decides how long answers last, and what is open."""

    size: Size = UNKNOWN_SIZE
    stakes: Stakes = field(default_factory=lambda: UNSCORED)


def of(sirens: Collection[str]) -> dict[str, Known]:
    """By SIREN; a company that was never enriched is not in it."""
    recent = timezone.localdate() - timedelta(days=FRESH_EVENT.days)
    events = LegalEvent.objects.filter(siren__in=sirens, occurred_on__gte=recent)
    fresh = set(events.values_list("siren", flat=True))
    rows = Target.objects.filter(siren__in=sirens).values_list(
        "siren", "revenue", "accounts_headcount", "headcount", "stakes", "scored_at"
    )
    return {
        siren: Known(
            size=Size(
                revenue=revenue,
                headcount=headcount if headcount is not None else band,
                has_fresh_event=siren in fresh,
            ),
            stakes=stakes.of_score(left if scored_at else None),
        )
        for siren, revenue, headcount, band, left, scored_at in rows
    }
