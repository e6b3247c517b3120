"""Companies one after the other in one document."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from exports.formats.facts import Facts
from exports.formats.pdf import company
from exports.formats.pdf.sheet import Sheet
from exports.formats.refused import FormatRefused
from exports.formats.whole import whole
from exports.profiles.column import Table

# Companies of one document: it is drawn in memory, and read by a person.
MOST = 200


def write(
    path: Path, table: Table, batches: Iterable[Mapping[str, Any]], *, facts: Facts
) -> int:
    rows = 0
    with whole(path), closing(Sheet(facts)) as sheet:
        for told in _companies(batches):
            rows += 1
            if rows > MOST:
                raise FormatRefused(
                    _(
                        "Un PDF tient %(most)s fiches au plus : réduisez la sélection "
                        "ou choisissez un autre format."
                    )
                    % {"most": MOST}
                )
            company.draw(sheet, told)
        path.write_bytes(bytes(sheet.output()))
    return rows


def _companies(batches: Iterable[Mapping[str, Any]]) -> Iterator[company.Told]:
    for batch in batches:
        beside = batch["beside"]
        exercises = _by_siren(batch["financials"])
        readings = _by_siren(beside.readings)
        for row in batch["companies"].iter_rows(named=True):
            siren = row["siren"]
            yield company.Told(
                row,
                exercises.get(int(siren), []),
                readings.get(int(siren), []),
                beside.panels.get(siren),
            )


def _by_siren(frame: pl.DataFrame) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(row["siren"], []).append(row)
    return found
