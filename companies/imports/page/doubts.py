"""Rows known by their name alone, which somebody must decide about."""

from dataclasses import dataclass

from companies.imports.codes import Reason
from companies.imports.matching import services
from companies.imports.matching.models import ImportMatch, MatchState
from companies.imports.models import Import
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
    found = services.counts(imp)
    return Counts(
        sure=found[MatchState.SURE],
        confirmed=found[MatchState.CONFIRMED],
        doubtful=found[MatchState.DOUBTFUL],
        none=found[MatchState.NONE] + found[MatchState.REJECTED],
    )


def has_any(imp: Import) -> bool:
    return ImportMatch.objects.filter(of=imp).exists()


def count(imp: Import) -> int:
    return services.pending(imp).count()


def is_trial_stale(imp: Import) -> bool:
    """Something was decided after the dry run, whose figures do not say so."""
    said = int(imp.trial.get("reasons", {}).get(Reason.DOUBTFUL, 0))
    return said > count(imp)


def page(imp: Import, *, after: int = 0) -> tuple[list[ImportMatch], bool]:
    """Those to decide below a line of the file, and whether there are more."""
    found = list(services.pending(imp).filter(line__gt=after)[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], len(found) > PAGE_SIZE
