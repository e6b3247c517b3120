"""Rows of a CSV that a French Excel opens right, and that run nothing."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

BOM: Final = "\ufeff"
# A spreadsheet takes what follows one of these for a formula or a command. The
# full-width forms are folded to the plain ones by some input methods.
FORMULA_STARTS: Final = tuple("=+-@\t\r\n＝＋－＠")
_NUMBER: Final = re.compile(r"[+-][0-9][0-9 .,\u00a0\u202f]*\s?(?:k|M)?€?%?")


def row(cells: Iterable[str], *, separator: str = ";") -> str:
    """One line, every cell quoted."""
    line = io.StringIO()
    writer = csv.writer(line, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerow([neutralised(cell) for cell in cells])
    return line.getvalue()


def neutralised(cell: str) -> str:
    """With an apostrophe before what a spreadsheet would run; a number is none."""
    if not cell.startswith(FORMULA_STARTS) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"
