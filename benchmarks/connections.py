"""A thousand and two thousand clients at once, through PgBouncer and without it.

    make bench-connections

Half of them are pages (sign-in, list, export), half are jobs (leases of the ledger,
exports), each half a process of ``benchmarks.pooled``. What counts is that nobody gets
an error: clients, Django and PostgreSQL share the machine. docs/load.md has the table.
"""

import json
import os
import subprocess
import sys
from typing import Any

import django

ROUNDS = 3
PAGES = ["sign-in"] * 5 + ["list"] * 14 + ["export"]
JOBS = ["ledger"] * 19 + ["export"]
# Ways, clients open, of which at work; directly, what a hundred connections allow.
TRIALS = (
    ("direct", 80, 40),
    ("direct", 1000, 200),
    ("PgBouncer", 80, 40),
    ("PgBouncer", 1000, 200),
    ("PgBouncer", 2000, 200),
)
# A code opens once: each sign-in has a person of its own.
PEOPLE = 100 * ROUNDS * len(TRIALS)


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "mainsite.settings_test"
    manage = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(manage, check=True)  # noqa: S603
    django.setup()
    from deploy.pgbouncer.files import Sizes
    from tests import pooling

    tests: Any = pooling
    if tests.find_pgbouncer() is None:
        sys.stderr.write("pgbouncer absent (Debian : apt-get install pgbouncer)\n")
        return 1
    data: Any = tests.make_data(people=PEOPLE, batches=10, items=4000)
    direct = os.environ["DATABASE_URL"]
    pooler: Any = tests.Pooler(direct, sizes=Sizes(max_clients=3000))
    _say("way         open     done  connect s  per s  median ms  p90 ms  errors")
    good = True
    try:
        for number, (way, clients, active) in enumerate(TRIALS):
            people = data["people"][number :: len(TRIALS)]
            urls = dict.fromkeys(("web", "jobs"), direct)
            if way == "PgBouncer":
                urls = {kind: pooler.url(f"ma_{kind}") for kind in urls}
            trial = _trial(urls, data | {"people": people}, clients, active)
            good &= _told(way, trial) or way == "direct"
    finally:
        pooler.stop()
    verdict = {"value": 0 if good else 1, "bar": 0, "ok": good}
    _say(json.dumps({"connections": verdict}))
    return 0 if good else 1


def _trial(urls: dict[str, str], data: Any, clients: int, active: int) -> list[Any]:
    from tests.pooling import start_clients

    halves = [
        start_clients(  # type: ignore[no-untyped-call]
            urls[kind],
            data,
            kind=kind,
            pooled=urls["web"] != urls["jobs"],
            open=(clients - active) // 2,
            active=active // 2,
            rounds=ROUNDS,
            acts=acts,
        )
        for kind, acts in (("web", PAGES), ("jobs", JOBS))
    ]
    return [half.report() for half in halves]


def _told(way: str, trial: list[Any]) -> bool:
    """One line for the two halves; whether neither saw an error."""
    errors = sum(sum(half["errors"].values()) for half in trial)
    opened = sum(half["open"] for half in trial)
    web = trial[0]
    rate = sum(half["per_s"] for half in trial)
    connect_s = max(half["connect_s"] for half in trial)
    _say(
        f"{way:<10}{opened:>6}{sum(sum(h['seen'].values()) for h in trial):>9}"
        f"{connect_s:>11.1f}{rate:>7.1f}{web['median_ms']:>11}{web['p90_ms']:>8}"
        f"{errors:>8}"
    )
    for half in trial:
        for words, count in sorted(half["errors"].items())[:2]:
            _say(f"    {count} × {words[:110]}")
    return not errors and not trial[1]["leased_twice"]


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
