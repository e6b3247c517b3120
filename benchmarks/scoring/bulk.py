"""A million companies scored again, beside what nothing that writes them can beat.

The product's own command re-scores every company of a database that has accounts,
officers, events and readings of sources for each, with two processes, into an empty
history; then once more, when nothing has moved. Beside it: PostgreSQL's COPY of the
same rows, one SQL statement with the rules of one preset, a pandas script.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.enrichment.ground import cpu_s
from benchmarks.peers.environments import interpreter
from benchmarks.peers.rows import UnavailableError
from benchmarks.scoring import ground
from benchmarks.scoring.ground import Part, Rows, Timed, Verdicts

BAR_S, BAR_PER_S = 60.0, 1_000_000
JOBS = 2
ROUNDS = range(3)
PANDAS = ("pandas==3.0.*", "sqlalchemy==2.0.*", "psycopg[binary]")
PEER_MOST = 200_000
NEAR = 0.011
_LOAD = os.getloadavg()[0]
_RESET = "TRUNCATE scoring_score; DELETE FROM search_change"


def measure(options: argparse.Namespace) -> Part:
    count = options.companies
    with ground.companies(count) as env:
        rows, verdicts = _first(env, count)
        more, found = _computing()
        rows += more
        verdicts |= found
        if not options.no_peers:
            rows += _beside(env, count)
        rows += _again(env, count)
    return rows, verdicts


# Ours


def _first(env: Mapping[str, str], count: int) -> tuple[Rows, Verdicts]:
    # Once with all on the disk, once with what the peers find: all of it read before.
    _empty(env)
    cold = _rescored(env, "--ruleset", "2.0")
    _empty(env)
    first = _rescored(env, "--ruleset", "2.0")
    _check(env, count)
    rows = [
        ("load of the machine before (processes that want a core)", f"{_LOAD:.1f}"),
        (f"ruleset 2.0, {count:,} companies, history empty, servers new", cold.words),
        ("the same, all of it read once", first.words),
        *_weights(env),
    ]
    scale = 1_000_000 / count
    return rows, {
        "rescore_1m_s": ground.verdict(first.seconds * scale, BAR_S, most=True),
    }


def _again(env: Mapping[str, str], count: int) -> Rows:
    again = _rescored(env, "--ruleset", "2.0")
    _check(env, count)
    _empty(env)
    both = _rescored(env)
    return [
        ("ruleset 2.0 again, nothing has moved", again.words),
        ("both rulesets in service, history empty", both.words),
    ]


@dataclass(frozen=True)
class _Run:
    """Seconds of the wall, and of processors: the command's, PostgreSQL's."""

    seconds: float
    ours: float
    database: float

    @property
    def words(self) -> str:
        return (
            f"{self.seconds:.1f} s; processors: {self.ours:.1f} s ours, "
            f"{self.database:.1f} s PostgreSQL"
        )


def _empty(env: Mapping[str, str]) -> None:
    """No history, and no dead rows of an earlier run in the way."""
    with ground.owner(env) as db:
        for statement in _RESET.split("; "):
            db.execute(statement.encode())
        db.execute("VACUUM (ANALYZE) target")


def _rescored(env: Mapping[str, str], *options: str) -> _Run:
    postmaster = _postmaster(env)
    database, ours = cpu_s(postmaster), _children_s()
    with Timed() as took:
        said = ground.manage(env, "rescore", "--jobs", str(JOBS), *options)
    # PostgreSQL buries its sessions a moment after they have gone.
    time.sleep(1)
    run = _Run(took.s, _children_s() - ours, cpu_s(postmaster) - database)
    ground.say(f"{said.splitlines()[-1]}\n  {run.words}")
    return run


def _children_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _postmaster(env: Mapping[str, str]) -> int:
    with ground.owner(env) as db:
        row = db.execute("SHOW data_directory").fetchone()
    assert row is not None  # noqa: S101
    return int(Path(row[0], "postmaster.pid").read_text(encoding="utf-8").split()[0])


def _check(env: Mapping[str, str], count: int) -> None:
    """A line for each company, and the same figure on its narrow row."""
    with ground.owner(env) as db:
        row = db.execute(
            "SELECT count(*), count(*) FILTER (WHERE s.attractiveness IS DISTINCT FROM"
            " t.score OR s.coverage <> t.coverage OR s.row->'r' IS NULL)"
            " FROM scoring_score s JOIN target t USING (siren)"
        ).fetchone()
    if row != (count, 0):
        raise SystemExit(f"{count:,} companies, but history and targets say {row}")


def _weights(env: Mapping[str, str]) -> Rows:
    with ground.owner(env) as db:
        row = db.execute(
            "SELECT max(length(row::text)), avg(length(row::text)) FROM scoring_score"
            " WHERE ruleset_id = '2.0'"
        ).fetchone()
    assert row is not None  # noqa: S101
    return [("a stored row, bytes of JSON: mean, most", f"{row[1]:.0f}, {row[0]}")]


def _computing() -> tuple[Rows, Verdicts]:
    """The rules alone, on columns in memory: readings, then reasons.

    In processor time of the one thread that computes, which is its time on a machine
    that has a core for it; of each chunk the median of three rounds.
    """
    import django

    django.setup()
    from django.db import transaction

    from scoring import published
    from scoring.bulk import choice, memory, source, whole
    from scoring.rules import engine, reasons
    from scoring.rules.columns import Columns
    from scoring.rules.ruleset import Ruleset

    as_of = date(2026, 11, 23)
    spent: dict[str, float] = {}
    companies = 0

    def score(columns: Columns, rules: Ruleset) -> None:
        preset = "default"
        readings = engine.compute(columns, ruleset=rules, preset=preset, as_of=as_of)
        reasons.choose(readings, rules, preset)

    memory.keep_freed()
    work = whole.Work()
    rulesets = published.in_service()
    with transaction.atomic():
        for span in whole.spans(work):
            known = source.read(choice.between(*span), as_of)
            companies += len(known)
            for rules in rulesets:
                columns = known.columns(rules)
                if rules.version not in spent:
                    # Its tables are read from their files, once in a process.
                    score(columns, rules)
                took = statistics.median(_timed(score, columns, rules) for _ in ROUNDS)
                spent[rules.version] = spent.get(rules.version, 0.0) + took
    rows = [
        (f"rules {version} alone, one thread", f"{companies / seconds:,.0f} a second")
        for version, seconds in spent.items()
    ]
    speed = companies / spent["2.0"]
    return rows, {"compute_companies_per_s": ground.verdict(speed, BAR_PER_S)}


def _timed(act: Callable[..., None], *given: Any) -> float:
    began = time.thread_time()
    act(*given)
    return time.thread_time() - began


# Beside it


def _beside(env: Mapping[str, str], count: int) -> Rows:
    rows: Rows = []
    for words, run in (
        ("COPY of the same rows, out of a file, one session", _copied),
        ("one SQL statement, attractivité alone", _in_sql),
        ("pandas: read_sql, compute, to_sql", _in_pandas),
    ):
        for value in run(env, count):
            ground.say(f"{words}: {value}")
            rows.append((words, value))
    return rows


def _copied(env: Mapping[str, str], count: int) -> Iterator[str]:
    columns = (
        "siren, ruleset_id, preset, scored_at, as_of, attractiveness,"
        " sale_likelihood, coverage, state, row"
    )
    of_20 = f"(SELECT {columns} FROM scoring_score WHERE ruleset_id = '2.0')"  # noqa: S608
    with ground.owner(env) as db, tempfile.TemporaryFile() as file:
        with db.cursor().copy(f"COPY {of_20} TO STDOUT".encode()) as out:
            for block in out:
                file.write(block)
        db.execute("TRUNCATE scoring_score")
        file.seek(0)
        with Timed() as took:
            into = f"COPY scoring_score ({columns}) FROM STDIN".encode()
            with db.cursor().copy(into) as copy:
                while block := file.read(1 << 20):
                    copy.write(block)
    yield f"{took.s:.1f} s"


def _in_sql(env: Mapping[str, str], count: int) -> Iterator[str]:
    with ground.owner(env) as db:
        _prepare_sql(db)
        text = (ground.HERE / "rules.sql").read_text(encoding="utf-8")
        db.execute("SET work_mem = '256MB'")
        with Timed() as took:
            db.execute(text.encode(), {"as_of": _as_of(db)})
        row = db.execute(
            """
            SELECT count(*), avg((s.score IS NOT DISTINCT FROM t.score / 100.0
                OR abs(s.score - t.score / 100.0) < %s)::int) * 100
            FROM bench_sql_score s JOIN target t USING (siren)
            """,
            [NEAR],
        ).fetchone()
    assert row is not None  # noqa: S101
    yield f"{took.s:.1f} s; {row[0]:,} scores, {row[1]:.2f} % of them ours to 0.01"


def _as_of(db: psycopg.Connection[Any]) -> date:
    row = db.execute("SELECT max(scored_at AT TIME ZONE 'Europe/Paris') FROM target")
    (moment,) = row.fetchone() or (None,)
    return moment.date() if moment else date.today()


def _prepare_sql(db: psycopg.Connection[Any]) -> None:
    """An empty table for the answers, and the ruleset's own tables."""
    from scoring.rules.bands import HEADCOUNT_BANDS
    from scoring.rules.ruleset import Ruleset
    from scoring.rules.sectors import DIVISIONS, NO_CELL

    db.execute("DROP TABLE IF EXISTS bench_sql_score, bench_cell, bench_band")
    db.execute(
        "CREATE TABLE bench_sql_score (siren int, score numeric, coverage numeric)"
    )
    db.execute("CREATE TABLE bench_band (code text, floor int)")
    db.execute(
        "CREATE TABLE bench_cell (measure text, division text, size int, cell float8[])"
    )
    db.cursor().executemany(
        "INSERT INTO bench_band VALUES (%s, %s)", list(HEADCOUNT_BANDS.items())
    )
    sectors = Ruleset.load("2.0").sectors
    assert sectors is not None  # noqa: S101
    for name, measured in sectors.measures.items():
        cells = list(measured.cells.values())
        for number, division in enumerate(DIVISIONS):
            for size, place in enumerate(measured.numbers[number].tolist()):
                if place != NO_CELL:
                    db.execute(
                        "INSERT INTO bench_cell VALUES (%s, %s, %s, %s)",
                        (name, division, size, cells[place].tolist()),
                    )
    db.execute("CREATE UNIQUE INDEX ON bench_cell (measure, division, size)")
    db.execute("ANALYZE bench_cell")


def _in_pandas(env: Mapping[str, str], count: int) -> Iterator[str]:
    try:
        python = interpreter("pandas", *PANDAS)
    except UnavailableError:
        yield "pandas cannot be installed here"
        return
    most = min(count, PEER_MOST)
    url = env["DATABASE_OWNER_URL"].replace("postgres://", "postgresql://")
    url = url.replace("postgresql://", "postgresql+psycopg://")
    done = subprocess.run(  # noqa: S603
        [str(python), str(ground.HERE / "pandas_peer.py"), str(most)],
        env={**env, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        check=True,
    )
    told = json.loads(done.stdout)
    steps = ", ".join(
        f"{name} {told[name]:.1f}" for name in ("read", "compute", "write")
    )
    total = told["read"] + told["compute"] + told["write"]
    scaled = total * count / most
    pace = f"{scaled:.0f} s for {count:,} at that pace"
    yield f"{total:.1f} s for {most:,} ({steps}); {pace}"
