"""Where each field of a company's identity comes from, and who disagrees. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from companies.facts import Said

Provenance = Mapping[str, list[str]]
Disagreements = Mapping[str, Mapping[str, str]]

# The fields in which two sources that differ contradict each other. Streets, sites and
# short names are written in as many ways as there are sources.
COMPARED: Final = (
    "name",
    "legal_form",
    "naf_code",
    "naf25_code",
    "created_on",
    "headcount_band",
    "capital_eur",
    "siret",
    "postal_code",
    "commune_code",
    "is_active",
)
# A street follows its town, a year its band.
_FOLLOWS: Final = {"headcount_band": "headcount_year"}


@dataclass(frozen=True, slots=True)
class Trace:
    """``provenance``: field, then source and day; the register's own are not in it.

    ``disagreements``: field, then source and the value it gives instead.
    """

    provenance: Provenance
    disagreements: Disagreements


def trace(
    *,
    said: Mapping[str, tuple[Said, ...]],
    kept: Mapping[str, Any],
    filled: frozenset[str],
    before: Provenance,
) -> Trace:
    """Of the values now kept, those in ``filled`` having just come from a source."""
    provenance = {name: list(entry) for name, entry in before.items()}
    disagreements: dict[str, dict[str, str]] = {}
    for name, given in said.items():
        if name in filled:
            giver = next((one for one in given if one.value == kept[name]), given[0])
            provenance[name] = [giver.source, giver.read_on]
        others = {
            one.source: _plain(one.value)
            for one in given
            if name in COMPARED and not _agrees(name, one, kept, said)
        }
        if others:
            disagreements[name] = others
    return Trace(provenance, disagreements)


def same(name: str, first: Any, second: Any) -> bool:
    """Whether two values say the same; an unknown one contradicts nothing."""
    if first in (None, "") or second in (None, ""):
        return True
    return _comparable(name, first) == _comparable(name, second)


def _agrees(
    name: str,
    one: Said,
    kept: Mapping[str, Any],
    said: Mapping[str, tuple[Said, ...]],
) -> bool:
    """A band of another year does not contradict: people come and go."""
    year_name = _FOLLOWS.get(name)
    if year_name:
        years = {each.source: each.value for each in said.get(year_name, ())}
        year, kept_year = years.get(one.source), kept.get(year_name)
        if year is not None and kept_year is not None and year != kept_year:
            return True
    return same(name, kept.get(name), one.value)


def _comparable(name: str, value: Any) -> str:
    plain = _plain(value)
    if name != "name":
        return plain.replace(".", "").replace(" ", "")
    decomposed = unicodedata.normalize("NFKD", plain).casefold()
    return "".join(char for char in decomposed if char.isalnum())


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)
