"""What goes wrong on demand: each fault once, on the next request it is meant for."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

KINDS = frozenset({"read", "write", "schema", "any"})
# drop: the change is made, and the connection closed without an answer.
NAMES = frozenset(
    {"drop", "500", "502", "503", "slow", "truncated", "garbage", "429", "iterator"}
)


@dataclass(frozen=True)
class Fault:
    kind: str
    name: str
    seconds: float = 0.0

    @classmethod
    def named(cls, text: str) -> "Fault":
        """``write:drop``, ``read:slow=2``, ``any:500``."""
        kind, _, rest = text.partition(":")
        name, _, seconds = rest.partition("=")
        if kind not in KINDS or name not in NAMES:
            raise ValueError(f"unknown fault {text!r}")
        return cls(kind, name, float(seconds or 0))


class Faults:
    def __init__(self) -> None:
        self._due: deque[Fault] = deque()

    def post(self, wanted: Iterable[str]) -> None:
        self._due.extend([Fault.named(each) for each in wanted])

    def clear(self) -> None:
        self._due.clear()

    def take(self, kind: str) -> Fault | None:
        for fault in self._due:
            if fault.kind in (kind, "any"):
                self._due.remove(fault)
                return fault
        return None
