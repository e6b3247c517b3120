"""Our own web server as it is configured, someone signed in, and many users."""

import contextlib
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.search.ground import BENCH, PROJECT, manage

PORT = 28_481
POOL = "4"


@dataclass(frozen=True)
class Reply:
    """One answer; ``sql_ms`` is None where the server does not say it."""

    number: int
    ms: float
    status: int
    sql_ms: float | None


@contextlib.contextmanager
def gunicorn(env: Mapping[str, str]) -> Iterator[str]:
    """The address of the product's pages, served by two processes."""
    manage(env, "collectstatic", "--noinput", "-v", "0")
    command = [sys.executable, "-m", "gunicorn", "mainsite.wsgi"]
    with serving(
        [*command, "-c", "deploy/gunicorn.conf.py"],
        {**env, "PORT": str(PORT), "WEB_POOL_SIZE": POOL},
        f"http://127.0.0.1:{PORT}/healthz",
    ):
        yield f"http://127.0.0.1:{PORT}"


@contextlib.contextmanager
def serving(
    command: Sequence[str],
    env: Mapping[str, str],
    ready: str,
    *,
    folder: Any = PROJECT,
    patience_s: float = 60,
) -> Iterator[None]:
    """A server for as long as it is needed; it is up when its address answers."""
    BENCH.mkdir(exist_ok=True)
    with (BENCH / "servers.log").open("ab") as log:
        server = subprocess.Popen(  # noqa: S603
            list(command), cwd=folder, env=dict(env), stdout=log, stderr=log
        )
    try:
        _wait(server, ready, patience_s)
        yield
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(server: "subprocess.Popen[bytes]", address: str, patience_s: float) -> None:
    began = time.monotonic()
    while time.monotonic() - began < patience_s:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"nothing answers at {address}: see .bench/servers.log")


def session(email: str) -> dict[str, str]:
    """Headers of a browser signed in with both factors."""
    from accounts.models import User
    from accounts.tests.people import verified_client

    browser = verified_client(User.objects.get(email=email))  # type: ignore[no-untyped-call]
    return {"Cookie": f"session={browser.cookies['session'].value}"}


def get(address: str, headers: Mapping[str, str]) -> str:
    request = urllib.request.Request(address, headers=dict(headers))  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        said = re.findall(r"err-line.{0,300}", error.read().decode(), re.S)
        raise RuntimeError(f"{address} answered {error.code}: {said}") from error


def ask(
    addresses: Sequence[str],
    headers: Mapping[str, str],
    *,
    users: int = 1,
    seconds: float = 0,
) -> tuple[list[Reply], float]:
    """Each address once, or over and over for some seconds; and how long it took.

    Users are in a process of their own; each asks, waits for the whole answer, asks.
    """
    order = {
        "addresses": list(addresses),
        "headers": dict(headers),
        "users": users,
        "seconds": seconds,
    }
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks.search.load"],
        cwd=PROJECT,
        input=json.dumps(order).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout)
    return [Reply(*reply) for reply in found["replies"]], found["seconds"]
