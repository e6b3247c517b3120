"""The published rulesets as the rules want them: a version's figures, its weights.

Of each algorithm, the version published last is in service: it computes the scores of
today. The earlier ones stay, to word and to replay what they once computed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from mainsite.lib import cache
from scoring.experiments import changes as experiment_changes
from scoring.models import Ruleset, RulesetState
from scoring.registry import changes as model_changes
from scoring.rules.ruleset import COVERAGE
from scoring.rules.ruleset import PROTOTYPE as PROTOTYPE_ALGORITHM
from scoring.rules.ruleset import Ruleset as Rules

# Those that the product is shipped with, one of each algorithm.
PROTOTYPE = "1.0"
NEWEST = "2.0"
# How long a worker may go on with the rules that it had read before a publication.
SETTLING = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Served:
    """The versions in service, and since when there has been no other."""

    newest: str
    prototype: str
    since: datetime

    @property
    def versions(self) -> tuple[str, str]:
        return self.prototype, self.newest

    def of(self, algorithm: str) -> str:
        return self.prototype if algorithm == PROTOTYPE_ALGORITHM else self.newest


def served() -> Served:
    """Kept for a minute, and ended at once by a publication."""
    plain = cache.get(cache.rulesets(), _served)
    return Served(
        newest=plain["newest"],
        prototype=plain["prototype"],
        since=datetime.fromisoformat(plain["since"]),
    )


def _served() -> dict[str, Any]:
    last: dict[str, tuple[datetime, str]] = {}
    for version, algorithm, at in _published().values_list(
        "version", "definition__algorithm", "published_at"
    ):
        last[algorithm] = max((at, version), last.get(algorithm, (at, version)))
    return {
        "newest": last[COVERAGE][1],
        "prototype": last[PROTOTYPE_ALGORITHM][1],
        "since": max(at for at, _ in last.values()).isoformat(),
    }


def forget_served() -> None:
    """A ruleset was published: once that is committed, every process looks again."""
    transaction.on_commit(
        partial(cache.forget_family, cache.RULESETS.name), robust=True
    )


def in_service(*others: str) -> list[Rules]:
    """What a company is scored with: one ruleset of each algorithm.

    ``others``: published versions that an experiment compares.
    """
    versions = dict.fromkeys((*served().versions, *others))
    rows = _published().filter(version__in=versions).prefetch_related("presets")
    found = {row.version: as_rules(row) for row in rows}
    return [found[version] for version in versions]


def outdated() -> Q:
    """Targets scored before the last publication: the sweep's to do again.

    Or just after, by a worker that had read the former rules. Later on another version
    is there on purpose: somebody gave it to these companies.
    """
    now = served()
    late = ~Q(ruleset__in=now.versions) & Q(scored_at__lt=now.since + SETTLING)
    due = Q(scored_at__lt=now.since) | late
    for changed in (model_changes.since(), experiment_changes.since()):
        if changed is not None:
            due |= Q(scored_at__lt=changed)
    return due


def kin_of(version: str) -> list[str]:
    """Every published version of its algorithm: a history runs through them all."""
    algorithms = dict(_published().values_list("version", "definition__algorithm"))
    asked = algorithms.get(version)
    return [each for each, algorithm in algorithms.items() if algorithm == asked]


def published() -> list[Rules]:
    rows = _published().prefetch_related("presets")
    return [as_rules(row) for row in rows.order_by("version")]


def _published() -> Any:
    return Ruleset.objects.filter(state=RulesetState.PUBLISHED)


def load(version: str) -> Rules:
    """Raises Ruleset.DoesNotExist."""
    return as_rules(Ruleset.objects.prefetch_related("presets").get(pk=version))


def as_rules(row: Ruleset) -> Rules:
    """Weights are rows that ops edit; RulesetError says what cannot be used."""
    presets = {preset.name: preset.weights for preset in row.presets.all()}
    return Rules.from_json({**row.definition, "presets": presets})
