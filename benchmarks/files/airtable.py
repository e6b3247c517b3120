"""A thousand companies in Airtable, at Airtable's own pace.

Against the sandbox as a program of its own, with the documented limits: five requests a
second and base, ten records each, thirty seconds of refusals after one too many. The
rows have the fields of the profile and made-up cells; what is timed is the delivery,
its reading of what the table holds included. One is killed half-way and made again.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from benchmarks.scoring import ground
from benchmarks.scoring.ground import Part, Rows, Verdicts

ROWS = 1_000
MOST_S = 25.0
# What a far server takes to answer.
LATENCY_MS = 250
BASE, TOKEN = "appBench000000000", "patBench"
_INSIDE = "BENCH_AIRTABLE_INSIDE"


def measure(_options: argparse.Namespace) -> Part:
    """On a Redis of its own, for the limit that all workers share."""
    with tempfile.TemporaryDirectory(prefix="ma-bench-") as var:
        launcher = [sys.executable, "-m", "deploy.local.servers", "--local-env"]
        command = [sys.executable, "-m", "benchmarks.files.airtable"]
        done = subprocess.run(  # noqa: S603
            [*launcher, "--var", var, "--", *command],
            env=os.environ | {_INSIDE: "1"},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
    rows, verdicts = json.loads(done.stdout.splitlines()[-1])
    return [(name, value) for name, value in rows], verdicts


def _measured() -> Part:
    rows: Rows = []
    with _sandbox() as url:
        verdicts = _at_pace(url, rows) | _killed(url, rows)
    return rows, verdicts


def _at_pace(url: str, rows: Rows) -> Verdicts:
    """Into a table that has the fields; then beside as many others; then once more."""
    _ask(url, "/_sandbox/tables/Premier", "PUT")
    fields_s = _delivered(url, "Premier", range(1))
    rows.append(("one company, and every field to make", f"{fields_s:.1f} s"))
    seconds = _delivered(url, "Premier", range(1, ROWS + 1))
    rows.append((f"{ROWS:,} companies", f"{seconds:.1f} s"))
    others = range(ROWS + 1, 2 * ROWS + 1)
    beside_s = _delivered(url, "Premier", others)
    rows.append((f"{ROWS:,} more, beside the first", f"{beside_s:.1f} s"))
    refused = _ask(url, "/_sandbox/state")["requests"].get("429", 0)
    rows.append(("requests that were one too many", str(refused)))
    _ask(url, "/_sandbox/log", "DELETE")
    same_s = _delivered(url, "Premier", others)
    writes = _ask(url, "/_sandbox/state")["requests"].get("write", 0)
    rows.append(("the same again", f"{same_s:.1f} s, {writes} requests that write"))
    return {
        "airtable_s": ground.verdict(seconds, MOST_S, most=True),
        "airtable_again_writes": ground.verdict(writes, 0, most=True),
        "airtable_refused": ground.verdict(refused, 0, most=True),
    }


def _killed(url: str, rows: Rows) -> Verdicts:
    _ask(url, "/_sandbox/tables/Tué", "PUT")
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "benchmarks.files.airtable", url, "Tué"]
    )
    while _table(url, "Tué")["records"] < ROWS // 2:
        time.sleep(0.05)
        if child.poll() is not None:
            raise SystemExit("the delivery ended before it was killed")
    child.send_signal(signal.SIGKILL)
    child.wait()
    written = _table(url, "Tué")["records"]
    seconds = _delivered(url, "Tué", range(ROWS))
    held = _table(url, "Tué")
    twice = held["records"] - held["distinct"]
    rows.append(
        (
            f"killed at {written:,} of {ROWS:,}, made again",
            f"{seconds:.1f} s, {held['distinct']:,} companies, {twice} twice",
        )
    )
    return {
        "airtable_killed_twice": ground.verdict(twice, 0, most=True),
        "airtable_killed_held": ground.verdict(held["distinct"], ROWS),
    }


# Deliveries


def _delivered(url: str, table: str, numbers: range) -> float:
    import polars as pl

    from exports.delivering import airtable
    from exports.delivering.airtable_api import Place
    from exports.delivering.terms import Job, no_beat
    from exports.profiles import TABLES

    shape = TABLES["airtable"]
    schema = {column.name: column.dtype for column in shape.columns}
    frame = pl.DataFrame([_company(n, schema) for n in numbers], schema=schema)
    job = Job(reference="bench", table=shape, batches=lambda: iter([frame]))
    place = Place(url=url, base=BASE, table=table, token=TOKEN)
    with ground.Timed() as took:
        airtable.deliver(job, place, beat=no_beat)
    return took.s


def _company(number: int, schema: dict[str, Any]) -> dict[str, Any]:
    import polars as pl

    by_type: dict[Any, Any] = {
        pl.String: f"Texte {number}",
        pl.Int64: 1_000_000 + number,
        pl.Decimal: Decimal(number % 10_000) / 100,
        pl.Date: date(1950, 1, 1) + timedelta(days=number),
    }
    cells = {name: by_type[dtype.base_type()] for name, dtype in schema.items()}
    level = ("Excellent", "Bon", "Faible")[number % 3]
    levels = dict.fromkeys(("Potentiel_Acquisition", "Potentiel_Cession"), level)
    chosen = {"Priorite_Contact": "HIGH", "Statut_Prospect": "Prospect"}
    return cells | levels | chosen | {"SIREN": f"{number:09d}"}


# The sandbox


@contextmanager
def _sandbox() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = ["--port", str(port), "--base", BASE, "--token", TOKEN]
    command = [sys.executable, "-m", "exports.airtable_sandbox", *given]
    served = subprocess.Popen(  # noqa: S603
        [*command, "--latency-ms", str(LATENCY_MS)]
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _until_served(url)
        yield url
    finally:
        served.terminate()
        served.wait()


def _until_served(url: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            _ask(url, "/_sandbox/state")
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _ask(url: str, path: str, method: str = "GET") -> Any:
    address = url + quote(path)
    asked = urllib.request.Request(address, method=method)  # noqa: S310
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def _table(url: str, name: str) -> dict[str, int]:
    found: dict[str, int] = _ask(url, "/_sandbox/state")["tables"][name]
    return found


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    django.setup()
    if os.environ.get(_INSIDE) and len(sys.argv) == 1:
        ground.say(json.dumps(_measured()))
    else:
        _delivered(sys.argv[1], sys.argv[2], range(ROWS))
