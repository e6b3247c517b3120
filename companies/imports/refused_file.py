"""The refused rows as a file to mend and bring again: its own columns, and why.

Opens in a French Excel; what a spreadsheet would run is neutralised, numbers are not.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from companies.imports import wording
from companies.imports.models import Import, ImportRefusal
from companies.imports.page.refused import is_trial

BOM: Final = "\ufeff"
_SEPARATOR: Final = ";"
_GROUP: Final = 1000
# What a spreadsheet would run, full-width forms included.
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
_NUMBER: Final = re.compile(r"[+-][0-9][0-9 .,\u00a0\u202f]*\s?(?:k|M)?€?%?")


def name(imp: Import) -> str:
    return f"import-{imp.pk}-refus.csv"


def lines(imp: Import) -> Iterator[str]:
    titles = list(imp.detected.get("titles") or [])
    yield BOM + _row([*titles, "ligne", "erreur"])
    rows = ImportRefusal.objects.filter(of=imp, is_trial=is_trial(imp))
    buffer: list[str] = []
    for refusal in rows.order_by("line", "pk").iterator(_GROUP):
        buffer.append(_row(_cells(refusal, len(titles))))
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


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=_SEPARATOR, quoting=csv.QUOTE_ALL).writerow(
        [_neutral(cell) for cell in cells]
    )
    return line.getvalue()


def _neutral(cell: str) -> str:
    if not cell.startswith(_FORMULA) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"
