"""Several people in one cell, as lists of leaders have them: read one by one."""

import re
from collections.abc import Iterator
from typing import Final

from companies.contacts import fingerprints

_BETWEEN: Final = re.compile(r"\s*[;/\r\n]+\s*")
# « M./Mme DUPONT » is one person.
_TITLE_ALONE: Final = re.compile(r"(?:M|MM|Mr|Mme|Mlle)\.?", re.IGNORECASE)


def names(cell: str) -> list[str]:
    parts = _BETWEEN.split(cell.strip())
    return [part for part in parts if part and not _TITLE_ALONE.fullmatch(part)]


def values(kind: str, cell: str) -> list[str]:
    """The cell whole, unless each piece is an address or a number by itself."""
    parts = [part for part in _BETWEEN.split(cell.strip()) if part]
    if parts and all(fingerprints.normalised(kind, part) is not None for part in parts):
        return parts
    return [cell] if cell else []


def each_with_theirs(
    people: list[str], titles: list[str], found: list[str]
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
