"""One worker process, fifty calls at once at 200 ms: ours, Celery's, bare aiohttp.

The three take turns over companies that were never asked before. The limit is
concurrency / latency. The bare loop keeps nothing: it is what this machine and this
sandbox allow. Celery runs the very same chunks, in an environment of its own.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any

import aiohttp

from benchmarks.enrichment import ground
from benchmarks.enrichment.ground import FREE, PAID, Sandbox, Verdicts, verdict
from benchmarks.peers import celery_peer

AT_ONCE = 50
LATENCY_S = 0.2
WARM_UP = 50
LIMIT = AT_ONCE / LATENCY_S
SOURCES = (FREE, PAID)
WAYS = ("aiohttp alone, nothing kept", "ours, RQ", "the same chunks, Celery")
# Calls and seconds of processor time, by the program that makes them.
Round = tuple[float, float]


def measure(
    sandbox: Sandbox,
    sirens: Iterator[str],
    env: Mapping[str, str],
    *,
    companies: int,
    rounds: int,
) -> tuple[list[tuple[str, str]], Verdicts]:
    ground.settle_sources(concurrency=AT_ONCE // len(SOURCES))
    workers = {
        WAYS[1]: lambda: ground.running(ground.manage("work", "enrichment")),
        WAYS[2]: lambda: celery_peer.worker(env),
    }
    # The first turns of a Redis's life wait until nobody can remember earlier ones.
    _ours(WAYS[1], env, workers[WAYS[1]], list(islice(sirens, WARM_UP)))
    found: dict[str, list[Round]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        found[WAYS[0]].append(_bare(sandbox, list(islice(sirens, companies))))
        for way, worker in workers.items():
            chosen = list(islice(sirens, companies))
            found[way].append(_ours(way, env, worker, chosen))
    return _told(found, rounds, companies), _verdicts(found)


def _bare(sandbox: Sandbox, sirens: Sequence[str]) -> Round:
    """The same calls, nothing kept."""
    before, began = time.process_time(), time.monotonic()
    asyncio.run(_calls(sandbox.url, sirens))
    calls = len(SOURCES) * len(sirens)
    seconds = time.monotonic() - began
    return calls / seconds, (time.process_time() - before) / calls


async def _calls(url: str, sirens: Sequence[str]) -> None:
    slots = {source: asyncio.Semaphore(AT_ONCE // 2) for source in SOURCES}
    paths = {
        FREE: "/recherche-entreprises/search?page=1&per_page=1&q=",
        PAID: "/pappers/v2/entreprise?siren=",
    }

    async def call(session: aiohttp.ClientSession, source: str, siren: str) -> None:
        address = f"{url}{paths[source]}{siren}"
        async with slots[source], session.get(address) as response:
            await response.read()

    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    headers = {"api-key": "sandbox"}
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        await asyncio.gather(
            *(call(session, source, s) for s in sirens for source in SOURCES)
        )


def _ours(
    way: str,
    env: Mapping[str, str],
    worker: Callable[[], AbstractContextManager[Any]],
    sirens: Sequence[str],
) -> Round:
    """A whole batch from its start to its end, by one worker that was waiting."""
    from enrichment import invariants
    from enrichment.models import Answer
    from enrichment.tests.gates import open_gates

    open_gates()  # type: ignore[no-untyped-call]
    with worker() as programs:
        time.sleep(celery_peer.READY_S)
        root = programs[0].pid
        before = ground.cpu_s(root)
        batch = ground.start(sirens, SOURCES)
        asked_at = celery_peer.ask(env, batch.pk) if way == WAYS[2] else time.time()
        ground.wait_for_the_end(batch, seconds=240)
        spent = ground.cpu_s(root) - before
    batch.refresh_from_db()
    seconds = batch.ended_at.timestamp() - asked_at
    stored = Answer.objects.filter(siren__in=sirens).count()
    broken = invariants.broken()
    if stored != len(SOURCES) * len(sirens) or broken:
        raise RuntimeError(f"{way}: {stored} answers, broken rules: {broken}")
    calls = len(SOURCES) * len(sirens)
    return calls / seconds, spent / calls


def _told(
    found: Mapping[str, list[Round]], rounds: int, companies: int
) -> list[tuple[str, str]]:
    rows = [(f"{AT_ONCE} at once / {LATENCY_S} s (limit)", f"{LIMIT:.1f} calls/s")]
    for way, results in found.items():
        rate, cpu = _median(results)
        rows.append(
            (
                way,
                f"{rate:.1f} calls/s, {rate / LIMIT:.3f} of the limit, "
                f"{1000 * cpu:.2f} ms of processor a call",
            )
        )
    per_minute = 60 * _median(found[WAYS[1]])[0] / len(SOURCES)
    rows.append(("companies a minute, two sources each", f"{per_minute:,.0f}"))
    rows.append(
        (
            "",
            f"median of {rounds} rounds of {companies} companies, load average "
            f"{os.getloadavg()[0]:.1f}",
        )
    )
    return rows


def _median(results: Sequence[Round]) -> Round:
    rates, cpus = zip(*results, strict=True)
    return statistics.median(rates), statistics.median(cpus)


def _verdicts(found: Mapping[str, list[Round]]) -> Verdicts:
    rate, cpu = _median(found[WAYS[1]])
    peer_rate, peer_cpu = _median(found[WAYS[2]])
    return {
        "enrichment_of_limit": verdict(rate / LIMIT, 0.9),
        "enrichment_companies_per_minute": verdict(60 * rate / len(SOURCES), 3000),
        "enrichment_cpu_ms_per_call": verdict(1000 * cpu, 3.0, most=True),
        "enrichment_against_celery": verdict(rate / peer_rate, 0.97),
        "enrichment_cpu_against_celery": verdict(cpu / peer_cpu, 1.0, most=True),
    }
