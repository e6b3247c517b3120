"""The product's real processes on the test database, to be killed and looked after."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

PROJECT = Path(__file__).resolve().parent.parent.parent


def environment(sandbox_url, module):
    """Theirs is this test's database, whatever DATABASE_URL says."""
    given = connection.settings_dict
    user = f"{given['USER']}:{given['PASSWORD']}"
    url = f"postgres://{user}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
    return os.environ | {
        "DATABASE_URL": url,
        "DATABASE_OWNER_URL": url,
        "REDIS_URL": settings.REDIS_URL,
        "SANDBOX_URL": sandbox_url,
        "DJANGO_SETTINGS_MODULE": module,
        "PYTHONWARNINGS": "default",
    }


class Product:
    """A worker and the scheduler; ``kill`` is -9 for a process and its children."""

    def __init__(
        self,
        sandbox_url: str,
        folder: Path,
        *,
        module: str = "mainsite.settings_test",
    ) -> None:
        self._env = environment(sandbox_url, module)
        self._log = (folder / "product.log").open("ab")
        self.worker = self.start_worker()
        self.scheduler = self._manage("schedule")

    def _manage(self, *arguments):
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self._env,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def start_worker(self):
        self.worker = self._manage("work", "enrichment")
        return self.worker

    def horses(self):
        """The worker's children: its work-horse, if it has one, and its scheduler."""
        task = Path(f"/proc/{self.worker.pid}/task/{self.worker.pid}/children")
        return [int(pid) for pid in task.read_text().split()]

    def kill_worker_and_horse(self):
        """All at once, as a machine that loses its current."""
        os.killpg(self.worker.pid, signal.SIGKILL)
        for pid in self.horses_left():
            os.kill(pid, signal.SIGKILL)
        self.worker.wait(10)

    def kill_horse(self):
        for pid in self.horses():
            os.kill(pid, signal.SIGKILL)

    def kill_parent(self):
        os.kill(self.worker.pid, signal.SIGKILL)
        self.worker.wait(10)

    def horses_left(self):
        """Work-horses lead groups of their own, inside the worker's session."""
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or int(folder.name) == self.worker.pid:
                continue
            try:
                session = (folder / "stat").read_text().rpartition(")")[2].split()[3]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(session) == self.worker.pid:
                found.append(int(folder.name))
        return found

    def stop(self):
        self.kill_worker_and_horse()
        os.killpg(self.scheduler.pid, signal.SIGKILL)
        self.scheduler.wait(10)
        self._log.close()


def wait_until(
    condition: Callable[[], bool], *, seconds: float, every: float = 0.1
) -> bool:
    """Whether it came true in time; the wait is short when it does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(every)
    return False
