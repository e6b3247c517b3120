"""Where a page begins: the sort key and siren of its neighbour, signed by nobody.

A cursor says nothing that the page did not show, and a wrong one is a first page.
"""

import base64
import binascii
import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cursor:
    key: str | int
    siren: int
    backwards: bool = False

    def __str__(self) -> str:
        text = json.dumps([self.key, self.siren, int(self.backwards)])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def parse(text: str) -> Cursor | None:
    if not text or len(text) > 2000:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        key, siren, backwards = json.loads(raw)
    except (ValueError, binascii.Error, TypeError):
        return None
    if not isinstance(key, str | int) or not isinstance(siren, int):
        return None
    if "\x00" in str(key) or not 0 <= siren <= 999_999_999 or abs(_size(key)) > 2**62:
        return None
    return Cursor(key, siren, bool(backwards))


def _size(key: str | int) -> int:
    return key if isinstance(key, int) else len(key)
