"""Which companies: a few by name, or all those between two SIRENs."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """``sql`` follows a column of SIRENs in a condition."""

    sql: str
    only_targets: bool = False


def among(sirens: Sequence[str]) -> Choice:
    numbers = ",".join(str(int(siren)) for siren in sirens)
    return Choice(f"= ANY('{{{numbers}}}'::int[])")


def between(low: int, high: int, *, only_targets: bool = True) -> Choice:
    """Both ends are in it."""
    return Choice(f"BETWEEN {int(low)} AND {int(high)}", only_targets)
