"""Scores of companies: computed, kept when they changed, left on the narrow row."""

from collections.abc import Sequence

from django.db.models import F, Q, QuerySet

from companies.models import Target
from scoring import published
from scoring.bulk import run


def score_companies(*, sirens: Sequence[str]) -> int:
    """Score with every ruleset in service; returns the number of companies scored.

    Safe to run twice: what did not change leaves no line of history.
    """
    return run.score_among(sirens).companies


def score_stale_companies(*, most: int = 1_000_000) -> int:
    """Targets never scored, or enriched since: the sweep behind the events.

    From the first to the last once, whatever still looks stale afterwards.
    """
    done, last = 0, "000000000"
    while done < most:
        stale = _stale().filter(siren__gt=last).values_list("siren", flat=True)
        sirens = list(stale[: run.CHUNK])
        if not sirens:
            break
        score_companies(sirens=sirens)
        done += len(sirens)
        last = sirens[-1]
    return done


def _stale() -> QuerySet[Target]:
    never = Q(scored_at__isnull=True)
    since = Q(enriched_at__gt=F("scored_at"))
    return Target.objects.filter(never | since | published.outdated()).order_by("siren")
