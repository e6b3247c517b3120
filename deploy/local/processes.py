"""What runs when the product runs on one machine: the list, and nothing else."""

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Process:
    """One program of the product.

    `essential` means that the product is not up without it: when it cannot live, the
    supervisor gives up instead of trying for ever.
    """

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    essential: bool = False
    # How it is asked to stop, and how long a clean stop may take.
    stop_signal: signal.Signals = signal.SIGTERM
    patience_s: float = 5.0


_GUNICORN = "deploy/gunicorn.conf.py"
# A worker each, so that no long work of one kind makes another wait; and one alone for
# what somebody looks at. A worker is some 80 MB, and as much again while it has a job:
# what nobody waits for shares the last. The first named of a worker goes first.
_WORKERS = {
    "interactive": ("interactive",),
    "enrichment": ("enrichment",),
    "scoring": ("scoring",),
    "imports": ("imports",),
    "exports": ("exports",),
    "default": ("default", "low"),
}
_AWAITED = {"interactive"}
# A heap of its own for each thread keeps 15 MB more of an import; few threads allocate
# at once in a worker.
WORKER_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}
# Pages take the processor before what nobody looks at.
_LATER = ("--nice", "5")


def product(*, sandbox_port: int, sandbox_folder: str) -> tuple[Process, ...]:
    """In the order in which they start; they stop in the same order, servers last."""
    return (
        Process(
            name="web",
            command=_python("gunicorn", "mainsite.wsgi", "-c", _GUNICORN),
            # Two per thread, since an export is heard beside what it reads; only web
            # processes have a pool.
            env={"WEB_POOL_SIZE": "8"},
            essential=True,
        ),
        *(
            Process(
                name=f"worker-{name}",
                command=_manage("work", *queues, *(() if name in _AWAITED else _LATER)),
                env=WORKER_ENVIRONMENT,
            )
            for name, queues in _WORKERS.items()
        ),
        Process(name="scheduler", command=_manage("schedule")),
        Process(name="index", command=_manage("keep_search_index"), patience_s=20.0),
        Process(
            name="sandbox",
            command=_python(
                *("enrichment.sandbox", "--port", str(sandbox_port)),
                *("--var", sandbox_folder),
            ),
            patience_s=3.0,
        ),
    )


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return sys.executable, "-m", module, *arguments


def _manage(*arguments: str) -> tuple[str, ...]:
    return sys.executable, "manage.py", *arguments
