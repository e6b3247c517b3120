"""L4: the desk at work, behind nginx, beside a thousand who keep a connection and two
hundred who never finish a header."""

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Template

from benchmarks.load import desk
from benchmarks.load.house import House, house
from benchmarks.scoring import ground
from benchmarks.search.ground import PROJECT
from deploy.local import children

IDLE, SLOW = 1000, 200
# A quarter more than alone: what two processors give from one run to the next.
MOST_SLOWER = 1.25
CONFIGURATION = Path(__file__).with_name("nginx.conf")


def measure(options: argparse.Namespace) -> ground.Part:
    program = os.environ.get("NGINX") or shutil.which("nginx")
    if not program:
        raise SystemExit("nginx is not here: give its program in NGINX")
    seconds = options.seconds / 2
    with (
        house(options.rows, people=desk.PEOPLE, TRUSTED_PROXIES="127.0.0.1") as ours,
        _nginx(program, ours) as address,
    ):
        with desk.at_work(ours, seconds, address=address) as alone:
            pass
        with (
            _strangers(address) as strangers,
            desk.at_work(ours, seconds, address=address) as beside,
        ):
            pass
    held, cut = strangers()
    rows = [("alone", ""), *alone.rows(), ("with them", ""), *beside.rows()]
    rows.append(("idle, still open", f"{held} of {IDLE}"))
    rows.append(("slow headers, cut by nginx", f"{cut}"))
    slower = beside.ms(0.95) / max(alone.ms(0.95), 1.0)
    return rows, beside.verdicts("load_l4") | {
        "load_l4_times_alone": ground.verdict(slower, MOST_SLOWER, most=True),
        "load_l4_idle_lost": ground.verdict(IDLE - held, 0, most=True),
    }


@contextlib.contextmanager
def _nginx(program: str, ours: House) -> Iterator[str]:
    folder = Path(ours.env["VAR_DIR"]) / "nginx"
    folder.mkdir(exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    text = Template(CONFIGURATION.read_text())
    told = text.substitute(port=port, web=ours.port, folder=folder)
    (folder / "nginx.conf").write_text(told)
    server = children.start(
        [program, "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"],
        death=signal.SIGKILL,
        log=folder / "nginx.log",
        folder=folder,
    )
    try:
        time.sleep(1)
        if server.poll() is not None:
            raise RuntimeError(children.tail(folder / "nginx.log"))
        yield f"http://127.0.0.1:{port}"
    finally:
        children.stop(server, (signal.SIGTERM, 5.0))


@contextlib.contextmanager
def _strangers(address: str) -> Iterator[Callable[[], tuple[int, int]]]:
    """What is called afterwards: how many idle ones were held, how many were cut."""
    port = address.rpartition(":")[2]
    client = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "benchmarks.load.strangers", port, str(IDLE), str(SLOW)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert client.stdout is not None  # noqa: S101
    client.stdout.readline()
    said = ""

    def found() -> tuple[int, int]:
        held, cut = said.split()
        return int(held), int(cut)

    try:
        yield found
    finally:
        said, _ = client.communicate("", timeout=60)
