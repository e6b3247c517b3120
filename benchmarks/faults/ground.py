"""Servers that may be killed: nobody else's, in a folder that goes away."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from benchmarks.enrichment.ground import PROJECT, manage
from benchmarks.faults.size import Size
from deploy.local.postgres import Postgres
from deploy.local.state import State
from deploy.local.valkey import CACHE, QUEUES, Valkey

URLS = ("DATABASE_URL", "DATABASE_OWNER_URL")
_STATE = "servers.json"


class House:
    """A PostgreSQL whose first database holds the batch, ready to be started."""

    def __init__(self, server: Postgres, var: Path) -> None:
        self._server, self._var = server, var

    @property
    def env(self) -> dict[str, str]:
        return self._server.environment()

    def copy(self, name: str) -> dict[str, str]:
        """A database of its own for one trial; the addresses that lead to it."""
        owner = self.env["DATABASE_OWNER_URL"]
        template = urlsplit(owner).path.strip("/")
        with psycopg.connect(_with_name(owner, "postgres"), autocommit=True) as line:
            line.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return {variable: _with_name(self.env[variable], name) for variable in URLS}

    def copy_to(self, folders: Sequence[Path]) -> None:
        """The same server in each of them, for trials that kill it: filled once."""
        self._server.stop()
        for var in folders:
            (var / "log").mkdir(parents=True)
            shutil.copy(self._var / _STATE, var / _STATE)
            _postgres(var).adopt(self._server)
        self._server.start()

    def restart(self) -> None:
        """As an administrator does: sessions are closed, nothing is recovered."""
        self._server.stop()
        self._server.start()

    def kill(self) -> None:
        """The postmaster alone: what it leaves behind is the next start's to end."""
        if self._server.process is not None:
            self._server.process.kill()
            self._server.process.wait()
        self._server.start()


@contextlib.contextmanager
def house(var: Path, size: Size) -> Iterator[House]:
    """Durable, unlike a test's: what was committed has to be there after a kill."""
    is_copied = (var / _STATE).exists()
    (var / "log").mkdir(parents=True, exist_ok=True)
    server = _postgres(var)
    server.start()
    try:
        found = House(server, var)
        if not is_copied:
            with stores(var) as memory:
                _fill(os.environ | found.env | memory.env, size)
        yield found
    finally:
        server.stop()


def _postgres(var: Path) -> Postgres:
    return Postgres(var=var, state=State(var / _STATE))


def _fill(env: Mapping[str, str], size: Size) -> None:
    seed = [sys.executable, "-m", "benchmarks.faults.seed"]
    options = ["--companies", str(size.companies), *["--small"] * size.is_small]
    for command in (manage("migrate", "--verbosity", "0"), [*seed, *options]):
        subprocess.run(command, cwd=PROJECT, env=dict(env), check=True)  # noqa: S603


def _with_name(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


class Stores:
    """The two Valkeys of one trial: its queues and gates, its cache."""

    def __init__(self, var: Path) -> None:
        state = State(var / "stores.json")
        self._folder = var / "queues"
        self._queues = Valkey(
            name="queues", variable="REDIS_URL", policy=QUEUES, var=var, state=state
        )
        self._cache = Valkey(
            name="cache", variable="REDIS_CACHE_URL", policy=CACHE, var=var, state=state
        )
        self._all = (self._queues, self._cache)

    @property
    def env(self) -> dict[str, str]:
        return self._queues.environment() | self._cache.environment()

    def start(self) -> None:
        for server in self._all:
            server.start()

    def stop(self) -> None:
        self._signal(signal.SIGCONT)
        for server in self._all:
            server.stop()

    def kill_and_empty(self) -> None:
        """Both are back on their ports at once, and know nothing any more."""
        self._signal(signal.SIGKILL)
        for server in self._all:
            if server.process is not None:
                server.process.wait()
        for kept in self._folder.glob("appendonly*"):
            shutil.rmtree(kept)
        self.start()

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        for server in self._all:
            if server.process is not None:
                server.process.send_signal(number)


@contextlib.contextmanager
def stores(var: Path) -> Iterator[Stores]:
    (var / "log").mkdir(parents=True, exist_ok=True)
    found = Stores(var)
    found.start()
    try:
        yield found
    finally:
        found.stop()
