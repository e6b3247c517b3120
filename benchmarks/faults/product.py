"""The product's processes, each in a session of its own, and who starts them again."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.enrichment.ground import PROJECT, manage
from deploy.local import children

Kind = Literal["horse", "worker", "both"]
# As the supervisor of bin/run pauses after a first fall.
PAUSE_S = 1.0
# Long beyond what a stop may take.
STOP_S = 120.0


@dataclass
class _Member:
    command: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    start_at: float = 0.0


class Product:
    """Workers and the scheduler. ``look`` often: it starts again what has died.

    Call from the main thread: what it starts is tied to the thread that started it.
    """

    def __init__(self, *, env: Mapping[str, str], log: Path, workers: int) -> None:
        self._env = dict(env)
        self._log = log
        self._workers = [_Member(manage("work", "enrichment")) for _ in range(workers)]
        self._scheduler = _Member(manage("schedule"))
        self._sessions: set[int] = set()

    def look(self) -> None:
        now = time.monotonic()
        for member in (*self._workers, self._scheduler):
            if member.process is None:
                if now >= member.start_at:
                    self._launch(member)
            elif member.process.poll() is not None:
                member.process, member.start_at = None, now + PAUSE_S

    def set_clock(self, variables: Mapping[str, str]) -> None:
        """Everything is killed, and starts again by another clock."""
        self.kill_all()
        self._env |= variables

    def workers(self) -> list[int]:
        return [member.process.pid for member in self._workers if member.process]

    def kill(self, kind: Kind, draw: random.Random) -> None:
        """Signal 9 for a work-horse, its parent, or both in the same moment.

        A busy one when there is one; an orphan of earlier kills goes on to its end,
        and may be the only work-horse.
        """
        workers = self.workers()
        worker = draw.choice([pid for pid in workers if _children(pid)] or workers)
        horses = _children(worker) or self._orphans()
        killed = {"horse": horses, "worker": [worker], "both": [worker, *horses]}
        _kill(killed[kind])

    def ask_to_stop(self) -> float:
        """SIGTERM to all of them, as a deployment does; seconds until the last left."""
        began = time.monotonic()
        members = [*self._workers, self._scheduler]
        running = [member.process for member in members if member.process]
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(STOP_S)
        return time.monotonic() - began

    def kill_all(self) -> None:
        """As a machine that loses its current, orphans of earlier kills included."""
        _kill(pid for pid in _pids() if _session(pid) in self._sessions)
        for member in (*self._workers, self._scheduler):
            if member.process is not None:
                member.process.wait(10)

    def _orphans(self) -> list[int]:
        return [pid for pid in _pids() if pid != _session(pid) in self._sessions]

    def _launch(self, member: _Member) -> None:
        member.process = children.start(
            member.command,
            death=signal.SIGKILL,
            log=self._log,
            environment=self._env,
            folder=PROJECT,
        )
        self._sessions.add(member.process.pid)


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(child) for child in text.split()]


def _pids() -> list[int]:
    return [
        int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()
    ]


def _session(pid: int) -> int:
    """Work-horses lead groups of their own, inside the session of their worker."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(text.rpartition(")")[2].split()[3])
