"""What a person fills in beside a score: a figure, why, until when."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scoring import overrides

OUT_OF_RANGE = _("Un avis va de 0 à 100.")


class OverrideForm(forms.Form):
    points = forms.IntegerField(
        label=_("Votre chiffre, de 0 à 100"),
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"min": 0, "max": 100, "inputmode": "numeric"}),
        error_messages={
            "required": _("Donnez un chiffre de 0 à 100."),
            "invalid": _("Un avis est un nombre entier, de 0 à 100."),
            "min_value": OUT_OF_RANGE,
            "max_value": OUT_OF_RANGE,
        },
    )
    reason = forms.CharField(
        label=_("Pourquoi"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 500}),
        help_text=_("Votre équipe le lira à côté du score."),
        error_messages={"required": _("Dites sur quoi repose votre avis.")},
    )
    until = forms.DateField(
        label=_("Valable jusqu’au"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Deux ans au plus ; après ce jour, il ne compte plus."),
        error_messages={
            "required": _("Donnez le dernier jour où cet avis compte."),
            "invalid": _("Cette date n’existe pas."),
        },
    )

    SENTENCES = {
        overrides.ReasonIsMissing: _("Dites sur quoi repose votre avis."),
        overrides.EndIsPast: _("Le dernier jour doit être à venir."),
        overrides.EndIsTooFar: _("Deux ans au plus : un avis se relit."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "override-%s")
        kwargs.setdefault("initial", {"until": timezone.localdate() + overrides.USUAL})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.errors:
            return given
        try:
            overrides.check(reason=given["reason"], until=given["until"])
        except overrides.OverrideError as error:
            self.add_error(error.field, self.SENTENCES[type(error)])
        return given
