"""Register load against bare COPY of the same, already prepared rows.

    make bench-registry-load ROWS=1000000 [ROUNDS=3]

Makes up INSEE's two files (ROWS legal units, half as many again sites, with closed and
partially diffused ones, and sole traders that are left out), loads them with
``manage.py load_registry`` into empty tables, then copies the rows that came out of it
into the same emptied tables: same indexes, removed before and built after by the same
code in both. COPY runs in one session, then in two at once, for the two cores there
are; the bar is held against the faster one.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
import psycopg

from benchmarks.sirene_files import generate

BAR = 0.5
OURS, WHOLE = "load_registry", "with words and VACUUM"
TABLES = ("company", "register", "establishment")
PROJECT = Path(__file__).resolve().parent.parent
_STREAMS = {
    "COPY, one session": (TABLES,),
    "COPY, two sessions": (("company",), ("register", "establishment")),
}


def main() -> int:
    options = _options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    _manage("migrate", "--verbosity", "0")
    django.setup()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = generate(folder, options.rows)
        result = measure(files, folder, options.rounds)
    _say(result)
    return 0 if result.ratio >= BAR else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    rows = int(os.environ.get("ROWS", "200000"))
    rounds = int(os.environ.get("ROUNDS", "1" if rows > 1_000_000 else "3"))
    parser.add_argument("--rows", type=int, default=rows)
    parser.add_argument("--rounds", type=int, default=rounds)
    return parser.parse_args()


def _manage(*arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    answer = subprocess.run(  # noqa: S603
        command, cwd=PROJECT, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        sys.exit(answer.stdout + answer.stderr)
    return answer.stdout


# ── measure ───────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Result:
    """Seconds of each way; ``told`` is what the last first load said of itself."""

    rows: int
    file_rows: int
    seconds: dict[str, float]
    told: dict[str, Any]
    peak_mib: float
    again_peak_mib: float

    @property
    def limit(self) -> str:
        return min(_STREAMS, key=lambda way: self.seconds[way])

    @property
    def ratio(self) -> float:
        return self.seconds[self.limit] / self.seconds[OURS]


def measure(files: Sequence[Path], folder: Path, rounds: int) -> Result:
    taken: dict[str, list[float]] = {}
    told: dict[str, Any] = {}
    expected: dict[str, tuple[int, str]] = {}
    peak_mib = 0.0
    for _ in range(rounds):
        _empty()
        with _timed(taken, WHOLE):
            told = _load(files)
        besides = told["phases_s"]["words and statistics"]
        taken.setdefault(OURS, []).append(taken[WHOLE][-1] - besides)
        # Of the children so far: later ones may need more.
        peak_mib = peak_mib or _peak_mib()
        if not told["initial"]:
            sys.exit("the tables were not empty")
        found = _fingerprints()
        if not expected:
            expected = found
            for table in TABLES:
                _dump(table, folder)
        with _timed(taken, "the same files again"):
            again = _load(files)
        if any(file["written"] for file in again["files"]):
            sys.exit("the second load of the same files wrote something")
        for way, sessions in _STREAMS.items():
            _empty()
            with _timed(taken, way):
                _copy_all(sessions, folder)
            if _fingerprints() != expected:
                sys.exit("both ways must give the same rows")
        if found != expected and rounds > 1:
            sys.exit("two loads of the same files must give the same rows")
    return Result(
        rows=sum(count for count, _ in expected.values()),
        file_rows=sum(file["read"] for file in told["files"]),
        seconds={way: statistics.median(seconds) for way, seconds in taken.items()},
        told=told,
        peak_mib=peak_mib,
        again_peak_mib=_peak_mib(),
    )


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


@contextmanager
def _timed(taken: dict[str, list[float]], way: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    taken.setdefault(way, []).append(time.perf_counter() - started)


def _load(files: Sequence[Path]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(
        _manage("load_registry", "--json", *map(str, files))
    )
    return told


def _copy_all(sessions: Sequence[Sequence[str]], folder: Path) -> None:
    """The rows, then the indexes, as the load does it."""
    from companies.registry import indexes

    def copy(tables: Sequence[str]) -> None:
        with _session() as session:
            for table in tables:
                _restore(session, table, folder)

    load_id = _any_load()
    indexes.drop(load_id)
    with ThreadPoolExecutor(len(sessions)) as pool:
        list(pool.map(copy, sessions))
    indexes.restore()


def _any_load() -> int:
    """A row of registry_load to remember the removed indexes in."""
    from companies.models import RegistryLoad

    return RegistryLoad.objects.values_list("pk", flat=True)[0]


@contextmanager
def _session() -> Iterator[Any]:
    """The owner's: the first load is not logged as changes, nor is this one."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as session:
        session.execute("SET search.unlogged = 'on'; SET statement_timeout = 0")
        yield session


def _empty() -> None:
    with _session() as session:
        session.execute(f"TRUNCATE {', '.join(TABLES)}, name_word CASCADE")


def _columns(table: str) -> str:
    from django.apps import apps

    model = apps.get_model("companies", table)
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    return ", ".join(str(field.column) for field in fields)


def _fingerprints() -> dict[str, tuple[int, str]]:
    """Count and order-free sum of the rows of each table, the moment apart."""
    found = {}
    with _session() as session:
        for table in TABLES:
            columns = _columns(table).replace(", registered_at", "")
            row = session.execute(
                f"SELECT count(*), sum(hashtextextended(t::text, 0))::text "  # noqa: S608
                f"FROM (SELECT {columns} FROM {table}) t"
            ).fetchone()
            found[table] = row
    return found


def _dump(table: str, folder: Path) -> None:
    statement = f"COPY {table} ({_columns(table)}) TO STDOUT"
    with (
        _session() as session,
        session.cursor() as cursor,
        (folder / table).open("wb") as target,
        cursor.copy(statement) as stream,
    ):
        for block in stream:
            target.write(block)


def _restore(session: Any, table: str, folder: Path) -> None:
    statement = f"COPY {table} ({_columns(table)}) FROM STDIN"
    with (
        session.cursor() as cursor,
        (folder / table).open("rb") as source,
        cursor.copy(statement) as stream,
    ):
        while block := source.read(1 << 20):
            stream.write(block)


# ── say ───────────────────────────────────────────────────────────────────


def _say(result: Result) -> None:
    phases = ", ".join(f"{k} {v:.1f} s" for k, v in result.told["phases_s"].items())
    lines = [
        f"{'way':<28}{'seconds':>10}{'table rows/s':>14}{'file rows/s':>14}",
        *(_line(way, seconds, result) for way, seconds in result.seconds.items()),
        f"of the whole command: {phases}",
        "indexes: the primary keys in place, the others built after the rows, in both",
        f"ratio {result.ratio:.2f} to {result.limit} (bar {BAR}), "
        f"peak memory of the command {result.peak_mib:.0f} MiB, "
        f"of the same files again at most {result.again_peak_mib:.0f} MiB",
        json.dumps(
            {
                "load": {
                    "value": round(result.ratio, 3),
                    "bar": BAR,
                    "ok": result.ratio >= BAR,
                }
            }
        ),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _line(name: str, seconds: float, result: Result) -> str:
    return (
        f"{name:<28}{seconds:>10.1f}{result.rows / seconds:>14,.0f}"
        f"{result.file_rows / seconds:>14,.0f}"
    )


if __name__ == "__main__":
    sys.exit(main())
