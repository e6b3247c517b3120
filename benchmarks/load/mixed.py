"""L1: fifty analysts at work, and nothing else."""

import argparse

from benchmarks.load import desk
from benchmarks.load.house import house
from benchmarks.scoring import ground

# security.md: of each worker, in the last two thirds.
MOST_GROWTH = 0.05


def measure(options: argparse.Namespace) -> ground.Part:
    with (
        house(options.rows, people=desk.PEOPLE) as ours,
        desk.at_work(ours, options.seconds) as report,
    ):
        pass
    verdicts = report.verdicts("load_l1")
    growth = ground.verdict(report.growth, MOST_GROWTH, most=True)
    return report.rows(), verdicts | {"load_l1_rss_growth": growth}
