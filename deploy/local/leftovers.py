"""What a killed supervisor may have left running.

Our children die with us (launch.py), but theirs do not: a work-horse finishing its
job, a web worker that has not noticed yet. Every process of a run carries the run's
folder in its environment, and that is how the next one knows them.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from deploy.local import children

VARIABLE = "MA_RUN"
_PATIENCE_S = 3.0


def put_down(mark: str) -> int:
    """End the processes marked by an earlier run; how many there were.

    Only on systems with a /proc; elsewhere leftovers end by themselves.
    """
    found = list(_marked(f"{VARIABLE}={mark}".encode()))
    for number in (signal.SIGTERM, signal.SIGKILL):
        alive = [pid for pid in found if children.is_alive(pid)]
        for pid in alive:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        deadline = time.monotonic() + _PATIENCE_S
        for pid in alive:
            children.wait_gone(pid, patience_s=deadline - time.monotonic())
    return len(found)


def _marked(entry: bytes) -> Iterator[int]:
    ours = set(_ancestry())
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        if pid in ours:
            continue
        with contextlib.suppress(OSError):
            if entry in (folder / "environ").read_bytes().split(b"\0"):
                yield pid


def _ancestry() -> Iterator[int]:
    """Ourselves and whoever started us: a shell opened inside an earlier run."""
    pid = os.getpid()
    while pid > 1:
        yield pid
        try:
            status = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        except OSError:
            return
        # The name, in parentheses, may contain anything; the parent is the second
        # field after it.
        pid = int(status.rpartition(")")[2].split()[1])
