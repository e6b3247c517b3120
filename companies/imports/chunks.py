"""A chunk of a file on its way, and what became of its rows.

A writer takes a ``Chunk`` and returns a ``Tally``, inside a transaction that the caller
commits; that of a dry run is rolled back, so a writer may write all the same. It holds
no state between chunks: a run that died begins again at any of them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from companies.imports.models import Import

MAX_SAMPLES = 200
SAMPLES_BY_FIELD = 40
# Lines that a note names; more are counted.
MAX_NOTED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A row that is not taken; ``reason`` is a code that ``wording`` has words for.

    ``value`` is the cell as it stood, ``hint`` a value to propose or another line.
    """

    line: int
    reason: str
    field: str = ""
    value: str = ""
    hint: str = ""
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Rows whose cells are all understood; of companies, each about another one.

    ``rows`` has ``line`` and ``siren`` (numbers; no siren is null) and what ``prepare``
    made of the columns: typed for companies, the cells as text for other kinds.
    """

    imp: Import
    number: int
    rows: pa.Table
    is_trial: bool

    def policy(self, code: str) -> str:
        return str(self.imp.policies.get(code, "fill"))


@dataclass(slots=True, kw_only=True)
class Tally:
    """``read`` is the sum of new, updated, unchanged and refused, always.

    ``refusals`` is what the writer refused of what it was given; their ``cells`` are
    looked up by the caller.
    """

    read: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    fields: dict[str, Counter[str]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    noted: dict[str, list[int]] = field(default_factory=dict)
    aliases: Counter[str] = field(default_factory=Counter)
    samples: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[Refused] = field(default_factory=list)
    new_sirens: list[int] = field(default_factory=list)

    def count(self, code: str, what: str, number: int = 1) -> None:
        """``what`` happened to a field: filled, overwritten or kept."""
        self.fields.setdefault(code, Counter())[what] += number

    def note(self, code: str, line: int) -> None:
        """A repair whose lines are told."""
        self.repairs[code] += 1
        self.noted.setdefault(code, []).append(line)

    def refuse(self, refusals: Sequence[Refused]) -> None:
        self.refusals.extend(refusals)
        self.reasons.update(each.reason for each in refusals)
        self.refused += len(refusals)

    def show(self, sample: dict[str, Any]) -> None:
        """Keep a change to show: line, siren, name, field, before, after, rule."""
        same = sum(each["field"] == sample["field"] for each in self.samples)
        if len(self.samples) < MAX_SAMPLES and same < SAMPLES_BY_FIELD:
            self.samples.append(sample)

    def as_dict(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "new": self.new,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "fields": {code: dict(each) for code, each in self.fields.items()},
            "reasons": dict(self.reasons),
            "repairs": dict(self.repairs),
            "noted": self.noted,
            "aliases": dict(self.aliases),
        }


_NUMBERS = ("read", "new", "updated", "unchanged", "refused")
_COUNTERS = ("reasons", "repairs", "aliases")


def add(total: Mapping[str, Any], tally: Tally) -> dict[str, Any]:
    """The counts of a file with those of one more chunk."""
    said = tally.as_dict()
    found = dict(total)
    for name in _NUMBERS:
        found[name] = total.get(name, 0) + said[name]
    for name in _COUNTERS:
        found[name] = dict(Counter(total.get(name, {})) + Counter(said[name]))
    found["noted"] = _noted(total.get("noted", {}), tally.noted)
    fields = {code: Counter(each) for code, each in total.get("fields", {}).items()}
    for code, counts in tally.fields.items():
        fields[code] = fields.get(code, Counter()) + counts
    found["fields"] = {
        code: {what: each.get(what, 0) for what in ("filled", "overwritten", "kept")}
        for code, each in fields.items()
    }
    found["samples"] = _samples(total.get("samples", []), tally.samples)
    return found


def _noted(
    kept: Mapping[str, list[int]], new: Mapping[str, list[int]]
) -> dict[str, list[int]]:
    return {
        code: [*kept.get(code, ()), *new.get(code, ())][:MAX_NOTED]
        for code in {**kept, **new}
    }


def _samples(kept: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[Any]:
    shown = Tally(samples=list(kept))
    for sample in new:
        shown.show(sample)
    return shown.samples


class Writer(Protocol):
    """What a kind of import does with a chunk; see ``writers``."""

    def write(self, chunk: Chunk) -> Tally: ...

    def undo(self, imp: Import, sirens: Sequence[str] | None = None) -> Counter[str]:
        """Take back a part of what the import wrote: ``given_back`` and ``kept_…``.

        An empty counter says that nothing is left to take back.
        """
        ...
