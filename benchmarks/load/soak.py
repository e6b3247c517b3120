"""L6: the desk at half its rate for hours; what grows is what leaks."""

import argparse
from pathlib import Path

import psycopg

from benchmarks.load import desk, mixed
from benchmarks.load.house import house
from benchmarks.scoring import ground

HALF = (desk.THINK_S[0] * 2, desk.THINK_S[1] * 2)
# What autovacuum has not come by for yet is no leak: a fifth, and some pages.
MOST_DEAD = 0.2
_BLOAT = """
    SELECT relname, n_dead_tup, n_live_tup FROM pg_stat_user_tables
    WHERE n_dead_tup > 10000 ORDER BY n_dead_tup DESC LIMIT 5
"""


def measure(options: argparse.Namespace) -> ground.Part:
    with house(options.rows, people=desk.PEOPLE) as ours:
        files = _files(ours.env["VAR_DIR"])
        with desk.at_work(ours, options.seconds, think=HALF) as report:
            pass
        more = _files(ours.env["VAR_DIR"]) - files
        with psycopg.connect(ours.env["DATABASE_URL"]) as db:
            found = db.execute(_BLOAT).fetchall()
    rows = report.rows()
    rows += [
        (f"dead rows of {name}", f"{dead} of {live}") for name, dead, live in found
    ]
    rows.append(("files more in var/", str(more)))
    worst = max((dead / max(live, 1) for _, dead, live in found), default=0.0)
    growth = ground.verdict(report.growth, mixed.MOST_GROWTH, most=True)
    return rows, report.verdicts("load_l6") | {
        "load_l6_rss_growth": growth,
        "load_l6_dead_rows": ground.verdict(worst, MOST_DEAD, most=True),
    }


def _files(folder: str) -> int:
    """No directory of metrics grows here: there is none, and nothing else either."""
    kept = ("log", "postgres", "queues", "cache")
    return sum(
        1
        for path in Path(folder).rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] not in kept
    )
