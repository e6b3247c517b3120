"""The query string, checked: pages, saved addresses and machines enter here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies import nomenclature
from companies.choices import EventKind, Status
from companies.models import PastedSirens, TargetList
from companies.search.criteria import (
    ANY_ESTABLISHMENT,
    CONTACTS,
    DEFAULT_SORT,
    RANGES,
    UNKNOWN,
    Bounds,
    Criteria,
)
from companies.search.fields import (
    Day,
    DeskLists,
    Flag,
    KnownCodes,
    Number,
    OneOf,
    Pasted,
    Sirens,
    Words,
    naf_code,
    shown,
)
from companies.search.sorts import SORTS

HEAD_OFFICE = "siege"
# What else an address of the list may carry: where one is, and what others add to it.
NOT_CRITERIA = {"curseur", "retour", "colonnes", "recherche", "csrfmiddlewaretoken"}
TRACKERS = ("utm_", "gclid", "fbclid", "msclkid", "mc_", "mtm_", "pk_")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was given and is no criterion: the field's label, and why."""

    label: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.label}\u00a0: {self.sentence}" if self.label else self.sentence


class DeskList(NamedTuple):
    public_id: str
    name: str
    is_followed: bool


READING = {"low": 0, "high": 100, "decimals": 2}
# A range is two fields, name_min and name_max: what they are called, and their limits.
RANGE_FIELDS: dict[str, tuple[Any, dict[str, int]]] = {
    "ca": (
        gettext_lazy("chiffre d’affaires"),
        {"low": -1_000_000, "high": 1_000_000, "decimals": 6},
    ),
    "attractivite": (gettext_lazy("attractivité"), READING),
    "cedabilite": (gettext_lazy("cédabilité"), READING),
    "couverture": (gettext_lazy("couverture"), READING),
    "dirigeant": (gettext_lazy("âge du dirigeant"), {"low": 0, "high": 120}),
    "anciennete": (gettext_lazy("ancienneté du dirigeant"), {"low": 0, "high": 120}),
    "maj": (gettext_lazy("jours depuis la mise à jour"), {"low": 0, "high": 36_500}),
    "age": (gettext_lazy("âge de la société"), {"low": 0, "high": 1000}),
    "avis": (gettext_lazy("avis de l’équipe"), {"low": 0, "high": 100}),
}
CODES = (
    "naf",
    "region",
    "departement",
    "commune",
    "tranche",
    "forme",
    "statut",
    "evenement",
    "sans_evenement",
    "contact",
    "liste",
    "hors_liste",
    "siren",
)


