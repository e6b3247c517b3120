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
import json
import os
import random
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import django

from benchmarks import cache_replay, cached_answers
from benchmarks.cache_replay import Result
from benchmarks.enrichment import ground

LOOK_UPS = 100_000
READS = 3_000
PROCESSES, THREADS, POOL = 4, 25, "18"


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
        cache_replay.clean()


def _measure(sandbox: ground.Sandbox, *, look_ups: int) -> Result:
    from mainsite.lib import cache

    try:
        parts = [cache_replay.replays(look_ups), cached_read(), stampede(sandbox)]
    finally:
        cache.levels = cache.make_levels()
    rows = [row for told, _ in parts for row in told]
    return rows, {name: each for _, found in parts for name, each in found.items()}


# One read


def cached_read() -> Result:
    """Of companies that the replays left in PostgreSQL, from there and then again."""
    from enrichment import answer_cache
    from enrichment.models import Answer
    from mainsite.lib import cache

    cache.levels = cache.make_levels()
    cached_answers.flush()
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


# The stampede


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
    cached_answers.store(siren, reply.fetched_at, [(terms, reply.status, expires_at)])


# Plain pieces


def _now() -> datetime:
    return datetime.now(UTC)


def _ms(began: float) -> float:
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
