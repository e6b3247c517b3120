"""The refused rows as a file to mend and bring again: its own columns, and why.

Opens in a French Excel; what a spreadsheet would run is neutralised, numbers are not.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from companies.imports import wording
from companies.imports.models import Import, ImportRefusal
from companies.imports.page.refused import is_trial
from mainsite.lib.sheets.writing import BOM, row

_GROUP: Final = 1000


def name(imp: Import) -> str:
    return f"import-{imp.pk}-refus.csv"


def lines(imp: Import) -> Iterator[str]:
    titles = list(imp.detected.get("titles") or [])
    yield BOM + row([*titles, "ligne", "erreur"])
    rows = ImportRefusal.objects.filter(of=imp, is_trial=is_trial(imp))
    buffer: list[str] = []
    for refusal in rows.order_by("line", "pk").iterator(_GROUP):
        buffer.append(row(_cells(refusal, len(titles))))
        if len(buffer) == _GROUP:
            yield "".join(buffer)
            buffer.clear()
    yield "".join(buffer)


def _cells(refusal: ImportRefusal, width: int) -> Sequence[str]:
    """What a row has beyond the header's columns goes behind its reason."""
    blanks = [""] * (width - len(refusal.cells))
    why = wording.reason(
        refusal.reason,
        field_code=refusal.field,
        value=refusal.value,
        hint=refusal.hint,
    )
    own, beyond = refusal.cells[:width], refusal.cells[width:]
    return [*own, *blanks, str(refusal.line), why, *beyond]
