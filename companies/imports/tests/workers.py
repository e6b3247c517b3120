"""Workers on the test database, as processes of their own."""

import subprocess
import sys

from django.conf import settings

from mainsite.lib.tests.killing import PROJECT, environment

QUEUES = ("imports", "interactive")


def work(**extra):
    """One worker until its queues are empty; what it logged."""
    command = [sys.executable, "manage.py", "work", *QUEUES, "--burst"]
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=environment("", "mainsite.settings_test")
        | {"VAR_DIR": str(settings.VAR_DIR), "OPENBLAS_NUM_THREADS": "1"}
        | extra,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    return done.stdout


def started(imp, rows, pause_s=0.0):
    """A worker of one import, whose chunks have so many rows."""
    module = "companies.imports.tests.importing_process"
    return subprocess.Popen(
        [sys.executable, "-m", module, str(imp.pk), str(rows), str(pause_s)],
        cwd=PROJECT,
        env=environment("", "mainsite.settings_test")
        | {"VAR_DIR": str(settings.VAR_DIR)},
        stdout=subprocess.PIPE,
        text=True,
    )
