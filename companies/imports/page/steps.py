"""The way of an import: which step it has come to, and which one may go back to."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from companies.imports.models import Import, ImportState

LABELS: Final[dict[str, Promise]] = {
    "new": gettext_lazy("fichier"),
    "reading": gettext_lazy("lecture"),
    "columns": gettext_lazy("colonnes"),
    "matching": gettext_lazy("rapprochement"),
    "trial": gettext_lazy("essai à blanc"),
    "running": gettext_lazy("exécution"),
    "report": gettext_lazy("rapport"),
}
_PREPARING: Final = frozenset({"reading", "columns"})


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    url: str
    is_current: bool
    is_behind: bool


def has_run(imp: Import) -> bool:
    """A trial that failed has begun nothing: ``started_at`` is of the run."""
    return imp.started_at is not None


def stands_at(imp: Import) -> str:
    """The step whose page tells where the import is now."""
    if imp.state == ImportState.DRAFT:
        return "reading"
    if imp.state == ImportState.RUNNING:
        return "running"
    if imp.state == ImportState.UNDOING:
        return "undo"
    return "report" if has_run(imp) else "trial"


def open_to(imp: Import) -> frozenset[str]:
    """Steps whose page may be asked for; any other leads to where it stands."""
    if imp.is_working or has_run(imp):
        return frozenset({stands_at(imp)})
    if imp.state == ImportState.DRAFT:
        return _PREPARING
    return _PREPARING | {"trial", "matching"}


def steps(imp: Import | None, current: str, *, has_matches: bool = False) -> list[Step]:
    """``current`` is the page shown. A step without an address cannot be gone to."""
    names = [name for name in LABELS if has_matches or name != "matching"]
    here = names.index(current)
    may = open_to(imp) if imp else frozenset()
    return [
        Step(
            label=str(LABELS[name]),
            url=_url(imp, name) if imp and name in may and place != here else "",
            is_current=place == here,
            is_behind=place < here,
        )
        for place, name in enumerate(names)
    ]


def url(imp: Import) -> str:
    return _url(imp, stands_at(imp))


def _url(imp: Import, name: str) -> str:
    return reverse(f"companies:imports:{name}", args=[imp.public_id])
