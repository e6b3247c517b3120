"""What a storm of updates does to an index-only count, and when it is over.

    python -m deploy.local.servers --local-env --throwaway -- \\
        python -m benchmarks.autovacuum [--rows 200000]

The same storm twice, with the tables' own settings and with PostgreSQL's. Buffers, not
milliseconds: what is counted is whether the index still answers alone.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]
FIRST = 200_000_000
# database.md: one row in fifteen, spread over all pages.
ONE_IN = 15
PATIENCE_S = 90.0
QUIET_S = 3.0

_FILL = f"""
    INSERT INTO company (siren, name, trade_name, acronym, legal_form, naf_code,
        naf25_code, is_active, diffusion, headcount_band, category, website, address,
        postal_code, commune_code, commune, source, source_file, registered_at)
    SELECT {FIRST} + i, 'X', '', '', '', '', '', true, 'O', '', '', '', '', '', '', '',
        'sirene', '', now() FROM generate_series(1, %(rows)s) i;
    INSERT INTO target (siren, geo, naf, flags, folded_name, revenue, score)
    SELECT {FIRST} + i, 1 + i %% 30000, 1 + i %% 700, 1, 'X', i, i %% 10000
    FROM generate_series(1, %(rows)s) i
"""  # noqa: S608 -- a number of this file
# No index holds this column: only what vacuum knows of the pages changes.
_STORM = f"UPDATE target SET revenue_year = 2025 WHERE siren %% {ONE_IN} = %(turn)s"  # noqa: S608
_COUNT = "SELECT count(*) FROM target WHERE naf BETWEEN 100 AND 300"
_STATE = """
    SELECT n_dead_tup, autovacuum_count FROM pg_stat_user_tables
    WHERE relname = 'target'
"""
_AT_WORK = """
    SELECT 1 FROM pg_stat_progress_vacuum WHERE relid = 'target'::regclass
"""
# Of the index that answers: the count reads a part of it.
_PAGES = "SELECT relpages FROM pg_class WHERE relname = 'target_naf_geo'"
_DEFAULTS = """
    ALTER TABLE target RESET (autovacuum_vacuum_scale_factor,
        autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor,
        autovacuum_vacuum_cost_delay)
"""


@dataclass(frozen=True, kw_only=True)
class Storm:
    """Buffers of the count before, after the updates, and at the end of the wait."""

    before: int
    after: int
    later: int
    seconds: float
    dead: int
    autovacuums: int

    @property
    def is_over(self) -> bool:
        return self.later <= self.before * 1.2


def fill(connection: Connection, rows: int) -> None:
    connection.execute("SET search.unlogged = 'on'")
    with connection.cursor() as cursor:
        for statement in _FILL.split(";"):
            cursor.execute(statement, {"rows": rows})
    connection.execute("VACUUM (ANALYZE)")
    settle(connection)


def settle(connection: Connection) -> None:
    """Vacuum until the index answers alone: who reads an older state delays it."""
    # One that is under way would pass by the pages that the storm adds behind it.
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < QUIET_S:
        if connection.execute(_AT_WORK).fetchone():
            quiet_since = time.monotonic()
        time.sleep(0.1)
    (pages,) = connection.execute(_PAGES).fetchone() or (0,)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        connection.execute("VACUUM target")
        if count_buffers(connection) <= pages or time.monotonic() > deadline:
            return
        time.sleep(0.5)


def storm(connection: Connection, *, turn: int, patience_s: float) -> Storm:
    """Update one row in fifteen, then only wait: nobody vacuums by hand.

    Nobody counts meanwhile either: vacuum passes over a page that is being read.
    """
    before = count_buffers(connection)
    (_, vacuums) = connection.execute(_STATE).fetchone() or (0, 0)
    connection.execute(_STORM, {"turn": turn})
    after = count_buffers(connection)
    began = time.monotonic()
    dead, autovacuums = 0, vacuums
    while autovacuums == vacuums and time.monotonic() - began < patience_s:
        time.sleep(0.5)
        dead, autovacuums = connection.execute(_STATE).fetchone() or (0, 0)
    seconds = time.monotonic() - began
    return Storm(
        before=before,
        after=after,
        later=count_buffers(connection),
        seconds=seconds,
        dead=dead,
        autovacuums=autovacuums - vacuums,
    )


def count_buffers(connection: Connection) -> int:
    """The count by the index alone, wherever the planner would go by now."""
    with connection.transaction():
        connection.execute("SET LOCAL enable_seqscan = off")
        connection.execute("SET LOCAL enable_bitmapscan = off")
        explained = connection.execute(
            f"EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT JSON) {_COUNT}"
        ).fetchone()
    plan = (explained or [[{}]])[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.autovacuum")
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    manage = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(manage, check=True)  # noqa: S603
    url = os.environ["DATABASE_OWNER_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        fill(connection, rows)
        ours = storm(connection, turn=1, patience_s=PATIENCE_S)
        settle(connection)
        connection.execute(_DEFAULTS)
        theirs = storm(connection, turn=2, patience_s=PATIENCE_S)
    _say(rows, {"the tables' own": ours, "PostgreSQL's": theirs})
    verdict = {"value": ours.later, "bar": round(ours.before * 1.2), "ok": ours.is_over}
    sys.stdout.write(json.dumps({"autovacuum": verdict}) + "\n")
    return 0 if ours.is_over else 1


def _say(rows: int, storms: dict[str, Storm]) -> None:
    sys.stdout.write(
        f"{rows:,} targets, one in {ONE_IN} updated; buffers of an index-only count\n"
        f"{'settings':<18}{'before':>8}{'after':>8}{'later':>8}{'s':>7}{'dead':>8}\n"
    )
    for name, seen in storms.items():
        sys.stdout.write(
            f"{name:<18}{seen.before:>8}{seen.after:>8}{seen.later:>8}"
            f"{seen.seconds:>7.1f}{seen.dead:>8}\n"
        )


if __name__ == "__main__":
    raise SystemExit(main())
