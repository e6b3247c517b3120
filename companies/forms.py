"""What a person fills in: a status and its reasons, a note, the name of a list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from companies import pipeline
from companies.choices import Status


class StatusField(forms.ChoiceField):
    """Takes the codes, and the words people use for them (« à contacter »)."""

    def to_python(self, value: Any) -> str:
        try:
            return pipeline.status_of(str(value or ""))
        except pipeline.UnknownStatus:
            return str(super().to_python(value))


class StatusForm(forms.Form):
    auto_id = "status-%s"

    status = StatusField(label=_("Nouveau statut"), choices=Status.choices)
    reason = forms.CharField(
        label=_("Raison"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 500}),
        help_text=_("Obligatoire pour écarter ; votre équipe la lira."),
    )
    wake_on = forms.DateField(
        label=_("Réveil le"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Pour « en sommeil » : le jour où la société revient."),
        error_messages={"invalid": _("Cette date n’existe pas.")},
    )
    takes_over = forms.BooleanField(label=_("Reprendre le suivi"), required=False)
    # The latest line of history on the page that the form stands on.
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    SENTENCES = {
        pipeline.ReasonIsMissing: _("Dites pourquoi la société est écartée."),
        pipeline.WakeDateIsMissing: _("Donnez le jour où la société se réveille."),
        pipeline.WakeDateIsPast: _("Le réveil doit être un jour à venir."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", self.auto_id)
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.errors:
            return given
        try:
            pipeline.check(
                status=given["status"],
                reason=given["reason"],
                wake_on=given["wake_on"],
            )
        except pipeline.PipelineError as error:
            self.add_error(error.field, self.SENTENCES[type(error)])
        return given


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Ajouter une note"),
        max_length=5_000,
        widget=forms.Textarea(
            attrs={
                "rows": 2,
                "maxlength": 5_000,
                "class": "field",
                "placeholder": _("Ajouter une note…"),
            }
        ),
        error_messages={"required": _("La note est vide.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "note-%s")
        super().__init__(*args, **kwargs)


class NamedForm(forms.Form):
    """The name of a list or of a search, as its author wants to read it."""

    nom = forms.CharField(
        label=_("Nom"),
        max_length=80,
        widget=forms.TextInput(attrs={"maxlength": 80, "autocomplete": "off"}),
        error_messages={
            "required": _("Donnez-lui un nom."),
            "max_length": _("80 caractères au plus."),
        },
    )

    def say(self, sentence: str) -> None:
        """What only the database knows: such a name is taken."""
        self.add_error("nom", sentence)


class SearchNameForm(NamedForm):
    partagee = forms.BooleanField(
        label=_("Partager avec l’équipe"), required=False, initial=False
    )
