"""A desk at work while something else happens: its times, its errors, the memory."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.load.house import House, percentile
from benchmarks.scoring import ground
from benchmarks.search.ground import PROJECT

# As in security.md: fifty people who think between five and ten seconds.
PEOPLE, THINK_S = 50, (5.0, 10.0)
PLACES = ("69", "38", "59", "13", "44", "33", "31", "67", "35", "92")
LOOK_S, SLICE_S = 5.0, 10.0


@dataclass(frozen=True)
class Reply:
    at: float
    kind: str
    ms: float
    status: int
    wrong: str


@dataclass(kw_only=True)
class Report:
    replies: list[Reply] = field(default_factory=list)
    # Seconds since the beginning, MB of each web worker.
    memory: list[tuple[float, dict[int, float]]] = field(default_factory=list)

    @property
    def errors(self) -> list[str]:
        return [reply.wrong for reply in self.replies if reply.wrong]

    def ms(self, share: float, kind: str = "") -> float:
        chosen = [each.ms for each in self.replies if kind in ("", each.kind)]
        return percentile(chosen, share)

    @property
    def growth(self) -> float:
        """The greatest share that a worker grew by in the last two thirds."""
        if not self.memory:
            return 0.0
        last_at, last = self.memory[-1]
        since = next(held for at, held in self.memory if at >= last_at / 3)
        both = [pid for pid in last if since.get(pid)]
        return max((last[pid] / since[pid] - 1 for pid in both), default=0.0)

    def rows(self) -> ground.Rows:
        counts = Counter(each.kind for each in self.replies)
        rows = [
            (kind, self._words(kind, count)) for kind, count in sorted(counts.items())
        ]
        rows.append(("all", self._words("", len(self.replies))))
        rows.append(("p95 of each ten seconds, ms", self._over_time()))
        for words, count in Counter(self.errors).most_common(3):
            rows.append(("error", f"{count} × {words}"))
        if self.memory:
            first, last = self.memory[0][1], self.memory[-1][1]
            for pid in last:
                told = f"{first.get(pid, 0):.0f} to {last[pid]:.0f} MB"
                rows.append((f"web worker {pid}", told))
        return rows

    def _over_time(self) -> str:
        """Whether it was slow all the time, or for a while."""
        slices: dict[int, list[float]] = {}
        for each in self.replies:
            slices.setdefault(int(each.at / SLICE_S), []).append(each.ms)
        return " ".join(f"{percentile(slices[at], 0.95):.0f}" for at in sorted(slices))

    def _words(self, kind: str, count: int) -> str:
        p50, p95, p99 = (self.ms(share, kind) for share in (0.5, 0.95, 0.99))
        return f"{count:6}  p50 {p50:5.0f}  p95 {p95:5.0f}  p99 {p99:5.0f} ms"

    def verdicts(self, name: str, *, p95: float = 500) -> ground.Verdicts:
        return {
            f"{name}_p95_ms": ground.verdict(self.ms(0.95), p95, most=True),
            f"{name}_p99_ms": ground.verdict(self.ms(0.99), 1500, most=True),
            f"{name}_errors": ground.verdict(len(self.errors), 0, most=True),
        }


@contextmanager
def at_work(
    house: House,
    seconds: float,
    *,
    address: str = "",
    people: int = PEOPLE,
    think: tuple[float, float] = THINK_S,
    beside: Callable[[], None] | None = None,
) -> Iterator[Report]:
    """The report is whole after the block; ``beside`` is called now and then."""
    order = {
        "address": address or house.address,
        "cookies": house.cookies,
        "people": people,
        "seconds": seconds,
        "think": think,
        "seed": 1,
        "places": PLACES,
    }
    client = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load.analysts"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert client.stdin is not None  # noqa: S101
    json.dump(order, client.stdin)
    client.stdin.close()
    client.stdin = None
    report = Report()
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(house, report, over, beside))
    watch.start()
    try:
        yield report
        said, _ = client.communicate(timeout=seconds + 180)
        report.replies = [Reply(*each) for each in json.loads(said)]
    finally:
        over.set()
        watch.join()
        client.kill()
        client.wait()


def _watch(
    house: House,
    report: Report,
    over: threading.Event,
    beside: Callable[[], None] | None,
) -> None:
    began = time.monotonic()
    while True:
        report.memory.append((time.monotonic() - began, house.rss_mb()))
        if beside is not None:
            beside()
        if over.wait(LOOK_S):
            return
