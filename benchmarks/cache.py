"""The cache against the real PostgreSQL and Redis, by a clock that is played.

    python -m deploy.local.servers --local-env --var DIR -- python -m benchmarks.cache

wants empty servers of its own. Three measures:

1. 100,000 look-ups over 20,000 companies, drawn by Zipf (s = 1), spread evenly over a
   day, then over a week. A look-up asks for one company at every source that is on, and
   what is not known is bought and stored. The lives are those that are shipped, adapted
   to each company. Beside it a dictionary that forgets nothing else than what expired:
   the ideal. Redis is emptied half-way through the day.
2. One company at one source, its body included, from a Redis that knows it.
3. A hundred clients in four processes that want the same company at the same moment:
   the sandbox says how often it was asked.

Also a part of `make bench-enrichment`. The last line is one JSON object {name:
{"value", "bar", "ok"}}.
"""

import argparse
import asyncio
import bisect
import hashlib
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import django

from benchmarks.enrichment import ground

LOOK_UPS, COMPANIES = 100_000, 20_000
DAY_S = 86_400
# The replays' companies: numbers in a row, most of them nobody's.
FIRST = 300_000_000
# How many look-ups a cache that keeps nothing needs to show it.
WITHOUT = 2_000
READS = 3_000
PROCESSES, THREADS, POOL = 4, 25, "18"
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


