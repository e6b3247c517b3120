"""Directus over the same PostgreSQL table: measured only, nothing of it is shipped."""

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from benchmarks.peers.rows import COLUMNS, Peer, Question, UnavailableError
from benchmarks.search import web
from benchmarks.search.ground import BENCH

VERSION = "12.4.1"
PORTS = (28_483, 28_484)
# Its browser studio takes no part here, and 18.0.1 of it is not in every registry.
_PACKAGE = {"private": True, "overrides": {"@directus/app": "18.0.0"}}
TOKEN = "measure-only-on-loopback"  # noqa: S105


@contextmanager
def serve(
    env: Mapping[str, str], total: int, asked: Mapping[str, Sequence[Question]]
) -> Iterator[Peer]:
    program = _installed()
    with psycopg.connect(env["DATABASE_OWNER_URL"], autocommit=True) as db:
        db.execute("CREATE SCHEMA IF NOT EXISTS directus")
    settings = _settings(env)
    _run([str(program), "bootstrap"], settings)
    with ExitStack() as stack:
        for port in PORTS:
            stack.enter_context(
                web.serving(
                    [str(program), "start"],
                    {**settings, "PORT": str(port)},
                    f"http://127.0.0.1:{port}/server/ping",
                    folder=program.parents[2],
                    patience_s=120,
                )
            )
        headers = {"Authorization": f"Bearer {TOKEN}"}
        _check(headers)
        yield Peer(
            f"Directus {VERSION} (JSON)",
            {
                name: [
                    f"http://127.0.0.1:{PORTS[number % 2]}/items/peer_row?"
                    f"{_query(each)}"
                    for number, each in enumerate([*questions, *questions[1:]])
                ]
                for name, questions in asked.items()
            },
            headers,
            r'"filter_count":"?([0-9]+)',
        )


def _installed() -> Path:
    folder = BENCH / "peers" / "directus"
    program = folder / "node_modules" / ".bin" / "directus"
    if program.exists():
        return program
    if not shutil.which("npm"):
        raise UnavailableError(f"Directus {VERSION}: npm is missing")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(json.dumps(_PACKAGE), encoding="utf-8")
    options = ["--no-audit", "--no-fund", "--loglevel", "error"]
    done = subprocess.run(  # noqa: S603
        ["npm", "install", *options, f"directus@{VERSION}"],  # noqa: S607
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not program.exists():
        raise UnavailableError(f"Directus {VERSION}: {done.stderr.strip()[-300:]}")
    return program


def _settings(env: Mapping[str, str]) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOST": "127.0.0.1",
        "DB_CLIENT": "pg",
        "DB_CONNECTION_STRING": env["DATABASE_OWNER_URL"],
        "DB_SEARCH_PATH": "array:directus,public",
        "SECRET": env["SECRET_KEY"],
        "ADMIN_EMAIL": "peer@example.org",
        "ADMIN_PASSWORD": TOKEN,
        "ADMIN_TOKEN": TOKEN,
        "LOG_LEVEL": "error",
        "TELEMETRY": "false",
        "CACHE_ENABLED": "false",
        "PRESSURE_LIMITER_ENABLED": "false",
        "WEBSOCKETS_ENABLED": "false",
    }


def _run(command: list[str], settings: Mapping[str, str]) -> None:
    done = subprocess.run(  # noqa: S603
        command,
        env=dict(settings),
        cwd=Path(command[0]).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-500:]
        raise UnavailableError(f"Directus {VERSION} does not start: {said}")


def _check(headers: Mapping[str, str]) -> None:
    address = f"http://127.0.0.1:{PORTS[0]}/items/peer_row?limit=1"
    request = urllib.request.Request(address, headers=dict(headers))  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            json.load(answer)
    except OSError as error:
        raise UnavailableError(f"Directus {VERSION} does not read: {error}") from error


def _query(question: Question) -> str:
    shared = {"limit": "50", "meta": "filter_count", "fields": ",".join(COLUMNS)}
    if question.word:
        return urlencode({"filter[name][_icontains]": question.word, **shared})
    if question.section:
        chosen = {
            "filter[section][_eq]": question.section,
            "filter[region][_eq]": question.region,
            "sort": "-created_on",
        }
        return urlencode({**chosen, **shared})
    chosen = {"filter[departement][_eq]": question.department, "sort": "-score"}
    return urlencode({**chosen, **shared})
