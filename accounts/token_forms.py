"""What is asked of whoever wants an API token."""

from ipaddress import ip_network
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts import perms, tokens
from accounts.choices import Role, Scope
from accounts.forms import INPUT
from accounts.models import User

DAYS = (30, 90, 180, 365)
MOST_NETWORKS = 20
# Wider than that names no network of anybody's.
WIDEST = {4: 16, 6: 32}


class TokenForm(forms.Form):
    """For oneself; for ops also in the name of an API client, who cannot sign in."""

    name = forms.CharField(
        label=_("À quoi il sert"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": INPUT, "autocomplete": "off"}),
    )
    owner = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Au nom de"),
        required=False,
        empty_label=_("vous-même"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Droits"),
        choices=Scope.choices,
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(
        label=_("Durée"),
        choices=[
            (days, ngettext_lazy("%d jour", "%d jours", days) % days) for days in DAYS
        ],
        coerce=int,
        initial=90,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    networks = forms.CharField(
        label=_("Réseaux autorisés à lire les contacts"),
        required=False,
        max_length=1000,
        help_text=_("Un par ligne, comme 203.0.113.0/24."),
        widget=forms.Textarea(attrs={"rows": 2, "class": INPUT}),
    )

    field_order = ("name", "owner", "scopes", "networks", "days")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if perms.can_administer(user):
            owner: Any = self.fields["owner"]
            owner.queryset = User.objects.filter(role=Role.API_CLIENT, is_active=True)
        else:
            del self.fields["owner"]

    def clean_networks(self) -> list[str]:
        lines = self.cleaned_data["networks"].split()
        if len(lines) > MOST_NETWORKS:
            raise ValidationError(_("Vingt réseaux au plus."))
        return sorted({_network(line) for line in lines})

    def clean(self) -> None:
        scopes = self.cleaned_data.get("scopes", [])
        for scope in scopes:
            if not tokens.may_grant(self.holder, scope):
                self.add_error(
                    "scopes",
                    _("Le titulaire n’a pas lui-même le droit «\u00a0%(scope)s\u00a0».")
                    % {"scope": Scope(scope).label},
                )
        # A field with an error of its own has no value.
        if Scope.CONTACTS in scopes and self.cleaned_data.get("networks") == []:
            self.add_error(
                "networks", _("Un jeton qui lit des contacts demande un réseau.")
            )

    @property
    def holder(self) -> User:
        """In whose name it will come."""
        chosen: User | None = self.cleaned_data.get("owner")
        return chosen or self.user


def _network(line: str) -> str:
    try:
        network = ip_network(line, strict=False)
    except ValueError as error:
        raise ValidationError(
            _("«\u00a0%(line)s\u00a0» n’est pas un réseau."), params={"line": line}
        ) from error
    if network.prefixlen < WIDEST[network.version]:
        raise ValidationError(
            _(
                "«\u00a0%(line)s\u00a0» est trop large\u00a0: /%(v4)s au plus, "
                "/%(v6)s en IPv6."
            ),
            params={"line": line, "v4": WIDEST[4], "v6": WIDEST[6]},
        )
    return str(network)