def main() -> None:
    options = _options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    if options.client:
        django.setup()
        _client(*options.client)
        return
    migrate = ground.manage("migrate", "--verbosity", "0")
    subprocess.run(migrate, cwd=ground.PROJECT, check=True)  # noqa: S603
    with ground.sandbox(200) as sandbox:
        os.environ["SANDBOX_URL"] = sandbox.url
        django.setup()
        rows, verdicts = _measure(sandbox, look_ups=options.look_ups)
    sys.stdout.write(f"{ground.table(rows)}\n{json.dumps(verdicts)}\n")
    sys.exit(0 if all(each["ok"] for each in verdicts.values()) else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cache")
    parser.add_argument("--look-ups", type=int, default=LOOK_UPS)
    parser.add_argument("--client", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def measure(sandbox: ground.Sandbox, *, look_ups: int = LOOK_UPS) -> Result:
    """Beside other measures: what this one stored is taken away again."""
    try:
        return _measure(sandbox, look_ups=look_ups)
    finally:
        _clean()


def _measure(sandbox: ground.Sandbox, *, look_ups: int) -> Result:
    from mainsite.lib import cache

    try:
        parts = [replays(look_ups), cached_read(), stampede(sandbox)]
    finally:
        cache.levels = cache.make_levels()
    rows = [row for told, _ in parts for row in told]
    return rows, {name: each for _, found in parts for name, each in found.items()}


# 1. The replay


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
                _flush_redis()
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
        _store(siren, fetched_at, rows)


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


# As a source's answer is stored: the call, then the body as it is packed.
_STORE = """
    WITH given AS (
        SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::timestamptz[],
            %s::numeric[]) AS v(id, source, status, expires_at, amount)
    ), call AS (
        INSERT INTO enrichment_call (id, siren, source, subject, state, day, opened_at,
            closed_at, reason, tokens, held_eur, amount_eur)
        SELECT id, %s, source, '', CASE WHEN amount > 0 THEN 'paid' ELSE 'free' END,
            %s::date, %s, %s, '', 0, 0, amount FROM given
    )
    INSERT INTO enrichment_answer (siren, source, call_id, subject, status, raw,
        encoding, sha256, headers, tokens, amount_eur, http_status, fetched_at,
        expires_at, is_sandbox, used_at)
    SELECT %s, source, id, '', status, %s, %s, %s, '{}', 0, amount, 200, %s, expires_at,
        true, %s
    FROM given
"""


def _store(siren: str, fetched_at: datetime, rows: Sequence[tuple[Any, ...]]) -> None:
    from django.db import connection

    from enrichment import packing
    from mainsite.lib.ids import uuid7

    body = json.dumps([{"siren": siren, "rang": n} for n in range(60)]).encode()
    raw, encoding = packing.packed(body)
    digest, at = hashlib.sha256(body).hexdigest(), fetched_at
    values: list[Any] = [
        [uuid7() for _ in rows],
        [one.name for one, _, _ in rows],
        [status for _, status, _ in rows],
        [expires_at for _, _, expires_at in rows],
        [one.price_eur or Decimal(0) for one, _, _ in rows],
        *[int(siren), at, at, at, int(siren), raw, encoding, digest, at, at],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, values)


def _flush_redis() -> None:
    from django.core.cache import cache as redis

    from mainsite.lib import cache

    cache.flush()
    figures = cache.figures() or []
    redis.clear()
    cache.forget_local()
    # What was counted is not what is emptied.
    for each in figures:
        counts = {name: n for name, n in vars(each).items() if isinstance(n, int)}
        cache.levels.counting.add(each.family, each.level, **counts)


# 2. One read


def cached_read() -> Result:
    """Of companies that the replays left in PostgreSQL, from there and then again."""
    from enrichment import answer_cache
    from enrichment.models import Answer
    from mainsite.lib import cache

    cache.levels = cache.make_levels()
    _flush_redis()
    day = timedelta(days=1)
    fresh = Answer.objects.fresh().filter(source="pappers", fetched_at__gt=_now() - day)
    sirens = list(fresh.values_list("siren", flat=True).distinct()[:READS])
    random.Random(1).shuffle(sirens)  # noqa: S311
    times: dict[str, list[float]] = {}
    for siren in sirens:
        times.setdefault("PostgreSQL alone", []).append(_timed(siren))
        cache.forget_local()
    for siren in sirens:
        times.setdefault("Redis", []).append(_timed(siren))
    for siren in sirens[-1000:]:
        times.setdefault("this process", []).append(_timed(siren))
    cache.forget_local()
    for siren in sirens:
        began = time.perf_counter()
        known = answer_cache.read(siren, "pappers")
        if known is None or not answer_cache.body(known):
            raise RuntimeError("an answer that was stored cannot be read")
        times.setdefault("Redis, body from PostgreSQL", []).append(_ms(began))
    cuts = {name: statistics.quantiles(each, n=100) for name, each in times.items()}
    rows = [
        (f"one read: {name}", f"p50 {c[49]:.2f}, p90 {c[89]:.2f}, p99 {c[98]:.2f} ms")
        for name, c in cuts.items()
    ]
    p90_ms = cuts["Redis, body from PostgreSQL"][89]
    return rows, {"cached_read_p90_ms": ground.verdict(p90_ms, 2, most=True)}


def _timed(siren: str) -> float:
    from enrichment import answer_cache

    began = time.perf_counter()
    if answer_cache.read(siren, "pappers") is None:
        raise RuntimeError("an answer that was stored is not found")
    return _ms(began)


# 3. The stampede


def stampede(sandbox: ground.Sandbox) -> Result:
    """A cold key, and how often its source was asked."""
    siren = next(ground.numbers())
    before, began = sandbox.size, str(time.time() + 6)
    command = [sys.executable, "-m", "benchmarks.cache", "--client", siren, began]
    # As a web process has it: PostgreSQL would refuse a hundred connections.
    env = {**os.environ, "SANDBOX_URL": sandbox.url, "WEB_POOL_SIZE": POOL}
    clients = [
        subprocess.Popen(  # noqa: S603
            command,
            cwd=ground.PROJECT,
            env=env,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    answers = [line for each in clients for line in each.communicate()[0].split()]
    calls = len(sandbox.lines(before))
    if len(answers) != PROCESSES * THREADS or len(set(answers)) != 1:
        raise RuntimeError("not everybody got the one answer")
    said = f"{len(answers)} clients of {PROCESSES} processes, {calls} call"
    return [("stampede", said)], {"stampede_calls": ground.verdict(calls, 1, most=True)}


def _client(siren: str, began: str) -> None:
    """Twenty-five threads that start at the same moment as those of the others."""
    from django.db import connection

    from enrichment import answer_cache

    def ask(_: int) -> int:
        time.sleep(max(0.0, float(began) - time.time()))
        try:
            known = answer_cache.ask_now(siren, "pappers", lambda: _buy_one(siren))
        finally:
            connection.close()
        if known is None:
            raise RuntimeError("the call brought no answer")
        return known.answer_id

    with ThreadPoolExecutor(THREADS) as pool:
        for answer_id in pool.map(ask, range(THREADS)):
            sys.stdout.write(f"{answer_id}\n")


def _buy_one(siren: str) -> None:
    from enrichment import sources
    from enrichment.providers.base import Question
    from mainsite.lib.ids import uuid7
    from mainsite.lib.outgoing import Outgoing

    async def fetch() -> Any:
        async with Outgoing(origins=[os.environ["SANDBOX_URL"]]) as http:
            question = Question(siren=siren)
            return await client.fetch(question, http=http, call_id=str(uuid7()))

    client = sources.client_of("pappers")
    reply = asyncio.run(fetch())
    terms = sources.all_terms()["pappers"]
    expires_at = reply.fetched_at + timedelta(hours=24)
    _store(siren, reply.fetched_at, [(terms, reply.status, expires_at)])


# Plain pieces


def _now() -> datetime:
    return datetime.now(UTC)


def _ms(began: float) -> float:
    return 1000 * (time.perf_counter() - began)


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


def _clean() -> None:
    """What the replays stored is no money of anybody: the ledger is as before."""
    from django.db import connection

    numbers = [FIRST, FIRST + Replay.started * COMPANIES]
    with connection.cursor() as cursor:
        for table in ("enrichment_answer", "enrichment_call"):
            cursor.execute(
                f"DELETE FROM {table} WHERE siren >= %s AND siren < %s",  # noqa: S608
                numbers,
            )


if __name__ == "__main__":
    main()
