"""A value of a field as people read it: euros, a band of headcount, a status."""

from django.utils.translation import get_language

from companies import nomenclature
from companies.imports import wording
from companies.imports.writing.figures import PEOPLE
from mainsite.lib import formatting

_EUROS = frozenset({"revenue", "net_income", "capital"})
_STATUSES = frozenset({"status", "outcome"})


def said(field: str, value: object) -> str:
    """ "" for nothing at all; a code that nobody knows is shown as it is."""
    text = "" if value is None else str(value)
    if not text:
        return ""
    if field in _EUROS and text.lstrip("-").isdecimal():
        return formatting.euros(int(text), language=get_language() or "fr")
    if field == "headcount" and text.startswith(PEOPLE):
        return formatting.number(int(text.removeprefix(PEOPLE)))
    if field == "headcount" and (band := nomenclature.HEADCOUNT_BANDS.get(text)):
        return band.label
    if field == "legal_form":
        return nomenclature.legal_forms().get(text, text)
    return wording.status(text) if field in _STATUSES else text
