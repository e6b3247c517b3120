"""Which limit stops a batch first, and after how many companies. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

Kind = Literal["cap", "budget", "units", "quota"]
# Reached together, the one that the analyst can move is told first.
_ORDER: Final = ("cap", "budget", "units", "quota")


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So much is left of something, so much is needed at most for these companies.

    ``left`` is None when nothing limits it.
    """

    kind: Kind
    left: Decimal | None
    needed: Decimal
    companies: int
    source: str = ""
    pool: str = ""
    read_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A limit that may be reached, about after ``companies`` of ``of`` companies."""

    limit: Limit
    companies: int

    @property
    def kind(self) -> Kind:
        return self.limit.kind

    @property
    def is_of_money(self) -> bool:
        return self.kind != "quota"

    @property
    def of(self) -> int:
        return self.limit.companies


def stops(limits: Iterable[Limit]) -> tuple[Stop, ...]:
    """The limits that are too small for what is needed at most, the nearest first."""
    found = [
        Stop(limit=limit, companies=int(limit.companies * limit.left / limit.needed))
        for limit in limits
        if limit.left is not None and limit.left < limit.needed
    ]
    return tuple(sorted(found, key=lambda s: (s.companies, _ORDER.index(s.kind))))
