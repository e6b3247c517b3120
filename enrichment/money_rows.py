"""What a user may still commit today, and the row that says so for everybody else."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from accounts import installation
from accounts.models import User
from enrichment.models import DayBudget, DaySpending, today

# Nothing is bought without a limit; ops raise it, for all or for one.
SANDBOX_DAY_EUR: Final = Decimal(100)
LIVE_DAY_EUR: Final = Decimal(50)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRoom:
    """A user's day: what it allows, and what is committed of it; None is no limit."""

    limit_eur: Decimal | None
    committed_eur: Decimal

    @property
    def left_eur(self) -> Decimal | None:
        if self.limit_eur is None:
            return None
        return max(Decimal(0), self.limit_eur - self.committed_eur)


def day_room(user: User) -> DayRoom:
    """Their own row, else the default one; the lane counts by the same two rows."""
    rows = dict(
        DayBudget.objects.filter(user=user).values_list("user_id", "day_eur")
    ) or dict(DayBudget.objects.filter(user=None).values_list("user_id", "day_eur"))
    spent = DaySpending.objects.filter(user=user, day=today())
    return DayRoom(
        limit_eur=next(iter(rows.values()), None),
        committed_eur=spent.values_list("committed_eur", flat=True).first()
        or Decimal(0),
    )


def ensure_default_budget() -> None:
    """The row of whoever has none, made once; what ops made of it is left alone."""
    day_eur = SANDBOX_DAY_EUR if installation.is_sandbox() else LIVE_DAY_EUR
    DayBudget.objects.get_or_create(user=None, defaults={"day_eur": day_eur})
