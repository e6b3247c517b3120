"""The product's own worker on the test database, until its queues are empty."""

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