class SearchForm(forms.Form):
    """``desk_id`` is the reader's: lists are those of that desk, whoever asks.

    What is not understood is refused by name, never left aside: see ``refusals``.
    """

    q = Words(required=False, max_length=200, label=gettext_lazy("nom ou SIREN"))
    naf = KnownCodes(nomenclature.naf_levels, read=naf_code, label=gettext_lazy("NAF"))
    region = KnownCodes(nomenclature.region_ranges, label=gettext_lazy("région"))
    departement = KnownCodes(
        nomenclature.department_ranges,
        read=str.upper,
        label=gettext_lazy("département"),
    )
    commune = KnownCodes(
        nomenclature.places, read=str.upper, label=gettext_lazy("commune")
    )
    lieu = OneOf((HEAD_OFFICE, ANY_ESTABLISHMENT), label=gettext_lazy("lieu"))
    tranche = KnownCodes(
        lambda: {*nomenclature.HEADCOUNT_BANDS, UNKNOWN},
        label=gettext_lazy("effectif"),
    )
    forme = KnownCodes(
        lambda: {*nomenclature.legal_forms(), UNKNOWN},
        label=gettext_lazy("forme juridique"),
    )
    statut = KnownCodes(lambda: set(Status.values), label=gettext_lazy("statut"))
    evenement = KnownCodes(
        lambda: set(EventKind.values), label=gettext_lazy("annonce publiée")
    )
    sans_evenement = KnownCodes(
        lambda: set(EventKind.values), label=gettext_lazy("annonce exclue")
    )
    evenement_du = Day(required=False, label=gettext_lazy("annonces, du"))
    evenement_au = Day(required=False, label=gettext_lazy("annonces, au"))
    contact = KnownCodes(lambda: set(CONTACTS), label=gettext_lazy("contact"))
    liste = DeskLists(label=gettext_lazy("vivier"))
    hors_liste = DeskLists(label=gettext_lazy("hors du vivier"))
    inconnus = KnownCodes(lambda: set(RANGES), label=gettext_lazy("inconnus"))
    fermees = Flag(label=gettext_lazy("sociétés fermées"))
    siren = Sirens(label=gettext_lazy("SIREN"))
    collage = Pasted(label=gettext_lazy("SIREN collés"))
    tri = OneOf(
        [sign + name for name in SORTS for sign in ("", "-")],
        label=gettext_lazy("tri"),
    )

    def __init__(self, *args: Any, desk_id: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.desk_id = desk_id
        self.data = _without_blanks(self.data)
        for name in ("liste", "hors_liste"):
            field = self.fields[name]
            field.known = lambda: self.list_names  # type: ignore[attr-defined]

    @cached_property
    def pasted(self) -> tuple[str, ...]:
        """The SIRENs kept under ``collage``: none when it is not the desk's."""
        public_id = self.cleaned_data.get("collage")
        if not public_id or self.desk_id is None:
            return ()
        kept = PastedSirens.objects.filter(desk_id=self.desk_id, public_id=public_id)
        numbers = kept.values_list("sirens", flat=True).first() or ()
        return tuple(f"{number:09d}" for number in numbers)

    @cached_property
    def lists(self) -> list[DeskList]:
        """The desk's lists, those it follows first."""
        if self.desk_id is None:
            return []
        lists = TargetList.objects.filter(desk_id=self.desk_id).present().by_name()
        rows = lists.values_list("public_id", "name", "is_followed")
        return [DeskList(str(public_id), *rest) for public_id, *rest in rows]

    @cached_property
    def list_names(self) -> dict[str, str]:
        """By public id."""
        return {each.public_id: each.name for each in self.lists}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in RANGES:
            low, high = data.get(f"{name}_min"), data.get(f"{name}_max")
            if low is not None and high is not None and low > high:
                self.add_error(
                    f"{name}_max", _("le maximum est plus petit que le minimum.")
                )
        self._check_period(data)
        self._check_paste(data)
        self._check_names()
        return data

    def _check_period(self, data: dict[str, Any]) -> None:
        since, until = data.get("evenement_du"), data.get("evenement_au")
        if since and until and since > until:
            self.add_error(
                "evenement_au", _("la fin de la période en précède le début.")
            )
        if (since or until) and not self._has_kinds:
            name = "evenement_du" if since else "evenement_au"
            self.add_error(
                name, _("choisissez une annonce, ces dates ne portent sur aucune.")
            )

    def _check_paste(self, data: dict[str, Any]) -> None:
        if not data.get("collage"):
            return
        if not self.pasted:
            words = _(
                "cette liste n’est pas, ou plus, à votre équipe\u00a0: recollez-la."
            )
            self.add_error("collage", words)
        elif data.get("siren"):
            words = _(
                "d’autres SIREN sont choisis\u00a0: gardez les uns ou les autres."
            )
            self.add_error("collage", words)

    @property
    def _has_kinds(self) -> bool:
        """Even wrong ones: their own refusal is enough."""
        return any(
            name in self.errors or self.cleaned_data.get(name)
            for name in ("evenement", "sans_evenement")
        )

    def _check_names(self) -> None:
        """No name of the address is left aside, nor one of two values."""
        for name in self.data:
            if name in self.fields:
                self._check_is_said_once(name)
            elif name not in NOT_CRITERIA and not name.startswith(TRACKERS):
                self.add_error(None, _unknown_name(name, self.fields))

    def _check_is_said_once(self, name: str) -> None:
        if isinstance(self.fields[name], KnownCodes) or not isinstance(
            self.data, QueryDict
        ):
            return
        given = list(dict.fromkeys(self.data.getlist(name)))
        if len(given) > 1:
            words = ", ".join(f"«\u00a0{shown(value)}\u00a0»" for value in given[:5])
            self.add_error(
                name,
                _("%(values)s\u00a0: une seule valeur est attendue.")
                % {"values": words},
            )

    @property
    def criteria(self) -> Criteria:
        """What was understood. With ``refusals``, it is wider than what was asked."""
        data = self.cleaned_data
        codes: dict[str, Any] = {name: tuple(data.get(name) or ()) for name in CODES}
        if data.get("collage"):
            codes["siren"] = self.pasted
        lieu = data.get("lieu") or ""
        return Criteria(
            q=data.get("q") or "",
            lieu="" if lieu == HEAD_OFFICE else lieu,
            fermees=bool(data.get("fermees")),
            collage=data.get("collage") or "",
            evenement_du=data.get("evenement_du"),
            evenement_au=data.get("evenement_au"),
            list_names=self._names_of(codes),
            **codes,
            **dict(self._ranges()),
        )

    def _ranges(self) -> Iterator[tuple[str, Any]]:
        unknown = self.cleaned_data.get("inconnus") or ()
        for name in RANGES:
            low = self.cleaned_data.get(f"{name}_min")
            high = self.cleaned_data.get(f"{name}_max")
            if low is not None or high is not None:
                yield name, Bounds(low, high, name in unknown)

    def _names_of(self, codes: dict[str, Any]) -> tuple[tuple[str, str], ...]:
        chosen = (*codes["liste"], *codes["hors_liste"])
        return tuple((code, self.list_names[code]) for code in dict.fromkeys(chosen))

    @property
    def sort(self) -> str:
        chosen = self.cleaned_data.get("tri") or ""
        if chosen:
            return str(chosen)
        return "nom" if self.cleaned_data.get("q") else DEFAULT_SORT

    @property
    def refusals(self) -> list[Refusal]:
        """One for each value that was refused."""
        return [
            Refusal(
                str(self.fields[name].label) if name in self.fields else "", str(error)
            )
            for name, errors in self.errors.items()
            for error in errors
        ]

    def in_words(self) -> list[str]:
        """One sentence for each value that was refused."""
        return [str(refusal) for refusal in self.refusals]


def _range_fields() -> Iterator[tuple[str, Number]]:
    ends = (("min", gettext_lazy("minimum")), ("max", gettext_lazy("maximum")))
    for name, (label, limits) in RANGE_FIELDS.items():
        for end, words in ends:
            both = format_lazy("{}, {}", label, words)
            yield f"{name}_{end}", Number(label=both, **limits)


SearchForm.base_fields.update(_range_fields())


def _without_blanks(data: Any) -> Any:
    """« ca_min=3&ca_min= » says 3: the last one alone would say nothing."""
    if not isinstance(data, QueryDict) or all(len(v) < 2 for _, v in data.lists()):
        return data
    kept = QueryDict(mutable=True)
    for name, values in data.lists():
        kept.setlist(name, [value for value in values if value.strip()] or [""])
    return kept


def _unknown_name(name: str, known: Iterable[str]) -> str:
    """« nafs » is no criterion; « naf » may be what was meant."""
    near = get_close_matches(name[:40], list(known), n=1, cutoff=0.6)
    if near:
        words = _(
            "«\u00a0%(name)s\u00a0» n’est pas un critère"
            "\u00a0: «\u00a0%(near)s\u00a0»\u00a0?"
        )
    else:
        words = _("«\u00a0%(name)s\u00a0» n’est pas un critère\u00a0: retirez-le.")
    return words % {"name": shown(name), "near": "".join(near)}
