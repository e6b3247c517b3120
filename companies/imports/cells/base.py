"""A value read, or why not."""

from typing import Any, NamedTuple


class CellRefused(ValueError):
    """``reason`` is a code of ``codes.Reason``; ``hint`` what may be told beside it."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class Read(NamedTuple):
    """``value`` None is blank; ``repair`` says what was mended; ``alias`` for words."""

    value: Any
    repair: str = ""
    alias: str = ""


BLANK = Read(None)
