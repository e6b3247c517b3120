"""What can go wrong, and for whom: by header, by file, by the control, by chance."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STATUSES = frozenset(
    {"400", "401", "402", "403", "404", "429", "500", "502", "503", "302"}
)
NAMES = STATUSES | frozenset(
    {
        "429:date",
        "429:huge",
        "partial",
        "no_credit_200",
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


@dataclass(frozen=True, kw_only=True)
class Chaos:
    """Faults by chance that two runs share: a hash draws, not a clock.

    The draw is of seed, source, SIREN and how often that company was asked there, so
    that whoever tries again may have better luck. A fault listed twice is twice as
    likely; no `sources` are all of them.
    """

    rate: float
    faults: tuple[str, ...]
    seed: int = 0
    sources: frozenset[str] = frozenset()

    @classmethod
    def of(cls, wanted: Mapping[str, object]) -> "Chaos":
        rate, names = wanted.get("rate"), wanted.get("faults")
        seed, sources = wanted.get("seed", 0), wanted.get("sources", [])
        if isinstance(rate, bool) or not isinstance(rate, int | float):
            raise UnknownFault("rate: a share between 0 and 1 is needed")
        if not (isinstance(names, list) and names and isinstance(sources, list)):
            raise UnknownFault("faults: a list of faults is needed")
        if not (0 <= rate <= 1 and isinstance(seed, int)):
            raise UnknownFault("rate is a share between 0 and 1, seed a whole number")
        return cls(
            rate=rate,
            faults=tuple(_known(name) for name in names),
            seed=seed,
            sources=frozenset(str(source) for source in sources),
        )

    def strike(self, source: str, siren: str, asked_before: int) -> Fault:
        if self.sources and source not in self.sources:
            return NO_FAULT
        key = f"{self.seed}:{source}:{siren}:{asked_before}".encode()
        digest = hashlib.blake2b(key, digest_size=12).digest()
        if int.from_bytes(digest[:8]) >= self.rate * 2**64:
            return NO_FAULT
        chosen = int.from_bytes(digest[8:]) % len(self.faults)
        return Fault.named(self.faults[chosen])


class Faults:
    """Faults by SIREN, by "source:siren" or for all of a source, "source:*".

    A list is played once, in order.

    The file, when there is one, is read again each time it changes.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._file_state: tuple[int, int] | None = None
        self._from_file: Plan = {}
        self._posted: Plan = {}
        self.chaos: Chaos | None = None

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

    def take(self, siren: str, source: str, *, asked_before: int = 0) -> Fault:
        """The fault due for this call; one of a list is used up.

        Chaos strikes only where nothing was planned.
        """
        self._reload()
        for plan in (self._posted, self._from_file):
            for key in (f"{source}:{siren}", siren, f"{source}:*"):
                due = plan.get(key)
                if isinstance(due, str):
                    return Fault.named(due)
                if due:
                    return Fault.named(due.pop(0))
        if self.chaos is None:
            return NO_FAULT
        return self.chaos.strike(source, siren, asked_before)

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


def _known(name: object) -> str:
    Fault.named(str(name))
    return str(name)


def _checked(value: object) -> str | list[str] | None:
    if value is None:
        return None
    if isinstance(value, list):
        return [_known(name) for name in value]
    return _known(value)
