"""Lanes as processes of their own, on a Redis of their own, writing what they did."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

from deploy.local.state import State
from deploy.local.valkey import QUEUES, Valkey

PROJECT = Path(__file__).resolve().parents[3]


class Server:
    """A Valkey to be killed, emptied and frozen."""

    def __init__(self, folder):
        self._valkey = Valkey(
            name="queues",
            variable="REDIS_URL",
            policy=QUEUES,
            var=folder,
            state=State(folder / "servers.json"),
        )
        self.start()

    def start(self):
        self._valkey.start()
        self.url = self._valkey.environment()["REDIS_URL"]

    def stop(self):
        self._valkey.stop()

    def signal(self, number):
        self._valkey.process.send_signal(number)

    def kill(self):
        self.signal(signal.SIGKILL)
        self._valkey.process.wait(10)


class Lanes:
    """So many processes that call one source for a while; `calls` is what left."""

    def __init__(self, server, folder, *, count=4, seconds, **wish):
        self._log = folder / f"calls-{time.monotonic_ns()}"
        self._log.touch()
        wish |= {"log": str(self._log), "seconds": seconds}
        # Their interpreters take their time to start: what counts begins together.
        wish["until"] = time.time() + seconds + 2
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-m", "mainsite.lib.tests.gate_lanes"],
                stdin=subprocess.PIPE,
                cwd=PROJECT,
                env=os.environ | {"REDIS_URL": server.url},
            )
            for _ in range(count)
        ]
        for process in self.processes:
            process.stdin.write(json.dumps(wish).encode())
            process.stdin.close()

    def wait(self):
        for process in self.processes:
            process.wait(200)
        return self.calls()

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait(10)

    def calls(self):
        """(start, end or None, what came of it) in the order of their starts."""
        starts, ends = {}, {}
        for line in self._log.read_text().splitlines():
            kind, number, at = line.split()
            (starts if kind == "start" else ends)[number] = float(at)
        return sorted((at, ends.get(number)) for number, at in starts.items())


def most_in(calls, window_s):
    """The most that arrived in any sliding window."""
    starts = [start for start, _ in calls]
    most = first = 0
    for last, at in enumerate(starts):
        while at - starts[first] >= window_s:
            first += 1
        most = max(most, last - first + 1)
    return most


def most_at_once(calls):
    moments = [(start, 1) for start, _ in calls]
    moments += [(end, -1) for _, end in calls if end]
    most = now = 0
    for _, step in sorted(moments):
        now += step
        most = max(most, now)
    return most


def longest_pause(calls):
    starts = [start for start, _ in calls]
    return max((later - at for at, later in pairwise(starts)), default=0)


async def _work(wish):
    from mainsite.lib.limiter import Gate, GateClosed, LimiterAway

    log = os.open(wish["log"], os.O_WRONLY | os.O_APPEND)
    limits = {key: wish.get(key) for key in ("per_s", "concurrency", "window_s")}

    def write(kind, number):
        os.write(log, f"{kind} {number} {time.time()}\n".encode())

    async def call(gate, number):
        while time.time() < wish["until"]:
            number += 1
            name = f"{os.getpid()}-{number}"
            try:
                with await gate.acquire(is_paid=wish.get("is_paid", False)) as turn:
                    write("start", name)
                    await asyncio.sleep(wish.get("call_s", 0.2))
                    write("end", name)
                    turn.release(ok=wish.get("ok", True))
            except (GateClosed, LimiterAway) as closed:
                await asyncio.sleep(min(1.0, closed.wait_s))

    async with Gate("source", turn_s=wish.get("turn_s", 5.0), **limits) as gate:
        calls = [call(gate, 1000 * n) for n in range(wish.get("tasks", 20))]
        await asyncio.wait(
            [asyncio.create_task(each) for each in calls],
            timeout=max(0.1, wish["until"] - time.time()),
        )


if __name__ == "__main__":
    from django.conf import settings

    settings.configure(
        REDIS_URL=os.environ["REDIS_URL"],
        BREAKER_FAILURES=10,
        BREAKER_REST_S=2.0,
        LIMITER_LANES=4,
    )
    asyncio.run(_work(json.load(sys.stdin)))
