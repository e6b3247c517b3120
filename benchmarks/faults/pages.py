"""Faults met by whoever reads pages: the second half of `make faults`.

    python -m benchmarks.faults.pages [NAMES] [--small]

The real web server, a worker, the scheduler, PostgreSQL and both Valkeys, all of them
ours. People read without a pause meanwhile: each answer must be right, or say why not.
A table, then one JSON line; 1 when anything is wrong.
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django

from benchmarks.enrichment.ground import PROJECT, Verdicts, manage, sandbox, verdict
from benchmarks.faults import ground
from benchmarks.faults.page_reader import Reader
from deploy.local import children, environment
from deploy.local.postgres import Postgres
from deploy.local.state import State

# How many read, of how many companies; and where a test plays.
PEOPLE, COMPANIES = 3, 300
FEW_PEOPLE, FEW_COMPANIES = 2, 100
LONGEST_LINE = 300
_HEAD = (
    f"{'fault':22}{'what was done':42}{'requests':>9}{'failed':>8}{'slowest':>9}"
    f"{'jobs lost':>11}{'recovery':>10}"
)


@dataclass(kw_only=True)
class Stage:
    """What a fault plays on."""

    env: dict[str, str]
    folder: Path
    postgres: Postgres
    stores: ground.Stores
    reader: Reader
    small: bool
    web: Any
    members: list[Any] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    # When the fault began, and when it was repaired.
    began: float = 0.0
    repaired: float = 0.0
    jobs_lost: int = 0
    slowest_ms: float = 0.0

    @property
    def outage_s(self) -> float:
        return 6.0 if self.small else 60.0

    def demand(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.problems.append(otherwise)

    def strike(self) -> None:
        self.began = time.monotonic()

    def repair(self) -> None:
        self.repaired = time.monotonic()

    def look(self) -> None:
        """As the supervisor of bin/run: what died is started again."""
        for member in self.members:
            if member.process.poll() is not None:
                member.start()

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.look()
            time.sleep(0.05)

    def until(self, condition: Any, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            self.look()
            time.sleep(0.1)
        return True


class Member:
    """A process of the product that is started again when it dies."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path) -> None:
        self._command, self._env, self._log = command, env, log
        self.start()

    def start(self) -> None:
        self.process = children.start(
            self._command,
            death=signal.SIGTERM,
            log=self._log,
            environment=self._env,
            folder=PROJECT,
        )

    def children(self) -> list[int]:
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return sorted(map(int, task.read_text().split()))

    def stop(self) -> None:
        children.stop(self.process, (signal.SIGTERM, 10.0))


