"""From a clean clone to an answering page, then again: `bin/run` cold and warm.

Cold makes the virtual environment and loads the demo data; the packages come from the
registry or from pip's own cache, whichever this machine has. The limit printed beside
is the installation of the packages alone.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

BAR_COLD_S, BAR_WARM_S = 180.0, 10.0
PORT = 28_473
PATIENCE_S = 400.0


def main() -> int:
    here = Path(__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory(prefix="ma start ") as folder:
        clone = Path(folder) / "clone"
        command = ["git", "clone", "-q", str(here), str(clone)]
        subprocess.run(command, check=True)  # noqa: S603
        cold = _start(clone)
        warm = [_start(clone) for _ in range(3)]
        again = sorted(warm)[1]
    rows = (
        ("clean clone to first page", cold, BAR_COLD_S),
        ("started again (median of 3)", again, BAR_WARM_S),
    )
    lines = [f"{'what':<32}{'seconds':>9}{'bar':>7}"]
    lines += [f"{name:<32}{value:>9.1f}{bar:>7.0f}" for name, value, bar in rows]
    lines.append(f"load average {os.getloadavg()[0]:.1f}")
    verdict = {
        "start_cold": _verdict(cold, BAR_COLD_S),
        "start_warm": _verdict(again, BAR_WARM_S),
    }
    sys.stdout.write("\n".join([*lines, json.dumps(verdict)]) + "\n")
    return 0


def _verdict(value: float, bar: float) -> dict[str, object]:
    return {"value": round(value, 1), "bar": bar, "ok": value <= bar}


def _start(clone: Path) -> float:
    """Seconds until the sign-in page answers; then Ctrl-C."""
    kept = ("HOME", "PATH", "LANG", "PIP_INDEX_URL", "PIP_CONFIG_FILE", "TMPDIR")
    env = {name: os.environ[name] for name in kept if name in os.environ}
    began = time.perf_counter()
    run = subprocess.Popen(  # noqa: S603
        ["/bin/sh", "bin/run"],
        cwd=clone,
        env={**env, "PORT": str(PORT)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(run, began)
        return time.perf_counter() - began
    finally:
        os.killpg(run.pid, signal.SIGINT)
        run.wait(timeout=60)


def _wait(run: "subprocess.Popen[bytes]", began: float) -> None:
    address = f"http://127.0.0.1:{PORT}/compte/connexion/"
    while time.perf_counter() - began < PATIENCE_S:
        if run.poll() is not None:
            raise SystemExit(f"bin/run ended with {run.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("bin/run did not answer in time")


if __name__ == "__main__":
    raise SystemExit(main())
