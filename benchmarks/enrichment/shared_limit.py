"""Four worker processes, one source of 100 calls a minute: never above, near it."""

import time
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from benchmarks.enrichment import ground
from benchmarks.enrichment.ground import FREE, Sandbox, Verdicts, verdict

PER_MINUTE = 100
WORKERS = 4
WINDOW_S = 60.0
# The first turns wait until nobody can remember earlier ones: not measured.
SETTLING_S = 5.0


def measure(
    sandbox: Sandbox, sirens: Iterator[str], *, seconds: float
) -> tuple[list[tuple[str, str]], Verdicts]:
    from enrichment.models import Batch
    from enrichment.tests.gates import open_gates

    ground.settle_sources(concurrency=50, rate_per_s=PER_MINUTE / 60, only=[FREE])
    open_gates()  # type: ignore[no-untyped-call]
    since = sandbox.size
    share = int(PER_MINUTE * seconds / 60 / 2) + PER_MINUTE
    workers = [ground.manage("work", "enrichment") for _ in range(WORKERS)]
    with ground.running(*workers, ground.manage("schedule")):
        # Two batches: each has two lanes, so that every worker has one.
        batches = [ground.start(list(islice(sirens, share)), [FREE]) for _ in range(2)]
        time.sleep(seconds + SETTLING_S)
        Batch.objects.filter(pk__in=[b.pk for b in batches]).update(state="cancelled")
    at = sorted(
        datetime.fromisoformat(line["at"]).timestamp() for line in sandbox.lines(since)
    )
    return _told(at, seconds)


def _told(at: list[float], seconds: float) -> tuple[list[tuple[str, str]], Verdicts]:
    most = max_in_window(at)
    began = at[0] + SETTLING_S
    counted = [moment for moment in at if began <= moment < began + seconds - WINDOW_S]
    used = len(counted) / (PER_MINUTE * (seconds - WINDOW_S) / 60)
    rows = [
        (f"{WORKERS} processes, {PER_MINUTE} a minute", f"{len(at)} calls served"),
        ("most in any sliding minute", str(most)),
        ("of the limit used", f"{used:.3f}"),
    ]
    return rows, {
        "limit_most_in_a_minute": verdict(most, PER_MINUTE, most=True),
        "limit_used": verdict(used, 0.98),
    }


def max_in_window(at: list[float]) -> int:
    """The most moments that any window of a minute holds."""
    most, first = 0, 0
    for last, moment in enumerate(at):
        while moment - at[first] >= WINDOW_S:
            first += 1
        most = max(most, last - first + 1)
    return most
