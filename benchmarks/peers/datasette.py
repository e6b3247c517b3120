"""Datasette over the same rows in SQLite, with full-text search on the names."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg

from benchmarks.peers.environments import interpreter
from benchmarks.peers.rows import COLUMNS, Peer, Question
from benchmarks.search import web

VERSION = "0.65.5"
PORTS = (28_485, 28_486)
_INDEXES = """
CREATE INDEX by_score ON peer_row (departement, score DESC);
CREATE INDEX by_date ON peer_row (section, region, created_on DESC);
CREATE VIRTUAL TABLE peer_row_fts USING fts5(name, content=peer_row);
INSERT INTO peer_row_fts(peer_row_fts) VALUES ('rebuild');
ANALYZE;
"""


@contextmanager
def serve(
    env: Mapping[str, str], total: int, asked: Mapping[str, Sequence[Question]]
) -> Iterator[Peer]:
    program, path = _installed(), _database(env, total)
    options = ["--host", "127.0.0.1", "--setting", "default_page_size", "50"]
    # Kind to it: what it would guess at each page is switched off.
    options += ["--setting", "suggest_facets", "off"]
    options += ["--setting", "sql_time_limit_ms", "20000"]
    with ExitStack() as stack:
        for port in PORTS:
            stack.enter_context(
                web.serving(
                    [str(program), "serve", "-i", str(path), *options, "-p", str(port)],
                    env,
                    f"http://127.0.0.1:{port}/-/versions.json",
                )
            )
        yield Peer(
            f"Datasette {VERSION}, SQLite (HTML)",
            {
                name: [
                    f"http://127.0.0.1:{PORTS[number % 2]}/{path.stem}/peer_row?"
                    f"{_query(each)}"
                    for number, each in enumerate([*questions, *questions[1:]])
                ]
                for name, questions in asked.items()
            },
            {},
            r"([0-9,]+) rows?\b",
        )


def _installed() -> Path:
    wanted = (f"datasette=={VERSION}", "setuptools<81")
    return interpreter(f"datasette-{VERSION}", *wanted).with_name("datasette")


def _database(env: Mapping[str, str], total: int) -> Path:
    folder = Path(env["VAR_DIR"])
    path, filled = folder / f"rows{total}.db", folder / "filled.json"
    if path.exists() and path.stat().st_mtime > filled.stat().st_mtime:
        return path
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    names = ", ".join(COLUMNS)
    marks = ", ".join("?" for _ in COLUMNS)
    with (
        psycopg.connect(env["DATABASE_OWNER_URL"]) as source,
        closing(sqlite3.connect(draft)) as target,
    ):
        target.execute(f"CREATE TABLE peer_row ({names}, PRIMARY KEY (siren))")
        with source.cursor("rows") as cursor:
            cursor.itersize = 20_000
            cursor.execute(f"SELECT {names} FROM peer_row ORDER BY siren".encode())  # noqa: S608
            rows = (tuple(map(_plain, row)) for row in cursor)
            target.executemany(f"INSERT INTO peer_row VALUES ({marks})", rows)  # noqa: S608
        target.executescript(_INDEXES)
        target.commit()
    draft.replace(path)
    return path


def _plain(value: object) -> object:
    """SQLite keeps numbers and words; a day is a word."""
    return value if isinstance(value, int | float | str | None) else str(value)


def _query(question: Question) -> str:
    if question.word:
        return f"_search={question.word.lower()}"
    if question.section:
        return (
            f"section={question.section}&region={question.region}&_sort_desc=created_on"
        )
    return f"departement={question.department}&_sort_desc=score"
