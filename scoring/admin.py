"""Rulesets for ops: a published one is read, a draft is edited, then published."""

import json
import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import sessions
from accounts.admin import ReadOnlyAdmin
from companies.admin import FoundBySiren
from scoring import publishing
from scoring.models import COMPONENTS, TOLERANCE, Ruleset, Score, WeightPreset
from scoring.publishing import CannotPublish
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


@admin.register(Ruleset)
class RulesetAdmin(ReadOnlyAdmin):
    form = RulesetForm
    list_display = ("version", "state", "published_at", "number_of_presets")
    ordering = ("version",)
    fields = ("version", "state", "published_at", "definition")
    readonly_fields = ("version", "state", "published_at")
    inlines = (WeightPresetInline,)
    actions = ("duplicate", "publish")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ruleset]:
        rows: QuerySet[Ruleset] = super().get_queryset(request)
        return rows.annotate(_presets=Count("presets"))

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
        by = sessions.signed_in_user(request)
        for ruleset in rulesets:
            try:
                publishing.publish(ruleset=ruleset, by=by, request=request)
            except CannotPublish as error:
                messages.error(request, str(error))
            else:
                messages.success(
                    request, _("Version %(version)s publiée.") % {"version": ruleset.pk}
                )


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
