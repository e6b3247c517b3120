"""What the measures of enrichment stand on: a sandbox, companies, batches, workers."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent.parent
FREE, PAID = "recherche_entreprises", "pappers"
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Sandbox:
    """The running sandbox: its address, its process, the log of what it served."""

    url: str
    pid: int
    served: Path

    def slow(self, latency_ms: float) -> None:
        body = json.dumps({"latency_ms": latency_ms}).encode()
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/_sandbox/latency",
            data=body,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=5):  # noqa: S310
            pass

    def lines(self, since: int = 0) -> list[dict[str, Any]]:
        with self.served.open("rb") as file:
            file.seek(since)
            return [json.loads(line) for line in file]

    @property
    def size(self) -> int:
        return self.served.stat().st_size if self.served.exists() else 0


@contextlib.contextmanager
def sandbox(latency_ms: float) -> Iterator[Sandbox]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "enrichment.sandbox", "--var", folder]
        options = ["--port", str(port), "--latency-ms", str(latency_ms)]
        process = subprocess.Popen(  # noqa: S603
            [*command, *options, "--tokens", "100000000"],
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait_for(f"{url}/_sandbox/health")
            yield Sandbox(url, process.pid, Path(folder) / "served.jsonl")
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(url: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)


# Companies and batches


def numbers() -> Iterator[str]:
    """SIREN with right keys whose answers the sandbox makes up, for ever new."""
    from mainsite.lib.siren import is_valid_siren

    return filter(is_valid_siren, (f"{n:09d}" for n in range(910_000_000, 999_999_999)))


def register(sirens: Sequence[str]) -> None:
    """Rows of the register for them."""
    from django.utils import timezone

    from companies.models import Company, Register

    now = timezone.now()
    Company.objects.bulk_create(
        (Company(siren=s, name=f"Essai {s}", registered_at=now) for s in sirens),
        batch_size=5000,
    )
    Register.objects.bulk_create((Register(siren=s) for s in sirens), batch_size=5000)


def analyst() -> Any:
    from accounts.models import Desk, User
    from enrichment.models import DayBudget

    desk, _ = Desk.objects.get_or_create(name="Mesure")
    user = User.objects.filter(desk=desk).first()
    if user is None:
        user = User.objects.create_user(
            "mesure@example.org", "une phrase de mesure", full_name="Mesure", desk=desk
        )
    # A limit there is, and it is looked at for each call: far away.
    DayBudget.objects.update_or_create(user=user, defaults={"day_eur": 9_000_000})
    return user


def settle_sources(
    *, concurrency: int, rate_per_s: float | None = None, only: Sequence[str] = ()
) -> None:
    from enrichment.models import Provider

    Provider.objects.update(concurrency=concurrency, rate_per_s=None, day_quota=None)
    if only:
        Provider.objects.filter(name__in=only).update(rate_per_s=rate_per_s)


def start(sirens: Sequence[str], sources: Sequence[str]) -> Any:
    """A batch that is running; its workers are asked for by the usual event."""
    from enrichment import services

    register(sirens)
    user = analyst()
    batch = services.make_batch_of(by=user, name="Mesure", sirens=sirens)
    services.start_batch(batch=batch, by=user, sources=list(sources), cap_eur=None)
    return batch


def is_over(batch: Any) -> bool:
    from enrichment.models import Batch

    return Batch.objects.filter(pk=batch.pk, state="done").exists()


def wait_for_the_end(batch: Any, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_over(batch):
        if time.monotonic() > deadline:
            raise TimeoutError(f"batch {batch.pk} did not end in {seconds} s")
        time.sleep(0.05)


# Workers and what they cost


@contextlib.contextmanager
def running(
    *commands: Sequence[str], env: Mapping[str, str] | None = None
) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Programs of the product, each leading a group of its own, until we are done."""
    programs = [
        subprocess.Popen(  # noqa: S603
            list(command),
            cwd=PROJECT,
            env=None if env is None else dict(env),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for command in commands
    ]
    try:
        yield programs
    finally:
        for program in programs:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGTERM)
        for program in programs:
            try:
                program.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(program.pid, signal.SIGKILL)
                program.wait()


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def cpu_s(root: int) -> float:
    """Processor time of a process, of its children and of those it has buried."""
    total = 0.0
    for pid in _family(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        own, buried = fields[11:13], fields[13:15]
        total += sum(int(ticks) for ticks in (*own, *buried)) / _CLOCK_TICKS
    return total


def _family(root: int) -> list[int]:
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                waiting += [int(child) for child in task.read_text().split()]
    return found


def table(rows: Sequence[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in rows) + 2
    return "\n".join(f"{name:<{width}}{value}" for name, value in rows)


Verdicts = dict[str, Mapping[str, Any]]


def verdict(value: float, bar: float, *, most: bool = False) -> dict[str, Any]:
    """``most``: the value must not exceed the bar; else it must reach it."""
    is_right = value <= bar if most else value >= bar
    return {"value": round(value, 4), "bar": bar, "ok": is_right}
