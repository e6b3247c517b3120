"""Several people in one cell, as lists of leaders have them: read one by one."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from companies.contacts import fingerprints
from companies.imports.kinds.base import Row

# Columns that make a row a person's.
NAMES: Final = frozenset({"contact_name", "contact_first_name"})

_BETWEEN: Final = re.compile(r"\s*[;/\r\n]+\s*")
# « M./Mme DUPONT » is one person.
_TITLE_ALONE: Final = re.compile(r"(?:M|MM|Mr|Mme|Mlle)\.?", re.IGNORECASE)


def of_row(row: Row) -> list[str] | None:
    """The people a row names; None when nobody can tell who is who."""
    return full_names(row.text("contact_name"), row.text("contact_first_name"))


def names(cell: str) -> list[str]:
    parts = _BETWEEN.split(cell.strip())
    return [part for part in parts if part and not _TITLE_ALONE.fullmatch(part)]


def full_names(cell: str, first_names: str) -> list[str] | None:
    """Of two columns or of one, a couple under one name included.

    None: more of one than of the other, so nobody can tell who is who.
    """
    lasts, firsts = names(cell), names(first_names)
    if not lasts or not firsts:
        return lasts or firsts
    if len(lasts) == 1:
        lasts *= len(firsts)
    if len(lasts) != len(firsts):
        return None
    return [f"{first} {last}" for first, last in zip(firsts, lasts, strict=True)]


def values(kind: str, cell: str) -> list[str]:
    """The cell whole, unless each piece is an address or a number by itself."""
    parts = [part for part in _BETWEEN.split(cell.strip()) if part]
    if parts and all(fingerprints.normalised(kind, part) is not None for part in parts):
        return parts
    return [cell] if cell else []


def each_with_theirs(
    people: Sequence[str], titles: list[str], found: list[str]
) -> Iterator[tuple[str, str, str]]:
    """(value, name, title); what cannot be told apart is everybody's.

    The first who is named bears it, and all of them may refuse it.
    """
    if len(titles) != len(people):
        titles = [" / ".join(titles)] * len(people)
    if len(found) == len(people):
        yield from zip(found, people, titles, strict=True)
        return
    for value in found:
        for name, title in zip(people, titles, strict=True):
            yield value, name, title
