"""`make bench-enrichment`: every measure of enrichment, in turn.

    python -m deploy.local.servers --local-env --var DIR -- \\
        python -m benchmarks.enrichment [PART …]

wants an empty database of its own, migrates it, prints tables and, as its last line,
one JSON object.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import django

from benchmarks.enrichment import ground

PARTS = ("throughput", "limit", "one", "cache", "memory")
COMPANIES, ROUNDS = 3000, 3
LIMIT_S = 240.0
ITEMS = 100_000
Part = Callable[[], tuple[list[tuple[str, str]], ground.Verdicts]]


def main() -> None:
    options = _options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    subprocess.run(  # noqa: S603
        ground.manage("migrate", "--verbosity", "0"), cwd=ground.PROJECT, check=True
    )
    verdicts: ground.Verdicts = {}
    with ground.sandbox(200) as sandbox:
        os.environ["SANDBOX_URL"] = sandbox.url
        django.setup()
        parts = _parts(sandbox, ground.numbers(), options)
        for name in options.parts or PARTS:
            rows, found = parts[name]()
            sys.stdout.write(f"\n{ground.table(rows)}\n")
            sys.stdout.flush()
            verdicts |= found
    sys.stdout.write(json.dumps(verdicts) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.enrichment")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    parser.add_argument("--companies", type=int, default=COMPANIES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--items", type=int, default=ITEMS)
    return parser.parse_args()


def _parts(
    sandbox: ground.Sandbox, sirens: Iterator[str], options: argparse.Namespace
) -> dict[str, Part]:
    from benchmarks import cache
    from benchmarks.enrichment import one_company, shared_limit, throughput

    env = dict(os.environ)
    return {
        "throughput": lambda: throughput.measure(
            sandbox, sirens, env, companies=options.companies, rounds=options.rounds
        ),
        "limit": lambda: shared_limit.measure(sandbox, sirens, seconds=LIMIT_S),
        "one": lambda: one_company.measure(sirens, env, rounds=9),
        "cache": lambda: cache.measure(sandbox),
        "memory": lambda: _memory(sandbox, sirens, options.items),
    }


def _memory(
    sandbox: ground.Sandbox, sirens: Iterator[str], items: int
) -> tuple[list[tuple[str, str]], ground.Verdicts]:
    """In a process of its own, which does nothing else in its life."""
    from benchmarks.enrichment import memory

    sandbox.slow(0)
    # Far from the companies that other parts have used.
    command = [sys.executable, "-m", "benchmarks.enrichment.memory"]
    done = subprocess.run(  # noqa: S603
        [*command, "--items", str(items), "--skip", "300000"],
        cwd=ground.PROJECT,
        stdout=subprocess.PIPE,
        check=True,
    )
    samples = [float(line) for line in done.stdout.split()]
    first, last = memory.tenths(samples)
    grown = last / first - 1
    rows = [
        (f"memory over {items:,} items, first tenth", f"{first:.0f} MiB"),
        ("… last tenth", f"{last:.0f} MiB, {100 * grown:+.1f} %"),
    ]
    return rows, {"memory_growth": ground.verdict(grown, 0.05, most=True)}


if __name__ == "__main__":
    main()
