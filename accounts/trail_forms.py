"""What is looked for in the trail, as it stands in the address of the page."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role, audit_words
from accounts.models import User
from accounts.trail_search import Wish

USUAL_DAYS = 30
_SIREN = re.compile(r"[0-9]{9}")
_REFERENCE = re.compile(r"[0-9A-Za-z-]{1,64}")
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TrailForm(forms.Form):
    """Whom ``reader`` may not look at is no choice, and no address is theirs to see."""

    du = forms.DateField(label=_("Du"), required=False, widget=_DAY)
    au = forms.DateField(label=_("Au"), required=False, widget=_DAY)
    qui = forms.ModelChoiceField(
        label=_("Qui"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("tout le monde"),
    )
    action = forms.ChoiceField(label=_("Quoi"), required=False)
    ressource = forms.CharField(
        label=_("Sur quoi"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("SIREN ou user:12")}),
    )
    adresse = forms.GenericIPAddressField(label=_("Adresse IP"), required=False)
    reference = forms.CharField(label=_("Référence"), max_length=64, required=False)

    def __init__(self, data: QueryDict, *, reader: User) -> None:
        usual = {"du": _today() - timedelta(days=USUAL_DAYS), "au": _today()}
        given = {name: data.get(name, "") for name in self.base_fields}
        super().__init__(
            {
                name: value or (usual[name].isoformat() if name in usual else "")
                for name, value in given.items()
            }
        )
        self.sees_everybody = reader.role == Role.OPS
        people = User.objects.order_by("full_name", "pk")
        if not self.sees_everybody:
            people = people.filter(desk=reader.desk)
            del self.fields["adresse"]
        self.people = people
        self._field("qui").queryset = people
        words = audit_words()
        self._field("action").choices = [("", _("tout")), *words.items()]

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def clean_ressource(self) -> str:
        given: str = self.cleaned_data["ressource"].strip()
        digits = re.sub(r"\s", "", given)
        return f"company:{digits}" if _SIREN.fullmatch(digits) else given

    def clean_reference(self) -> str:
        given: str = self.cleaned_data["reference"].strip()
        if given and not _REFERENCE.fullmatch(given):
            raise ValidationError(_("Une référence n’a que des lettres et chiffres."))
        return given

    def clean(self) -> None:
        since, until = self.cleaned_data.get("du"), self.cleaned_data.get("au")
        if since and until and since > until:
            self.add_error("du", _("La période finit avant de commencer."))

    @property
    def wish(self) -> Wish:
        """Of a valid form: whole days of Paris."""
        given = self.cleaned_data
        who = given["qui"]
        return Wish(
            since=_midnight(given["du"]),
            until=_midnight(given["au"] + timedelta(days=1)),
            actors=None if self.sees_everybody else self._actors(),
            actor_id=who.pk if who else None,
            action=given["action"],
            resource=given["ressource"],
            address=given.get("adresse") or "",
            request_id=given["reference"],
        )

    def _actors(self) -> tuple[int, ...]:
        return tuple(self.people.values_list("pk", flat=True))


def _today() -> date:
    return timezone.localdate()


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
