"""A column said once: its name, what it means, what it is, how it is made."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

# What a column is, whatever file it goes into. ``text`` is never read as a number;
# ``count`` holds a number, or words where no number is known, and is text in a frame.
Kind = Literal[
    "text", "count", "integer", "amount", "points", "percent", "ratio", "real", "date",
    "boolean",
]  # fmt: skip
DTYPES: dict[Kind, pl.DataType] = {
    "text": pl.String(),
    "count": pl.String(),
    "integer": pl.Int64(),
    "amount": pl.Int64(),
    "points": pl.Decimal(18, 2),
    "percent": pl.Decimal(18, 2),
    "ratio": pl.Decimal(18, 2),
    "real": pl.Float64(),
    "date": pl.Date(),
    "boolean": pl.Boolean(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """``meaning`` is one sentence for the page and the manifest.

    ``value`` is an expression over the facts of ``exports.reading``; the facts that it
    names are those that are read. A column that is ``only_with_contacts`` is left out
    of a file without them; another one that ``is_contact`` stays, empty.
    """

    name: str
    meaning: str
    kind: Kind
    value: pl.Expr
    is_contact: bool = False
    only_with_contacts: bool = False

    @property
    def dtype(self) -> pl.DataType:
        return DTYPES[self.kind]


# ``rows``: one frame; ``tables``: companies, contacts and financials, each its frame;
# ``sheets``: the same with what a page about one company tells.
Shape = Literal["rows", "tables", "sheets"]


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a profile, in their order, and how a CSV writes its days."""

    columns: tuple[Column, ...]
    has_french_dates: bool = False
    shape: Shape = "rows"

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def has_contacts(self) -> bool:
        return any(column.is_contact for column in self.columns)

    def without_contacts(self) -> "Table":
        """As a file without contacts has it."""
        kept = tuple(each for each in self.columns if not each.only_with_contacts)
        return replace(self, columns=kept)

    def chosen(self, names: Iterable[str]) -> "Table":
        """Only these columns, in the profile's order; an unknown name is left out."""
        wanted = frozenset(names)
        kept = tuple(each for each in self.columns if each.name in wanted)
        return replace(self, columns=kept)

    def marked(self, words: str) -> "Table":
        """With a last column that says, on each row, who took it out and when."""
        trace = Column(
            TRACE, "qui a fait cet export, quand, référence", "text", pl.lit(words)
        )
        return replace(self, columns=(*self.columns, trace))


TRACE = "Tracabilite"
