"""What an analyst gives: a list, then the sources and the cap."""

from collections.abc import Sequence
from decimal import ROUND_UP, Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrichment.sources import Terms
from enrichment.wording import FILE_REFUSED
from mainsite.lib import formatting


class ListForm(forms.Form):
    """A pasted list or a file; the file wins when both are given."""

    name = forms.CharField(
        label=gettext_lazy("Nom du lot"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Sans nom, celui du fichier ou la date."),
    )
    sirens = forms.CharField(
        label=gettext_lazy("Liste de SIREN"),
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "class": "field sirens",
                "rows": 8,
                "spellcheck": "false",
                "autocomplete": "off",
            }
        ),
        help_text=gettext_lazy(
            "Un par ligne, avec ou sans espaces, ou un tableau copié avec son en-tête."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Fichier CSV"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
        validators=[
            FileExtensionValidator(
                ("csv", "txt", "tsv"),
                gettext_lazy(
                    "Le nom de ce fichier doit finir par .csv, .txt ou .tsv\u00a0: "
                    "d’un classeur, enregistrez la feuille en CSV."
                ),
            )
        ],
        help_text=gettext_lazy(
            "Séparateur\u00a0; ou , ou tabulation\u00a0; UTF-8, Windows-1252 ou "
            "UTF-16\u00a0; 200\u00a0Mo au plus."
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if file is not None and (file.size or 0) > settings.UPLOAD_MAX_BYTES:
            self.add_error("file", str(FILE_REFUSED["too_large"]))
        is_pasted = bool((cleaned.get("sirens") or "").strip())
        if file is None and not is_pasted and "file" not in self.errors:
            self.add_error(None, str(FILE_REFUSED["nothing_given"]))
        return cleaned


class StartForm(forms.Form):
    """The sources to ask, and the most that may be spent."""

    sources = forms.MultipleChoiceField(
        label=gettext_lazy("Sources"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choisissez au moins une source."),
            "invalid_choice": gettext_lazy("Cette source ne peut pas être choisie."),
        },
    )
    cap_eur = forms.DecimalField(
        label=gettext_lazy("Plafond, €"),
        required=False,
        min_value=Decimal(0),
        max_digits=10,
        decimal_places=2,
        localize=True,
        help_text=gettext_lazy("Le lot s’arrête avant tout appel qui le dépasserait."),
        widget=forms.TextInput(
            attrs={"class": "field", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )

    def __init__(
        self,
        *args: Any,
        terms: Sequence[Terms],
        most_eur: Decimal = Decimal(0),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._paid = {one.name for one in terms if one.is_paid}
        open_ones = [one for one in terms if not one.off]
        field = self.fields["sources"]
        field.choices = [(t.name, t.label) for t in open_ones]  # type: ignore[attr-defined]
        self.fields["cap_eur"].initial = _whole_cents(most_eur)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_paid = not self._paid.isdisjoint(cleaned.get("sources", []))
        if is_paid and cleaned.get("cap_eur") is None and "cap_eur" not in self.errors:
            self.add_error(
                "cap_eur", _("Une source payante ne se lance pas sans plafond.")
            )
        return cleaned


class CapForm(forms.Form):
    """A new cap, under which what was not bought is taken up again."""

    cap_eur = forms.DecimalField(
        label=gettext_lazy("Nouveau plafond, €"),
        min_value=Decimal(0),
        max_digits=10,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(
            attrs={"class": "field", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )

    def __init__(
        self, *args: Any, least_eur: Decimal, most_eur: Decimal, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._least = least_eur
        self.fields["cap_eur"].initial = _whole_cents(most_eur)

    def clean_cap_eur(self) -> Decimal:
        cap: Decimal = self.cleaned_data["cap_eur"]
        if cap < self._least:
            sentence = _("Le lot a déjà engagé %(spent)s\u00a0€.")
            spent = formatting.number(self._least, decimals=2)
            raise forms.ValidationError(sentence % {"spent": spent})
        return cap


def _whole_cents(amount: Decimal) -> Decimal:
    """Never under what it stands for: half a cent less would stop the last call."""
    return amount.quantize(Decimal("0.01"), ROUND_UP)
