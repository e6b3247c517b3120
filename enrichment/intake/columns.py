"""Which column holds the SIREN, by its header or else by what stands in it."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from mainsite.lib.sheets.decoding import SheetError as IntakeError
from mainsite.lib.sheets.siren_cells import looks_like_one
from mainsite.lib.sheets.titles import plain

SIREN: Final = ("siren", "nsiren", "nosiren", "numerosiren", "numsiren", "codesiren")
SIRET: Final = ("siret", "siretsiege", "nsiret", "numerosiret", "siretdusiege")
NAME: Final = (
    "nom",
    "nomentreprise",
    "denomination",
    "denominationunitelegale",
    "raisonsociale",
    "societe",
    "entreprise",
)


@dataclass(frozen=True, slots=True)
class Columns:
    """``siren`` and ``name`` are positions; ``titles`` is empty without a header."""

    siren: int
    name: int | None
    titles: tuple[str, ...]
    width: int
    found_by: str


def columns_of(rows: list[list[str]]) -> Columns:
    """Look at the first rows; raises IntakeError when no column can be the one."""
    first = rows[0]
    titles = [plain(title) for title in first]
    for names, found_by in ((SIREN, "siren"), (SIRET, "siret")):
        for position, title in enumerate(titles):
            if title in names:
                return _with_header(first, titles, position, found_by)
    position = _by_content(rows)
    has_header = len(first) > 1 and not any(c.isdigit() for c in first[position])
    if has_header:
        return _with_header(first, titles, position, "content")
    return Columns(position, None, (), _width(rows), "content")


def _with_header(
    first: list[str], titles: list[str], position: int, found_by: str
) -> Columns:
    name = next((i for i, title in enumerate(titles) if title in NAME), None)
    shown = tuple(unicodedata.normalize("NFC", title.strip()) for title in first)
    return Columns(position, name, shown, len(first), found_by)


def _by_content(rows: list[list[str]]) -> int:
    if _width(rows) == 1:
        return 0
    hits = [
        sum(looks_like_one(row[i]) for row in rows if i < len(row))
        for i in range(_width(rows))
    ]
    best = max(range(len(hits)), key=lambda i: (hits[i], -i))
    if hits[best] * 2 < len(rows) - 1 or not hits[best]:
        raise IntakeError("no_siren_column")
    return best


def _width(rows: list[list[str]]) -> int:
    return max(len(row) for row in rows)
