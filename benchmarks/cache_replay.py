"""Look-ups of a day and of a week by a clock that is played, beside the ideal cache."""

import bisect
import itertools
import random
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from benchmarks import cached_answers
from benchmarks.enrichment import ground

COMPANIES = 20_000
DAY_S = 86_400
# The replays' companies: numbers in a row, most of them nobody's.
FIRST = 300_000_000
# How many look-ups a cache that keeps nothing needs to show it.
WITHOUT = 2_000
# Of a source's answers: unknown of it, half answered. The rest is found.
NOT_FOUND, PARTIAL = 0.04, 0.01
# Shares of the companies of a French M&A desk, by size: revenue, people.
SIZES = (
    (0.35, None, None),
    (0.35, 400_000, 4),
    (0.20, 4_000_000, 35),
    (0.07, 22_000_000, 140),
    (0.03, 90_000_000, 700),
)
FRESH_EVENTS = 0.03

Rows = list[tuple[str, str]]
Result = tuple[Rows, ground.Verdicts]


@dataclass
class Told:
    """What a run of look-ups found, bought and paid; by source, for the table."""

    look_ups: int = 0
    hits: int = 0
    ideal_hits: int = 0
    calls: int = 0
    without_eur: Decimal = Decimal(0)
    paid_eur: Decimal = Decimal(0)
    bought_twice: int = 0
    seconds: float = 0.0
    by_source: dict[str, list[int]] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.hits / self.look_ups

    @property
    def ideal(self) -> float:
        return self.ideal_hits / self.look_ups

    @property
    def cost(self) -> float:
        return 1 - float(self.paid_eur / self.without_eur)

    def rows(self, title: str) -> Rows:
        said = (
            f"{self.ratio:.2%} hits of {self.look_ups} (ideal {self.ideal:.2%}), "
            f"{self.calls} calls, {self.paid_eur:.0f} of {self.without_eur:.0f} € "
            f"({self.cost:.1%} saved), {self.seconds:.0f} s"
        )
        return [
            (title, said),
            *(
                (f"  {name}", f"{hits / count:.2%}")
                for name, (hits, count) in self.by_source.items()
            ),
        ]


def replays(look_ups: int) -> Result:
    from django.db import connection

    with connection.cursor() as cursor:
        # What is bought has to be stored, but how fast is measured elsewhere.
        cursor.execute("SET synchronous_commit = off")
    day = Replay(days=1, look_ups=look_ups, flushed=True)
    week = Replay(days=7, look_ups=look_ups)
    none = Replay(days=1, look_ups=min(WITHOUT, look_ups), hours=0)
    rows = [
        *day.run("one day, Redis emptied half-way"),
        *week.run("seven days"),
        *none.run("lives of 0"),
    ]
    a_day, a_week, nothing = day.told, week.told, none.told
    twice = a_day.bought_twice + a_week.bought_twice
    return rows, {
        "day_hits": ground.verdict(a_day.ratio, 0.80),
        "day_calls_saved": ground.verdict(1 - a_day.calls / a_day.look_ups, 0.80),
        "day_cost_saved": ground.verdict(a_day.cost, 0.60),
        "week_of_ideal": ground.verdict(a_week.ratio / a_week.ideal, 0.98),
        "no_life_hits": ground.verdict(nothing.ratio, 0, most=True),
        "bought_twice": ground.verdict(twice, 0, most=True),
    }


