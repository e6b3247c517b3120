from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User

# Spaces, the non-breaking one included, that people copy along with a code.
BLANKS = " \u00a0\u202f\t"

INPUT = "field form-control"


class CodeInput(forms.TextInput):
    """Comes back empty after a refusal: a code is typed anew, never corrected."""

    def format_value(self, value: Any) -> None:
        return None


def _password(label: Any, *, complete: str, help_text: Any = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": complete, "class": INPUT})
    return forms.CharField(
        label=label, max_length=128, strip=False, widget=widget, help_text=help_text
    )


class SignInForm(forms.Form):
    # Not an EmailField: an address in the wrong form gets the common answer.
    email = forms.CharField(
        label=_("Adresse électronique"),
        max_length=254,
        widget=forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "class": INPUT}
        ),
    )
    password = _password(_("Mot de passe"), complete="current-password")


class CodeForm(forms.Form):
    token = forms.CharField(
        label=_("Code à six chiffres"),
        max_length=20,
        help_text=_(
            "Ouvrez votre application d’authentification. Le code change toutes les "
            "30\u00a0secondes."
        ),
        widget=CodeInput(
            attrs={
                "class": "otp",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "autofocus": True,
            }
        ),
    )

    def clean_token(self) -> str:
        typed: str = self.cleaned_data["token"]
        token = typed.translate(dict.fromkeys(map(ord, BLANKS)))
        if len(token) != 6 or not (token.isascii() and token.isdigit()):
            raise ValidationError(_("Le code compte six chiffres."))
        return token


class RecoveryForm(forms.Form):
    code = forms.CharField(
        label=_("Code de secours"),
        max_length=40,
        help_text=_(
            "L’un des dix codes notés à l’enregistrement. Il ne sert qu’une fois."
        ),
        widget=CodeInput(
            attrs={"autocomplete": "off", "autofocus": True, "class": INPUT}
        ),
    )


class ConfirmPasswordForm(forms.Form):
    password = _password(_("Mot de passe actuel"), complete="current-password")


class PasswordForm(forms.Form):
    """A new password, typed twice; the current one is checked by the service."""

    current = _password(_("Mot de passe actuel"), complete="current-password")
    new = _password(
        _("Nouveau mot de passe"),
        complete="new-password",
        help_text=_(
            "Douze caractères au moins\u00a0; une phrase convient. Ni votre nom ni un "
            "mot de passe courant."
        ),
    )
    again = _password(
        _("Nouveau mot de passe, encore une fois"), complete="new-password"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_new(self) -> str:
        new: str = self.cleaned_data["new"]
        password_validation.validate_password(new, self.user)
        return new

    def clean(self) -> None:
        new, again = self.cleaned_data.get("new"), self.cleaned_data.get("again")
        if new and again and new != again:
            self.add_error("again", _("Les deux saisies diffèrent."))
