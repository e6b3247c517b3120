"""A draft tried before it is published: who would move, by how much, and why.

The same facts are scored by the draft and by the rules in service. What is kept of it
is figures and codes: they tell what was decided upon even once the draft is edited.
"""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import audit
from accounts.choices import AuditWord
from accounts.models import User
from companies.choices import ScoreState
from companies.models import ListEntry, TargetList
from mainsite.lib import cache
from scoring import comparing, gather, published
from scoring.bulk import choice, source
from scoring.models import Ruleset, RulesetTrial
from scoring.rules import engine
from scoring.rules.ruleset import Ruleset as Rules
from scoring.rules.ruleset import RulesetError

DEFAULT_PRESET = "default"
# Evaluable companies, and those under the floor that a draft might lift above it.
SIZE, SIZE_BELOW = 1_000, 250


class Action(AuditWord):
    """What the audit trail tells of trials."""

    RULESET_TRIED = "ruleset_tried", gettext_lazy("règles essayées")


class CannotTry(ValueError):
    """The message says, in French, what is missing."""


@dataclass(frozen=True, slots=True)
class Sample:
    words: str
    sirens: tuple[str, ...]


def default_sample() -> Sample:
    """The same companies all day, spread over the register by a hash of the SIREN."""
    above = _by_hash(ScoreState.EVALUABLE, SIZE)
    below = _by_hash(ScoreState.NOT_EVALUABLE, SIZE_BELOW)
    words = _("%(above)d cibles évaluables et %(below)d sous le plancher")
    return Sample(words % {"above": len(above), "below": len(below)}, (*above, *below))


def sample_of(target_list: TargetList) -> Sample:
    """The companies of a list, the first of them by hash when there are more."""
    statement = f"""
        SELECT siren FROM list_entry WHERE list_id = %s
        ORDER BY {_HASH}, siren LIMIT %s
    """  # noqa: S608 -- built from this module's constants only
    sirens = _sirens(statement, [target_list.pk, SIZE])
    total = ListEntry.objects.filter(list=target_list).count()
    words = ngettext(
        "%(n)d société sur %(total)d du vivier « %(name)s »",
        "%(n)d sociétés sur %(total)d du vivier « %(name)s »",
        len(sirens),
    )
    told = {"n": len(sirens), "total": total, "name": target_list.name}
    return Sample((words % told)[:120], tuple(sirens))


# Knuth's multiplicative hash: no order of the register is left, none is stored.
_HASH = "(siren::bigint * 2654435761) %% 4294967296"


def _by_hash(state: ScoreState, size: int) -> list[str]:
    statement = f"""
        SELECT siren FROM target WHERE score_state = %s
        ORDER BY {_HASH}, siren LIMIT %s
    """  # noqa: S608 -- built from this module's constants only

    def read() -> cache.Made:
        found = _sirens(statement, [state, size])
        return cache.Made(found, kind="full" if len(found) == size else "partial")

    sirens: list[str] = cache.get(cache.trial_sample(state, size), read)
    return sirens


def _sirens(statement: str, parameters: list[Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [f"{row[0]:09d}" for row in cursor.fetchall()]


def digest(ruleset: Ruleset) -> str:
    """Of all that a publication would freeze: another figure is another digest."""
    content = {
        "definition": ruleset.definition,
        "presets": {each.name: each.weights for each in ruleset.presets.all()},
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def latest_of(ruleset: Ruleset) -> RulesetTrial | None:
    """The last trial of exactly this content against what is in service now."""
    return (
        RulesetTrial.objects.filter(
            ruleset=ruleset,
            digest=digest(ruleset),
            preset=DEFAULT_PRESET,
            against=served_beside(ruleset),
        )
        .order_by("-tried_at", "-pk")
        .first()
    )


def served_beside(ruleset: Ruleset) -> str:
    """The version in service of the draft's own algorithm."""
    return published.served().of(ruleset.definition.get("algorithm", ""))


def try_draft(
    *,
    ruleset: Ruleset,
    sample: Sample,
    by: User,
    preset: str = DEFAULT_PRESET,
    request: HttpRequest | None = None,
) -> RulesetTrial:
    """Score the sample twice and keep what came of it. Raises CannotTry."""
    began = time.perf_counter()
    against = served_beside(ruleset)
    rules = _both_rules(ruleset, against, preset)
    known = source.read(choice.among(sample.sirens), timezone.localdate())
    if not len(known):
        raise CannotTry(_("Aucune société de cet échantillon n’a de score à comparer."))
    moves = comparing.compare(known, rules, preset)
    outcome = moves.figures | {
        name: _told(sirens, rules, preset)
        for name, sirens in (("movers", moves.movers), ("crossers", moves.crossers))
    }
    with transaction.atomic():
        made: RulesetTrial = RulesetTrial.objects.create(
            ruleset=ruleset,
            against_id=against,
            preset=preset,
            digest=digest(ruleset),
            sample=sample.words,
            companies=len(known),
            moved=outcome["moved"],
            outcome=outcome,
            seconds=round(time.perf_counter() - began, 3),
            tried_at=timezone.now(),
            tried_by=by,
        )
        audit.record(
            actor=by,
            action=Action.RULESET_TRIED,
            resource=f"ruleset:{ruleset.version}",
            details={"trial": made.pk, "digest": made.digest, "moved": made.moved},
            request=request,
        )
    return made


def _both_rules(ruleset: Ruleset, against: str, preset: str) -> tuple[Rules, Rules]:
    try:
        after = published.as_rules(ruleset)
        before = published.load(against)
        after.weights(preset)
        before.weights(preset)
    except RulesetError as error:
        raise CannotTry(
            _("%(rules)s ne peuvent pas être essayées : %(error)s")
            % {"rules": ruleset, "error": error}
        ) from error
    return before, after


def _told(
    sirens: Sequence[str], rules: tuple[Rules, Rules], preset: str
) -> list[dict[str, Any]]:
    """The few who are named, one by one: their names and what moved them."""
    facts = {each.facts.siren: each.facts for each in gather.gather(sirens)}
    found = [facts[siren] for siren in sirens if siren in facts]
    today = timezone.localdate()
    before, after = (
        engine.score_batch(found, ruleset=each, preset=preset, as_of=today)
        for each in rules
    )
    return [
        comparing.told(each.name, old, new)
        for each, old, new in zip(found, before, after, strict=True)
    ]
