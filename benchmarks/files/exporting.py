"""One export of a made-up register, alone in a process: seconds, memory, answers."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import parts
from benchmarks.scoring import ground

# Every open company, by what a list is sorted by most.
QUERY = "tri=-ca"


@dataclass(frozen=True, slots=True)
class Run:
    """``growth_mb`` is what the work added to a process that had all its imports;
    ``own_growth_mb`` leaves out the files that it maps.

    ``cpu_s`` is of this process alone: another one's load does not change it.
    """

    rows: int
    seconds: float
    cpu_s: float
    peak_mb: float
    growth_mb: float
    own_growth_mb: float

    @property
    def rate(self) -> float:
        return self.rows / self.seconds

    @property
    def words(self) -> str:
        return (
            f"{self.rate:,.0f} rows/s ({self.seconds:.2f} s, {self.cpu_s:.2f} s of "
            f"processor), "
            f"{self.peak_mb:.0f} MB at most, {self.growth_mb:.0f} MB for the work, "
            f"{self.own_growth_mb:.0f} of them without mapped files"
        )


def prepare(env: Mapping[str, str]) -> None:
    """The list's own index, as an installation has it."""
    ground.manage(env, "build_search_index")


def ours(env: Mapping[str, str], path: Path, profile: str, format_: str) -> Run:
    return child(env, __name__, str(path), profile, format_)


def child(env: Mapping[str, str], module: str, *arguments: str) -> Run:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", module, *arguments],
        cwd=ground.PROJECT,
        env=dict(env),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return Run(**json.loads(done.stdout.splitlines()[-1]))


class Measured:
    """Around the work, once all is imported and connected."""

    def __enter__(self) -> "Measured":
        self._before, self._own_before = resident_mb(), parts.own_mib()
        self._own = parts.OwnPeak().__enter__()
        self._began, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self._seconds = time.perf_counter() - self._began
        self._cpu = time.process_time() - self._cpu
        self._own.__exit__()

    def told(self, rows: int) -> dict[str, Any]:
        peak = parts.peak_mib()
        return {
            "rows": rows,
            "seconds": self._seconds,
            "cpu_s": self._cpu,
            "peak_mb": peak,
            "growth_mb": peak - self._before,
            "own_growth_mb": max(self._own.mib - self._own_before, 0.0),
        }


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("profile")
    parser.add_argument("format")
    options = parser.parse_args()
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    django.setup()
    from exports import asked, content
    from exports.formats import WRITERS, Facts
    from exports.profiles import table
    from exports.snapshot import snapshot

    wish = asked.of_query(QUERY, desk_id=None)
    shape = table(options.profile)
    wish.count()
    with snapshot(), Measured() as took:
        batches = content.read(shape, wish.search, desk_id=None)
        rows = WRITERS[options.format](options.path, shape, batches, facts=Facts())
    sys.stdout.write(json.dumps(took.told(rows)) + "\n")


if __name__ == "__main__":
    main()
