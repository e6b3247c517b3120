"""`make bench-batch`: 10,000 real companies to the end, counted at every look.

    python -m deploy.local.servers --local-env --var DIR -- \\
        python -m benchmarks.ten_thousand [--companies 10000]

wants an empty database of its own. Two free sources and a paid one, in the sandbox,
which answers at once. The numbers are those of ../shared when it is there, else the
demonstration's. 1 when a count was wrong, or the batch did not end.
"""

import argparse
import csv
import gzip
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import django

from benchmarks.enrichment import ground

SOURCES = ("recherche_entreprises", "bodacc", "pappers")
REGISTRY = ground.PROJECT.parent / "shared" / "data" / "registry"
DEMO = ground.PROJECT / "demo" / "data" / "companies.csv.gz"
COMPANIES, WORKERS = 10_000, 2
LOOK_S, LONGEST_S = 0.5, 1800.0
OPEN = {"waiting", "running"}


def main() -> int:
    options = _options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    subprocess.run(  # noqa: S603
        ground.manage("migrate", "--verbosity", "0"), cwd=ground.PROJECT, check=True
    )
    with ground.sandbox(0) as sandbox:
        os.environ["SANDBOX_URL"] = sandbox.url
        django.setup()
        ground.settle_sources(concurrency=50)
        sirens = real_sirens(options.companies)
        workers = [ground.manage("work", "enrichment") for _ in range(WORKERS)]
        with ground.running(*workers, ground.manage("schedule")):
            return _measure(sandbox, sirens)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ten_thousand")
    parser.add_argument("--companies", type=int, default=COMPANIES)
    return parser.parse_args()


def real_sirens(count: int) -> list[str]:
    """So many different ones whose key is right, of files of the register."""
    from mainsite.lib.siren import is_valid_siren

    found = dict.fromkeys(filter(is_valid_siren, _written()))
    sirens = list(islice(found, count))
    if len(sirens) < count:
        raise ValueError(f"{len(sirens)} companies at hand, {count} wanted")
    return sirens


def _written() -> Iterator[str]:
    for path in [*sorted(REGISTRY.glob("*.csv.gz")), DEMO]:
        with gzip.open(path, "rt", encoding="utf-8-sig", errors="replace") as file:
            for row in csv.DictReader(file):
                yield row.get("siren") or ""


def _measure(sandbox: ground.Sandbox, sirens: list[str]) -> int:
    from enrichment import invariants

    began = time.monotonic()
    batch = ground.start(sirens, SOURCES)
    started_s = time.monotonic() - began
    wrong, looks = _watch(batch, len(sirens))
    seconds = time.monotonic() - began
    wrong += [f"{fault.rule}: {fault.count}" for fault in invariants.broken()]
    wrong += _unlike_the_log(sandbox)
    for line in dict.fromkeys(wrong):
        sys.stdout.write(f"{line}\n")
    rows = [
        (f"{len(sirens):,} companies, {len(SOURCES)} sources", f"{seconds:.0f} s"),
        ("… of which to start", f"{started_s:.1f} s"),
        ("companies a minute", f"{60 * len(sirens) / seconds:,.0f}"),
        ("looks at the progress", f"{looks}, {len(wrong)} wrong"),
        ("load average", f"{os.getloadavg()[0]:.1f}"),
    ]
    sys.stdout.write(f"{ground.table(rows)}\n")
    verdicts = {"batch_wrong_counts": ground.verdict(len(wrong), 0, most=True)}
    sys.stdout.write(json.dumps(verdicts) + "\n")
    return 1 if wrong else 0


def _watch(batch: Any, companies: int) -> tuple[list[str], int]:
    """What was wrong at any look, and how many looks there were."""
    from enrichment.progress import progress

    deadline = time.monotonic() + LONGEST_S
    wrong: list[str] = []
    ended = looks = 0
    while True:
        is_over = ground.is_over(batch)
        batch.refresh_from_db()
        seen = progress(batch)
        looks += 1
        wrong += _miscounted(seen, companies)
        if seen.ended < ended:
            wrong.append(f"{ended} companies had ended, {seen.ended} have")
        ended = seen.ended
        if is_over:
            return wrong + _end(batch, seen, companies), looks
        if time.monotonic() > deadline:
            return [*wrong, f"not over after {LONGEST_S:.0f} s"], looks
        time.sleep(LOOK_S)


def _miscounted(seen: Any, companies: int) -> list[str]:
    """Each source has every company once, in one state; so has the whole."""
    totals = {line.terms.name: line.total for line in seen.sources}
    wrong = [
        f"{name}: {total} items of {companies}"
        for name, total in totals.items()
        if total != companies
    ]
    if set(totals) != set(SOURCES):
        wrong.append(f"sources told of: {sorted(totals)}")
    if sum(seen.companies.values()) != companies:
        wrong.append(f"{sum(seen.companies.values())} companies of {companies}")
    return wrong


def _end(batch: Any, seen: Any, companies: int) -> list[str]:
    """The last look against the items themselves, counted one by one."""
    from enrichment.models import Item

    items: Counter[tuple[str, str]] = Counter(
        Item.objects.filter(batch=batch).values_list("source", "state")
    )
    told = {
        (line.terms.name, state): count
        for line in seen.sources
        for state, count in line.states.items()
    }
    wrong = [] if told == dict(items) else [f"told {told}, there are {dict(items)}"]
    left = [state for _, state in items if state in OPEN]
    if left or seen.ended != companies or seen.percent != 100:
        wrong.append(f"over with {seen.ended} companies ended, {left} left")
    return wrong


def _unlike_the_log(sandbox: ground.Sandbox) -> Iterable[str]:
    """Everything that was served is an answer, and the other way round."""
    from enrichment.models import Answer

    served = Counter((line["provider"], line["siren"]) for line in sandbox.lines())
    stored = Counter(Answer.objects.values_list("source", "siren"))
    if served != stored:
        yield f"{served.total()} calls served, {stored.total()} answers stored"


if __name__ == "__main__":
    raise SystemExit(main())