@contextlib.contextmanager
def stage(folder: Path, *, small: bool, **settings: str) -> Iterator[Stage]:
    for name in ("log", "static"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        postgres = Postgres(var=folder, state=State(folder / "servers.json"))
        postgres.start()
        stack.callback(postgres.stop)
        stores = stack.enter_context(ground.stores(folder / "stores"))
        served = stack.enter_context(sandbox(20))
        os.environ.update(environment.local(folder))
        os.environ.update(postgres.environment() | stores.env)
        os.environ["SANDBOX_URL"] = served.url
        os.environ.update(settings)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings_test")
        port = str(State(folder / "ports.json").another_port("web"))
        env = os.environ | {"PORT": port}
        _manage(env, "migrate", "--verbosity", "0")
        django.setup()
        from benchmarks.faults.page_seed import seed

        cookie = seed(FEW_COMPANIES if small else COMPANIES)
        queues = ("interactive", "enrichment", "exports", "imports", "default")
        gunicorn = [sys.executable, "-m", "gunicorn", "mainsite.wsgi"]
        log = folder / "log"
        web = Member(
            [*gunicorn, "-c", "deploy/gunicorn.conf.py"],
            # A pool belongs to the web alone.
            env | {"WEB_POOL_SIZE": "8"},
            log / "web.log",
        )
        stack.callback(web.stop)
        members = [web]
        for command in (manage("work", *queues), manage("schedule")):
            members.append(Member(command, env, log / f"{command[-1]}.log"))
            stack.callback(members[-1].stop)
        reader = Reader(f"http://127.0.0.1:{port}", cookie)
        stack.callback(reader.stop)
        found = Stage(
            env=env,
            folder=folder,
            postgres=postgres,
            stores=stores,
            reader=reader,
            small=small,
            web=web,
            members=members,
        )
        if not found.until(reader.is_up, 60):
            raise RuntimeError(children.tail(log / "web.log"))
        yield found


def _manage(env: dict[str, str], *arguments: str) -> None:
    import subprocess

    subprocess.run(manage(*arguments), cwd=PROJECT, env=env, check=True)  # noqa: S603


def main() -> int:
    from benchmarks.faults.page_strikes import FAULTS

    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults.pages")
    parser.add_argument("names", nargs="*", choices=[*FAULTS, []])
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    _say(f"load average {os.getloadavg()[0]:.1f}")
    _say(_HEAD)
    verdicts: Verdicts = {}
    with (
        tempfile.TemporaryDirectory(prefix="ma-pages-") as name,
        stage(Path(name), small=options.small) as ours,
    ):
        for fault in options.names or FAULTS:
            verdicts |= _played(ours, fault)
    _say(json.dumps(verdicts))
    return 0 if all(each["ok"] for each in verdicts.values()) else 1


def _played(ours: Stage, name: str) -> Verdicts:
    from benchmarks.faults.page_strikes import FAULTS

    fault = FAULTS[name]
    if why := fault.missing():
        _say(f"{name:22}not played: {why}")
        return {}
    ours.problems, ours.jobs_lost = [], 0
    ours.began = ours.repaired = ours.slowest_ms = 0.0
    ours.reader.start(FEW_PEOPLE if ours.small else PEOPLE)
    ours.wait(1.0)
    fault.play(ours)
    ours.repaired = ours.repaired or time.monotonic()
    ours.wait(fault.recovery_s + 1)
    answers = ours.reader.stop()
    failed = [each for each in answers if each.status != 200]
    late = [each.at for each in failed if each.at > ours.repaired]
    recovery = max(late, default=ours.repaired) - ours.repaired
    slowest = max((each.ms for each in answers), default=0.0)
    ours.demand(recovery <= fault.recovery_s, f"recovered after {recovery:.1f} s")
    for each in failed:
        known = each.status == 503 and each.is_told
        if not (known or each.status == 0 and fault.may_cut):
            ours.problems.append(f"{each.path}: {each.status} {each.said[:160]}")
    early = [each for each in failed if each.at < ours.began]
    ours.demand(not early, f"{len(early)} failed before the fault")
    ours.demand(len(failed) <= fault.most_failed, f"{len(failed)} failed")
    if fault.slowest_ms:
        ours.demand(slowest <= fault.slowest_ms, f"slowest {slowest:.0f} ms")
    _check_invariants(ours)
    _say(
        f"{name:22}{fault.told:42}{len(answers):>9}{len(failed):>8}"
        f"{slowest / 1000:>7.1f} s{ours.jobs_lost:>11}"
        f"{recovery:>8.1f} s"
    )
    for problem in ours.problems[:6]:
        _say(f"    {problem[:LONGEST_LINE]}")
    if ours.jobs_lost:
        said = children.tail(ours.folder / "log" / "default.log", lines=1)
        _say(f"    …{said[-2 * LONGEST_LINE :]}")
    wrong = len(ours.problems) + ours.jobs_lost
    return {f"faults_{name}": verdict(wrong, 0, most=True)}


def _check_invariants(ours: Stage) -> None:
    from django.db import connection

    from mainsite import invariants

    connection.close()
    for each in invariants.broken():
        ours.problems.append(f"{each.part}: {each.rule} ({each.count})")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
