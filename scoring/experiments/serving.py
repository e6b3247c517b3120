"""For whoever scores: the experiment that runs, and which companies it treats."""

from dataclasses import dataclass

from scoring.experiments import assignment, life
from scoring.experiments.assignment import Shares
from scoring.experiments.models import Experiment, ExperimentState
from scoring.rules.arrays import Bools, Indexes


@dataclass(frozen=True, slots=True)
class Running:
    """``treatment`` None: the hybrid of the control's rules with ``model``."""

    slug: str
    control: str
    treatment: str | None
    model: str | None
    share: int

    def is_treated(self, sirens: Indexes) -> Bools:
        named = (f"{siren:09d}" for siren in sirens.tolist())
        return assignment.is_treated(assignment.buckets(self.slug, named), self.share)


def running() -> Running | None:
    """One at most: a company has one score."""
    running = Experiment.objects.filter(state=ExperimentState.RUNNING)
    found = running.select_related("model").first()
    if found is None:
        return None
    return Running(
        slug=found.slug,
        control=found.control_id,
        treatment=found.treatment_id,
        model=found.model.version if found.model else None,
        share=found.share,
    )


def moved_since(
    experiment: Experiment, sirens: list[str], scored_at: Indexes
) -> list[str]:
    """Of these companies, those that changed arm after they were last scored."""
    shares: Shares = life.shares_of(experiment)
    moved_at = shares.moved_at(assignment.buckets(experiment.slug, sirens))
    return [
        siren
        for siren, is_late in zip(sirens, moved_at > scored_at, strict=True)
        if is_late
    ]
