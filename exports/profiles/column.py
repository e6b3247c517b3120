from collections.abc import Callable
from dataclasses import dataclass

from exports.formats.csv import Cell
from exports.rows import Record


@dataclass(frozen=True, slots=True)
class Column:
    """``meaning`` is one sentence for the page and the manifest."""

    name: str
    meaning: str
    value: Callable[[Record], Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a profile, in their order, and how it writes its days."""

    columns: tuple[Column, ...]
    has_french_dates: bool

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def cells(self, record: Record) -> list[Cell]:
        return [column.value(record) for column in self.columns]
