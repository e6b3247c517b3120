"""The faults that readers of pages meet, once each, as `make faults` plays them.

One test for all of them: they share servers, and most of their time is waiting.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.faults.page_strikes import FAULTS

pytestmark = pytest.mark.faults

PROJECT = Path(__file__).resolve().parent.parent
OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "REDIS_CACHE_URL", "VAR_DIR")
# Two more databases are migrated for it: `make faults` does.
DEAR = "old_code_serves"
LONGEST_S = 600


def test_each_fault_is_told_to_readers_and_loses_nothing():
    names = [name for name in FAULTS if name != DEAR]
    # It kills servers: they are never those of the tests.
    env = {name: value for name, value in os.environ.items() if name not in OURS}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults.pages", "--small", *names],
        cwd=PROJECT,
        env=env | {"DJANGO_SETTINGS_MODULE": "mainsite.settings_test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LONGEST_S,
    )
    assert done.returncode == 0, done.stdout
    verdicts = json.loads(done.stdout.splitlines()[-1])
    can_play = {name for name in names if not FAULTS[name].missing()}
    assert {f"faults_{name}" for name in can_play} == set(verdicts), done.stdout
