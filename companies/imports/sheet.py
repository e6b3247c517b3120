"""The first rows of a file as they are read now, with their lines; its columns."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from companies.imports import files
from companies.imports.models import Import
from companies.imports.reading import working
from mainsite.lib.sheets.decoding import SheetError

ROWS, SAMPLES = 20, 3
Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """``fault`` is the code of what stops the reading among these rows."""

    lines: tuple[Line, ...]
    fault: str = ""
    fault_line: int = 0

    def samples(self, place: int) -> list[str]:
        """A few different values of a column, blanks left out."""
        cells = [row[place].strip() for _line, row in self.lines if place < len(row)]
        return [cell for cell in dict.fromkeys(cells) if cell][:SAMPLES]


def first_rows(imp: Import, *, count: int = ROWS) -> Sheet:
    lines: list[Line] = []
    try:
        for numbers, rows in working.data_blocks(files.path_of(imp.path), imp.detected):
            lines += zip(numbers, rows, strict=True)
            if len(lines) >= count:
                break
    except SheetError as error:
        return Sheet(tuple(lines[:count]), error.code, error.line)
    except (FileNotFoundError, IsADirectoryError):
        return Sheet((), "gone")
    return Sheet(tuple(lines[:count]))


def titles(imp: Import) -> list[str]:
    """Those of the file; a column without one goes by its place."""
    found = imp.detected.get("titles", ())
    return [
        title or _("Colonne %(number)s") % {"number": place}
        for place, title in enumerate(found, start=1)
    ]
