"""What a person says of a file: what it is, how to read it, what its columns are."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.choices import Status
from companies.imports import correcting, fields, wording
from companies.imports.fields import Policy
from companies.imports.matching.models import ImportMatch
from companies.imports.models import Import, ImportKind
from companies.imports.page.work import Seen
from companies.imports.reading import detecting

FIELD, RULE = "colonne", "regle"
_AMOUNTS: Final = frozenset({"revenue", "net_income"})
_BASIS_LONGEST = 60
MOST_TYPED: Final = 500
_MORE: Final = frozenset({Status.ECARTE, Status.EN_SOMMEIL})
Choices = list[tuple[Any, Any]]


class FileForm(forms.Form):
    """``kinds`` are those that this person may bring."""

    auto_id = "import-%s"

    objet = forms.ChoiceField(
        label=gettext_lazy("Ce que contient le fichier"),
        error_messages={
            "required": gettext_lazy("Dites ce que contient le fichier."),
            "invalid_choice": gettext_lazy("Cet objet ne peut pas être importé."),
        },
    )
    fichier = forms.FileField(
        label=gettext_lazy("Fichier"),
        max_length=255,
        help_text=gettext_lazy(
            "CSV ou classeur Excel (.xlsx), 200\u00a0Mo et 2\u00a0000\u00a0000 de "
            "lignes au plus. Déposez-le ici, ou choisissez-le."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        # Whether it is what its name says is looked at once it is read.
        validators=[
            FileExtensionValidator(
                ("csv", "txt", "tsv", "xlsx", "xlsm", "xls"),
                gettext_lazy(
                    "Le nom de ce fichier doit finir par .csv, .txt, .tsv ou .xlsx."
                ),
            )
        ],
        error_messages={
            "required": gettext_lazy("Choisissez un fichier."),
            "empty": gettext_lazy("Ce fichier est vide."),
            "max_length": gettext_lazy("Le nom de ce fichier est trop long."),
        },
    )

    def __init__(self, *args: Any, kinds: Sequence[ImportKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "objet", [(kind.value, kind.label) for kind in kinds])


class ReadingForm(forms.Form):
    """What was detected, to be changed by selects; of a workbook, its sheet."""

    auto_id = "lecture-%s"

    encodage = forms.ChoiceField(label=gettext_lazy("Encodage"))
    separateur = forms.ChoiceField(label=gettext_lazy("Séparateur"))
    feuille = forms.ChoiceField(label=gettext_lazy("Feuille"))
    entete = forms.TypedChoiceField(label=gettext_lazy("En-tête"), coerce=int)
    decimale = forms.ChoiceField(label=gettext_lazy("Signe décimal"))

    def __init__(self, *args: Any, imp: Import, **kwargs: Any) -> None:
        self.found = imp.detected
        kwargs.setdefault("initial", self._initial())
        super().__init__(*args, **kwargs)
        _choices(self, "entete", self._headers())
        _choices(self, "decimale", list(wording.DECIMALS.items()))
        _choices(self, "encodage", self._encodings())
        _choices(self, "separateur", self._separators())
        _choices(self, "feuille", [(name, name) for name in self.found["sheets"]])
        if self.is_workbook:
            del self.fields["encodage"], self.fields["separateur"]
        else:
            del self.fields["feuille"]

    @property
    def is_workbook(self) -> bool:
        return bool(self.found.get("format") == detecting.XLSX)

    @property
    def reading(self) -> dict[str, Any]:
        """As ``set_reading`` takes it."""
        names = {
            "encodage": "encoding",
            "separateur": "separator",
            "feuille": "sheet",
            "entete": "header_row",
            "decimale": "decimal",
        }
        return {
            names[name]: "\t" if value == "tab" else value
            for name, value in self.cleaned_data.items()
        }

    def _initial(self) -> dict[str, Any]:
        separator = self.found.get("separator", "")
        return {
            "encodage": self.found.get("encoding"),
            # A browser trims the value of an option that is a blank.
            "separateur": "tab" if separator == "\t" else separator,
            "feuille": self.found.get("sheet"),
            "entete": self.found.get("header_row"),
            "decimale": self.found.get("decimal"),
        }

    def _headers(self) -> Choices:
        rows = range(1, detecting.HEADER_AMONG + 1)
        told: Choices = [(0, _("aucun, la première ligne est une donnée"))]
        return told + [(row, _("ligne %(row)s") % {"row": row}) for row in rows]

    def _encodings(self) -> Choices:
        names = [name for name in detecting.ENCODINGS if name != "utf-8-sig"]
        found = self.found.get("encoding")
        if found and found not in names:
            names.insert(0, found)
        return [(name, wording.encoding(name)) for name in names]

    def _separators(self) -> Choices:
        found = self.found.get("separator", "")
        names = [*detecting.SEPARATORS, *([""] if not found else [])]
        return [
            ("tab" if name == "\t" else name, wording.SEPARATORS[name])
            for name in names
        ]


class CorrectionsForm(forms.Form):
    """The cells of refused rows, as they stood, to be typed anew."""

    auto_id = "corriger-%s"

    def __init__(
        self, *args: Any, rows: Sequence[correcting.Row], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._rows = rows
        for row in rows:
            for cell in row.cells:
                self.fields[self.name_of(row, cell)] = _cell_field(cell)

    @staticmethod
    def name_of(row: correcting.Row, cell: correcting.Cell) -> str:
        return f"cellule_{row.refusal.pk}_{cell.place}"

    @property
    def changed(self) -> dict[int, dict[int, str]]:
        """As ``correcting.correct`` takes it: rows of which something was changed."""
        found: dict[int, dict[int, str]] = {}
        for row in self._rows:
            for cell in row.cells:
                typed = self.cleaned_data[self.name_of(row, cell)]
                # A browser sends each end of a line as two characters.
                if typed.split() != cell.value.split():
                    found.setdefault(row.refusal.pk, {})[cell.place] = typed
        return found


def _cell_field(cell: correcting.Cell) -> forms.Field:
    attrs = {"class": "field"}
    if cell.is_refused:
        attrs["aria-invalid"] = "true"
    if cell.field == "status":
        # Écarté wants a reason, en sommeil a day: neither is in this cell.
        known = [(each.value, each.label) for each in Status if each not in _MORE]
        return forms.ChoiceField(
            label=capfirst(wording.field(cell.field)),
            required=False,
            initial=cell.value,
            choices=[(cell.value, cell.value or "—"), *known],
            widget=forms.Select(attrs=attrs),
        )
    return forms.CharField(
        label=capfirst(wording.field(cell.field)),
        required=False,
        strip=False,
        initial=cell.value,
        max_length=max(MOST_TYPED, len(cell.value)),
        widget=forms.TextInput(attrs=attrs),
    )


class FieldSelect(forms.Select):
    """Says which fields have no rule, for the style that hides it."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        option = super().create_option(name, value, *args, **kwargs)
        field = fields.BY_CODE.get(str(value))
        if field is not None and not field.has_policy:
            option["attrs"]["data-app-no-rule"] = True
        return option


