"""A value with what is known of it, and its form in Redis: JSON, never pickle."""

import json
from dataclasses import dataclass
from typing import Any, Literal, Self

Kind = Literal["full", "partial", "negative"]


@dataclass(frozen=True, slots=True)
class Made:
    """A fresh value: plain dicts, lists, strings, numbers.

    ``until`` says when it ends, in seconds of the epoch, if its family does not.
    """

    value: Any
    kind: Kind = "full"
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """``stamp`` is the versions it was made under: with others it is no longer true."""

    stamp: str
    made_at: float
    fresh_until: float
    gone_at: float
    kind: Kind
    value: Any

    def packed(self) -> bytes:
        fields = [
            self.stamp,
            self.made_at,
            self.fresh_until,
            self.gone_at,
            self.kind,
            self.value,
        ]
        return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()

    @classmethod
    def unpacked(cls, body: bytes) -> Self | None:
        """None when it is not one of ours: another release may have written it."""
        try:
            return cls(*json.loads(body))
        except (ValueError, TypeError):
            return None
