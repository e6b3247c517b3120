"""What a draft would do, before anything is spent."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection

from accounts.models import User
from enrichment import stopping, weighing, wording
from enrichment.models import Batch, SourceDay, SourcePool, today
from enrichment.money_rows import DayRoom, day_room
from enrichment.sources import Terms, all_terms
from enrichment.stopping import Limit, Stop
from enrichment.weighing import Part
from mainsite.lib import durations

# Before a source was ever called, it is taken to answer in about this time.
USUAL_LATENCY_S = 0.5
# How far back its answers tell how quick it is.
LATENCY_OVER = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a source takes from one of its pools; euros are None without a price."""

    source: str
    pool: str
    units_least: Decimal
    units_most: Decimal
    unit_eur: Decimal | None

    @property
    def eur_least(self) -> Decimal | None:
        return None if self.unit_eur is None else self.units_least * self.unit_eur

    @property
    def eur_most(self) -> Decimal | None:
        return None if self.unit_eur is None else self.units_most * self.unit_eur

    @property
    def is_exact(self) -> bool:
        return self.units_least == self.units_most

    @property
    def unit_words(self) -> str:
        return wording.units(self.pool)


@dataclass(frozen=True, kw_only=True)
class PoolLine:
    """What the source said was left in a pool, when, and what is spent since."""

    pool: str
    left: Decimal | None
    read_at: datetime

    @property
    def unit_words(self) -> str:
        return wording.units(self.pool)


@dataclass(frozen=True, kw_only=True)
class SourcePlan:
    """One source of a draft: what it would cost, and what is known already."""

    terms: Terms
    parts: tuple[Part, ...]
    is_chosen: bool
    latency_s: float
    calls_left: int | None
    pools: tuple[PoolLine, ...]

    @property
    def gives(self) -> str:
        return wording.gives(self.terms, {part.option for part in self.parts})

    @property
    def off_words(self) -> str:
        return wording.off(self.terms.off)

    @property
    def held_words(self) -> str:
        return wording.held(self.terms) if self.terms.is_held else ""

    @property
    def companies(self) -> int:
        return max((part.companies for part in self.parts), default=0)

    @property
    def reused(self) -> int:
        return sum(part.reused for part in self.parts)

    @property
    def nothing(self) -> int:
        return sum(part.nothing for part in self.parts)

    @property
    def calls(self) -> int:
        return 0 if self.terms.off else sum(part.most for part in self.parts)

    @property
    def calls_least(self) -> int:
        return 0 if self.terms.off else sum(part.least for part in self.parts)

    @property
    def costs(self) -> tuple[Cost, ...]:
        """By pool; told in jetons even while no price is known."""
        found: dict[str, tuple[Decimal, Decimal]] = {}
        for part in self.parts:
            units, pool = self.terms.units(part.option), self.terms.pool(part.option)
            least, most = found.get(pool, (Decimal(0), Decimal(0)))
            found[pool] = least + part.least * units, most + part.most * units
        return tuple(
            Cost(
                source=self.terms.name,
                pool=pool,
                units_least=least,
                units_most=most,
                unit_eur=self.terms.unit_eur.get(pool),
            )
            for pool, (least, most) in sorted(found.items())
            if self.terms.is_paid
        )

    @property
    def is_spending(self) -> bool:
        return self.is_chosen and not self.terms.off

    @property
    def cost_eur(self) -> Decimal | None:
        """At most; None when the price of a jeton is not known."""
        return _sum_or_none(cost.eur_most for cost in self.costs)

    @property
    def least_eur(self) -> Decimal | None:
        return _sum_or_none(cost.eur_least for cost in self.costs)

    @property
    def spared_eur(self) -> Decimal:
        """What answers that are still good save."""
        prices = ((p.reused, self.terms.cost_eur(p.option)) for p in self.parts)
        return sum((count * price for count, price in prices if price), Decimal(0))

    @property
    def seconds(self) -> float:
        """Side by side as far as the source allows, which all workers share."""
        per_s = self.terms.concurrency / max(0.01, self.latency_s)
        return self.calls / min(per_s, self.terms.rate_per_s or per_s)

    @property
    def takes(self) -> str:
        return durations.between(0.8 * self.seconds, 1.5 * self.seconds)


@dataclass(frozen=True, kw_only=True)
class Preview:
    companies: int
    unknown: int
    sources: tuple[SourcePlan, ...]
    day: DayRoom
    stops: tuple[Stop, ...]

    @property
    def chosen(self) -> tuple[SourcePlan, ...]:
        return tuple(plan for plan in self.sources if plan.is_spending)

    @property
    def is_paid(self) -> bool:
        return any(plan.terms.is_paid for plan in self.chosen)

    @property
    def cost_eur(self) -> Decimal:
        """At most, all chosen sources taken together."""
        return _sum_known(plan.cost_eur for plan in self.chosen)

    @property
    def least_eur(self) -> Decimal:
        return _sum_known(plan.least_eur for plan in self.chosen)

    @property
    def reused(self) -> int:
        return sum(plan.reused for plan in self.chosen)

    @property
    def nothing(self) -> int:
        return sum(plan.nothing for plan in self.chosen)

    @property
    def spared_eur(self) -> Decimal:
        return _sum_known(plan.spared_eur for plan in self.chosen)

    @property
    def seconds(self) -> float:
        """The slowest source decides: companies go through them side by side."""
        slowest = max((plan.seconds for plan in self.chosen), default=0.0)
        return slowest + sum(plan.latency_s for plan in self.chosen if plan.calls)

    @property
    def may_run_short(self) -> bool:
        """Whether some companies may go without a paid answer: then order matters."""
        return self.is_paid and any(stop.is_of_money for stop in self.stops)

    @property
    def first_stop(self) -> Stop | None:
        """The limit that is reached first, when one may be."""
        return self.stops[0] if self.stops else None


