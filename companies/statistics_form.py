"""Which sector and which place the statistics are asked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from companies import nomenclature
from companies.statistics import Scope


def _sector_choices() -> list[tuple[str, str]]:
    return [
        (code, f"{code} {label}")
        for code, (label, _range) in sorted(nomenclature.naf_levels().items())
        if len(code) <= 2
    ]


def _names(names: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(names.items(), key=lambda pair: pair[1])


class StatisticsForm(forms.Form):
    """Names and codes are those of the list's own criteria."""

    naf = forms.ChoiceField(required=False, label=_("Activité"))
    region = forms.ChoiceField(required=False, label=_("Région"))
    departement = forms.ChoiceField(required=False, label=_("Département"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self._choose("naf", _("toutes les activités"), _sector_choices())
        self._choose("region", _("toute la France"), _names(nomenclature.regions()))
        departments = sorted(nomenclature.departments().items())
        self._choose(
            "departement",
            _("tous les départements"),
            [(code, f"{code} {name}") for code, name in departments],
        )
        for name, field in self.fields.items():
            field.error_messages["invalid_choice"] = _(
                "«\u00a0%(value)s\u00a0» n’est pas un code connu."
            )
            field.widget.attrs["id"] = f"statistics-{name}"

    def _choose(self, name: str, every: Any, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = [("", every), *choices]

    @property
    def scope(self) -> Scope:
        """What was understood; a value in error is left out, and said on the page."""
        data = self.cleaned_data
        return Scope.of(
            naf=data.get("naf") or "",
            region=data.get("region") or "",
            departement=data.get("departement") or "",
        )

    def in_words(self) -> list[str]:
        return [
            f"{self[name].label}\u00a0: {error}"
            for name, errors in self.errors.items()
            for error in errors
        ]
