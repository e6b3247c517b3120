"""A wrong wall clock for the product's processes, and for nobody else."""

import shutil
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("clock.c")


def missing() -> str:
    """Why the clock cannot be moved on this machine, "" when it can."""
    return "" if shutil.which("cc") else "no C compiler to build the clock with"


def moved(folder: Path, shift_s: int) -> dict[str, str]:
    """The variables that put a process so many seconds ahead, or behind."""
    library = folder / "clock.so"
    if not library.exists():
        compiler = shutil.which("cc") or "cc"
        command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library)]
        subprocess.run([*command, str(_SOURCE), "-ldl"], check=True)  # noqa: S603
    return {"LD_PRELOAD": str(library), "CLOCK_SHIFT_S": str(shift_s)}
