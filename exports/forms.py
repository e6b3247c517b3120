from django import forms
from django.utils.translation import gettext_lazy as _

from exports.models import Profile


class ProfileForm(forms.Form):
    profil = forms.ChoiceField(
        label=_("Profil"),
        choices=Profile.choices,
        error_messages={
            "required": _("Choisissez un profil."),
            "invalid_choice": _("« %(value)s » n’est pas un profil."),
        },
    )
