"""Doors of the workers: companies that changed arm are scored again, and no other."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from companies.models import Target
from scoring import services
from scoring.experiments import assignment, life, noting, serving
from scoring.experiments.models import Experiment, ExperimentState

CHUNK = 20_000
# The change asks for it at once; should that be lost, the next hours make good.
GUARANTEED = timedelta(days=2)


def follow() -> None:
    """Every hour: notes, ends what is due, sees that changes reached every company."""
    for experiment in Experiment.objects.filter(state=ExperimentState.RUNNING):
        noting.note(experiment)
    life.end_due()
    lately = Experiment.objects.filter(shares__since__gte=timezone.now() - GUARANTEED)
    for pk in lately.values_list("pk", flat=True).distinct():
        rescore_moved(pk)


def rescore_moved(experiment_id: int) -> None:
    """Safe to run twice: a company scored since it moved is left alone."""
    for sirens in _moved(Experiment.objects.get(pk=experiment_id)):
        services.score_companies(sirens=sirens)


def _moved(experiment: Experiment) -> Iterator[list[str]]:
    last = experiment.shares.order_by("-since").first()
    if last is None:
        return
    late = Target.objects.filter(scored_at__lt=last.since).order_by("siren")
    after = "000000000"
    while rows := list(
        late.filter(siren__gt=after).values_list("siren", "scored_at")[:CHUNK]
    ):
        after = rows[-1][0]
        scored_at = assignment.moments(at for _, at in rows if at)
        moved = serving.moved_since(experiment, [siren for siren, _ in rows], scored_at)
        if moved:
            yield moved
