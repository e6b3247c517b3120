from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts import passwords
from accounts.models import User
from mainsite.lib import strict_json

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


class CredentialField(forms.CharField):
    """What the browser hands over, as its script wrote it; ``passkeys`` judges it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20_000, widget=forms.HiddenInput, **kwargs)

    def clean(self, value: Any) -> dict[str, Any] | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            given = strict_json.decode(text.encode(errors="replace"))
        except strict_json.NotJson as error:
            raise ValidationError(_("Illisible.")) from error
        if not isinstance(given, dict):
            raise ValidationError(_("Illisible."))
        return given


class PasskeyForm(forms.Form):
    credential = CredentialField()


def _passkey_name(help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=_("Nom de la clé"),
        max_length=64,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": INPUT}),
    )


class NewPasskeyForm(PasskeyForm):
    name = _passkey_name(_("Par exemple l’appareil qui la garde."))


class RenamePasskeyForm(forms.Form):
    """One beside each passkey: ``digest`` tells their fields apart."""

    name = _passkey_name()

    def __init__(self, data: QueryDict | None = None, *, digest: str, name: str = ""):
        super().__init__(
            data, auto_id=f"passkey-{digest[:12]}-%s", initial={"name": name}
        )
        self.digest = digest


class ConfirmForm(CodeForm):
    """Both factors again: the password, and a code or a passkey."""

    field_order = ("password", "token")
    password = _password(_("Mot de passe actuel"), complete="current-password")
    credential = CredentialField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].required = False
        self.fields["token"].widget.attrs.pop("autofocus", None)

    def clean_token(self) -> str:
        return super().clean_token() if self.cleaned_data["token"] else ""


class ResetForm(forms.Form):
    # Not an EmailField, as at the door: every address gets the same answer.
    email = forms.CharField(
        label=_("Adresse électronique"),
        max_length=254,
        widget=forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "class": INPUT}
        ),
    )


class ChosenPasswordForm(forms.Form):
    """A new password, typed twice."""

    new = _password(_("Nouveau mot de passe"), complete="new-password")
    again = _password(
        _("Nouveau mot de passe, encore une fois"), complete="new-password"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["new"].help_text = _(
            "%(n)s caractères au moins\u00a0; une phrase convient. Ni votre nom, ni "
            "celui de l’équipe ou du produit, ni un mot de passe courant."
        ) % {"n": passwords.shortest_for(user)}

    def clean_new(self) -> str:
        new: str = self.cleaned_data["new"]
        password_validation.validate_password(new, self.user)
        return new

    def clean(self) -> None:
        new, again = self.cleaned_data.get("new"), self.cleaned_data.get("again")
        if new and again and new != again:
            self.add_error("again", _("Les deux saisies diffèrent."))


class PasswordForm(ChosenPasswordForm):
    """The same by who is signed in; the service checks the current one."""

    current = _password(_("Mot de passe actuel"), complete="current-password")
    field_order = ("current", "new", "again")
