"""A candidate: labels, features, one training, one comparison, one row."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from scoring.features.known import Knowledge
from scoring.learning import protocol
from scoring.learning.candidates import FULL, Budget
from scoring.learning.protocol import Trained
from scoring.outcomes.labels import Labels
from scoring.registry import comparing, storing
from scoring.registry import data as reading
from scoring.registry.actions import Action
from scoring.registry.data import Data, Split
from scoring.registry.models import LearnedModel, ModelFile

# Of fewer outcomes nothing is learnt: the interval of any figure would be the answer.
FEWEST_OUTCOMES: Final = 200


class CannotTrain(ValueError):
    """The message says, in French, what is missing."""


@dataclass(frozen=True)
class Course:
    """What a training had: all of it, and how it was parted."""

    data: Data
    split: Split

    @property
    def teaching(self) -> Data:
        return self.data.take(self.split.teaching)

    @property
    def held(self) -> Data:
        return self.data.take(self.split.held)


def prepare(
    *,
    horizon_months: int,
    today: date,
    with_sandbox: bool = False,
    knowledge: Knowledge = Knowledge.PUBLIC,
) -> Course:
    """Raises CannotTrain before anything long is begun."""
    found = reading.labels(
        horizon_months=horizon_months, until=today, with_sandbox=with_sandbox
    )
    _check(found)
    gathered = reading.gather(found, knowledge=knowledge)
    return Course(gathered, reading.split(gathered.labels))


def learn(course: Course, *, seed: int = 0, budget: Budget = FULL) -> Trained:
    """One training of the protocol, its refusals as sentences."""
    teaching = course.teaching
    try:
        return protocol.train(
            teaching.table,
            teaching.labels.deals,
            groups=teaching.labels.groups,
            moments=teaching.labels.moments,
            seed=seed,
            budget=budget,
        )
    except (
        protocol.OneClass,
        protocol.TooFew,
        protocol.NothingLeft,
        protocol.NoSplit,
    ) as error:
        raise CannotTrain(str(error)) from error


def train(
    *,
    horizon_months: int = 36,
    by: User | None = None,
    with_sandbox: bool = False,
    knowledge: Knowledge = Knowledge.PUBLIC,
    today: date | None = None,
    seed: int = 0,
    budget: Budget = FULL,
) -> LearnedModel:
    """A candidate in the registry, already held against what is in service."""
    course = prepare(
        horizon_months=horizon_months,
        today=today or timezone.localdate(),
        with_sandbox=with_sandbox,
        knowledge=knowledge,
    )
    trained = learn(course, seed=seed, budget=budget)
    compared = comparing.compare(trained.model, course.held, comparing.in_service())
    return _keep(
        course,
        trained,
        compared,
        by=by,
        horizon_months=horizon_months,
        has_sandbox=with_sandbox,
        knowledge=knowledge,
    )


def _check(found: Labels) -> None:
    count, deals = len(found), int(found.deals.sum())
    if count < FEWEST_OUTCOMES:
        raise CannotTrain(
            _("Pas assez d’issues : %(count)d sur %(fewest)d.")
            % {"count": count, "fewest": FEWEST_OUTCOMES}
        )
    if deals in (0, count):
        raise CannotTrain(
            _(
                "Une seule sorte d’issue parmi les %(count)d : il n’y a rien à "
                "distinguer."
            )
            % {"count": count}
        )


@transaction.atomic
def _keep(
    course: Course,
    trained: Trained,
    compared: dict[str, Any],
    *,
    by: User | None,
    horizon_months: int,
    has_sandbox: bool,
    knowledge: Knowledge,
) -> LearnedModel:
    if LearnedModel.objects.filter(version=trained.model.version).exists():
        raise CannotTrain(
            _("Le modèle %(version)s existe déjà : les mêmes données le donnent.")
            % {"version": trained.model.version}
        )
    content, sha256 = storing.packed(trained.model)
    teaching, report = course.teaching, dict(trained.report)
    snapshot = {
        "whole": course.data.snapshot(),
        "teaching": teaching.snapshot(),
        "held": course.held.snapshot(),
        "knowledge": knowledge.value,
    }
    row: LearnedModel = LearnedModel.objects.create(
        version=trained.model.version,
        horizon_months=horizon_months,
        has_sandbox=has_sandbox,
        outcomes=len(teaching),
        deals=int(teaching.labels.deals.sum()),
        held_from=date.fromordinal(course.split.held_from),
        snapshot=snapshot,
        parameters=storing.plain(report.pop("parameters")),
        metrics=storing.plain(report.pop("metrics")),
        report=storing.plain(report),
        comparison=compared,
        sha256=sha256,
        trained_at=timezone.now(),
        trained_by=by,
    )
    ModelFile.objects.create(
        model=row, data=content, taught=storing.as_bytes(teaching.labels.sirens)
    )
    audit.record(
        actor=by,
        action=Action.MODEL_TRAINED,
        resource=f"model:{row.version}",
        details={"outcomes": row.outcomes, "sha256": sha256},
    )
    return row
