"""What the measures of scoring stand on: companies by the million, verdicts, tables."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.search import fill, ground
from deploy.local import postgres

HERE = Path(__file__).parent
PROJECT, BENCH = ground.PROJECT, ground.BENCH
PLAN = fill.Plan(
    "scoring",
    HERE / "fill.sql",
    (
        "company",
        "register",
        "target",
        "annual_accounts",
        "officer",
        "source_reading",
        "legal_event",
        "establishment",
        "pursuit",
        "list_entry",
    ),
)
# Of PostgreSQL, as on a machine that is its own: less than a fifth of 24 GB.
MEMORY_MB = 4096
Rows = list[tuple[str, str]]
Verdicts = dict[str, Mapping[str, Any]]
Part = tuple[Rows, Verdicts]


@contextmanager
def companies(count: int) -> Iterator[dict[str, str]]:
    """The environment of a database where each of so many companies can be scored."""
    # In a process of its own, which takes its servers' addresses with it.
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks.scoring.ground", str(count)],
        cwd=PROJECT,
        check=True,
    )
    # What a developer's disk is spared costs a bulk write a checkpoint every few
    # seconds, and with each a whole page in the log for every page that changes.
    postgres._SETTINGS["max_wal_size"] = "8GB"  # noqa: SLF001
    with ground.servers(count, name=PLAN.name, memory_mb=MEMORY_MB) as env:
        os.environ.update(env)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
        manage(env, "migrate", "--verbosity", "0")
        yield env


def manage(env: Mapping[str, str], *command: str) -> str:
    """What it printed."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", *command],
        cwd=PROJECT,
        env=dict(env),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return done.stdout


@contextmanager
def owner(env: Mapping[str, str]) -> Iterator[psycopg.Connection[Any]]:
    options = "-c statement_timeout=0"
    with psycopg.connect(
        env["DATABASE_OWNER_URL"], autocommit=True, options=options
    ) as db:
        yield db


class Timed:
    """``with Timed() as took: …`` then ``took.s``."""

    s = 0.0

    def __enter__(self) -> "Timed":
        self._began = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.s = time.perf_counter() - self._began


def verdict(value: float, bar: float, *, most: bool = False) -> dict[str, Any]:
    """``most``: the value must not exceed the bar; else it must reach it."""
    is_right = value <= bar if most else value >= bar
    return {"value": round(value, 4), "bar": bar, "ok": is_right}


def table(rows: Sequence[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in rows) + 2
    return "\n".join(f"{name:<{width}}{value}" for name, value in rows)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    fill.ensure(int(sys.argv[1]), PLAN)
