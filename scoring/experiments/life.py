"""An experiment's life: started, its share changed, ended. Each is in the trail."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.choices import AuditWord
from accounts.models import User
from mainsite.lib.flags import BASIS_POINTS
from scoring.experiments.assignment import Shares
from scoring.experiments.models import Experiment, ExperimentState, ShareChange
from scoring.registry.models import LearnedModel, Stage
from scoring.rules.ruleset import COVERAGE


class Action(AuditWord):
    """What the audit trail tells of experiments."""

    CREATED = "experiment_created", gettext_lazy("expérience créée")
    CHANGED = "experiment_changed", gettext_lazy("expérience modifiée")
    DELETED = "experiment_deleted", gettext_lazy("expérience supprimée")
    STARTED = "experiment_started", gettext_lazy("expérience commencée")
    SHARE_CHANGED = (
        "experiment_share_changed",
        gettext_lazy("part d’une expérience changée"),
    )
    ENDED = "experiment_ended", gettext_lazy("expérience terminée")


class ExperimentError(ValueError):
    """The message says, in French, why it cannot be done."""


@transaction.atomic
def start(
    *, experiment: Experiment, by: User, request: HttpRequest | None = None
) -> None:
    row = _locked(experiment)
    if not row.is_draft:
        raise ExperimentError(_("%(name)s a déjà commencé.") % {"name": row})
    _check_can_start(row)
    row.state, row.started_at = ExperimentState.RUNNING, timezone.now()
    row.model = None if row.treatment_id else _model_in_service()
    row.save(update_fields=["state", "started_at", "model"])
    _step(row, row.share, at=row.started_at, by=by)
    record(
        row,
        Action.STARTED,
        by=by,
        request=request,
        control=row.control_id,
        treatment=row.treatment_id or "hybrid",
        model=row.model.version if row.model else "",
        share=row.share,
    )


def _check_can_start(row: Experiment) -> None:
    arms = [arm for arm in (row.control, row.treatment) if arm is not None]
    drafts = [str(arm) for arm in arms if not arm.is_published]
    if drafts:
        raise ExperimentError(
            _("%(rules)s : en brouillon. Publiez-les d’abord.")
            % {"rules": ", ".join(drafts)}
        )
    if row.ends_on < timezone.localdate():
        raise ExperimentError(_("La fin prévue est passée."))
    if row.treatment is None and row.control.definition["algorithm"] != COVERAGE:
        raise ExperimentError(
            _("%(rules)s : ces règles ne se mêlent pas à un modèle.")
            % {"rules": row.control}
        )
    others = Experiment.objects.select_for_update(of=("self",)).exclude(pk=row.pk)
    running = others.filter(state=ExperimentState.RUNNING).first()
    if running is not None:
        raise ExperimentError(
            _("%(name)s est en cours : une société n’a qu’un score.")
            % {"name": running}
        )


def _model_in_service() -> LearnedModel:
    """The hybrid's for as long as it runs, whatever is published meanwhile."""
    found = LearnedModel.objects.filter(stage=Stage.PUBLISHED).first()
    if found is None:
        raise ExperimentError(
            _("Aucun modèle n’est en service : l’hybride serait les règles seules.")
        )
    return found


@transaction.atomic
def change_share(
    *,
    experiment: Experiment,
    share: int,
    by: User,
    request: HttpRequest | None = None,
) -> None:
    """Moves the companies between the former share and the new, and no other."""
    row = _locked(experiment)
    _check_runs(row)
    if not 0 <= share <= BASIS_POINTS:
        raise ExperimentError(_("Une part va de 0 à 10 000 points de base."))
    if share == row.share:
        return
    before, row.share = row.share, share
    row.save(update_fields=["share"])
    _step(row, share, at=_after_the_last(row), by=by)
    record(
        row, Action.SHARE_CHANGED, by=by, request=request, before=before, after=share
    )


@transaction.atomic
def end(
    *,
    experiment: Experiment,
    by: User | None = None,
    request: HttpRequest | None = None,
) -> None:
    """Every company gets the usual score again; its outcomes go on being judged."""
    row = _locked(experiment)
    _check_runs(row)
    before = row.share
    row.state, row.ended_at, row.share = (
        ExperimentState.ENDED,
        _after_the_last(row),
        0,
    )
    row.save(update_fields=["state", "ended_at", "share"])
    _step(row, 0, at=row.ended_at, by=by)
    record(row, Action.ENDED, by=by, request=request, share=before)


def end_due() -> list[Experiment]:
    """Those whose planned end has passed; safe to run twice."""
    running = Experiment.objects.filter(state=ExperimentState.RUNNING)
    due = list(running.filter(ends_on__lt=timezone.localdate()))
    for experiment in due:
        end(experiment=experiment)
    return due


def shares_of(experiment: Experiment) -> Shares:
    steps = experiment.shares.order_by("since")
    return Shares(list(steps.values_list("since", "share")))


def record(
    row: Experiment,
    action: Action,
    *,
    by: User | None,
    request: HttpRequest | None,
    **details: str | int | Iterable[str],
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"experiment:{row.slug}",
        details=details,
        request=request,
    )


def _locked(experiment: Experiment) -> Experiment:
    return Experiment.objects.select_for_update(of=("self",)).get(pk=experiment.pk)


def _check_runs(row: Experiment) -> None:
    if not row.is_running:
        raise ExperimentError(_("%(name)s n’est pas en cours.") % {"name": row})


def _after_the_last(row: Experiment) -> datetime:
    """Now; later than the step before, whatever the clocks of two machines say."""
    last: datetime = row.shares.aggregate(last=models.Max("since"))["last"]
    return max(timezone.now(), last + timedelta(microseconds=1))


def _step(row: Experiment, share: int, *, at: datetime, by: User | None) -> None:
    ShareChange.objects.create(experiment=row, share=share, since=at, by=by)
