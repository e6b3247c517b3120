"""A Celery worker over our chunks, in an environment of its own under .bench/."""

import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.enrichment import ground
from benchmarks.peers.environments import interpreter

VERSION = "5.7.0"
APP = "benchmarks.peers.celery_app"
# Its start is not measured, as ours is not.
READY_S = 8.0


def installed() -> Path:
    return interpreter(f"celery-{VERSION}", f"celery=={VERSION}")


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """Ours stands behind its own packages: theirs win where both have one."""
    ours = sysconfig.get_paths()["purelib"]
    return {**env, "PYTHONPATH": f"{ground.PROJECT}:{ours}"}


@contextmanager
def worker(env: Mapping[str, str]) -> Iterator[list["subprocess.Popen[bytes]"]]:
    options = ["--concurrency", "1", "--pool", "prefork", "--loglevel", "ERROR"]
    command = [str(installed()), "-m", "celery", "-A", APP, "worker", *options]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    with ground.running([*command, *quiet], env=environment(env)) as programs:
        yield programs


def ask(env: Mapping[str, str], batch_id: int) -> float:
    """Put the first chunk into its queue; the moment at which it was."""
    code = (
        "import sys, time; from benchmarks.peers.celery_app import work_on_batch;"
        "print(time.time()); work_on_batch.delay(int(sys.argv[1]))"
    )
    done = subprocess.run(  # noqa: S603
        [str(installed()), "-c", code, str(batch_id)],
        cwd=ground.PROJECT,
        env=environment(env),
        stdout=subprocess.PIPE,
        check=True,
    )
    return float(done.stdout.split()[-1])
