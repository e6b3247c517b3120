"""Experiments for ops: a draft is edited, a running one has its share changed."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from redis.exceptions import RedisError

from accounts import sessions
from companies.admin import FoundBySiren
from mainsite.lib import queue
from scoring.experiments import jobs, life
from scoring.experiments.life import Action, ExperimentError
from scoring.experiments.models import Experiment, NotedScore, ShareChange
from scoring.jobs import score_stale_companies as sweep

if TYPE_CHECKING:
    # Generic for the type checker only.
    ExperimentAdminBase = admin.ModelAdmin[Experiment]
    ShareInline = admin.TabularInline[ShareChange, Experiment]
    AnyForm = forms.ModelForm[Experiment]
else:
    ExperimentAdminBase = admin.ModelAdmin
    ShareInline = admin.TabularInline
    AnyForm = forms.ModelForm

logger = logging.getLogger(__name__)
DESIGN = ("name", "slug", "control", "treatment", "share", "horizon_days", "ends_on")
FACTS = ("state", "model", "author", "created_at", "started_at", "ended_at")


class ShareChangeInline(ShareInline):
    model = ShareChange
    fields = readonly_fields = ("since", "share", "by")
    ordering = ("-since",)
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Experiment)
class ExperimentAdmin(ExperimentAdminBase):
    list_display = (
        "name",
        "state",
        "control",
        "treatment",
        "share",
        "started_at",
        "ends_on",
        "ended_at",
        "figures",
    )
    list_select_related = ("control", "treatment")
    search_fields = ("name", "slug")
    ordering = ("-created_at", "-pk")
    fields = (*DESIGN, *FACTS)
    inlines = (ShareChangeInline,)
    actions = ("start", "end")

    @admin.display(description=gettext_lazy("résultats"))
    def figures(self, experiment: Experiment) -> str:
        address = reverse("scoring:experiment", args=[experiment.public_id])
        return format_html('<a href="{}">{}</a>', address, _("Voir"))

    def get_readonly_fields(
        self, request: HttpRequest, obj: Experiment | None = None
    ) -> tuple[str, ...]:
        if obj is None or obj.is_draft:
            return FACTS
        open_ = {"share"} if obj.is_running else set()
        return tuple(name for name in (*DESIGN, *FACTS) if name not in open_)

    def has_delete_permission(
        self, request: HttpRequest, obj: Experiment | None = None
    ) -> bool:
        return obj is not None and obj.is_draft

    def save_model(
        self, request: HttpRequest, obj: Experiment, form: AnyForm, change: bool
    ) -> None:
        by = sessions.signed_in_user(request)
        if change and not obj.is_draft:
            is_new = "share" in form.changed_data
            if is_new and self._do(request, obj, life.change_share, share=obj.share):
                _request(jobs.rescore_moved, experiment_id=obj.pk)
            return
        if not change:
            obj.author = by
        super().save_model(request, obj, form, change)
        life.record(
            obj,
            Action.CHANGED if change else Action.CREATED,
            by=by,
            request=request,
            fields=sorted(form.changed_data),
        )

    def delete_model(self, request: HttpRequest, obj: Experiment) -> None:
        by = sessions.signed_in_user(request)
        life.record(obj, Action.DELETED, by=by, request=request)
        super().delete_model(request, obj)

    @admin.action(description=gettext_lazy("Commencer"))
    def start(self, request: HttpRequest, chosen: QuerySet[Experiment]) -> None:
        for experiment in chosen:
            if self._do(request, experiment, life.start):
                _request(sweep)
                messages.success(
                    request, _("%(name)s a commencé.") % {"name": experiment}
                )

    @admin.action(description=gettext_lazy("Terminer"))
    def end(self, request: HttpRequest, chosen: QuerySet[Experiment]) -> None:
        for experiment in chosen:
            if self._do(request, experiment, life.end):
                _request(sweep)
                messages.success(
                    request,
                    _("%(name)s est terminée : ses issues continuent d’être jugées.")
                    % {"name": experiment},
                )

    def _do(
        self, request: HttpRequest, experiment: Experiment, deed: Any, **asked: int
    ) -> bool:
        by = sessions.signed_in_user(request)
        try:
            deed(experiment=experiment, by=by, request=request, **asked)
        except ExperimentError as error:
            messages.error(request, str(error))
            return False
        return True


def _request(job: Callable[..., None], **asked: Any) -> None:
    """Scores that are due now; without the queue, the hourly turns do them."""
    try:
        queue.enqueue(job, queue="scoring", **asked)
    except RedisError:
        logger.warning("Redis is away: companies that changed arm wait for the turn")


@admin.register(NotedScore)
class NotedScoreAdmin(FoundBySiren):
    list_display = ("siren", "experiment", "taken_up_at", "score")
    list_select_related = ("experiment",)
    ordering = ("siren", "-taken_up_at", "-pk")
