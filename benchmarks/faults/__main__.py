"""`make faults`: every fault, each in a batch of its own, against the same twin.

    python -m benchmarks.faults [NAMES] [--companies 1000] [--kills 30] [--seed 1]
                                [--small] [--at-once 2] [--keep DIR]

It starts its own servers. A table, then one JSON line; 1 when anything is wrong.
`--small` plays a batch of seconds, `--at-once` several faults side by side.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.enrichment.ground import PROJECT, Verdicts, verdict
from benchmarks.faults import books, dump, ground
from benchmarks.faults.size import Size
from benchmarks.faults.strikes import FAULTS
from deploy.local import children, environment

TWIN = "twin"
LONGEST_S = 3600.0
LONGEST_LINE = 400
_HEAD = (
    f"{'fault':20}{'what was done':34}{'in flight':>10}{'repeats':>9}{'lost':>6}"
    f"{'recovery':>10}{'retried':>9}{'took':>8}  twin"
)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What the whole run shares."""

    folder: Path
    size: Size
    house: ground.House


@dataclass(frozen=True, kw_only=True)
class Playing:
    name: str
    folder: Path
    process: "subprocess.Popen[bytes]"


def main() -> int:
    options = _options()
    size = (
        Size.small(seed=options.seed)
        if options.small
        else Size(companies=options.companies, kills=options.kills, seed=options.seed)
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    names = options.names or [name for name in FAULTS if name != TWIN]
    with _folder(options.keep) as folder:
        os.environ.update(environment.local(folder))
        with ground.house(folder / "house", size) as house:
            run = Run(folder=folder, size=size, house=house)
            return _played(run, names, options.at_once)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults")
    parser.add_argument("names", nargs="*", choices=[*FAULTS, []])
    parser.add_argument("--companies", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a folder to leave everything in")
    return parser.parse_args()


@contextlib.contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="ma-faults-") as name:
        yield Path(name).resolve()


def _played(run: Run, names: Sequence[str], at_once: int) -> int:
    _say(f"{2 * run.size.companies} items, load average {os.getloadavg()[0]:.1f}")
    _say(_HEAD)
    verdicts: Verdicts = {}
    waiting = [name for name in names if _can_play(name)]
    run.house.copy_to(
        [run.folder / name for name in waiting if FAULTS[name].has_own_postgres]
    )
    is_right = _told(run, TWIN, _wait_for(_started(run, TWIN)), verdicts)
    playing: list[Playing] = []
    while is_right and (waiting or playing):
        while waiting and len(playing) < at_once:
            playing.append(_started(run, waiting.pop(0)))
        for one in [each for each in playing if each.process.poll() is not None]:
            playing.remove(one)
            _told(run, one.name, _found(one), verdicts)
        time.sleep(0.1)
    _say(json.dumps(verdicts))
    return 0 if all(each["ok"] for each in verdicts.values()) else 1


def _can_play(name: str) -> bool:
    missing = FAULTS[name].missing()
    if missing:
        _say(f"{name:20}not played: {missing}")
    return not missing


def _started(run: Run, name: str) -> Playing:
    """A process of its own: each has its servers, its settings, its connections."""
    folder = run.folder / name
    folder.mkdir(exist_ok=True)
    size = json.dumps(asdict(run.size))
    command = [sys.executable, "-m", "benchmarks.faults.trial", name]
    options = ["--folder", str(folder), "--size", size]
    if name != TWIN:
        options += ["--twin", str(run.folder / TWIN / "dump.txt")]
    env = dict(os.environ)
    if not FAULTS[name].has_own_postgres:
        env |= run.house.copy(f"trial_{name}")
    process = children.start(
        [*command, *options],
        death=signal.SIGTERM,
        log=folder / "trial.log",
        environment=env,
        folder=PROJECT,
    )
    return Playing(name=name, folder=folder, process=process)


def _wait_for(one: Playing) -> dict[str, Any]:
    one.process.wait(LONGEST_S)
    return _found(one)


def _found(one: Playing) -> dict[str, Any]:
    file = one.folder / "found.json"
    if not file.exists():
        return {"failed": children.tail(one.folder / "trial.log", lines=30)}
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def _told(run: Run, name: str, found: dict[str, Any], verdicts: Verdicts) -> bool:
    """One row, and under it what is wrong; whether all is right."""
    if "failed" in found:
        _say(f"{name:20}failed\n{found['failed']}")
        verdicts[f"faults_{name}"] = verdict(1, 0, most=True)
        return False
    differing, problems = found["differing"], found["problems"]
    _say(
        f"{name:20}{FAULTS[name].told:34}{found['in_flight']:>10}{found['repeats']:>9}"
        f"{found['lost']:>6}{found['recovery_s']:>8.1f} s{found['retries']:>9}"
        f"{found['seconds']:>6.0f} s  {len(differing) or 'equal'}"
    )
    said = children.tail(run.folder / name / "product.log", lines=4).splitlines()
    shown = [*problems, *differing[: 2 * dump.SHOWN], *said * bool(differing)]
    for line in shown:
        _say(f"    {line[:LONGEST_LINE]}")
    wrong = len(problems) + len(differing)
    verdicts[f"faults_{name}"] = verdict(wrong, 0, most=True)
    verdicts[f"faults_{name}_recovery_s"] = verdict(
        found["recovery_s"], books.RECOVERY_S, most=True
    )
    return not wrong


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
