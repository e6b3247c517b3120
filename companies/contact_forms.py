"""What a person fills in about contacts: whom to look up, an opposition, a proof."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from companies.choices import OppositionReason
from mainsite.lib.linkedin import profile_name
from mainsite.lib.siren import is_valid_siren

# What a browser must not propose to the next person at the same desk.
NOT_KEPT = {"autocomplete": "off", "spellcheck": "false"}


class _Form(forms.Form):
    prefix_of_ids = "contact"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{self.prefix_of_ids}-%s")
        super().__init__(*args, **kwargs)


class LeadForm(_Form):
    prefix_of_ids = "lead"

    full_name = forms.CharField(
        label=_("Nom complet"), max_length=120, widget=forms.TextInput(NOT_KEPT)
    )
    profile = forms.CharField(
        label=_("Profil LinkedIn"),
        max_length=500,
        widget=forms.TextInput(NOT_KEPT),
        help_text=_(
            "L’adresse du profil, ou son seul nom\u00a0; seul le nom est gardé."
        ),
    )

    def clean_profile(self) -> str:
        name = profile_name(self.cleaned_data["profile"])
        if name is None:
            raise forms.ValidationError(
                _("Ce n’est pas un profil de personne\u00a0: linkedin.com/in/…")
            )
        return name


class ContactForm(_Form):
    """Which contact of the company, by its number: its value is in no request."""

    contact = forms.IntegerField(min_value=1)


class InformForm(ContactForm):
    document = forms.CharField(label=_("Document d’information"), max_length=60)


class OpposeForm(ContactForm):
    reason = forms.ChoiceField(
        label=_("Motif"),
        choices=[
            choice
            for choice in OppositionReason.choices
            if choice[0] != OppositionReason.REGISTER
        ],
    )


class RightsForm(_Form):
    """Someone who writes in: known by a value, or by a name and a company."""

    prefix_of_ids = "rights"

    value = forms.CharField(
        label=_("Adresse ou numéro"),
        required=False,
        max_length=254,
        widget=forms.TextInput(NOT_KEPT),
    )
    siren = forms.CharField(
        label="SIREN", required=False, max_length=11, widget=forms.TextInput(NOT_KEPT)
    )
    full_name = forms.CharField(
        label=_("Nom complet"),
        required=False,
        max_length=120,
        widget=forms.TextInput(NOT_KEPT),
    )
    reason = forms.ChoiceField(
        label=_("Motif"),
        required=False,
        choices=OpposeForm.base_fields["reason"].choices,  # type: ignore[attr-defined]
    )

    def clean_siren(self) -> str:
        digits = "".join(self.cleaned_data["siren"].split())
        if digits and not is_valid_siren(digits):
            raise forms.ValidationError(_("Ce SIREN n’existe pas."))
        return digits

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        has_person = given.get("siren") and given.get("full_name")
        if not self.errors and not (given.get("value") or has_person):
            raise forms.ValidationError(
                _("Donnez une adresse ou un numéro, ou un nom et un SIREN.")
            )
        return given
