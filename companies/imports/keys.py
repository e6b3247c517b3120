"""Which company each row is about: by SIREN, else SIRET, else VAT number."""

import re
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from companies.imports.cells.base import BLANK, CellRefused, Read
from companies.imports.cells.words import MARKS
from companies.imports.codes import Reason, Repair
from companies.imports.columns import Asker, Column, Digits, Odd, Reader, booleans
from companies.registry.vectors.keys import numbers
from mainsite.lib.sheets.siren_cells import Refused, read_cell
from mainsite.lib.siren import is_valid_siren, is_valid_siret

Booleans = NDArray[np.bool_]
_VAT: Final = re.compile(r"FR([0-9A-HJ-NP-Z]{2})([0-9]{9})")
_PLAIN_VAT: Final = "^FR[0-9]{11}$"
_NO_VAT: Final = "FR00000000000"
_NOT_DIGITS: Final = re.compile("[\\s\u00a0\u202f.'’-]+")
_UNKNOWN: Final = frozenset({"", "-", "nc", "nd", "n/a"})
_NICS: Final = 100_000
# The first that a row has says its company; the others may only agree.
_IN_ORDER: Final = (
    ("siren", ""),
    ("siret", Repair.FROM_SIRET),
    ("vat", Repair.FROM_VAT),
)


def siren(cell: str) -> Read:
    """A SIREN, or the first nine digits of a SIRET given in its place."""
    plain = MARKS.sub("", cell)
    if not plain.strip():
        return BLANK
    found = read_cell(plain, 0)
    if isinstance(found, Refused):
        raise CellRefused(str(found.reason), found.hint)
    repair = str(found.repair or "")
    return Read(int(found.siren), repair or (Repair.MARKS if plain != cell else ""))


def siret(cell: str) -> Read:
    """Of the head office; a bare SIREN there names the company and no office."""
    plain = MARKS.sub("", cell).strip()
    if not plain:
        return BLANK
    digits = _NOT_DIGITS.sub("", plain).removesuffix(".0")
    if len(digits) == 13 and is_valid_siret(f"0{digits}"):
        return Read(int(digits), Repair.LOST_ZERO)
    if is_valid_siret(digits):
        return Read(int(digits), Repair.SEPARATORS if digits != cell else "")
    if is_valid_siren(digits):
        return Read(int(digits) * _NICS)
    found = read_cell(plain, 0)
    if isinstance(found, Refused):
        raise CellRefused(str(found.reason), found.hint)
    return Read(int(found.siren) * _NICS, str(found.repair or ""))


def vat(cell: str) -> Read:
    """``FR 83 404 833 048``: the key is checked, the last nine digits are the SIREN."""
    plain = _NOT_DIGITS.sub("", MARKS.sub("", cell)).upper()
    if plain.lower() in _UNKNOWN:
        return BLANK
    match = _VAT.fullmatch(plain)
    if match is None or not is_valid_siren(match[2]):
        raise CellRefused(Reason.VAT)
    if match[1].isdigit() and int(match[1]) != (12 + 3 * (int(match[2]) % 97)) % 97:
        raise CellRefused(Reason.VAT)
    return Read(int(match[2]))


class VatNumbers:
    """``vat`` on a column: no two cells are the same, so each would be asked about."""

    def __init__(self) -> None:
        self._odd = Odd(Asker(vat, pa.int64()))

    def __call__(self, cells: pa.Array) -> Column:
        is_shaped = pc.match_substring_regex(cells, _PLAIN_VAT)
        digits = pc.utf8_slice_codeunits(pc.if_else(is_shaped, cells, _NO_VAT), 2)
        sirens, is_right = numbers(pc.utf8_slice_codeunits(digits, 2), 9)
        said = pc.cast(pc.utf8_slice_codeunits(digits, 0, 2), pa.int64()).to_numpy()
        is_right &= booleans(is_shaped) & (sirens > 0)
        is_right &= said == (12 + 3 * (sirens % 97)) % 97
        is_blank = booleans(pc.equal(cells, ""))
        return self._odd(cells, pa.array(sirens, mask=~is_right), is_right | is_blank)


def readers() -> dict[str, Reader]:
    return {
        "siren": Digits(siren, 9),
        "siret": Digits(siret, 14),
        "vat": VatNumbers(),
    }


def joined(columns: dict[str, Column], count: int) -> tuple[pa.Array, Column]:
    """The SIREN of each row, and what was refused or mended to know it."""
    told = Column(pa.nulls(count, pa.int64()))
    sirens = told.values
    for code, repair in _IN_ORDER:
        column = columns.get(code)
        if column is None:
            continue
        values = column.values
        if code == "siret":
            values = pc.divide(values, _NICS)
        differ = booleans(pc.not_equal(sirens, values))
        for row in np.flatnonzero(differ).tolist():
            hint = f"{values[row].as_py():09d}"
            told.refused[row] = CellRefused(Reason.TWO_COMPANIES, hint)
        taken = booleans(pc.and_(pc.is_null(sirens), pc.is_valid(values)))
        if repair and taken.any() and "siren" in columns:
            told.repairs[repair] += int(taken.sum())
        sirens = pc.coalesce(sirens, values)
        told.repairs.update(column.repairs)
        told.refused = column.refused | told.refused
    return sirens, told