def preview(
    batch: Batch,
    *,
    by: User,
    chosen: Collection[str] | None = None,
    cap_eur: Decimal | None = None,
) -> Preview:
    """Of a draft, for whoever would pay; all sources that can be asked if none is
    chosen. ``cap_eur`` is one more limit, when it is known already."""
    terms = all_terms()
    if chosen is None:
        chosen = [name for name, one in terms.items() if not one.off]
    parts = weighing.parts(batch.pk, terms, chosen)
    names = list(dict.fromkeys(part.source for part in parts))
    latencies, pools, calls = _latencies(names), _pools(names), _calls(names)
    plans = tuple(
        SourcePlan(
            terms=terms[name],
            parts=tuple(part for part in parts if part.source == name),
            is_chosen=name in chosen,
            latency_s=latencies.get(name, USUAL_LATENCY_S),
            calls_left=_calls_left(terms[name], calls.get(name, 0)),
            pools=tuple(pools.get(name, ())),
        )
        for name in names
    )
    day = day_room(by)
    return Preview(
        companies=int(batch.detected.get("accepted", 0)),
        unknown=weighing.unknown(batch.pk),
        sources=plans,
        day=day,
        stops=stopping.stops(_limits(plans, day, cap_eur)),
    )


def offered(batch: Batch) -> list[Terms]:
    """The sources among which a draft is chosen."""
    names = set(batch.items.values_list("source", flat=True).distinct())
    return [one for name, one in all_terms().items() if name in names]


def _sum_or_none(amounts: Iterable[Decimal | None]) -> Decimal | None:
    every = list(amounts)
    if any(amount is None for amount in every):
        return None
    return _sum_known(every)


def _sum_known(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


# Limits


def _limits(
    plans: Sequence[SourcePlan], day: DayRoom, cap_eur: Decimal | None
) -> list[Limit]:
    chosen = [plan for plan in plans if plan.is_spending]
    paid = max((_buying(plan) for plan in chosen if plan.terms.is_paid), default=0)
    total = _sum_known(plan.cost_eur for plan in chosen)
    found = [
        Limit(kind="cap", left=cap_eur, needed=total, companies=paid),
        Limit(kind="budget", left=day.left_eur, needed=total, companies=paid),
    ]
    for plan in chosen:
        left = {line.pool: line for line in plan.pools}
        found += [
            Limit(
                kind="units",
                source=plan.terms.name,
                left=left[cost.pool].left,
                needed=cost.units_most,
                companies=_buying(plan),
                read_at=left[cost.pool].read_at,
                pool=cost.pool,
            )
            for cost in plan.costs
            if cost.pool in left
        ]
        calls_left = None if plan.calls_left is None else Decimal(plan.calls_left)
        found.append(
            Limit(
                kind="quota",
                source=plan.terms.name,
                left=calls_left,
                needed=Decimal(plan.calls),
                companies=_buying(plan),
            )
        )
    return found


def _buying(plan: SourcePlan) -> int:
    """Companies about which it is asked anything new."""
    return max((part.most for part in plan.parts), default=0)


def _calls_left(terms: Terms, made: int) -> int | None:
    return None if terms.day_quota is None else max(0, terms.day_quota - made)


# What is known of the sources


# The index is by day, then source: the last two hundred calls of a week are near.
_LATENCY = """
    SELECT s.name, percentile_cont(0.5) WITHIN GROUP (ORDER BY c.seconds)
    FROM unnest(%s::text[]) AS s(name) CROSS JOIN LATERAL (
        SELECT extract(epoch FROM closed_at - opened_at)::float8 AS seconds
        FROM enrichment_call
        WHERE source = s.name AND day >= %s AND http_status IS NOT NULL
        ORDER BY day DESC LIMIT 200
    ) AS c GROUP BY s.name
"""


def _latencies(names: Collection[str]) -> dict[str, float]:
    """Median seconds of each source's last calls."""
    with connection.cursor() as cursor:
        cursor.execute(_LATENCY, [list(names), today() - LATENCY_OVER])
        return dict(cursor.fetchall())


def _pools(names: Collection[str]) -> dict[str, list[PoolLine]]:
    found: dict[str, list[PoolLine]] = {}
    for row in SourcePool.objects.filter(source__in=names).order_by("source", "pool"):
        line = PoolLine(pool=row.pool, left=row.left, read_at=row.read_at)
        found.setdefault(row.source, []).append(line)
    return found


def _calls(names: Collection[str]) -> dict[str, int]:
    rows = SourceDay.objects.filter(source__in=names, day=today())
    return dict(rows.values_list("source", "calls"))
