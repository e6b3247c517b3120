"""Rulesets for ops: a published one is read, a draft is edited, tried, published."""

import json
import logging
import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

from accounts import sessions
from accounts.admin import ReadOnlyAdmin
from accounts.models import User
from companies.admin import FoundBySiren
from companies.models import TargetList
from mainsite.lib import queue
from scoring import jobs, language, published, publishing, trial, trial_page
from scoring.experiments import admin as experiments_admin  # noqa: F401
from scoring.models import (
    COMPONENTS,
    TOLERANCE,
    Ruleset,
    RulesetTrial,
    Score,
    WeightPreset,
)
from scoring.publishing import CannotPublish
from scoring.registry import admin as _registry  # noqa: F401
from scoring.rules.ruleset import Ruleset as Rules
from scoring.rules.ruleset import RulesetError

if TYPE_CHECKING:
    # Generic for the type checker only.
    PresetForm = forms.ModelForm[WeightPreset]
    DefinitionForm = forms.ModelForm[Ruleset]
    Presets = admin.TabularInline[WeightPreset, Ruleset]
else:
    PresetForm = DefinitionForm = forms.ModelForm
    Presets = admin.TabularInline


logger = logging.getLogger(__name__)


class WeightPresetForm(PresetForm):
    class Meta:
        model = WeightPreset
        fields = ("name", *COMPONENTS)

    def _get_validation_exclusions(self) -> set[str]:
        """The model says the sum it found; the constraint would say less, again."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        total = sum(self.cleaned_data.get(name) or 0 for name in COMPONENTS)
        return excluded if abs(total - 1) <= TOLERANCE else excluded | {COMPONENTS[0]}


class Indented(json.JSONEncoder):
    """A definition is 200 figures: an entry a line, a curve's points side by side."""

    def __init__(self, *, indent: int | None = None, **kwargs: Any) -> None:
        super().__init__(indent=2, **kwargs)

    def encode(self, o: Any) -> str:
        return re.sub(r"\[[-\d.,\s]+\]", _on_one_line, super().encode(o))


def _on_one_line(numbers: re.Match[str]) -> str:
    return " ".join(numbers[0].split()).replace("[ ", "[").replace(" ]", "]")


class RulesetForm(DefinitionForm):
    definition = forms.JSONField(
        label=gettext_lazy("Définition"),
        encoder=Indented,
        widget=forms.Textarea(attrs={"rows": 28, "class": "json"}),
        help_text=gettext_lazy(
            "Courbes, plafonds et points ; les poids sont dans le tableau."
        ),
    )

    def clean_definition(self) -> Any:
        """Refused at once rather than at publication, by name of the wrong entry."""
        definition = self.cleaned_data["definition"]
        weights = {
            preset.name: preset.weights for preset in self.instance.presets.all()
        }
        try:
            Rules.from_json({**definition, "presets": weights})
        except (RulesetError, TypeError) as error:
            raise ValidationError(
                _("Cette définition ne peut pas servir : %(error)s"),
                params={"error": error},
            ) from error
        return definition


class WeightPresetInline(Presets):
    model = WeightPreset
    form = WeightPresetForm
    extra = 0

    def has_add_permission(
        self, request: HttpRequest, obj: Ruleset | None = None
    ) -> bool:
        return _is_draft(obj)

    def has_change_permission(
        self, request: HttpRequest, obj: Ruleset | None = None
    ) -> bool:
        return _is_draft(obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Ruleset | None = None
    ) -> bool:
        return _is_draft(obj)


def _is_draft(ruleset: Ruleset | None) -> bool:
    return ruleset is not None and not ruleset.is_published


class TrialForm(forms.Form):
    """Which companies a draft is tried on, and with which weights."""

    vivier = forms.ModelChoiceField(
        TargetList.objects.none(),
        to_field_name="public_id",
        required=False,
        label=gettext_lazy("Échantillon"),
        empty_label=gettext_lazy("1 000 cibles évaluables et 250 sous le plancher"),
    )
    poids = forms.ChoiceField(label=gettext_lazy("Jeu de poids"))

    def __init__(self, *args: Any, reader: User, ruleset: Ruleset, **kwargs: Any):
        super().__init__(*args, **kwargs)
        lists: Any = self.fields["vivier"]
        lists.queryset = TargetList.objects.visible_to(reader).by_name()
        presets: Any = self.fields["poids"]
        names = ruleset.presets.order_by("pk").values_list("name", flat=True)
        presets.choices = [(name, name) for name in names]
        presets.initial = trial.DEFAULT_PRESET


