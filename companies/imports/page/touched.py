"""The companies that an import created or changed, as a search of the list."""

from collections.abc import Iterator
from itertools import islice

from django.db.models import Func
from django.utils.translation import gettext as _

from accounts.models import User
from companies import pasting
from companies.imports import narrow, wording
from companies.imports.models import (
    Import,
    ImportChange,
    ImportChunk,
    ImportKind,
    ImportState,
)
from companies.imports.page import figures
from companies.imports.writing import disagreements


def sirens(imp: Import) -> tuple[str, ...]:
    """Created ones first, as many as a search takes."""
    found = dict.fromkeys(islice(_created(imp), pasting.MOST))
    changed = ImportChange.objects.filter(of=imp).exclude(
        thing__in=(narrow.THING, disagreements.THING)
    )
    rows = changed.order_by("siren").values_list("siren", flat=True).distinct()
    for siren in rows[: pasting.MOST]:
        found.setdefault(siren, None)
    return tuple(islice(found, pasting.MOST))


def _created(imp: Import) -> Iterator[str]:
    chunks = ImportChunk.objects.filter(of=imp).order_by("number")
    numbers = chunks.annotate(new=Func("new_sirens", function="unnest"))
    for number in numbers.values_list("new", flat=True).iterator(2000):
        yield f"{number:09d}"


def words(imp: Import, *, by: User) -> str:
    """« Voir les 1 035 sociétés »; "" when there is nothing to see."""
    tally = figures.tally(imp)
    is_gone = imp.kind == ImportKind.OPPOSITIONS or imp.state == ImportState.UNDONE
    if tally is None or is_gone or by.desk_id is None:
        return ""
    count = tally.to_write
    if not count:
        return ""
    if count > pasting.MOST:
        sentence = _("Voir %(most)s des %(count)s sociétés")
        most = wording.number(pasting.MOST)
        return sentence % {"most": most, "count": wording.number(count)}
    if count == 1:
        return _("Voir la société")
    return _("Voir les %(count)s sociétés") % {"count": wording.number(count)}
