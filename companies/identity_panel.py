"""Where the identity of a company comes from, field by field, and who disagrees.

Pure: what is stored in, words out. The register's own fields have no entry in
``provenance``: they are the row's source, at the day of its last change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from companies import nomenclature
from companies.choices import Source
from companies.identity_trace import same
from companies.models import Company
from mainsite.lib import formatting

LABELS: Final[Mapping[str, Promise]] = {
    "name": gettext_lazy("Dénomination"),
    "trade_name": gettext_lazy("Enseigne"),
    "acronym": gettext_lazy("Sigle"),
    "legal_form": gettext_lazy("Forme juridique"),
    "naf_code": gettext_lazy("NAF"),
    "naf25_code": gettext_lazy("NAF 2025"),
    "created_on": gettext_lazy("Création"),
    "closed_on": gettext_lazy("Cessation"),
    "is_active": gettext_lazy("Activité"),
    "headcount_band": gettext_lazy("Effectif déclaré"),
    "capital_eur": gettext_lazy("Capital"),
    "siret": gettext_lazy("Siège"),
    "address": gettext_lazy("Adresse"),
    "postal_code": gettext_lazy("Code postal"),
    "commune_code": gettext_lazy("Commune"),
    "website": gettext_lazy("Site"),
}
# Where somebody may live: not shown of a company of partial diffusion.
_PERSONAL: Final = frozenset(
    {"name", "trade_name", "acronym", "siret", "address", "postal_code", "commune_code"}
)


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field with the source that gives it; ``others`` say something else."""

    label: str
    value: str
    source: str
    read_on: date
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class IdentityPanel:
    fields: tuple[Field, ...]

    @property
    def conflicts(self) -> int:
        return sum(bool(field.others) for field in self.fields)


def build(company: Company) -> IdentityPanel:
    return IdentityPanel(fields=tuple(_fields(company)))


def _fields(company: Company) -> Iterator[Field]:
    provenance: Mapping[str, list[str]] = company.provenance or {}
    said: Mapping[str, Mapping[str, str]] = company.disagreements or {}
    for name, label in LABELS.items():
        if company.is_partial and name in _PERSONAL:
            continue
        kept = getattr(company, name)
        if kept in (None, ""):
            continue
        source, day = provenance.get(name) or _of_the_register(company)
        yield Field(
            label=str(label),
            value=_words(name, kept),
            source=_name(source),
            read_on=date.fromisoformat(day[:10]),
            others=tuple(
                (_name(other), _words(name, value))
                for other, value in sorted(said.get(name, {}).items())
                # The register may have come round to it since.
                if not same(name, kept, value)
            ),
        )


def _of_the_register(company: Company) -> tuple[str, str]:
    return company.source, company.registered_at.date().isoformat()


def _name(source: str) -> str:
    return str(Source(source).label) if source in Source.values else source


def _words(name: str, value: Any) -> str:
    """As the page says it; what cannot be read is shown as it was given."""
    language = get_language() or "fr"
    if name == "is_active":
        return _("en activité") if value in (True, "1") else _("cessée")
    if name == "legal_form":
        return nomenclature.legal_form_name(str(value)) or str(value)
    if name == "headcount_band":
        band = nomenclature.HEADCOUNT_BANDS.get(str(value))
        return _("%(band)s salariés") % {"band": band.label} if band else str(value)
    if name == "capital_eur" and str(value).lstrip("-").isdecimal():
        return formatting.euros(int(value), language=language)
    if name in {"created_on", "closed_on"}:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
        return formatting.long_date(day, language=language)
    return str(value)