@admin.register(Ruleset)
class RulesetAdmin(ReadOnlyAdmin):
    form = RulesetForm
    list_display = (
        "version",
        "state",
        "is_served",
        "published_at",
        "number_of_presets",
    )
    ordering = ("version",)
    fields = ("version", "state", "published_at", "definition")
    readonly_fields = ("version", "state", "published_at")
    inlines = (WeightPresetInline,)
    actions = ("duplicate", "publish")
    change_form_template = "admin/scoring/ruleset/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<str:version>/essai/", wrap(self.try_it), name="scoring_try"),
            path(
                "<str:version>/essai/<int:pk>/",
                wrap(self.tried),
                name="scoring_tried",
            ),
            path(
                "<str:version>/publier/",
                wrap(require_POST(self.publish_one)),
                name="scoring_publish",
            ),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ruleset]:
        rows: QuerySet[Ruleset] = super().get_queryset(request)
        return rows.annotate(_presets=Count("presets"))

    @admin.display(description=gettext_lazy("en service"))
    def is_served(self, ruleset: Ruleset) -> str:
        return _("oui") if ruleset.version in published.served().versions else ""

    @admin.display(description=gettext_lazy("jeux de poids"))
    def number_of_presets(self, ruleset: Ruleset) -> int:
        return int(getattr(ruleset, "_presets", 0))

    def has_change_permission(
        self, request: HttpRequest, obj: Ruleset | None = None
    ) -> bool:
        # Without an object: the list, whose actions are writes of their own.
        return obj is None or _is_draft(obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Ruleset | None = None
    ) -> bool:
        return _is_draft(obj)

    @admin.action(description=gettext_lazy("Dupliquer en brouillon"))
    def duplicate(self, request: HttpRequest, rulesets: QuerySet[Ruleset]) -> None:
        by = sessions.signed_in_user(request)
        for ruleset in rulesets:
            draft = publishing.draft_from(ruleset=ruleset, by=by, request=request)
            messages.success(
                request,
                _("Brouillon %(version)s prêt à modifier.")
                % {"version": draft.version},
            )

    @admin.action(description=gettext_lazy("Publier, pour toujours"))
    def publish(self, request: HttpRequest, rulesets: QuerySet[Ruleset]) -> None:
        for ruleset in rulesets:
            self._publish(request, ruleset)

    def _publish(self, request: HttpRequest, ruleset: Ruleset) -> bool:
        by = sessions.signed_in_user(request)
        try:
            publishing.publish(ruleset=ruleset, by=by, request=request)
        except CannotPublish as error:
            messages.error(request, str(error))
            return False
        messages.success(
            request,
            _("Version %(version)s publiée : les scores sont recalculés avec elle.")
            % {"version": ruleset.pk},
        )
        _request_sweep()
        return True

    def publish_one(self, request: HttpRequest, version: str) -> HttpResponse:
        draft = self._draft(request, version)
        if self._publish(request, draft):
            return redirect("admin:scoring_ruleset_changelist")
        return redirect("admin:scoring_try", version)

    def try_it(self, request: HttpRequest, version: str) -> HttpResponse:
        """The sample to choose, and the trials of this draft so far."""
        draft = self._draft(request, version)
        by = sessions.signed_in_user(request)
        form = TrialForm(request.POST or None, reader=by, ruleset=draft)
        if request.method == "POST" and form.is_valid():
            chosen = form.cleaned_data["vivier"]
            try:
                made = trial.try_draft(
                    ruleset=draft,
                    sample=trial.sample_of(chosen)
                    if chosen
                    else trial.default_sample(),
                    preset=form.cleaned_data["poids"],
                    by=by,
                    request=request,
                )
            except trial.CannotTry as error:
                form.add_error(None, str(error))
            else:
                return redirect("admin:scoring_tried", version, made.pk)
        context = {
            "title": _("Essayer les %(rules)s") % {"rules": draft},
            "draft": draft,
            "form": form,
            "served": trial.served_beside(draft),
            "current": trial.latest_of(draft),
            "digest": trial.digest(draft),
            "trials": draft.trials.select_related("tried_by").order_by("-tried_at")[
                :10
            ],
        }
        return self._page(request, "admin/scoring/try.html", context)

    def tried(self, request: HttpRequest, version: str, pk: int) -> HttpResponse:
        """What a trial showed; of rules published since, it may still be read."""
        made = get_object_or_404(
            RulesetTrial.objects.select_related("ruleset", "tried_by"),
            pk=pk,
            ruleset_id=version,
        )
        is_current = not made.ruleset.is_published and made == trial.latest_of(
            made.ruleset
        )
        context = {
            "title": _("Essai des %(rules)s") % {"rules": made.ruleset},
            "trial": made,
            "draft": made.ruleset,
            "is_current": is_current,
            "page": trial_page.of(made, language.current()),
        }
        return self._page(request, "admin/scoring/trial.html", context)

    def _draft(self, request: HttpRequest, version: str) -> Ruleset:
        drafts = self.get_queryset(request).exclude(state="published")
        found: Ruleset = get_object_or_404(drafts, pk=version)
        return found

    def _page(
        self, request: HttpRequest, template: str, context: dict[str, Any]
    ) -> HttpResponse:
        whole = self.admin_site.each_context(request) | {"subtitle": None} | context
        return render(request, template, whole)


def _request_sweep() -> None:
    """Scores of the former rules are done again; the hourly sweep is the guarantee."""
    try:
        queue.enqueue(jobs.score_stale_companies, queue="scoring")
    except RedisError:
        logger.warning("Redis is away: stale scores wait for the scheduler")


@admin.register(RulesetTrial)
class RulesetTrialAdmin(ReadOnlyAdmin):
    list_display = (
        "link",
        "against",
        "preset",
        "sample",
        "companies",
        "moved",
        "seconds",
        "tried_at",
        "tried_by",
    )
    list_display_links = None
    list_select_related = ("ruleset", "against", "tried_by")
    ordering = ("-tried_at", "-pk")
    search_fields = ("ruleset__version",)

    def has_delete_permission(
        self, request: HttpRequest, obj: RulesetTrial | None = None
    ) -> bool:
        # A draft that is thrown away takes its trials along; nothing else deletes one.
        return obj is not None and not obj.ruleset.is_published

    @admin.display(description=gettext_lazy("brouillon"))
    def link(self, made: RulesetTrial) -> str:
        address = reverse("admin:scoring_tried", args=[made.ruleset_id, made.pk])
        return format_html('<a href="{}">{}</a>', address, made.ruleset)


@admin.register(Score)
class ScoreAdmin(FoundBySiren):
    list_display = (
        "siren",
        "ruleset",
        "preset",
        "scored_at",
        "attractiveness",
        "sale_likelihood",
        "coverage",
        "state",
    )
    ordering = ("siren", "-scored_at", "-pk")
