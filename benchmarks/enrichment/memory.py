"""One work-horse that never ends: what its memory does over 100,000 items."""

import argparse
import os
import statistics
import sys
from itertools import islice
from pathlib import Path

import django

TENTHS = 10
SOURCES = ("recherche_entreprises", "pappers")


def main() -> None:
    """Prints the resident memory, in MiB, at each hundredth of the way."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.enrichment.memory")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--skip", type=int, default=0, help="companies used already")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    django.setup()
    from benchmarks.enrichment import ground
    from enrichment import lane
    from enrichment.tests.gates import open_gates

    ground.settle_sources(concurrency=25)
    numbers = ground.numbers()
    list(islice(numbers, options.skip))
    # A life of many batches, as a busy day's, in pieces that a list page would hold.
    step = options.items // (TENTHS * 10) // len(SOURCES)
    for _ in range(TENTHS * 10):
        batch = ground.start(list(islice(numbers, step)), SOURCES)
        while not ground.is_over(batch):
            open_gates()  # type: ignore[no-untyped-call]
            lane.run(batch.pk)
        sys.stdout.write(f"{resident_mib():.1f}\n")
        sys.stdout.flush()


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def tenths(samples: list[float]) -> tuple[float, float]:
    """The first and the last tenth of a life, each by its median."""
    tenth = max(1, len(samples) // TENTHS)
    return statistics.median(samples[:tenth]), statistics.median(samples[-tenth:])


if __name__ == "__main__":
    main()
