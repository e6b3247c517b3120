"""What a layout is: which header announces it, which column fills which field.

A layout is recognised by the columns it names, whatever their order and whatever other
columns stand beside them; known_layouts has the table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from companies.registry import cells
from companies.registry.report import Reason


class Company(Enum):
    """What a row may do to its company.

    ``REPLACE``: the file is the register and its word is the last one.
    ``FILL``: it creates unknown companies and fills what is blank in known ones.
    ``HEAD_OFFICE``: a head office's row replaces the address of a known company.
    ``NONE``: nothing.
    """

    REPLACE = 0
    FILL = 1
    HEAD_OFFICE = 2
    NONE = 3


@dataclass(frozen=True)
class Cell:
    """Staging columns filled by one function of some columns of the file."""

    fills: tuple[str, ...]
    columns: tuple[str, ...]
    clean: Callable[..., str]
    optional: bool = False


@dataclass(frozen=True)
class Check:
    """A reason to leave a row out, asked before anything is cleaned."""

    columns: tuple[str, ...]
    refuse: Callable[..., Reason | None]


@dataclass(frozen=True)
class Layout:
    """``establishments`` is whether its rows say which sites exist and are open.

    ``diffusion`` is the column that says whether a left-out row may be kept at all,
    ``processed`` the one that dates INSEE's last word on a row: both when present.
    """

    key: str
    label: str
    company: Company
    cells: tuple[Cell, ...]
    siren: str = ""
    siret: str = ""
    establishments: bool = False
    checks: tuple[Check, ...] = ()
    diffusion: str = ""
    processed: str = ""

    @property
    def required(self) -> set[str]:
        """The columns whose presence is its signature."""
        used = [cell.columns for cell in self.cells if not cell.optional]
        used += [check.columns for check in self.checks]
        keys = {name for name in (self.siren, self.siret) if name}
        return keys.union(*used)


def cell(fills: str, columns: str, clean: Callable[..., str]) -> Cell:
    """Names are separated by blanks; the 2017 labels have blanks, hence ``labels``."""
    return Cell(tuple(fills.split()), tuple(columns.split()), clean)


def optional(fills: str, columns: str, clean: Callable[..., str]) -> Cell:
    return Cell(tuple(fills.split()), tuple(columns.split()), clean, optional=True)


def labels(fills: str, columns: tuple[str, ...], clean: Callable[..., str]) -> Cell:
    return Cell(tuple(fills.split()), columns, clean)


def individual(legal_form: str) -> Reason | None:
    """Legal category 1xxx: sole traders are loaded on demand only."""
    return Reason.INDIVIDUAL if legal_form[:1] == "1" else None


def unnamed(name: str, surname: str, usual_name: str) -> Reason | None:
    if name:
        return Reason.NOT_DIFFUSED if name == cells.NOT_DIFFUSED else None
    if surname:
        return Reason.INDIVIDUAL
    return None if usual_name else Reason.NO_NAME
