"""Enrichment against the sandbox at 200 ms, beside a bare loop without a ledger.

    python -m deploy.local.servers --local-env --var DIR -- \\
        python -m benchmarks.enrichment

wants an empty database of its own, migrates it, and prints one JSON object. The
limit is concurrency / latency, in calls per second; the peer makes the same calls
with aiohttp alone and keeps nothing.
"""

import argparse
import asyncio
import contextlib
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import django

PROJECT = Path(__file__).resolve().parent.parent
BAR = 0.8
ROUNDS = 3


def main() -> None:
    options = _options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    manage = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(manage, cwd=PROJECT, check=True)  # noqa: S603
    with sandbox(options.latency_ms) as (url, _served):
        os.environ["SANDBOX_URL"] = url
        django.setup()
        result = _measure(url, options)
    sys.stdout.write(json.dumps({"enrichment": result}) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.enrichment")
    parser.add_argument("--companies", type=int, default=1000)
    parser.add_argument("--concurrency", type=int, default=25, help="per source")
    parser.add_argument("--latency-ms", type=float, default=200)
    return parser.parse_args()


def _measure(url: str, options: argparse.Namespace) -> dict[str, Any]:
    """Rounds of the peer and of ours in turn, on companies never asked before."""
    # Both sources are asked at once, each with its own slots.
    limit = 2 * options.concurrency / (options.latency_ms / 1000)
    everybody = companies(options.companies * ROUNDS)
    calls = 2 * options.companies
    peers, ours, cpu = [], [], []
    for number in range(ROUNDS):
        sirens = everybody[number * options.companies :][: options.companies]
        peers.append(calls / asyncio.run(_peer(url, sirens, 2 * options.concurrency)))
        seconds, cpu_s = _ours(sirens, options.concurrency)
        ours.append(calls / seconds)
        cpu.append(1000 * cpu_s / calls)
    rate, peer = statistics.median(ours), statistics.median(peers)
    _say(limit, rate, peer, statistics.median(cpu), calls)
    value = round(rate / limit, 3)
    return {"value": value, "bar": BAR, "ok": value >= BAR}


def _say(limit: float, rate: float, peer: float, cpu_ms: float, calls: int) -> None:
    rows = (
        ("concurrency / latency (limit)", limit),
        ("aiohttp alone, nothing kept", peer),
        ("a batch, with its ledger", rate),
    )
    lines = [f"{'way':<32}{'calls/s':>9}{'of the limit':>14}"]
    lines += [f"{name:<32}{value:>9.1f}{value / limit:>14.3f}" for name, value in rows]
    lines.append(
        f"median of {ROUNDS} rounds of {calls} calls, {cpu_ms:.1f} ms of processor a "
        f"call, load average {os.getloadavg()[0]:.1f}"
    )
    sys.stdout.write("\n".join(lines) + "\n")


@contextlib.contextmanager
def sandbox(latency_ms: float) -> Iterator[tuple[str, Path]]:
    """The running sandbox: its address, and the log of what it served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "enrichment.sandbox", "--var", folder]
        options = ["--port", str(port), "--latency-ms", str(latency_ms)]
        process = subprocess.Popen([*command, *options], cwd=PROJECT)  # noqa: S603
        try:
            _wait_for(f"{url}/_sandbox/health")
            yield url, Path(folder) / "served.jsonl"
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(url: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)


def companies(count: int) -> list[str]:
    """Register rows whose answers the sandbox makes up."""
    from django.utils import timezone

    from companies.models import Company, Register
    from mainsite.lib.siren import is_valid_siren

    candidates = (f"{number:09d}" for number in range(910_000_000, 999_999_999))
    sirens = []
    for siren in candidates:
        if is_valid_siren(siren):
            sirens.append(siren)
        if len(sirens) == count:
            break
    now = timezone.now()
    Company.objects.bulk_create(
        Company(siren=siren, name=f"Essai {siren}", registered_at=now)
        for siren in sirens
    )
    Register.objects.bulk_create(Register(siren=siren) for siren in sirens)
    return sirens


async def _peer(url: str, sirens: Sequence[str], concurrency: int) -> float:
    """The same calls, nothing kept: what this machine and this server allow."""
    slots = asyncio.Semaphore(concurrency)

    async def call(session: aiohttp.ClientSession, siren: str) -> None:
        for path in (
            f"/recherche-entreprises/search?q={siren}&page=1&per_page=1",
            f"/pappers/v2/entreprise?siren={siren}",
        ):
            async with slots, session.get(url + path) as response:
                await response.read()

    started = time.monotonic()
    connector = aiohttp.TCPConnector(limit=concurrency)
    headers = {"api-key": "sandbox"}
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        await asyncio.gather(*(call(session, siren) for siren in sirens))
    return time.monotonic() - started


def _ours(sirens: Sequence[str], concurrency: int) -> tuple[float, float]:
    """A whole batch through the ledger; wall clock and our own processor time."""
    from accounts.models import Desk, User
    from enrichment import invariants, lane, services
    from enrichment.models import Answer, Batch, Provider

    Provider.objects.update(concurrency=concurrency, rate_per_s=None)
    desk, _ = Desk.objects.get_or_create(name="Mesure")
    user = User.objects.filter(desk=desk).first() or User.objects.create_user(
        "mesure@example.org", "une phrase de mesure", full_name="Mesure", desk=desk
    )
    batch = services.make_batch_of(by=user, name="Mesure", sirens=sirens)
    names = list(Provider.objects.values_list("name", flat=True))
    services.start_batch(batch=batch, by=user, sources=names, cap_eur=None)
    before, started = _cpu_s(), time.monotonic()
    while Batch.objects.get(pk=batch.pk).state == "running":
        lane.run(batch.pk)
    elapsed_s, cpu_s = time.monotonic() - started, _cpu_s() - before
    stored = Answer.objects.filter(siren__in=sirens).count()
    if stored != 2 * len(sirens) or invariants.broken():
        raise RuntimeError("the batch did not do what was measured")
    return elapsed_s, cpu_s


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
