"""Each fault of `make faults` once, through the same program, in small batches.

One test for all of them: they share a twin, and wait for their leases side by side.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.faults.strikes import FAULTS

pytestmark = pytest.mark.faults

PROJECT = Path(__file__).resolve().parent.parent
OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "REDIS_CACHE_URL")
LONGEST_S = 900


def test_every_fault_ends_as_the_twin_does():
    # It kills servers: they are never those of the tests.
    env = {name: value for name, value in os.environ.items() if name not in OURS}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults", "--small", "--at-once", "5"],
        cwd=PROJECT,
        env=env | {"DJANGO_SETTINGS_MODULE": "mainsite.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LONGEST_S,
    )
    assert done.returncode == 0, done.stdout
    verdicts = json.loads(done.stdout.splitlines()[-1])
    can_play = {name for name, fault in FAULTS.items() if not fault.missing()}
    assert {f"faults_{name}" for name in can_play} <= set(verdicts), done.stdout
