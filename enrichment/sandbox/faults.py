"""What can go wrong, and for whom: by header, by file or by the control endpoint."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STATUSES = frozenset({"400", "401", "402", "404", "429", "500", "502", "503", "302"})
NAMES = STATUSES | frozenset(
    {
        "429:date",
        "429:huge",
        "partial",
        "slow",
        "drip",
        "nothing",
        "truncated",
        "garbage",
        "html",
        "nan",
        "duplicate",
        "deep",
        "charset",
        "huge",
        "other_siren",
        "drift",
    }
)


class UnknownFault(ValueError):
    """A fault that nobody can play."""


@dataclass(frozen=True)
class Fault:
    """`argument` is only for `slow=SECONDS`; the empty name is no fault at all."""

    name: str = ""
    argument: float = 0.0

    @classmethod
    def named(cls, text: str) -> "Fault":
        name, _, argument = text.strip().partition("=")
        if name and name not in NAMES:
            raise UnknownFault(
                f"unknown fault {name!r}; known: {', '.join(sorted(NAMES))}"
            )
        try:
            return cls(name, float(argument) if argument else 2.0 * (name == "slow"))
        except ValueError as error:
            raise UnknownFault(f"{argument!r} is not a number of seconds") from error


NO_FAULT = Fault()
Plan = dict[str, str | list[str]]


class Faults:
    """Faults by SIREN, or by "source:siren"; a list is played once, in order.

    The file, when there is one, is read again each time it changes.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._file_state: tuple[int, int] | None = None
        self._from_file: Plan = {}
        self._posted: Plan = {}

    def post(self, plan: Mapping[str, object]) -> None:
        """Add or replace; None forgets one. Nothing changes if any is unknown."""
        checked = {key: _checked(value) for key, value in plan.items()}
        for key, value in checked.items():
            if value is None:
                self._posted.pop(key, None)
            else:
                self._posted[key] = value

    def clear(self) -> None:
        self._posted.clear()

    @property
    def pending(self) -> Plan:
        self._reload()
        return self._from_file | self._posted

    def take(self, siren: str, source: str) -> Fault:
        """The fault due for this call; one of a list is used up."""
        self._reload()
        for plan in (self._posted, self._from_file):
            for key in (f"{source}:{siren}", siren):
                due = plan.get(key)
                if isinstance(due, str):
                    return Fault.named(due)
                if due:
                    return Fault.named(due.pop(0))
        return NO_FAULT

    def _reload(self) -> None:
        if self._file is None:
            return
        try:
            stat = self._file.stat()
        except FileNotFoundError:
            self._file_state, self._from_file = None, {}
            return
        state = (stat.st_mtime_ns, stat.st_size)
        if state == self._file_state:
            return
        try:
            plan = json.loads(self._file.read_text(encoding="utf-8"))
        except ValueError:
            # Caught half-written: the next call reads it whole.
            return
        self._file_state = state
        read = {key: _checked(value) for key, value in plan.items()}
        self._from_file = {key: value for key, value in read.items() if value}


def _checked(value: object) -> str | list[str] | None:
    names = value if isinstance(value, list) else [value]
    for name in names:
        if name is not None:
            Fault.named(str(name))
    if value is None:
        return None
    return [str(name) for name in names] if isinstance(value, list) else str(value)
