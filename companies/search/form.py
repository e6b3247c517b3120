"""The query string, checked: pages, saved addresses and machines enter here."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from companies import nomenclature
from companies.choices import Status
from companies.search.criteria import (
    DEFAULT_SORT,
    RANGES,
    UNKNOWN,
    Bounds,
    Criteria,
)
from companies.search.sorts import SORTS


class KnownCodes(forms.MultipleChoiceField):
    """Codes of a list too long for choices; unknown ones are refused by name."""

    default_error_messages = {
        "invalid_choice": _("« %(value)s » n’est pas un code connu.")
    }

    def __init__(self, known: Any, **kwargs: Any) -> None:
        self.known = known
        super().__init__(required=False, **kwargs)

    def valid_value(self, value: Any) -> bool:
        return value in self.known()


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=200, strip=True)
    naf = KnownCodes(nomenclature.naf_levels, label=_("NAF"))
    region = KnownCodes(nomenclature.region_ranges, label=_("région"))
    departement = KnownCodes(nomenclature.department_ranges, label=_("département"))
    commune = KnownCodes(nomenclature.places, label=_("commune"))
    tranche = KnownCodes(
        lambda: {*nomenclature.HEADCOUNT_BANDS, UNKNOWN}, label=_("effectif")
    )
    forme = KnownCodes(
        lambda: {*nomenclature.legal_forms(), UNKNOWN}, label=_("forme juridique")
    )
    statut = KnownCodes(lambda: set(Status.values), label=_("statut"))
    ca_min = forms.DecimalField(required=False, max_digits=12, decimal_places=6)
    ca_max = forms.DecimalField(required=False, max_digits=12, decimal_places=6)
    attractivite_min = forms.DecimalField(required=False, min_value=0, max_value=100)
    attractivite_max = forms.DecimalField(required=False, min_value=0, max_value=100)
    cedabilite_min = forms.DecimalField(required=False, min_value=0, max_value=100)
    cedabilite_max = forms.DecimalField(required=False, min_value=0, max_value=100)
    couverture_min = forms.DecimalField(required=False, min_value=0, max_value=100)
    couverture_max = forms.DecimalField(required=False, min_value=0, max_value=100)
    dirigeant_min = forms.IntegerField(required=False, min_value=0, max_value=120)
    dirigeant_max = forms.IntegerField(required=False, min_value=0, max_value=120)
    age_min = forms.IntegerField(required=False, min_value=0, max_value=1000)
    age_max = forms.IntegerField(required=False, min_value=0, max_value=1000)
    inconnus = KnownCodes(lambda: set(RANGES))
    fermees = forms.BooleanField(required=False)
    siren = forms.MultipleChoiceField(required=False)
    tri = forms.ChoiceField(
        required=False,
        choices=[(sign + name, name) for name in SORTS for sign in ("", "-")],
    )

    def clean_siren(self) -> list[str]:
        return list(self.cleaned_data["siren"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["siren"].valid_value = _nine_digits  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in RANGES:
            low, high = data.get(f"{name}_min"), data.get(f"{name}_max")
            if low is not None and high is not None and low > high:
                self.add_error(
                    f"{name}_max", _("Le maximum est plus petit que le minimum.")
                )
        return data

    @property
    def criteria(self) -> Criteria:
        """What was understood; a value in error is left out, and said on the page."""
        data = self.cleaned_data
        unknown = set(data.get("inconnus") or ())
        lists: dict[str, Any] = {
            name: tuple(dict.fromkeys(data.get(name) or ()))
            for name in (
                "naf",
                "region",
                "departement",
                "commune",
                "tranche",
                "forme",
                "statut",
                "siren",
            )
        }
        ranges: dict[str, Any] = {}
        for name in RANGES:
            low, high = data.get(f"{name}_min"), data.get(f"{name}_max")
            if low is not None or high is not None:
                ranges[name] = Bounds(low, high, name in unknown)
        return Criteria(
            q=data.get("q") or "",
            fermees=bool(data.get("fermees")),
            **lists,
            **ranges,
        )

    @property
    def sort(self) -> str:
        chosen = self.cleaned_data.get("tri") or ""
        if chosen:
            return str(chosen)
        return "nom" if self.cleaned_data.get("q") else DEFAULT_SORT

    def in_words(self) -> list[str]:
        """One sentence for each value that was refused."""
        return [
            f"{self[name].label} : {error}" if name in self.fields else str(error)
            for name, errors in self.errors.items()
            for error in errors
        ]


def _nine_digits(value: Any) -> bool:
    text = str(value)
    return len(text) == 9 and text.isascii() and text.isdigit()
