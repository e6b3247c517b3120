"""The whole product as ``bin/run`` starts it, on a register of the country's size."""

import contextlib
import math
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.search import ground, web
from deploy.local import children, processes

DESK = "Banc d’essai"
LONGEST_SETTLING_S, QUIET_LOOKS = 1200.0, 5
WARMING = 20


@dataclass(kw_only=True)
class House:
    """The running product, and who is signed in."""

    env: dict[str, str]
    port: int
    web: "subprocess.Popen[bytes]"
    cookies: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[int]:
        task = Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children")
        return sorted(map(int, task.read_text().split()))

    def rss_mb(self) -> dict[int, float]:
        """What each web worker holds now."""
        return {pid: _rss_mb(pid) for pid in self.workers()}


@contextlib.contextmanager
def house(rows: int, *, people: int, **settings: str) -> Iterator[House]:
    """``settings`` are variables of the product's environment."""
    # In a process of its own, which takes its servers' addresses with it.
    fill = [sys.executable, "-m", "benchmarks.search.fill", str(rows)]
    subprocess.run(fill, cwd=ground.PROJECT, check=True)  # noqa: S603
    with ground.servers(rows) as found:
        os.environ.update(found)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
        ground.manage(found, "migrate", "--verbosity", "0")
        ground.manage(found, "collectstatic", "--noinput", "--verbosity", "0")
        import django

        django.setup()
        port, sandbox = _free_port(), _free_port()
        env = {
            **found,
            "PORT": str(port),
            "SANDBOX_URL": f"http://127.0.0.1:{sandbox}",
            # Fifty people of one address are one address's limits.
            "RATE_LIMIT_SCALE": "1000",
            "PYTHONUNBUFFERED": "1",
            **settings,
        }
        with _product(env, sandbox) as program:
            running = House(env=env, port=port, web=program)
            _wait(port, program)
            settle()
            running.cookies = sign_in(people)
            _warm(running)
            yield running


def _warm(running: House) -> None:
    """Both workers have read what each of them reads once."""
    headers = {"Cookie": running.cookies[0]}
    pages = [f"{running.address}/", f"{running.address}/?departement=69&tri=-ca"]
    web.ask(pages * WARMING, headers, users=4)


def settle() -> None:
    """Until the night's work, which a database left for a while catches up, is done.

    The search index too: the product builds it again by itself.
    """
    from companies.search.index import keeper

    deadline = time.monotonic() + LONGEST_SETTLING_S
    quiet = 0
    while quiet < QUIET_LOOKS:
        if time.monotonic() > deadline:
            raise RuntimeError("the product has not come to rest")
        is_busy = is_at_work() or keeper.state().is_due
        quiet = 0 if is_busy else quiet + 1
        time.sleep(1)


def is_at_work() -> bool:
    """Whether any job waits or is under way, or any batch."""
    import django_rq
    from django.conf import settings

    from enrichment.models import Batch

    queues = [django_rq.get_queue(name) for name in settings.RQ_QUEUES]
    busy = any(each.count or len(each.started_job_registry) for each in queues)
    return busy or Batch.objects.filter(state="running").exists()


@contextlib.contextmanager
def _product(
    env: dict[str, str], sandbox_port: int
) -> Iterator["subprocess.Popen[bytes]"]:
    var = Path(env["VAR_DIR"])
    logs = var / "log"
    folder = str(var / "sandbox")
    started: list[tuple[processes.Process, subprocess.Popen[bytes]]] = []
    try:
        for each in processes.product(sandbox_port=sandbox_port, sandbox_folder=folder):
            program = children.start(
                each.command,
                # Not a kill: it has children of its own to stop.
                death=each.stop_signal,
                log=logs / f"load-{each.name}.log",
                environment=env | dict(each.env),
                folder=ground.PROJECT,
            )
            started.append((each, program))
        yield next(program for each, program in started if each.name == "web")
    finally:
        for each, program in started:
            children.stop(program, (each.stop_signal, each.patience_s + 5))


def _wait(port: int, program: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port), timeout=1),
        ):
            return
        if program.poll() is not None:
            break
        time.sleep(0.2)
    raise RuntimeError("the web did not start: see load-web.log beside the database")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _rss_mb(pid: int) -> float:
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0
    return 0.0


# Who is signed in


def analysts(count: int) -> list[Any]:
    from accounts.models import Desk, User
    from enrichment.models import DayBudget

    desk, _ = Desk.objects.get_or_create(name=DESK)
    found = []
    for number in range(count):
        email = f"analyste{number}@banc.example"
        user = User.objects.filter(email=email).first()
        if user is None:
            name = f"Analyste {number}"
            user = User.objects.create_user(email, PASSWORD, full_name=name, desk=desk)
        DayBudget.objects.update_or_create(user=user, defaults={"day_eur": 9_000_000})
        found.append(user)
    return found


PASSWORD = "une phrase de douze signes"  # noqa: S105  of people made up here


def sign_in(count: int) -> list[str]:
    """Sessions as both factors leave them, one a person."""
    from accounts.tests import people

    make: Any = people.verified_client
    browsers = [make(user) for user in analysts(count)]
    return [f"session={each.cookies['session'].value}" for each in browsers]


# Figures


def percentile(values: Sequence[float], share: float) -> float:
    """The value that such a share of them does not exceed; 0 of none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
