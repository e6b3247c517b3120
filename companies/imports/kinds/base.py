"""What the reading of a file hands to a kind, and what a kind offers."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from companies.imports.chunks import Tally
from companies.imports.models import Import, ImportChange


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: the company it names ("" for none), its cells by field."""

    line: int
    siren: str
    cells: Mapping[str, object] = field(repr=False)

    def text(self, name: str) -> str:
        """What stands there, a day as AAAA-MM-JJ; "" for a blank."""
        value = self.cells.get(name)
        return "" if value is None else str(value).strip()


# Rows of one transaction, which the caller holds; in a trial nothing is written.
Take = Callable[[Import, Sequence[Row], bool], Tally]
GiveBack = Callable[[Import, Sequence[ImportChange]], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """``lacks`` names, in a sentence, what the mapping or the options do not say yet.

    ``needs_siren``: every row must name a company. ``keeps_file``: the file and the
    refused rows stay until they expire; else they go as soon as the run ends, and no
    refused row keeps its cells. Without ``give_back`` nothing can be undone.
    """

    needs_siren: bool
    may: Callable[[User], bool]
    lacks: Callable[[Collection[str], Mapping[str, Any]], str]
    take: Take
    give_back: GiveBack | None
    keeps_file: bool = True
