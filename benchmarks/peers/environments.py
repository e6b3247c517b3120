"""The interpreters of programs measured beside ours, each with packages of its own."""

import subprocess
import sys
import sysconfig
from pathlib import Path

from benchmarks.peers.rows import UnavailableError
from benchmarks.search.ground import BENCH


def interpreter(name: str, *packages: str, sees_ours: bool = False) -> Path:
    """Of the environment of this name under .bench/, made when it is not there.

    ``sees_ours`` lets it import the product's packages, behind its own. Raises
    UnavailableError when the packages cannot be installed here.
    """
    folder = BENCH / name
    python = folder / "bin" / "python"
    if (folder / "ready").exists():
        return python
    _run(name, sys.executable, "-m", "venv", str(folder))
    if sees_ours:
        version = f"python{sysconfig.get_python_version()}"
        place = folder / "lib" / version / "site-packages" / "product.pth"
        place.write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    _run(name, str(python), "-m", "pip", "install", "-q", *packages)
    (folder / "ready").touch()
    return python


def _run(name: str, *command: str) -> None:
    done = subprocess.run(  # noqa: S603
        command, capture_output=True, check=False, text=True
    )
    if done.returncode:
        raise UnavailableError(f"{name}: {done.stderr.strip()[-400:]}")
