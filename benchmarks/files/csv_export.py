"""A CSV of every open company, beside PostgreSQL's own COPY of the same cells.

The peer is one statement: the same cells in the same order, each text neutralised in
SQL, copied into a file as they come. The product's file is read back and held against
it, cell by cell, before anything is timed.
"""

import argparse
import csv
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg

from benchmarks.files import exporting
from benchmarks.scoring import ground
from benchmarks.scoring.ground import Part

BAR, BAR_MB = 0.6, 150.0
ROUNDS = 3
# The bounds of a band in words are text, a single number is one.
_BANDS = """
    (VALUES ('01', '1 à 2'), ('02', '3 à 5'), ('03', '6 à 9'), ('11', '10 à 19'),
     ('12', '20 à 49'), ('21', '50 à 99'), ('22', '100 à 199'), ('31', '200 à 249'),
     ('32', '250 à 499'), ('41', '500 à 999'), ('42', '1\u00a0000 à 1\u00a0999'),
     ('51', '2\u00a0000 à 4\u00a0999'), ('52', '5\u00a0000 à 9\u00a0999'),
     ('53', '10\u00a0000 et plus'), ('00', '0')) AS band(code, words)
"""
_SAFE = (
    "CASE WHEN left({0}, 1) IN ('=', '+', '-', '@', E'\\t', E'\\r', E'\\n', '＝', '＋',"
    " '－', '＠') THEN '''' || {0} ELSE {0} END"
)


def _safe(text: str) -> str:
    return f"nullif({_SAFE.format(text)}, '')"


_PARTIAL = "(r.flags & 2 <> 0 OR c.diffusion = 'P')"
_NAME = "coalesce(nullif(c.name, ''), nullif(c.trade_name, ''), 'nom non diffusé')"
_LEADER = """
    CASE WHEN o.siren IS NOT NULL THEN t.leader_name || ' (bac à sable)'
    ELSE t.leader_name END
"""
PEER = f"""
    SELECT lpad(c.siren::text, 9, '0'),
      {_safe(_NAME)},
      CASE WHEN NOT {_PARTIAL} THEN {_safe(f"({_LEADER})")} END,
      CASE WHEN NOT {_PARTIAL} THEN {_safe("c.address")} END,
      {_safe("coalesce(place.name, c.commune)")}, {_safe("c.postal_code")}, NULL, NULL,
      t.revenue, coalesce(a.headcount::text, band.words, t.accounts_headcount::text),
      'Prospect', replace((t.score / 100.0)::numeric(5, 2)::text, '.', ','),
      r.created_on
    FROM company c JOIN register r ON r.siren = c.siren
    LEFT JOIN target t ON t.siren = c.siren
    LEFT JOIN gen.place place ON place.id = r.geo
    LEFT JOIN {_BANDS} ON band.code = c.headcount_band
    LEFT JOIN (SELECT DISTINCT siren, btrim(first_name || ' ' || surname) AS name
               FROM officer WHERE is_sandbox) o
      ON o.siren = c.siren AND o.name = t.leader_name AND t.leader_name <> ''
    LEFT JOIN (SELECT DISTINCT ON (siren) siren, headcount FROM annual_accounts
               WHERE revenue IS NOT NULL
               ORDER BY siren, extract(year FROM closed_on) DESC,
                 array_position(ARRAY['C', 'S', 'K'], account_type::text),
                 closed_on DESC) a ON a.siren = c.siren
    WHERE r.flags & 1 = 1 ORDER BY coalesce(t.revenue, -9e18) DESC, c.siren DESC
"""  # noqa: S608 -- of this file's constants only


def measure(options: argparse.Namespace) -> Part:
    with (
        ground.companies(options.rows) as env,
        tempfile.TemporaryDirectory() as folder,
    ):
        exporting.prepare(env)
        mine, theirs = Path(folder, "ours.csv"), Path(folder, "peer.csv")
        return compared(env, mine, theirs)


def compared(env: Mapping[str, str], mine: Path, theirs: Path) -> Part:
    exporting.ours(env, mine, "rapide", "csv")
    copied(env, theirs)
    checked = same(mine, theirs)
    ours, peer = [], []
    for _ in range(ROUNDS):
        ours.append(exporting.ours(env, mine, "rapide", "csv"))
        peer.append(copied(env, theirs))
    wide = exporting.ours(env, mine, "analyse", "csv")
    ratio = statistics.median(
        each.rate / other.rate for each, other in zip(ours, peer, strict=True)
    )
    best = sorted(ours, key=lambda run: run.seconds)[ROUNDS // 2]
    growth = max(run.growth_mb for run in ours)
    rows = [
        ("cells of both files, compared one by one", f"{checked:,}"),
        ("rapide, 13 columns", best.words),
        ("COPY TO, each text neutralised", sorted(each.words for each in peer)[1]),
        ("ours over COPY's, median of interleaved rounds", f"{ratio:.2f}"),
        ("analyse, 33 columns", wide.words),
    ]
    return rows, {
        "csv_export_over_copy": ground.verdict(ratio, BAR),
        "csv_export_growth_mb": ground.verdict(growth, BAR_MB, most=True),
    }


def copied(env: Mapping[str, str], path: Path) -> exporting.Run:
    """In a process of its own, as ours is."""
    return exporting.child(env, __name__, str(path))


def same(mine: Path, theirs: Path) -> int:
    """Raises when a cell differs; returns how many were held against each other."""
    cells = 0
    for number, (left, right) in enumerate(
        zip(_lines(mine, skip=1), _lines(theirs, skip=0), strict=True), 1
    ):
        if left != right:
            raise SystemExit(f"row {number}: {left} is not {right}")
        cells += len(left)
    return cells


def _lines(path: Path, *, skip: int) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, delimiter=";")
        for _ in range(skip):
            next(lines)
        yield from lines


def main() -> None:
    path = Path(sys.argv[1])
    options = "-c statement_timeout=0"
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], options=options) as db:
        statement = f"COPY ({PEER}) TO STDOUT (FORMAT csv, DELIMITER ';')"
        rows = 0
        with exporting.Measured() as took, path.open("wb") as file:
            cursor = db.cursor()
            with cursor.copy(statement.encode()) as copy:
                for piece in copy:
                    file.write(piece)
            rows = cursor.rowcount
    sys.stdout.write(json.dumps(took.told(rows)) + "\n")


if __name__ == "__main__":
    main()
