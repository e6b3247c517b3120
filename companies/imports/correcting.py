"""Refused rows mended on the screen: those that were changed are a new import.

The first one keeps its report as it was; what was mended goes through the same dry run,
by the same columns and rules, and can be taken back by itself.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from companies.imports import fields, services
from companies.imports.models import WROTE, Import, ImportRefusal
from companies.imports.services import ImportRefused

# What a form may hold, three cells a row, and a person mends without a pause.
ROWS: Final = 50
# A row of too few or too many cells is mended where its columns are seen.
_NOT_HERE: Final = frozenset({"ragged"})
# Corrections by row, then by place of the column.
Changed = Mapping[int, Mapping[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    place: int
    field: str
    value: str
    is_refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A refused row, and those of its cells that one may want to change."""

    refusal: ImportRefusal
    cells: tuple[Cell, ...]


def may_correct(imp: Import) -> bool:
    """Whether some row that the run refused can be mended here."""
    return imp.state in WROTE and _of(imp).exists()


def rows(imp: Import, *, after: int = 0) -> list[Row]:
    """The first of those after this line."""
    found = _of(imp).filter(line__gt=after).order_by("line", "pk")[:ROWS]
    return [Row(refusal=each, cells=tuple(_cells(imp, each))) for each in found]


def last_line(imp: Import) -> int:
    found = _of(imp).order_by("-line").values_list("line", flat=True).first()
    return found or 0


def correct(
    *,
    imp: Import,
    changed: Changed,
    by: User,
    request: HttpRequest | None = None,
) -> Import:
    """Try the rows that were changed; raises ImportRefused when there is none."""
    mended = [
        (each, changed[each.pk])
        for each in _of(imp).filter(pk__in=changed).order_by("line", "pk")
        if _differs(each, changed[each.pk])
    ]
    if not mended:
        raise ImportRefused(_("Aucune cellule n’a été changée."))
    found = services.receive(
        file=_file(imp, mended), kind=imp.kind, by=by, request=request
    )
    try:
        with transaction.atomic():
            _as_the_first(found, imp, by=by, request=request)
            services.ask_trial(imp=found, by=by, request=request)
    except BaseException:
        services.forget(imp=found, by=by, request=request)
        raise
    return found


def _of(imp: Import) -> "models.QuerySet[ImportRefusal]":
    width = len(imp.detected.get("titles") or ())
    return (
        ImportRefusal.objects.filter(of=imp, is_trial=False, cells__len=width)
        .exclude(reason__in=_NOT_HERE)
        .exclude(cells=[])
    )


def _cells(imp: Import, refusal: ImportRefusal) -> Iterable[Cell]:
    """Who it is about, and what was refused."""
    places = {code: int(place) for place, code in imp.mapping.items()}
    wanted = [*(code for code in fields.KEYS if code in places), "name"]
    for code in dict.fromkeys([*wanted, refusal.field]):
        if code in places:
            yield Cell(
                place=places[code],
                field=code,
                value=refusal.cells[places[code]],
                is_refused=code == refusal.field,
            )


def _differs(refusal: ImportRefusal, cells: Mapping[int, str]) -> bool:
    return any(
        0 <= place < len(refusal.cells) and refusal.cells[place] != text
        for place, text in cells.items()
    )


def _file(
    imp: Import, mended: Sequence[tuple[ImportRefusal, Mapping[int, str]]]
) -> SimpleUploadedFile:
    """Cells as they stood in the file, the changed ones as they were typed."""
    text = io.StringIO()
    write = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL).writerow
    titles = imp.detected["titles"]
    write([title or str(place) for place, title in enumerate(titles, start=1)])
    for refusal, cells in mended:
        row = list(refusal.cells)
        for place, value in cells.items():
            if 0 <= place < len(row):
                row[place] = value
        write(row)
    stem = imp.file_name.rpartition(".")[0] or imp.file_name
    name = _("%(file)s, lignes corrigées.csv") % {"file": stem}
    return SimpleUploadedFile(name, text.getvalue().encode())


def _as_the_first(
    found: Import, first: Import, *, by: User, request: HttpRequest | None
) -> None:
    services.set_reading(
        imp=found,
        reading={
            "encoding": "utf-8",
            "separator": ";",
            "header_row": 1,
            "decimal": first.detected["decimal"],
        },
        by=by,
        request=request,
    )
    services.set_mapping(
        imp=found,
        mapping=first.mapping,
        policies=first.policies,
        options=first.options,
        by=by,
        request=request,
    )
