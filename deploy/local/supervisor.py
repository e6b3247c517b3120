"""Keeps the product's processes alive, and stops them in order."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local import children
from deploy.local.messages import LocalError, complain, say
from deploy.local.processes import Process
from deploy.local.servers import Servers
from deploy.local.signals import Bell

_LONGEST_PAUSE_S = 30.0
# A child that lived this long has recovered: its next fall is a first one.
_HEALTHY_S = 60.0
_AT_ONCE_S = 5.0
_FALLS_AT_ONCE = 5
_INSISTENCE_S = 2.0
_LOOK_S = 1.0


def pause_after(falls: int) -> float:
    """1, 2, 4 … 30 seconds."""
    return min(_LONGEST_PAUSE_S, 2.0 ** (falls - 1))


@dataclass
class _Child:
    process: Process
    running: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    falls: int = 0
    falls_at_once: int = 0
    said_before: int = 0


class Supervisor:
    def __init__(
        self,
        processes: Sequence[Process],
        *,
        env: Mapping[str, str],
        logs: Path,
        folder: Path,
        bell: Bell,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._children = [_Child(process) for process in processes]
        self._env = dict(env)
        self._logs = logs
        self._folder = folder
        self._bell = bell
        self._clock = clock

    def start(self) -> None:
        """The essential ones; ``look`` starts the others, once the page answers.

        All at once they would share two cores, and the first page would wait for all.
        """
        for child in self._children:
            if child.process.essential:
                self._launch(child)

    def watch(self, servers: Servers) -> None:
        """Until somebody asks to stop; LocalError if an essential one cannot live."""
        while not self._bell.stopping:
            for name in servers.revive():
                complain(f"Le serveur {name} s’était arrêté : redémarré.")
            self.look()
            self._bell.wait(self._until_next())

    def look(self, *, at_first: bool = False) -> None:
        """One round: notice the fallen, start those that are due.

        ``at_first`` leaves to later rounds what is not essential.
        """
        for child in self._children:
            if at_first and not child.process.essential:
                continue
            if child.running is None:
                if self._clock() >= child.start_again_at:
                    self._launch(child)
            elif child.running.poll() is not None:
                self._fallen(child)

    def stop(self) -> None:
        """Everybody is asked at once; a second Ctrl-C ends the patience."""
        self._ask(self._alive())
        asked_at = time.monotonic()
        insisted: set[str] = set()
        while alive := self._alive():
            waited_s = time.monotonic() - asked_at
            late = [one for one in alive if waited_s > one.process.patience_s]
            # A worker that hears it twice drops the job that it was finishing.
            self._ask([one for one in late if one.process.name not in insisted])
            insisted.update(one.process.name for one in late)
            for child in alive:
                limit_s = child.process.patience_s + _INSISTENCE_S
                if self._bell.hurried or waited_s > limit_s:
                    self._send(child, signal.SIGKILL)
            self._bell.wait(0.1)

    def is_running(self, name: str) -> bool:
        return any(child.process.name == name for child in self._alive())

    def _alive(self) -> list[_Child]:
        return [
            child
            for child in self._children
            if child.running is not None and child.running.poll() is None
        ]

    def _launch(self, child: _Child) -> None:
        child.said_before = self._log_size(child)
        child.running = children.start(
            child.process.command,
            # Not a kill: the child has children of its own to stop.
            death=child.process.stop_signal,
            log=self._log(child),
            environment=self._env | dict(child.process.env),
            folder=self._folder,
        )
        child.started_at = self._clock()

    def _fallen(self, child: _Child) -> None:
        assert child.running is not None  # noqa: S101
        lived_s = self._clock() - child.started_at
        child.falls = 1 if lived_s > _HEALTHY_S else child.falls + 1
        child.falls_at_once = child.falls_at_once + 1 if lived_s < _AT_ONCE_S else 0
        pause_s = pause_after(child.falls)
        child.start_again_at = self._clock() + pause_s
        self._tell(child, child.running.returncode)
        child.running = None
        if child.process.essential and child.falls_at_once >= _FALLS_AT_ONCE:
            raise LocalError(
                f"{child.process.name} ne tient pas : {_FALLS_AT_ONCE} arrêts de suite "
                f"dès le démarrage. Journal complet : {self._log(child)}"
            )
        say(f"{child.process.name} : nouvel essai dans {pause_s:.0f} s.")

    def _tell(self, child: _Child, code: int) -> None:
        name = child.process.name
        how = f"code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        complain(f"{name} s’est arrêté ({how}). La fin de son journal :")
        said = children.tail(self._log(child), since=child.said_before)
        for line in said.splitlines():
            complain(f"{name} | {line}")

    def _ask(self, asked: Sequence[_Child]) -> None:
        for child in asked:
            self._send(child, child.process.stop_signal)

    def _send(self, child: _Child, number: signal.Signals) -> None:
        if child.running is not None:
            child.running.send_signal(number)

    def _log(self, child: _Child) -> Path:
        return self._logs / f"{child.process.name}.log"

    def _log_size(self, child: _Child) -> int:
        log = self._log(child)
        return log.stat().st_size if log.exists() else 0

    def _until_next(self) -> float:
        pauses = [
            child.start_again_at - self._clock()
            for child in self._children
            if child.running is None
        ]
        return min([_LOOK_S, *pauses])
