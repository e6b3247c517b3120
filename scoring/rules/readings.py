"""The results of a batch, still in columns: one row per company."""

from dataclasses import dataclass
from typing import Final

from scoring.rules.arrays import Bools, Floats, Ints

FAMILIES: Final = (
    "revenue",
    "result",
    "balance",
    "headcount",
    "history",
    "leader_age",
    "tenure",
    "created_on",
    "legal_form",
    "naf",
    "place",
)
CONTRIBUTIONS: Final = (
    "base",
    "age",
    "tenure",
    "company",
    "lease",
    "filing",
    "change",
    "relay",
    "second",
    "proceeding",
)
# From the lowest cap to the highest.
FLAGS: Final = ("sold", "proceeding", "losses", "equity")
GROUPS: Final = ("accounts", "history", "balance", "headcount", "leader", "register")


@dataclass(frozen=True, slots=True)
class Stakes:
    """What each field group could still move: columns are GROUPS."""

    attractiveness: Floats
    coverage: Floats
    verdict: Bools


@dataclass(frozen=True, slots=True)
class CoverageReading:
    points: Floats
    most: tuple[float, ...]
    total: Floats


@dataclass(frozen=True, slots=True)
class SaleReading:
    """``contributions`` hold figures even where ``total`` is NaN."""

    contributions: Floats
    total: Floats


@dataclass(frozen=True, slots=True)
class Readings:
    """NaN is absent. ``basis`` holds codes of ``basis.BASES``, 0 for absent."""

    components: Floats
    basis: Ints
    penalty: Floats
    attractiveness: Floats
    flags: Bools
    is_evaluable: Bools
    sale: SaleReading | None = None
    coverage: CoverageReading | None = None
    stakes: Stakes | None = None
