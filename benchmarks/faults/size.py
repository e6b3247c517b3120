"""How much is played: a batch that minutes are spent on, or one that seconds are."""

from dataclasses import dataclass
from decimal import Decimal

SOURCES = ("recherche_entreprises", "pappers")


@dataclass(frozen=True, kw_only=True)
class Size:
    """``kills`` are of work-horse, worker and both, in turn; ``seed`` draws moments."""

    companies: int = 1000
    kills: int = 30
    seed: int = 1
    is_small: bool = False

    @classmethod
    def small(cls, *, seed: int) -> "Size":
        return cls(companies=40, kills=3, seed=seed, is_small=True)

    @property
    def latency_ms(self) -> float:
        return 150.0 if self.is_small else 200.0

    @property
    def at_once(self) -> int:
        """Calls side by side at each source: few, so that a batch lasts a while."""
        return 2 if self.is_small else 5

    @property
    def workers(self) -> int:
        return 1 if self.is_small else 2

    @property
    def timeout_s(self) -> float:
        return 2.0 if self.is_small else 10.0

    @property
    def frozen_s(self) -> float:
        return 5.0 if self.is_small else 30.0

    @property
    def cap_eur(self) -> Decimal:
        """Room for answers that may have been charged and were never seen."""
        return Decimal(self.companies)
