"""A file that asks for too much, read by real workers (security.md, F17)."""

import os
import signal
import subprocess
import sys
import time

import django_rq
import pytest
from django.conf import settings

from companies.imports import files, jobs, keeping, services
from companies.imports.models import Import
from companies.imports.tests.makers import receive
from companies.imports.tests.workers import work
from companies.models import Company
from companies.tests.makers import next_siren
from mainsite.lib import queue
from mainsite.lib.tests.killing import PROJECT

# Enough for a list, not for what the bomb below makes of its cells.
MEMORY_MB = 96
BOMB_ROWS = 60_000


def asked(by, data, name):
    """Stored, its columns chosen, its trial asked for."""
    imp = receive(by, data, name=name)
    services.set_mapping(imp=imp, mapping=imp.mapping, policies={}, options={})
    services.ask_trial(imp=imp, by=by)
    return imp


def bomb():
    """Well within two million rows and 32 kB a cell: 120 MB of text once read."""
    wide = "x" * 2000
    rows = (f"{next_siren()};{wide}\n" for _ in range(BOMB_ROWS))
    return "siren;nom\n" + "".join(rows)


@pytest.mark.django_db(transaction=True)
class TestABombFile:
    def test_fails_after_two_tries_and_others_go_on(self, analyst, empty_queues):
        bad = asked(analyst, bomb(), "bombe.csv")
        good = asked(analyst, f"siren;nom\n{next_siren()};ACME\n", "liste.csv")
        said = work(IMPORT_MEMORY_MB=str(MEMORY_MB))
        bad.refresh_from_db()
        good.refresh_from_db()
        assert (good.state, good.trial["new"]) == ("checked", 1), said
        assert (bad.state, bad.tries_broken) == ("failed", 2), said
        assert "mis de côté" in bad.reason
        assert not Company.objects.exists()
        # Kept, alone: nothing of what was made of it is left.
        assert [path.name for path in settings.UPLOAD_DIR.glob(f"{bad.path}*")] == [
            bad.path
        ]
        with pytest.raises(services.ImportRefused, match="mis de côté"):
            services.ask_trial(imp=bad, by=analyst)

    def test_that_turns_for_ever_is_stopped_by_its_time(self, analyst, empty_queues):
        bad = asked(analyst, bomb(), "bombe.csv")
        said = work(IMPORT_CPU_S="1", IMPORT_MEMORY_MB="8192")
        bad.refresh_from_db()
        assert (bad.state, bad.tries_broken) == ("failed", 2), said


@pytest.mark.django_db(transaction=True)
class TestAFileThatKillsItsWorkHorse:
    def test_is_tried_again_then_set_aside(self, analyst, monkeypatch, empty_queues):
        imp = asked(analyst, f"siren;nom\n{next_siren()};ACME\n", "liste.csv")
        jobs.broke(import_id=imp.pk)
        imp.refresh_from_db()
        assert (imp.state, imp.tries_broken) == ("checking", 1)
        jobs.broke(import_id=imp.pk)
        imp.refresh_from_db()
        assert (imp.state, imp.is_set_aside) == ("failed", True)
        assert files.path_of(imp.path).exists()

    def test_is_told_by_the_worker_that_lost_it(self, analyst, empty_queues):
        imp = asked(analyst, f"siren;nom\n{next_siren()};ACME\n", "liste.csv")
        bounds = jobs.BOUNDS
        worker = _worker()
        job = django_rq.get_queue("interactive").fetch_job(_queued("interactive"))
        worker.handle_work_horse_killed(job, 1, signal.SIGKILL, None)
        imp.refresh_from_db()
        assert imp.tries_broken == 1
        assert bounds.died is jobs.broke

    def test_that_is_over_is_left_alone(self, analyst):
        imp = receive(analyst, f"siren;nom\n{next_siren()};ACME\n")
        assert keeping.broke(import_id=imp.pk) is False
        assert Import.objects.get().tries_broken == 0


def _worker():
    found = django_rq.get_queue("interactive")
    return queue.Worker([found], connection=found.connection, job_class=queue.Job)


def _queued(name):
    return django_rq.get_queue(name).get_job_ids()[0]


class TestBounds:
    def test_are_lifted_for_the_last_words(self):
        code = (
            "import os; from mainsite.lib import queue;"
            "b = queue.Bounds(memory_mb=64, cpu_s=60, died=print); b.apply();\n"
            "try: bytearray(256 << 20); print('held nothing')\n"
            "except MemoryError: queue.lift_bounds()\n"
            "print(len(bytearray(256 << 20)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=PROJECT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "mainsite.settings_test"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.split() == [str(256 << 20)], done.stderr

    def test_of_time_end_what_turns_for_ever(self):
        began = time.monotonic()
        code = (
            "from mainsite.lib import queue;"
            "queue.Bounds(memory_mb=512, cpu_s=1, died=print).apply()\n"
            "try:\n  while True: sum(range(1000))\n"
            "except queue.OutOfTime: print('out of time')"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=PROJECT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "mainsite.settings_test"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == "out of time\n", done.stderr
        assert time.monotonic() - began < 60
