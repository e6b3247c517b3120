"""What the rows of a file are about, beside companies: contacts, outcomes, oppositions.

``KINDS`` has, by kind, what it needs and who may bring it; ``WRITERS`` what takes a
chunk of its rows and what takes an import back. Those of companies are elsewhere.
"""

from collections.abc import Mapping
from typing import Final

from companies.imports.kinds import contacts, oppositions, outcomes
from companies.imports.kinds.base import Kind
from companies.imports.kinds.words import SECRET
from companies.imports.kinds.writers import KindWriter
from companies.imports.models import ImportKind

KINDS: Final[Mapping[str, Kind]] = {
    ImportKind.CONTACTS: contacts.KIND,
    ImportKind.OUTCOMES: outcomes.KIND,
    ImportKind.OPPOSITIONS: oppositions.KIND,
}
WRITERS: Final[Mapping[str, KindWriter]] = {
    name: KindWriter(kind) for name, kind in KINDS.items()
}


def is_undoable(kind: str) -> bool:
    """Whether an import of this kind can be taken back at all."""
    return kind not in KINDS or KINDS[kind].give_back is not None


def keeps_file(kind: str) -> bool:
    """Whether the file stays after the run: not when it is of those who object."""
    return kind not in KINDS or KINDS[kind].keeps_file


def keeps_cells(kind: str, reason: str) -> bool:
    """Whether a refused row may be stored with its cells and its value."""
    return keeps_file(kind) and reason not in SECRET


__all__ = ["KINDS", "WRITERS", "Kind", "is_undoable", "keeps_cells", "keeps_file"]
