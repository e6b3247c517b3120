"""Benches of several parts, each in a process of its own; verdicts on the last line."""

import argparse
import importlib
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from benchmarks.scoring import ground


def run(package: str, parts: Sequence[str], options: argparse.Namespace) -> int:
    """0 when every verdict of ``options.parts`` is right; ``parts`` are all of them."""
    chosen = options.parts
    verdicts = (
        _one(package, chosen[0], options)
        if len(chosen) == 1
        else _each(package, chosen, parts)
    )
    ground.say(json.dumps(verdicts))
    return 0 if all(each["ok"] for each in verdicts.values()) else 1


def peak_mib() -> float:
    """Most memory that this process held since it began, in MiB.

    Not ``ru_maxrss``: a process begins with its parent's.
    """
    return _status_mib("VmHWM")


def own_mib() -> float:
    """What this process holds that is of no file: no other has it, and it must stay."""
    return _status_mib("RssAnon")


def _status_mib(name: str) -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(f"{name}:")[1].split()[0]) / 1024


class OwnPeak:
    """The most of ``own_mib`` meanwhile, looked at every 20 ms."""

    mib = 0.0

    def __enter__(self) -> "OwnPeak":
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._is_over.wait(0.02):
            self.mib = max(self.mib, own_mib())


def _one(package: str, name: str, options: argparse.Namespace) -> ground.Verdicts:
    ground.say(f"\n== {name}")
    part = importlib.import_module(f"{package}.{name}")
    rows, found = part.measure(options)
    ground.say(ground.table(rows))
    verdicts: ground.Verdicts = found
    return verdicts


def _each(package: str, chosen: Sequence[str], parts: Sequence[str]) -> ground.Verdicts:
    """In a process of its own: Django is set up once, for one part's servers."""
    verdicts: ground.Verdicts = {}
    given = [each for each in sys.argv[1:] if each not in parts]
    for name in chosen:
        command = [sys.executable, "-m", package, name, *given]
        part = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        assert part.stdout is not None  # noqa: S101
        last = ""
        for line in part.stdout:
            ground.say(line.rstrip())
            last = line
        if part.wait() not in (0, 1) or not last.startswith("{"):
            raise SystemExit(f"{name}: the measure was not taken")
        verdicts |= json.loads(last)
    return verdicts
