"""What is asked of a search for contacts, and of whoever signs for a source."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from companies.choices import ContactKind
from enrichment.models import SourceAssessment


class FindForm(forms.Form):
    lead = forms.IntegerField(required=False, min_value=1)
    wanted = forms.MultipleChoiceField(
        choices=ContactKind.choices,
        error_messages={"required": _("Dites ce qui est cherché.")},
    )


class AssessmentForm(forms.Form):
    lawful_basis = forms.CharField(
        label=_("Base légale"),
        max_length=SourceAssessment._meta.get_field("lawful_basis").max_length,
        help_text=_(
            "La référence du document de mise en balance de l’intérêt légitime."
        ),
    )
    licence = forms.CharField(
        label=_("Contrat ou licence"),
        max_length=SourceAssessment._meta.get_field("licence").max_length,
    )
    statement = forms.CharField(
        label=_("Évaluation"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "D’où viennent les coordonnées, comment les personnes sont informées, "
            "comment la source traite leurs oppositions."
        ),
    )
    agrees = forms.BooleanField(
        label=_("Je réponds de l’usage de cette source et signe cette évaluation."),
        error_messages={"required": _("Sans signature, la source reste éteinte.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "assessment-%s")
        super().__init__(*args, **kwargs)
