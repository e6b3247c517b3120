"""Fill the product's tables with made-up companies, fast.

    python -m benchmarks.search.fill ROWS

starts the servers of .bench/search-ROWS/, migrates, and fills them unless the same
generator has already done so. Indexes are dropped before and built after; chunks go
through as many connections as there are processors.
"""

import argparse
import contextlib
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.search import gen_tables, ground

HERE = Path(__file__).parent
CHUNK = 250_000
LANES = 2


@dataclass(frozen=True)
class Plan:
    """What is made of the generator's companies, in a folder of its own."""

    name: str
    # What follows on the rows of the register, for each chunk of them.
    script: Path
    tables: tuple[str, ...]

    @property
    def text(self) -> str:
        scripts = (HERE / "register.sql", self.script)
        return "".join(each.read_text(encoding="utf-8") for each in scripts)


SEARCH = Plan(
    "search",
    HERE / "fill.sql",
    (
        "company",
        "register",
        "establishment",
        "target",
        "annual_accounts",
        "legal_event",
        "pursuit",
        "list_entry",
    ),
)


@dataclass(frozen=True)
class Piece:
    """An index, or a key and what refers to it; ``statement`` makes it again."""

    table: str
    name: str
    kind: str
    statement: str

    @property
    def removal(self) -> sql.Composed:
        if self.kind == "index":
            return sql.SQL("DROP INDEX IF EXISTS {}").format(sql.Identifier(self.name))
        return sql.SQL("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {}").format(
            sql.Identifier(self.table), sql.Identifier(self.name)
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search.fill")
    parser.add_argument("rows", type=int)
    rows = parser.parse_args().rows
    ensure(rows)
    return 0


def ensure(rows: int, plan: Plan = SEARCH) -> dict[str, Any]:
    """What is known of the filled database; the servers are down when this returns."""
    mark = ground.folder(rows, plan.name) / "filled.json"
    digest = _digest(plan)
    if mark.exists():
        known: dict[str, Any] = json.loads(mark.read_text(encoding="utf-8"))
        if known["digest"] == digest:
            _say(f"{rows:,} companies are there already")
            return known
        mark.unlink()
    with ground.servers(rows, filling=True, name=plan.name) as env:
        filled = _fill(rows, env, plan) | {"digest": digest}
    mark.write_text(json.dumps(filled, indent=1), encoding="utf-8")
    return filled


def _digest(plan: Plan) -> str:
    """Of everything that the rows come from."""
    from benchmarks.search import shape

    texts = [(HERE / "generator.sql").read_bytes(), plan.text.encode()]
    texts += [shape.read().digest.encode(), gen_tables.PEOPLE.encode()]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def _fill(rows: int, env: Mapping[str, str], plan: Plan) -> dict[str, Any]:
    took: dict[str, float] = {}
    url = env["DATABASE_OWNER_URL"]
    with _timed(took, "migrate"):
        ground.manage(env, "migrate", "--verbosity", "0")
    os.environ.update(env)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    with _timed(took, "prepare"):
        pieces = _prepare(url, plan)
    with _timed(took, "rows"):
        _in_lanes([_chunk(url, span, plan) for span in _spans(rows)])
    with _timed(took, "indexes"):
        _in_lanes(
            [
                lambda: _words(url),
                *(_step(url, each.statement, each.name) for each in pieces),
            ]
        )
        _in_lanes([_step(url, each, "references") for each in _references(url)])
        _switch_triggers(url, "ENABLE", plan)
    with _timed(took, "vacuum"):
        _in_lanes(
            [
                _step(url, f"VACUUM (FREEZE, ANALYZE) {name}", f"vacuum {name}")
                for name in (*plan.tables, "name_word", "target_list")
            ]
        )
    counts = _counts(url, plan)
    _say(f"filled in {sum(took.values()):.0f} s: {took}")
    _say(f"{counts}")
    return {"rows": rows, "seconds": took, "counts": counts}


# ── before ────────────────────────────────────────────────────────────────


def _prepare(url: str, plan: Plan) -> list[Piece]:
    """An empty database with the generator's tables; the indexes taken away."""
    with _connected(url) as db:
        pieces = _read_pieces(db, plan)
        db.execute("DROP SCHEMA IF EXISTS gen CASCADE; CREATE SCHEMA gen")
        db.execute("DROP TABLE IF EXISTS peer_row")
        emptied = map(sql.Identifier, (*plan.tables, "target_list", "name_word"))
        db.execute(
            sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(
                sql.SQL(", ").join(emptied)
            )
        )
        _say(f"shape of the register: {gen_tables.load_places_and_codes(db)}")
        text = (HERE / "generator.sql").read_text(encoding="utf-8")
        db.execute(text.encode())
        gen_tables.load_bands(db)
        gen_tables.make_people(db)
        db.execute("ANALYZE")
        for each in pieces:
            db.execute(each.removal)
    _switch_triggers(url, "DISABLE", plan)
    return [each for each in pieces if each.kind != "reference"]


def _read_pieces(db: psycopg.Connection[Any], plan: Plan) -> list[Piece]:
    """References first, then the indexes of each table, the longest to build first.

    They are kept in a table: a fill that was interrupted has dropped some of them.
    """
    db.execute(
        "CREATE TABLE IF NOT EXISTS bench_piece"
        " (tab text, name text, kind text, statement text, PRIMARY KEY (tab, name))"
    )
    db.execute(
        """
        WITH key AS (
            SELECT conrelid, conname, conindid, contype, format(
                'ALTER TABLE %%I ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
                pg_get_constraintdef(oid)) AS statement
            FROM pg_constraint WHERE contype = ANY('{p,u,f}') AND conparentid = 0
                AND (conrelid = ANY(%(tables)s::regclass[])
                    OR confrelid = ANY(%(tables)s::regclass[]))
        )
        INSERT INTO bench_piece
        SELECT conrelid::regclass, conname,
            CASE contype WHEN 'f' THEN 'reference' ELSE 'key' END, statement
        FROM key
        UNION ALL
        SELECT indrelid::regclass, indexrelid::regclass::text, 'index',
            pg_get_indexdef(indexrelid)
        FROM pg_index WHERE indrelid = ANY(%(tables)s::regclass[])
            AND indexrelid NOT IN (SELECT conindid FROM key WHERE contype <> 'f')
        ON CONFLICT DO NOTHING
        """,
        {"tables": list(plan.tables)},
    )
    found = db.execute(
        "SELECT tab, name, kind, statement FROM bench_piece ORDER BY"
        " kind <> 'reference', array_position(%s::text[], tab),"
        " statement LIKE '%%folded_name%%' DESC, name",
        (list(plan.tables),),
    )
    return [Piece(*row) for row in found]


def _references(url: str) -> list[str]:
    with _connected(url) as db:
        found = db.execute(
            "SELECT statement FROM bench_piece WHERE kind = 'reference' ORDER BY name"
        )
        return [statement for (statement,) in found]


def _switch_triggers(url: str, how: str, plan: Plan) -> None:
    """They log what a search index must read again: there is none yet."""
    with _connected(url) as db:
        for name in plan.tables:
            db.execute(f"ALTER TABLE {name} {how} TRIGGER USER".encode())


# ── rows, then indexes ────────────────────────────────────────────────────


def _spans(rows: int) -> list[tuple[int, int]]:
    size = min(CHUNK, -(-rows // LANES))
    return [(first, min(first + size - 1, rows)) for first in range(1, rows + 1, size)]


def _chunk(url: str, span: tuple[int, int], plan: Plan) -> Callable[[], None]:
    def run() -> None:
        text = plan.text.replace("{first}", str(span[0])).replace(
            "{last}", str(span[1])
        )
        began = time.perf_counter()
        with _connected(url) as db, db.transaction():
            for statement in text.split("--------\n"):
                db.execute(statement.encode())
        _say(f"  rows to {span[1]:,}: {time.perf_counter() - began:.1f} s")

    return run


def _step(url: str, statement: str, name: str) -> Callable[[], None]:
    def run() -> None:
        began = time.perf_counter()
        with _connected(url) as db:
            db.execute(statement.encode())
        _say(f"  {name}: {time.perf_counter() - began:.1f} s")

    return run


def _words(url: str) -> None:
    """The product's own count of the words of the names, without its time limit."""
    from django.db import connection

    from companies.search import names

    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    found = names.rebuild_words()
    connection.close()
    _say(f"  {found:,} words: {time.perf_counter() - began:.1f} s")


def _in_lanes(steps: list[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(LANES) as lanes:
        for future in [lanes.submit(step) for step in steps]:
            future.result()


def _connected(url: str) -> psycopg.Connection[Any]:
    """As the owner, without the log that a running search index catches up with."""
    options = "-c search.unlogged=on -c statement_timeout=0 -c temp_buffers=256MB"
    return psycopg.connect(url, autocommit=True, options=options)


def _counts(url: str, plan: Plan) -> dict[str, int]:
    with _connected(url) as db:
        found = {}
        for name in (*plan.tables, "name_word"):
            query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
            row = db.execute(query).fetchone()
            found[name] = int(row[0]) if row else 0
        return found


@contextlib.contextmanager
def _timed(took: dict[str, float], name: str) -> Any:
    began = time.perf_counter()
    yield
    took[name] = round(time.perf_counter() - began, 1)
    _say(f"{name}: {took[name]} s")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
