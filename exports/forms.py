"""What a person chooses of an export, and when it is made again."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.perms import can_read_contacts
from exports import definition, outputs
from exports.choice import Choice
from exports.models import ExportState, Profile
from exports.outputs import Output
from exports.profiles import TABLES, Column

DAYS = (
    gettext_lazy("lundi"),
    gettext_lazy("mardi"),
    gettext_lazy("mercredi"),
    gettext_lazy("jeudi"),
    gettext_lazy("vendredi"),
    gettext_lazy("samedi"),
    gettext_lazy("dimanche"),
)


class ExportForm(forms.Form):
    """Bound to the whole page: what is not given takes the profile's usual value.

    Columns have fields of their own for each profile, so that those of one profile
    say nothing of another. ``ordre-…`` is all of them in order, ``colonnes-…`` those
    that are kept.
    """

    profil = forms.ChoiceField(
        label=gettext_lazy("Profil"),
        choices=Profile.choices,
        error_messages={
            "required": gettext_lazy("Choisissez un profil."),
            "invalid_choice": gettext_lazy("« %(value)s » n’est pas un profil."),
        },
    )
    contacts = forms.BooleanField(label=gettext_lazy("Avec contacts"), required=False)

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        given = data.get("profil", "")
        self.profile = Profile(given) if given in Profile.values else Profile.RAPIDE
        self.outputs = outputs.of(self.profile, desk_id=user.desk_id)
        self.output = self._output(data.get("sortie", ""))
        self.with_contacts = self.may_have_contacts and bool(data.get("contacts"))
        self.order = self._order(data)
        self.kept = self._kept(data)

    def _output(self, code: str) -> Output | None:
        by_code = {each.code: each for each in self.outputs}
        first = self.outputs[0] if self.outputs else None
        return by_code.get(code, first)

    @property
    def may_have_contacts(self) -> bool:
        """Offered to who may read them, where the profile and the place take some."""
        if self.output is None or not definition.can_have_contacts(self.profile):
            return False
        destination = self.output.destination
        place = destination is None or destination.takes_contacts
        return place and can_read_contacts(self.user)

    @property
    def is_chosen_by_column(self) -> bool:
        return self.profile in definition.CHOSEN_BY_COLUMN

    def _order(self, data: QueryDict) -> list[str]:
        """The person's order, then what the profile has that they did not see."""
        there = definition.all_columns(self.profile, with_contacts=self.with_contacts)
        if not self.is_chosen_by_column:
            return there
        wanted = dict.fromkeys(data.getlist(f"ordre-{self.profile}"))
        known = [name for name in wanted if name in there]
        order = known + [name for name in there if name not in wanted]
        _move(order, data.get("monter", ""), -1)
        _move(order, data.get("descendre", ""), 1)
        return order

    def _kept(self, data: QueryDict) -> list[str]:
        seen = set(data.getlist(f"ordre-{self.profile}"))
        if not seen or not self.is_chosen_by_column or "toutes" in data:
            return self.order
        ticked = set(data.getlist(f"colonnes-{self.profile}"))
        return [name for name in self.order if name in ticked or name not in seen]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        code = self.data.get("sortie", "")
        if self.output is None:
            self.add_error(None, self.nowhere)
        elif code and code != self.output.code:
            sentence = _(
                "Ce format n’est pas offert pour ce profil : choisissez-en un."
            )
            self.add_error(None, sentence)
        if not self.kept:
            self.add_error(None, _("Gardez au moins une colonne."))
        if cleaned.get("contacts") and not self.with_contacts:
            self.add_error("contacts", _("Cet export ne peut pas avoir de contacts."))
        return cleaned

    @property
    def nowhere(self) -> str:
        return _(
            "Aucune destination n’est ouverte à votre équipe pour ce profil : "
            "l’exploitation les déclare."
        )

    @property
    def choice(self) -> Choice:
        """Of a form that has an output."""
        if self.output is None:
            raise ValueError(self.nowhere)
        return Choice(
            profile=self.profile,
            format=self.output.format,
            columns=tuple(self.kept),
            with_contacts=self.with_contacts,
            destination=self.output.destination,
        )

    @property
    def columns(self) -> list[tuple[Column, bool]]:
        """In the order chosen, and whether each is kept."""
        columns = {each.name: each for each in TABLES[self.profile].columns}
        kept = set(self.kept)
        return [(columns[name], name in kept) for name in self.order]


def _move(order: list[str], name: str, by: int) -> None:
    if name in order:
        place = order.index(name)
        order.insert(min(max(place + by, 0), len(order) - 1), order.pop(place))


class ScheduleForm(forms.Form):
    """``jour`` and ``heure`` are those of Paris."""

    nom = forms.CharField(
        label=gettext_lazy("Nom"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Sans nom : ses critères."),
    )
    jour = forms.TypedChoiceField(
        label=gettext_lazy("Chaque"),
        choices=list(enumerate(DAYS)),
        coerce=int,
        initial=0,
    )
    heure = forms.TypedChoiceField(
        label=gettext_lazy("À"),
        choices=[(hour, f"{hour}\u00a0h") for hour in range(24)],
        coerce=int,
        initial=7,
    )


class HistoryForm(forms.Form):
    """Which exports of the desk: any state when the one given is not one."""

    etat = forms.ChoiceField(choices=ExportState.choices, required=False)

    @property
    def state(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("etat", ""))
