"""Where a page begins: the sort, then the key and siren of its neighbour.

A cursor says nothing that the page did not show, so nobody signs it; one that was
forged or made for another sort is told apart, and the list begins at its first page.
"""

import base64
import binascii
import json
from dataclasses import dataclass

from companies.search.sorts import is_text

_LONGEST = 4000


class WrongCursor(ValueError):
    """Not a cursor, or one of another sort."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """``key`` is None where the neighbour's is unknown."""

    sort: str
    key: str | int | None
    siren: int
    backwards: bool = False

    def __str__(self) -> str:
        text = json.dumps([self.sort, self.key, self.siren, int(self.backwards)])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def parse(text: str, *, sort: str) -> Cursor | None:
    """The cursor of an address, None when it has none; raises WrongCursor."""
    if not text:
        return None
    if len(text) > _LONGEST:
        raise WrongCursor
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        made_for, key, siren, backwards = json.loads(raw)
    except (ValueError, binascii.Error, TypeError, RecursionError) as error:
        raise WrongCursor from error
    if made_for != sort or type(siren) is not int or type(backwards) is not int:
        raise WrongCursor
    if not 0 <= siren <= 999_999_999 or not _fits(key, sort):
        raise WrongCursor
    return Cursor(sort, key, siren, bool(backwards))


def _fits(key: object, sort: str) -> bool:
    if key is None:
        return True
    if is_text(sort):
        return isinstance(key, str) and "\x00" not in key and _is_utf8(key)
    return type(key) is int and abs(key) < 2**62


def _is_utf8(key: str) -> bool:
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True
