"""The embedded servers for the time of a test, started as a program of their own."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from deploy.local import environment

PROJECT = Path(__file__).resolve().parent.parent
ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "REDIS_CACHE_URL")


def clean_environment(**more):
    kept = {name: os.environ[name] for name in os.environ if name not in ADDRESSES}
    return kept | more


def line(var, *command, options=()):
    module = [sys.executable, "-m", "deploy.local.servers", "--var", str(var)]
    return [*module, *options, "--", *command]


def addresses(var, **more):
    """What a command run with the servers finds in its environment."""
    answer = subprocess.run(
        line(var, "env"),
        env=clean_environment(**more),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    found = environment.from_text(answer.stdout)
    return {name: found.get(name) for name in ADDRESSES}


class Started:
    """Servers held up by a `sleep`, until somebody ends one or the other."""

    def __init__(self, var, *, options=(), **more):
        self.var = var
        ready = var.with_name(f"ready-{time.monotonic_ns()}")
        command = ("sh", "-c", 'touch "$0"; exec sleep 60', str(ready))
        self.launcher = subprocess.Popen(
            line(var, *command, options=options),
            env=clean_environment(**more),
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        until(lambda: ready.exists() or self.launcher.poll() is not None)
        assert self.launcher.poll() is None, self.launcher.stderr.read()
        self.env = environment.from_text((var / "addresses.env").read_text())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.launcher.poll() is None:
            self.launcher.terminate()
        self.launcher.wait(20)
        self.launcher.stderr.close()

    def ask(self, sql, role="DATABASE_URL"):
        with psycopg.connect(self.env[role]) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchone() if cursor.description else None

    def make_table(self):
        self.ask("CREATE TABLE kept (n int)", role="DATABASE_OWNER_URL")
        self.ask("INSERT INTO kept VALUES (42)")


def until(happens, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def processes_of(var):
    """The servers' command lines, by the folder that they were given."""
    lines = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            lines.append((folder / "cmdline").read_bytes())
    servers = (b"/postgres\0", b"/valkey-server\0")
    # Valkey rewrites its line: the program, then the address.
    ours = [line for line in lines if os.fsencode(var) in line]
    return [line for line in ours if any(server in line for server in servers)]