class ColumnsForm(forms.Form):
    """What each column of the file is, and what amounts or contacts want told.

    Of companies, beside each column, the rule by which it may change what is known.
    """

    auto_id = "colonnes-%s"

    def __init__(self, *args: Any, imp: Import, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.imp = imp
        for place in range(len(imp.detected.get("titles", ()))):
            self._add_column(str(place))
        if imp.kind == ImportKind.COMPANIES:
            self._add_year()
        if imp.kind == ImportKind.CONTACTS:
            self._add_basis()

    def _add_column(self, place: str) -> None:
        code = self.imp.mapping.get(place, "")
        named = {"aria-labelledby": f"col-{place}"}
        self.fields[f"{FIELD}_{place}"] = forms.ChoiceField(
            choices=_field_choices(self.imp.kind),
            required=False,
            initial=code,
            widget=FieldSelect(attrs={"class": "field", **named}),
            error_messages={"invalid_choice": gettext_lazy("Ce champ n’existe pas.")},
        )
        if not self.has_rules:
            return
        self.fields[f"{RULE}_{place}"] = forms.ChoiceField(
            choices=[(rule.value, wording.RULES[rule]) for rule in Policy],
            required=False,
            initial=self.imp.policies.get(code, Policy.FILL.value),
            widget=forms.Select(
                attrs={"class": "field", "aria-labelledby": f"rule-head col-{place}"}
            ),
        )

    def _add_year(self) -> None:
        self.fields["exercice"] = forms.IntegerField(
            label=gettext_lazy("Exercice des montants"),
            required=False,
            initial=self.imp.options.get("year"),
            min_value=1900,
            max_value=2100,
            widget=forms.TextInput(
                attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 4}
            ),
            help_text=gettext_lazy(
                "Celui du chiffre d’affaires et du résultat, quand aucune colonne ne "
                "le dit."
            ),
            error_messages={
                "invalid": gettext_lazy(
                    "L’exercice s’écrit en quatre chiffres, comme 2024."
                )
            },
        )

    def _add_basis(self) -> None:
        self.fields["base"] = forms.CharField(
            label=gettext_lazy("Base légale"),
            required=False,
            max_length=_BASIS_LONGEST,
            initial=self.imp.options.get("lawful_basis"),
            help_text=gettext_lazy(
                "Celle de toutes les lignes, quand aucune colonne ne la dit\u00a0: "
                "intérêt légitime, consentement…"
            ),
        )
        self.fields["recueilli"] = forms.DateField(
            label=gettext_lazy("Recueillis le"),
            required=False,
            initial=self.imp.options.get("collected_on"),
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            help_text=gettext_lazy("Sans date, c’est le jour du dépôt du fichier."),
            error_messages={"invalid": gettext_lazy("Cette date n’existe pas.")},
        )

    def clean(self) -> dict[str, Any]:
        """Of two columns for one field, the second is told."""
        data = super().clean() or {}
        taken: dict[str, str] = {}
        for place in self.places:
            code = data.get(f"{FIELD}_{place}")
            if not code:
                continue
            if code in taken:
                sentence = _("«\u00a0%(field)s\u00a0» est déjà la colonne %(number)s.")
                told = {"field": wording.field(code), "number": int(taken[code]) + 1}
                self.add_error(f"{FIELD}_{place}", sentence % told)
            taken.setdefault(code, place)
        self._clean_year(data, set(taken))
        return data

    def _clean_year(self, data: Mapping[str, Any], codes: set[str]) -> None:
        is_wanted = bool(_AMOUNTS & codes) and "year" not in codes
        if "exercice" in self.fields and is_wanted and not data.get("exercice"):
            self.add_error(
                "exercice",
                _("Dites l’exercice des montants, ou quelle colonne le donne."),
            )

    @property
    def has_rules(self) -> bool:
        return self.imp.kind == ImportKind.COMPANIES

    @property
    def places(self) -> list[str]:
        return [str(place) for place in range(len(self.imp.detected.get("titles", ())))]

    @property
    def extras(self) -> list[forms.BoundField]:
        names = ("exercice", "base", "recueilli")
        return [self[name] for name in names if name in self.fields]

    @property
    def mapping(self) -> dict[str, str]:
        found = {p: str(self.cleaned_data[f"{FIELD}_{p}"] or "") for p in self.places}
        return {place: code for place, code in found.items() if code}

    @property
    def policies(self) -> dict[str, str]:
        return {
            code: str(self.cleaned_data[f"{RULE}_{place}"] or Policy.FILL)
            for place, code in self.mapping.items()
            if fields.has_rule(code, self.imp.kind)
        }

    @property
    def options(self) -> dict[str, Any]:
        """As the engine and the kinds read them: as text, and only what is said."""
        day = self.cleaned_data.get("recueilli")
        found = {
            "year": self.cleaned_data.get("exercice"),
            "lawful_basis": self.cleaned_data.get("base"),
            "collected_on": day.isoformat() if day else "",
        }
        return {name: str(value) for name, value in found.items() if value}


