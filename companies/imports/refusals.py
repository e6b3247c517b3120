"""Refused rows as they are kept: the first hundred thousand, all of them counted."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from django.db import connection

from companies.imports import kinds
from companies.imports.chunks import Refused, Tally
from companies.imports.models import Import
from companies.imports.prepare import Ready

MAX_KEPT: Final = 100_000
_COPY: Final = (
    "COPY import_refusal (of_id, is_trial, line, reason, field, value, hint, cells)"
    " FROM STDIN"
)
# Long cells are kept whole in the file; a report shows their beginning.
MAX_VALUE: Final = 500


def whole(ready: Ready, tally: Tally, imp: Import) -> list[Refused]:
    """Refusals in the order of the lines, each with the row's own cells."""
    found = [*ready.refused]
    if tally.refusals:
        rows = {int(n): i for i, n in enumerate(ready.batch.column("line").to_numpy())}
        found += [
            each
            if each.cells
            else replace(each, cells=tuple(ready.cells(rows[each.line])))
            for each in tally.refusals
        ]
    return sorted(found, key=lambda each: each.line)


def store(
    imp: Import, refused: Sequence[Refused], *, is_trial: bool, before: int
) -> None:
    """``before`` counts these too."""
    room = MAX_KEPT - (before - len(refused))
    if room <= 0 or not refused:
        return
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(_COPY) as stream,
    ):
        for each in refused[:room]:
            stream.write_row(_row(imp, each, is_trial=is_trial))


def _row(imp: Import, each: Refused, *, is_trial: bool) -> tuple[object, ...]:
    is_kept = kinds.keeps_cells(imp.kind, each.reason)
    value = each.value[:MAX_VALUE] if is_kept else ""
    cells = list(each.cells) if is_kept else []
    return (
        imp.pk,
        is_trial,
        each.line,
        each.reason,
        each.field,
        value,
        each.hint,
        cells,
    )
