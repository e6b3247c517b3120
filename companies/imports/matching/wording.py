"""Why a company is proposed for a row, in a few words beside its score."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mainsite.lib import formatting

HOW: Final = {
    "same": _("même nom"),
    "cut": _("même nom, coupé"),
    "order": _("mêmes mots dans un autre ordre"),
    "near": _("nom proche"),
    "initials": _("initiales du nom"),
}
WHERE: Final = {
    "town": _("même commune"),
    "site": _("un établissement dans cette commune"),
    "department": _("même département"),
    "unsaid": _("lieu non précisé"),
    "unknown": _("siège inconnu"),
    "near": _("autre commune du département"),
    "elsewhere": _("autre département"),
}


def likeness(candidate: Mapping[str, Any]) -> str:
    """« 94 %, même nom, même commune », of a candidate as it is stored."""
    percent = formatting.number(
        round(100 * candidate["score"]), language=get_language() or "fr"
    )
    said = [HOW.get(candidate.get("how", "")), WHERE.get(candidate.get("where", ""))]
    return ", ".join([f"{percent}\u00a0%", *(str(each) for each in said if each)])
