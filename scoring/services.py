"""Scores of companies: computed, kept when they changed, left on the narrow row."""

import logging
from collections.abc import Sequence
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from companies import scores
from companies.choices import ScoreState
from companies.models import Target
from mainsite.lib.flags import Flag, is_on
from scoring import gather, published
from scoring.gather import Gathered
from scoring.models import Score
from scoring.rules import engine, rows
from scoring.rules.result import Result
from scoring.rules.ruleset import Ruleset as Rules

logger = logging.getLogger(__name__)

DEFAULT_PRESET = "default"
GROUP = 500
# What tells two stored rows apart; the day and the inputs' age alone do not.
TELLING = ("a", "c", "f", "e", "s", "n", "k", "g", "r", "p")


def score_companies(*, sirens: Sequence[str]) -> int:
    """Score with every published ruleset; returns the number of companies scored.

    Safe to run twice: what did not change leaves no line of history.
    """
    done = 0
    for start in range(0, len(sirens), GROUP):
        gathered = gather.gather(sirens[start : start + GROUP])
        _score_group(gathered)
        done += len(gathered)
    return done


@transaction.atomic
def _score_group(gathered: list[Gathered]) -> None:
    if not gathered:
        return
    today = timezone.localdate()
    by_version: dict[str, list[Result]] = {}
    for rules in published.published():
        results = engine.score_batch(
            [each.facts for each in gathered],
            ruleset=rules,
            preset=DEFAULT_PRESET,
            as_of=today,
        )
        _keep(results, gathered, rules, today)
        by_version[rules.version] = results
    _leave_on_targets(by_version)


def _keep(
    results: list[Result], gathered: list[Gathered], rules: Rules, today: date
) -> None:
    """A line of history only where a reading moved or a reason changed."""
    known = {
        score.siren: score.row
        for score in Score.objects.filter(
            siren__in=[result.siren for result in results],
            ruleset_id=rules.version,
            preset=DEFAULT_PRESET,
        )
        .order_by("siren", "-scored_at", "-pk")
        .distinct("siren")
    }
    now = timezone.now()
    changed = []
    for result, source in zip(results, gathered, strict=True):
        row = rows.to_row(result, source.provenance)
        if _tells(row) != _tells(known.get(result.siren, {})):
            changed.append(
                Score(
                    siren=result.siren,
                    ruleset_id=rules.version,
                    preset=DEFAULT_PRESET,
                    scored_at=now,
                    as_of=today,
                    attractiveness=result.attractiveness,
                    sale_likelihood=result.sale_likelihood,
                    coverage=result.coverage,
                    state=_state(result),
                    row=row,
                )
            )
    Score.objects.bulk_create(changed)


def _tells(row: rows.Row) -> list[object]:
    return [row.get(key) for key in TELLING]


def _state(result: Result) -> ScoreState:
    return ScoreState.EVALUABLE if result.is_evaluable else ScoreState.NOT_EVALUABLE


def _leave_on_targets(by_version: dict[str, list[Result]]) -> None:
    """``ma_score`` is one ruleset's attractivité, chosen company by company."""
    newest = by_version[published.NEWEST]
    prototype = by_version.get(published.PROTOTYPE, newest)
    asked = HttpRequest()
    asked.user = AnonymousUser()
    now = timezone.now()
    readings = []
    for new, old in zip(newest, prototype, strict=True):
        is_new = is_on(Flag.NEW_SCORING_ALGORITHM, key=new.siren, request=asked)
        chosen = new if is_new else old
        readings.append(
            scores.Readings(
                siren=new.siren,
                score=chosen.attractiveness if chosen.is_evaluable else None,
                sale_likelihood=new.sale_likelihood if new.is_evaluable else None,
                coverage=new.coverage,
                state=_state(chosen),
                flag=chosen.flags[0] if chosen.flags else "",
                missing=new.next_group or "",
                stakes={
                    name: [stake.attractiveness, stake.coverage, stake.verdict]
                    for name, stake in new.stakes.items()
                },
                ruleset=chosen.ruleset,
                scored_at=now,
            )
        )
    scores.set_scores(readings)


def score_stale_companies(*, most: int = 100_000) -> int:
    """Targets never scored, or enriched since: the sweep behind the events."""
    done = 0
    while done < most:
        sirens = list(_stale().values_list("siren", flat=True)[:GROUP])
        if not sirens or not score_companies(sirens=sirens):
            break
        done += len(sirens)
    return done


def _stale() -> QuerySet[Target]:
    never = Q(scored_at__isnull=True)
    since = Q(enriched_at__gt=F("scored_at"))
    return Target.objects.filter(never | since).order_by("siren")
