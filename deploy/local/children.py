"""Starting and stopping programs that never outlive us."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_LAUNCH = Path(__file__).with_name("launch.py")
_POLL_S = 0.02
_LEFTOVER_S = 5.0


def command(
    program: Sequence[str], *, death: signal.Signals, options: Sequence[str] = ()
) -> list[str]:
    """The command line that runs `program` tied to this process.

    Linux ties a child to the *thread* that started it: start long-lived ones from the
    main thread.
    """
    tie = ["--parent", str(os.getpid()), "--death", str(int(death))]
    return [sys.executable, "-I", "-S", str(_LAUNCH), *tie, *options, "--", *program]


def start(
    program: Sequence[str],
    *,
    death: signal.Signals,
    log: Path | None = None,
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Out of reach of the terminal's Ctrl-C: whoever supervises passes it on.

    With a `log`, what the program says is appended to it; otherwise it goes where our
    own output goes.
    """
    output = None if log is None else _open_log(log)
    try:
        return subprocess.Popen(
            command(program, death=death, options=options),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            env=None if environment is None else dict(environment),
            cwd=folder,
            start_new_session=True,
        )
    finally:
        if output is not None:
            os.close(output)


def _open_log(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def stop(
    process: subprocess.Popen[bytes],
    *signals: tuple[signal.Signals, float],
) -> None:
    """Ask with each signal in turn, waiting its seconds, and at last kill."""
    for number, patience_s in signals:
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        process.kill()
        process.wait()


def is_alive(pid: int) -> bool:
    """Whether it still runs; a dead one that nobody has buried does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        about = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return not Path("/proc/self").exists()
    return not about.rpartition(")")[2].startswith(" Z")


def command_line(pid: int) -> str:
    """What a process was started as; empty when it is gone."""
    line = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            return os.fsdecode(line.read_bytes())
        except OSError:
            return ""
    asked = ["/bin/ps", "-ww", "-p", str(pid), "-o", "command="]
    answer = subprocess.run(asked, capture_output=True, check=False)
    return os.fsdecode(answer.stdout)


def put_down(pid: int, *, known_by: str, signals: Sequence[signal.Signals]) -> None:
    """End a server that an earlier start left; another program's number is left alone.

    `known_by` is something only that server has on its command line.
    """
    for number in signals:
        if known_by not in command_line(pid):
            return
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        if wait_gone(pid, patience_s=_LEFTOVER_S):
            return


def wait_gone(pid: int, *, patience_s: float) -> bool:
    """Wait for a process that is not our child."""
    deadline = time.monotonic() + patience_s
    while is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def tail(log: Path, *, lines: int = 20, since: int = 0) -> str:
    """The last lines of a log after the byte `since`, without reading all of it."""
    try:
        with log.open("rb") as file:
            file.seek(max(since, log.stat().st_size - 32_768))
            text = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