class Replay:
    """One run, on companies of its own, so that runs do not help each other."""

    started = 0

    def __init__(
        self,
        *,
        days: int,
        look_ups: int,
        flushed: bool = False,
        hours: int | None = None,
    ) -> None:
        from enrichment.sources import all_terms
        from mainsite.lib import cache

        self.terms = [one for one in all_terms().values() if not one.off]
        self.look_ups, self.flushed, self.hours = look_ups, flushed, hours
        self.first = FIRST + Replay.started * COMPANIES
        Replay.started += 1
        self.now = time.time()
        self.step_s = days * DAY_S / look_ups
        self.levels = cache.make_levels(clock=lambda: self.now)
        self.known: dict[tuple[str, str], float] = {}
        self.told = Told()

    def run(self, title: str) -> Rows:
        from mainsite.lib import cache

        began, cache.levels = time.monotonic(), self.levels
        before = _levels()
        for number, siren in enumerate(self._drawn()):
            if self.flushed and number == self.look_ups // 2:
                cached_answers.flush()
            self._look_up(siren)
            self.now += self.step_s
        self.told.seconds = time.monotonic() - began
        return [*self.told.rows(title), *_gained(before, _levels())]

    def _drawn(self) -> Iterator[str]:
        # The same draw in every run: the ground of a measure is not a secret.
        dice = random.Random(20_261_123)  # noqa: S311
        weights = list(itertools.accumulate(1 / k for k in range(1, COMPANIES + 1)))
        for _ in range(self.look_ups):
            rank = bisect.bisect(weights, dice.random() * weights[-1])
            yield f"{self.first + min(rank, COMPANIES - 1):09d}"

    def _look_up(self, siren: str) -> None:
        from enrichment import answer_cache

        found = answer_cache.read_many([siren], [one.name for one in self.terms])
        lacking = []
        for one in self.terms:
            is_known = self.known.get((siren, one.name), 0) > self.now
            self._tell(one, is_hit=(siren, one.name) in found, is_known=is_known)
            if (siren, one.name) not in found:
                lacking.append(one)
        if lacking:
            self._buy(siren, lacking)

    def _tell(self, one: Any, *, is_hit: bool, is_known: bool) -> None:
        told, price = self.told, one.price_eur or Decimal(0)
        told.look_ups += 1
        told.hits += is_hit
        told.ideal_hits += is_known
        told.without_eur += price
        seen = told.by_source.setdefault(one.name, [0, 0])
        seen[0] += is_hit
        seen[1] += 1
        if not is_hit:
            told.calls += 1
            told.paid_eur += price
            told.bought_twice += is_known

    def _buy(self, siren: str, sources: Sequence[Any]) -> None:
        from enrichment import lifetimes

        fetched_at = datetime.fromtimestamp(self.now, UTC)
        rows = []
        for one in sources:
            status = _status(siren, one.name)
            expires_at = lifetimes.expiry(
                hours=one.reuse_hours if self.hours is None else self.hours,
                status=status,
                fetched_at=fetched_at,
                size=_size(siren),
                key=f"{siren}:{one.name}:",
            )
            self.known[siren, one.name] = expires_at.timestamp()
            rows.append((one, status, expires_at))
        cached_answers.store(siren, fetched_at, rows)


def _share(text: str) -> float:
    """From 0 to 1, the same in every run."""
    return zlib.crc32(text.encode()) / 2**32


def _size(siren: str) -> Any:
    from enrichment.lifetimes import Size

    ends = list(itertools.accumulate(share for share, _, _ in SIZES))
    drawn = bisect.bisect(ends, _share(f"size {siren}"))
    _, revenue, headcount = SIZES[min(drawn, len(SIZES) - 1)]
    is_fresh = _share(f"event {siren}") < FRESH_EVENTS
    return Size(revenue=revenue, headcount=headcount, has_fresh_event=is_fresh)


def _status(siren: str, source: str) -> str:
    share = _share(f"{source} {siren}")
    if share < NOT_FOUND:
        return "not_found"
    return "partial" if share < NOT_FOUND + PARTIAL else "found"


def _levels() -> dict[str, tuple[int, Decimal]]:
    """By level, the calls and the euros it has saved so far."""
    from mainsite.lib import cache

    return {
        each.level: (each.saved_calls, each.saved_eur)
        for each in cache.figures() or ()
        if each.family == cache.ANSWERS.name
    }


def _gained(
    before: dict[str, tuple[int, Decimal]], after: dict[str, tuple[int, Decimal]]
) -> Rows:
    rows = []
    for level, (calls, euros) in after.items():
        first_calls, first_euros = before.get(level, (0, Decimal(0)))
        said = f"{calls - first_calls} calls, {euros - first_euros:.0f} € saved"
        rows.append((f"  level {level}", said))
    return rows


def clean() -> None:
    """What the replays stored is no money of anybody: the ledger is as before."""
    from django.db import connection

    numbers = [FIRST, FIRST + Replay.started * COMPANIES]
    with connection.cursor() as cursor:
        for table in ("enrichment_answer", "enrichment_call"):
            cursor.execute(
                f"DELETE FROM {table} WHERE siren >= %s AND siren < %s",  # noqa: S608
                numbers,
            )
