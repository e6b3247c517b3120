"""Models for ops: a list, a card with its plots, and three deeds."""

import logging
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Func, IntegerField, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

from accounts import sessions
from accounts.admin import AnyAdmin, ReadOnlyAdmin
from companies.admin import FoundBySiren
from mainsite.lib import formatting, queue
from mainsite.lib import siren as siren_key
from scoring import language
from scoring.registry import card, jobs, promotion, readings, serving
from scoring.registry.models import (
    HybridWeights,
    LearnedModel,
    ModelCalibration,
    ModelDrift,
    ModelFile,
    ModelReading,
)
from scoring.registry.promotion import CannotPromote
from scoring.rules.figures import Lang

logger = logging.getLogger(__name__)


class SirenForm(forms.Form):
    """The company that the model is asked about."""

    siren = forms.CharField(
        label=gettext_lazy("SIREN"), max_length=20, strip=True, required=True
    )

    def clean_siren(self) -> str:
        digits = "".join(str(self.cleaned_data["siren"]).split())
        if not siren_key.is_valid_siren(digits):
            raise ValidationError(_("Ce numéro SIREN n’est pas valide."))
        return digits


@admin.register(LearnedModel)
class LearnedModelAdmin(ReadOnlyAdmin):
    list_display = (
        "link",
        "stage",
        "outcomes",
        "deals",
        "auc",
        "wins",
        "trained_at",
        "trained_by",
        "published_at",
        "retired_at",
    )
    list_display_links = None
    list_filter = ("stage",)
    list_select_related = ("trained_by",)
    ordering = ("-trained_at", "-pk")
    search_fields = ("version",)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/fiche/", wrap(self.show), name="scoring_model_card"),
            path(
                "<int:pk>/publier/",
                wrap(require_POST(self.promote)),
                name="scoring_model_promote",
            ),
            path(
                "<int:pk>/retirer/",
                wrap(require_POST(self.retire)),
                name="scoring_model_retire",
            ),
            path(
                "<int:pk>/comparer/",
                wrap(require_POST(self.compare)),
                name="scoring_model_compare",
            ),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("modèle"), ordering="version")
    def link(self, row: LearnedModel) -> str:
        address = reverse("admin:scoring_model_card", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, row.version)

    @admin.display(description=gettext_lazy("AUC, mise de côté"))
    def auc(self, row: LearnedModel) -> str:
        found = (row.comparison or {}).get("figures", {}).get("roc_auc")
        if not found or found["value"] is None:
            return "—"
        return formatting.number(round(found["value"], 3), decimals=3)

    @admin.display(description=gettext_lazy("bat le reste"), boolean=True)
    def wins(self, row: LearnedModel) -> bool:
        return bool((row.comparison or {}).get("wins"))

    def show(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A post asks the model about one company; its answer is kept."""
        row = self._row(request, pk)
        lang = language.current()
        form = SirenForm(request.POST or None)
        asked = None
        if request.method == "POST" and form.is_valid():
            asked = self._ask(form, lang)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Modèle %(version)s") % {"version": row.version},
            "subtitle": None,
            "model": row,
            "card": card.of(row, lang),
            "calibrations": row.calibrations.order_by("-month")[:24],
            "form": form,
            "asked": asked,
        }
        return render(request, "admin/scoring/model/card.html", context)

    def _ask(self, form: SirenForm, lang: Lang) -> card.Told | None:
        served = serving.current()
        if served is None:
            form.add_error(None, _("Aucun modèle n’est en service."))
            return None
        try:
            found = readings.look(
                served, form.cleaned_data["siren"], timezone.localdate()
            )
        except serving.CannotAnswer as error:
            form.add_error(None, str(error))
            return None
        if found is None:
            form.add_error("siren", _("Cette société n’est pas au registre."))
            return None
        return card.told(found, lang)

    def promote(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self._row(request, pk)
        by = sessions.signed_in_user(request)
        try:
            promotion.promote(model=row, by=by, request=request)
        except CannotPromote as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                _(
                    "Modèle %(version)s en service : les scores des sociétés de "
                    "l’option « ml_predictions » sont recalculés."
                )
                % {"version": row.version},
            )
            _request_scores()
        return redirect("admin:scoring_model_card", pk)

    def retire(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self._row(request, pk)
        by = sessions.signed_in_user(request)
        was_serving = row.is_published
        try:
            promotion.retire(model=row, by=by, request=request)
        except CannotPromote as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, _("Modèle %(version)s retiré.") % {"version": row.version}
            )
            if was_serving:
                _request_scores()
        return redirect("admin:scoring_model_card", pk)

    def compare(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self._row(request, pk)
        try:
            queue.enqueue(jobs.compare, queue="low", model_id=row.pk)
        except RedisError:
            messages.error(request, _("Redis ne répond pas : réessayez plus tard."))
        else:
            messages.success(
                request,
                _("Comparaison demandée : la fiche la montrera dès qu’elle est faite."),
            )
        return redirect("admin:scoring_model_card", pk)

    def _row(self, request: HttpRequest, pk: int) -> LearnedModel:
        rows = self.get_queryset(request).select_related(
            "trained_by", "published_by", "retired_by"
        )
        found: LearnedModel = get_object_or_404(rows, pk=pk)
        return found


def _request_scores() -> None:
    """Every target's: the flag says which of them the model counts for."""
    try:
        queue.enqueue(jobs.rescore, queue="low")
    except RedisError:
        logger.warning("Redis is away: scores wait for the next change of each company")


@admin.register(ModelFile)
class ModelFileAdmin(ReadOnlyAdmin):
    """The bytes are never sent to a page."""

    list_display = ("model", "size")
    fields = ("model",)
    list_select_related = ("model",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelFile]:
        rows: QuerySet[ModelFile] = super().get_queryset(request)
        length = Func("data", function="octet_length", output_field=IntegerField())
        return rows.annotate(_size=length).defer("data", "taught")

    @admin.display(description=gettext_lazy("taille, Ko"))
    def size(self, file: ModelFile) -> int:
        return int(getattr(file, "_size", 0)) // 1024


@admin.register(HybridWeights)
class HybridWeightsAdmin(AnyAdmin):
    """A setting of a ruleset: edited with its draft, never after."""

    list_display = ("ruleset", "rules", "model")
    list_select_related = ("ruleset",)
    ordering = ("ruleset",)

    def has_change_permission(
        self, request: HttpRequest, obj: HybridWeights | None = None
    ) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not obj.ruleset.is_published)

    def has_delete_permission(
        self, request: HttpRequest, obj: HybridWeights | None = None
    ) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not obj.ruleset.is_published)

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "ruleset":
            kwargs["queryset"] = db_field.related_model.objects.exclude(
                state="published"
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(ModelReading)
class ModelReadingAdmin(FoundBySiren):
    list_display = (
        "siren",
        "model",
        "read_at",
        "score",
        "probability",
        "confidence",
    )
    list_select_related = ("model",)


@admin.register(ModelDrift)
class ModelDriftAdmin(ReadOnlyAdmin):
    list_display = ("model", "month", "feature", "psi", "companies")
    list_select_related = ("model",)
    list_filter: ClassVar[Any] = ("month",)
    ordering = ("-month", "-psi", "pk")


@admin.register(ModelCalibration)
class ModelCalibrationAdmin(ReadOnlyAdmin):
    list_display = ("model", "month", "outcomes", "deals", "predicted", "brier")
    list_select_related = ("model",)
    ordering = ("-month", "pk")
