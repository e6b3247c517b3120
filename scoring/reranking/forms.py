from django import forms
from django.utils.translation import gettext_lazy as _

from scoring.reranking import ranking
from scoring.rules.ruleset import Ruleset


class RerankingForm(forms.Form):
    """The sets of weights are those of the rules in service."""

    poids = forms.ChoiceField(
        label=_("Jeu de poids"),
        error_messages={
            "required": _("Choisissez un jeu de poids."),
            "invalid_choice": _("Ce jeu de poids n’est pas en service."),
        },
    )
    nom = forms.CharField(
        label=_("Nom"),
        max_length=80,
        required=False,
        help_text=_("Sans nom, il porte celui du jeu de poids."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": 80}),
    )

    def __init__(self, *args: object, rules: Ruleset, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        chosen = self.fields["poids"]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101 -- it is
        chosen.choices = [(name, ranking.label(name)) for name in rules.presets]

    @property
    def name(self) -> str:
        given: str = self.cleaned_data["nom"].strip()
        return given or ranking.label(self.cleaned_data["poids"]).capitalize()
