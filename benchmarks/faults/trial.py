"""One batch, one fault, from the start to the moment when nothing changes any more.

    python -m benchmarks.faults.trial NAME --folder DIR [--small …]

is run by `benchmarks.faults`, with the addresses of a database of its own in its
environment, or without them for a fault that kills PostgreSQL itself. What it found is
in DIR/found.json.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
from django.db import Error as DatabaseError

from benchmarks.enrichment.ground import Sandbox, sandbox
from benchmarks.faults import ground
from benchmarks.faults.product import Product
from benchmarks.faults.size import SOURCES, Size

# How often is looked: closely before a strike, seldom at what only has to end.
TICK_S, END_TICK_S = 0.05, 0.25
# Longer than any pause that a source or a lease imposes.
LONGEST_S = 600.0
MOST_ROUNDS = 12


class Stuck(Exception):
    """What was waited for did not come."""


@dataclass(frozen=True, kw_only=True)
class Strike:
    """What was done, and the two moments between which it was done."""

    told: str
    began_at: datetime
    ended_at: datetime


@dataclass(kw_only=True)
class Trial:
    """What a fault plays on: the running product, its servers, its sandbox."""

    size: Size
    product: Product
    sandbox: Sandbox
    stores: ground.Stores
    folder: Path
    draw: random.Random
    house: ground.House | None = None
    # What the twin stored: how far a batch is, is told by it.
    answers: int = 0
    strikes: list[Strike] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    over_at: datetime | None = None
    retries: int = 0

    def begin(self) -> None:
        from enrichment import services

        batch = self.batch()
        services.start_batch(
            batch=batch,
            by=batch.created_by,
            sources=list(SOURCES),
            cap_eur=self.size.cap_eur,
        )
        self.product.look()

    def batch(self) -> Any:
        from enrichment.models import Batch

        return Batch.objects.get()

    def tell(self, path: str, body: dict[str, object]) -> dict[str, Any]:
        """What operations say to the sandbox."""
        request = urllib.request.Request(  # noqa: S310
            f"{self.sandbox.url}/_sandbox/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
        return found

    def until(
        self,
        condition: Callable[[], bool],
        *,
        what: str,
        seconds: float = LONGEST_S,
        tick_s: float = TICK_S,
    ) -> None:
        """Look after the processes meanwhile; a database that is away says no."""
        deadline = time.monotonic() + seconds
        while not self._holds(condition):
            if time.monotonic() > deadline:
                raise Stuck(f"not within {seconds:.0f} s: {what}")
            self.product.look()
            time.sleep(tick_s)

    def _holds(self, condition: Callable[[], bool]) -> bool:
        from django.db import connection

        try:
            return condition()
        except DatabaseError:
            connection.close()
            return False

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= until, what="time passes")

    def reach(self, share: float) -> None:
        """Until so much of the way is done, calls are in flight, a worker is there."""
        wanted = round(share * self.answers)

        def is_there() -> bool:
            if is_over():
                raise Stuck(f"the batch ended before {share:.0%} of its answers")
            is_far = count_answers() >= wanted and open_calls() > 0
            return is_far and bool(self.product.workers())

        self.until(is_there, what=f"{wanted} answers")

    def reach_any(self) -> float:
        """As ``reach``, at a moment that the seed draws in the first half."""
        share = self.draw.uniform(0.15, 0.5)
        self.reach(share)
        return share

    @contextlib.contextmanager
    def strike(self, told: str) -> Iterator[None]:
        from django.db import connection

        # Ours would be in the way of a server that stops.
        connection.close()
        began_at = datetime.now(UTC)
        yield
        self.strikes.append(
            Strike(told=told, began_at=began_at, ended_at=datetime.now(UTC))
        )

    def demand(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.problems.append(otherwise)

    def end(self) -> None:
        """As « relancer » does, until there is nothing left that may succeed."""
        self.until(is_over, what="the end of the batch", tick_s=END_TICK_S)
        while self.retries < MOST_ROUNDS and self._retry():
            self.retries += 1
            self.until(is_over, what="the end of what was retried")
        self.over_at = datetime.now(UTC)

    def _retry(self) -> int:
        from enrichment import services

        batch = self.batch()
        return services.retry_failed(batch=batch, by=batch.created_by)


def count_answers() -> int:
    from enrichment.models import Answer

    return Answer.objects.count()


def open_calls() -> int:
    from enrichment.models import Call

    return Call.objects.filter(state="open").count()


def is_over() -> bool:
    from enrichment.models import Batch

    return Batch.objects.filter(state="done").exists()


# The program


def main() -> None:
    options = _options()
    # A killed one takes its servers along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    found = _played(options)
    (options.folder / "found.json").write_text(json.dumps(found))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults.trial")
    parser.add_argument("name")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--size", type=json.loads, required=True)
    parser.add_argument("--twin", type=Path)
    return parser.parse_args()


def _played(options: argparse.Namespace) -> dict[str, object]:
    size, folder = Size(**options.size), options.folder
    (folder / "static").mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        house = None
        if "DATABASE_URL" not in os.environ:
            house = stack.enter_context(ground.house(folder, size))
            os.environ.update(house.env)
        stores = stack.enter_context(ground.stores(folder))
        served = stack.enter_context(sandbox(size.latency_ms))
        os.environ.update(stores.env | {"SANDBOX_URL": served.url})
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
        django.setup()
        product = Product(
            env=os.environ, log=folder / "product.log", workers=size.workers
        )
        stack.callback(product.kill_all)
        twin = options.twin.read_text().splitlines() if options.twin else None
        trial = Trial(
            size=size,
            product=product,
            sandbox=served,
            stores=stores,
            folder=folder,
            draw=random.Random(f"{size.seed}:{options.name}"),  # noqa: S311
            house=house,
            answers=sum(line.startswith("enrichment_answer ") for line in twin or ()),
        )
        return _judged(trial, options.name, twin)


def _judged(trial: Trial, name: str, twin: list[str] | None) -> dict[str, object]:
    from benchmarks.faults import books, dump, strikes

    began = time.monotonic()
    try:
        strikes.FAULTS[name].play(trial)
    except Stuck as stuck:
        trial.problems.append(str(stuck))
        trial.over_at = datetime.now(UTC)
    seconds = time.monotonic() - began
    trial.product.kill_all()
    ours = dump.lines()
    (trial.folder / "dump.txt").write_text("\n".join(ours) + "\n")
    differing = dump.difference(ours, twin) if twin else []
    found = books.audit(trial)
    return {
        **asdict(found),
        "strikes": [strike.told for strike in trial.strikes],
        "retries": trial.retries,
        "seconds": seconds,
        "differing": differing,
        "problems": [*trial.problems, *found.problems],
    }


if __name__ == "__main__":
    main()
