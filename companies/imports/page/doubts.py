"""Rows known by their name alone, which somebody must decide about."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from companies.imports.codes import Reason
from companies.imports.models import Import, ImportMatch, MatchState
from mainsite.lib.charts import Segment

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Counts:
    sure: int
    confirmed: int
    doubtful: int
    none: int

    @property
    def total(self) -> int:
        return self.sure + self.confirmed + self.doubtful + self.none

    @property
    def segments(self) -> tuple[Segment, ...]:
        return (
            ("done", self.sure),
            ("reused", self.confirmed),
            ("unchanged", self.none),
            ("failed", self.doubtful),
        )


def counts(imp: Import) -> Counts:
    rows = ImportMatch.objects.filter(of=imp).values_list("state")
    found: dict[Any, int] = dict(rows.annotate(Count("pk")).order_by())
    return Counts(
        sure=found.get(MatchState.SURE, 0),
        confirmed=found.get(MatchState.CONFIRMED, 0),
        doubtful=found.get(MatchState.DOUBTFUL, 0),
        none=found.get(MatchState.NONE, 0) + found.get(MatchState.REJECTED, 0),
    )


def has_any(imp: Import) -> bool:
    return ImportMatch.objects.filter(of=imp).exists()


def count(imp: Import) -> int:
    return ImportMatch.objects.filter(of=imp, state=MatchState.DOUBTFUL).count()


def is_trial_stale(imp: Import) -> bool:
    """Something was decided after the dry run, whose figures do not say so."""
    said = int(imp.trial.get("reasons", {}).get(Reason.DOUBTFUL, 0))
    return said > count(imp)


def page(imp: Import, *, after: int = 0) -> tuple[list[ImportMatch], bool]:
    """Those to decide below a line of the file, and whether there are more."""
    rows = ImportMatch.objects.filter(of=imp, state=MatchState.DOUBTFUL, line__gt=after)
    found = list(rows.order_by("line")[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], len(found) > PAGE_SIZE
