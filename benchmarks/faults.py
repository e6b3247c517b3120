"""Kill -9 at random moments of one batch: what was repeated, what was lost.

    python -m deploy.local.servers --local-env --var DIR -- \\
        python -m benchmarks.faults --kills 30

wants an empty database of its own. Each kill takes the work-horse, its parent, or
both; the table says how long the batch stood still, the last lines what the ledger
and the sandbox's own log say of each other.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

from benchmarks.enrichment import PROJECT, companies, sandbox

KINDS = ("horse", "parent", "both")


def main() -> None:
    options = _options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    manage = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(manage, cwd=PROJECT, check=True)  # noqa: S603
    with sandbox(200) as (url, served), tempfile.TemporaryDirectory() as folder:
        os.environ["SANDBOX_URL"] = url
        django.setup()
        sys.exit(_trial(options, url, served, Path(folder)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults")
    parser.add_argument("--companies", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _trial(options: argparse.Namespace, url: str, served: Path, folder: Path) -> int:
    from enrichment.tests.killing import Product, wait_until

    batch = _start(options.companies)
    product: Any = Product(url, folder, module="mainsite.settings")
    draw = random.Random(options.seed)  # noqa: S311
    in_flight = 0
    _say("kill      in flight  answers  still for")
    try:
        for number in range(options.kills):
            wait_until(lambda: _open_calls() > 0 or _is_over(batch), seconds=120)
            time.sleep(draw.uniform(0, 1.5))
            if _is_over(batch):
                _say("the batch ended before the last kill: ask for more companies")
                break
            in_flight += _kill(product, KINDS[number % 3])
        wait_until(lambda: _is_over(batch), seconds=600)
    finally:
        product.stop()
    return _verdict(batch, served, in_flight)


def _kill(product: Any, kind: str) -> int:
    from enrichment.tests.killing import wait_until

    if kind == "horse":
        product.kill_horse()
    elif kind == "both":
        product.kill_worker_and_horse()
    else:
        product.kill_parent()
    held, before, at = _open_calls(), _answers(), time.monotonic()
    if kind != "horse":
        product.start_worker()
    wait_until(lambda: _answers() > before, seconds=120)
    _say(f"{kind:8} {held:10} {before:8} {time.monotonic() - at:8.1f} s")
    return held


def _start(count: int) -> int:
    from accounts.models import Desk, User
    from enrichment import services
    from enrichment.models import Provider

    desk = Desk.objects.create(name="Pannes")
    user = User.objects.create_user(
        "pannes@example.org", "une phrase de pannes", full_name="Pannes", desk=desk
    )
    sirens = companies(count)
    batch = services.make_batch_of(by=user, name="Pannes", sirens=sirens)
    names = list(Provider.objects.values_list("name", flat=True))
    Provider.objects.update(concurrency=5)
    services.start_batch(batch=batch, by=user, sources=names, cap_eur=None)
    return int(batch.pk)


def _open_calls() -> int:
    from enrichment.models import Call

    return Call.objects.filter(state="open").count()


def _answers() -> int:
    from enrichment.models import Answer

    return Answer.objects.count()


def _is_over(batch: int) -> bool:
    from enrichment.models import Batch

    return Batch.objects.filter(pk=batch, state="done").exists()


def _verdict(batch: int, served: Path, in_flight: int) -> int:
    """0 when nothing is lost, repeated more than allowed, or out of the ledger."""
    from enrichment import invariants
    from enrichment.models import Answer, Call

    lines = [json.loads(line) for line in served.read_text().splitlines()]
    pairs = Answer.objects.values("siren", "source").distinct().count()
    ledger = {str(pk) for pk in Call.objects.values_list("pk", flat=True)}
    found = {
        "ended": _is_over(batch),
        "answers": _answers(),
        "companies x sources": pairs,
        "served": len(lines),
        "served and not in the ledger": sum(
            line["call_id"] not in ledger for line in lines
        ),
        "repeats": len(lines) - pairs,
        "in flight at the kills": in_flight,
        "answers lost": Call.objects.filter(state="lost").count(),
        "broken rules": [fault.rule for fault in invariants.broken()],
    }
    for name, value in found.items():
        _say(f"{name}: {value}")
    is_right = (
        found["ended"]
        and found["answers"] == pairs
        and not found["served and not in the ledger"]
        and len(lines) - pairs <= in_flight
        and not found["broken rules"]
    )
    return 0 if is_right else 1


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