def _field_choices(kind: str) -> Choices:
    groups: dict[Any, Choices] = {}
    for each in fields.fields_of(kind):
        label = fields.GROUP_LABELS[each.group]
        groups.setdefault(label, []).append((each.code, each.label))
    return [("", gettext_lazy("(ignorer cette colonne)")), *groups.items()]


class ChoicesForm(forms.Form):
    """One choice per doubtful row, among its own candidates; blank leaves it."""

    NONE: Final = "aucune"

    def __init__(
        self, *args: Any, matches: Sequence[ImportMatch], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.matches = matches
        for match in matches:
            sirens = [each["siren"] for each in match.candidates]
            self.fields[self.name_of(match)] = forms.ChoiceField(
                choices=[(code, code) for code in (*sirens, self.NONE)],
                required=False,
            )

    @staticmethod
    def name_of(match: ImportMatch) -> str:
        return f"ligne-{match.pk}"

    @property
    def choices(self) -> dict[int, str | None]:
        """By the numbers of matches; None: none of the candidates."""
        given = {m.pk: self.cleaned_data[self.name_of(m)] for m in self.matches}
        return {
            key: None if code == self.NONE else code
            for key, code in given.items()
            if code
        }

    @property
    def sentence(self) -> str:
        lines = [m.line for m in self.matches if self.name_of(m) in self.errors]
        told = ", ".join(map(str, lines))
        return _("Ligne %(lines)s\u00a0: cette société n’est pas proposée.") % {
            "lines": told
        }


class SeenForm(forms.Form):
    """What a page that watches says of its first look."""

    depuis = forms.IntegerField(min_value=0, max_value=2**40)
    partant = forms.IntegerField(min_value=0, max_value=2**40)
    dit = forms.IntegerField(min_value=-1, max_value=100, required=False)

    def seen(self) -> Seen | None:
        if not self.is_valid():
            return None
        data = self.cleaned_data
        said = -1 if data["dit"] is None else data["dit"]
        return Seen(data["depuis"], data["partant"], said)


def _choices(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- it is
    field.choices = choices
