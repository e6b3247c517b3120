"""Two schedulers, a kill, a wrong clock, a missed slot: each slot runs once."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import django_rq
import pytest
from django.db import connection
from redis.exceptions import ConnectionError as RedisIsAway

from accounts.models import ScheduledRun
from enrichment.management.commands.schedule import tick
from mainsite.lib.schedule import PERIODIC, Periodic
from mainsite.lib.tests.killing import PROJECT, environment, wait_until

RAN: list[str] = []


def run():
    RAN.append(time.monotonic())


def broken():
    raise ValueError("on purpose")


HERE = Periodic(every_s=3600, path="enrichment.tests.test_schedule.run")
BROKEN = Periodic(every_s=3600, path="enrichment.tests.test_schedule.broken")
QUEUED = Periodic(
    every_s=3600, path="enrichment.tests.test_schedule.run", queue="default"
)


@pytest.fixture(autouse=True)
def fresh(db):
    RAN.clear()
    yield
    django_rq.get_connection("default").flushdb()


def miss(task, slots):
    """As if nobody had run it for so many slots."""
    run = ScheduledRun.objects.get(name=task.path)
    run.slot -= timedelta(seconds=task.every_s * slots)
    run.save()


class TestTick:
    def test_a_slot_is_run_once(self):
        for _ in range(3):
            tick((HERE,))
        assert len(RAN) == 1

    def test_what_was_missed_is_caught_up_once(self):
        tick((HERE,))
        miss(HERE, slots=7)
        for _ in range(3):
            tick((HERE,))
        assert len(RAN) == 2

    def test_a_slot_of_the_past_is_nobodys(self):
        now, _ = ScheduledRun.now_and_taken()
        slot = HERE.slot(now)
        assert ScheduledRun.claim(name="x", slot=slot, by="a")
        assert not ScheduledRun.claim(name="x", slot=slot, by="b")
        assert not ScheduledRun.claim(name="x", slot=slot - timedelta(days=1), by="b")
        assert ScheduledRun.objects.get(name="x").claimed_by == "a"

    def test_the_clock_of_this_machine_does_not_count(self, monkeypatch):
        tick((HERE,))
        monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)
        tick((HERE,))
        assert len(RAN) == 1

    def test_a_broken_task_does_not_stop_the_others(self):
        tick((BROKEN, HERE))
        assert len(RAN) == 1

    def test_a_job_is_not_queued_again_while_the_last_one_waits(self):
        for _ in range(3):
            tick((QUEUED,))
            miss(QUEUED, slots=1)
        assert len(django_rq.get_queue("default")) == 1

    def test_without_redis_the_slot_is_left_for_later(self, monkeypatch, settings):
        monkeypatch.setattr(
            "django_rq.queues.Queue.fetch_job",
            lambda *_: (_ for _ in ()).throw(RedisIsAway()),
        )
        tick((QUEUED,))
        assert not ScheduledRun.objects.exists()
        monkeypatch.undo()
        tick((QUEUED,))
        assert len(django_rq.get_queue("default")) == 1

    def test_sleeps_until_the_next_slot_and_never_long(self):
        assert 0.2 <= tick((Periodic(every_s=1, path=HERE.path),)) <= 1
        assert tick((HERE,)) <= 5

    def test_twelve_times_a_minute_leaves_one_row(self):
        task = Periodic(every_s=5, path=HERE.path)
        tick((task,))
        for _ in range(12):
            miss(task, slots=1)
            tick((task,))
        assert ScheduledRun.objects.count() == 1


def test_killed_between_the_queue_and_the_claim_it_is_not_queued_twice(db):
    tick((QUEUED,))
    django_rq.get_queue("default").jobs[0].set_status("finished")
    django_rq.get_queue("default").connection.delete("rq:queue:default")
    # The claim was not committed: the row is not there.
    ScheduledRun.objects.all().delete()
    tick((QUEUED,))
    assert len(django_rq.get_queue("default")) == 0


def test_the_products_own_names_fit_their_column():
    assert len({task.path for task in PERIODIC}) == len(PERIODIC)
    assert max(len(task.path) for task in PERIODIC) <= 200


@pytest.mark.django_db(transaction=True)
def test_of_twenty_claims_at_once_one_is_answered():
    now, _ = ScheduledRun.now_and_taken()
    slot, won = HERE.slot(now), []

    def claim(number):
        try:
            won.append(ScheduledRun.claim(name="x", slot=slot, by=str(number)))
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=[number]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(won) == {True: 1, False: 19}


_SCHEDULER = """
import os, sys
from pathlib import Path
import django
django.setup()
from enrichment.management.commands import schedule
from mainsite.lib.schedule import Periodic
log = Path(sys.argv[1])

def note():
    with log.open("a") as file:
        file.write(f"{os.getpid()}\\n")

sys.modules["noted"] = type(sys)("noted")
sys.modules["noted"].note = note
schedule.PERIODIC = (Periodic(every_s=1, path="noted.note"),)
schedule.Command().handle()
"""


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_two_schedulers_and_a_kill(tmp_path):
    log = tmp_path / "ran"
    log.touch()

    def start():
        return subprocess.Popen(
            [sys.executable, "-c", _SCHEDULER, str(log)],
            cwd=PROJECT,
            env=environment("http://127.0.0.1:9", "mainsite.settings_test"),
        )

    def ran():
        return len(Path(log).read_text().splitlines())

    both = [start(), start()]
    try:
        assert wait_until(lambda: ran() >= 3, seconds=30)
        began, before = time.monotonic(), ran()
        time.sleep(4)
        # One a second, whoever it was.
        assert abs((ran() - before) - (time.monotonic() - began)) <= 1.5
        os.kill(both[0].pid, signal.SIGKILL)
        both[0].wait(10)
        before = ran()
        assert wait_until(lambda: ran() >= before + 3, seconds=10)
    finally:
        for process in both:
            process.kill()
            process.wait(10)
