"""Jobs as they are written and read: versions, retries, pauses between them."""

import signal
import subprocess
import sys
import time

import django_rq
import pytest
from django.core.management import call_command
from rq.job import JobStatus

from mainsite.lib import queue
from mainsite.lib.queue import NewerPayload, pauses_s, readable
from mainsite.lib.tests.killing import PROJECT, environment, wait_until


def write(*, name: str, count: int = 1) -> None:
    """What a job calls here."""


def fail(**_):
    raise ValueError("no luck")


def note(**given):
    """A door that takes whatever it is given."""


def stay(**_):
    """A long job, which ends when its worker is asked to stop."""
    assert wait_until(queue.is_leaving, seconds=20)


class TestReadable:
    def test_an_argument_of_a_later_release_is_left_out(self):
        assert readable(write, {"v": 1, "name": "a", "colour": "b"}) == {"name": "a"}

    def test_a_payload_of_an_earlier_release_has_no_version(self):
        assert readable(write, {"name": "a", "count": 2}) == {"name": "a", "count": 2}

    def test_a_later_version_is_refused(self):
        with pytest.raises(NewerPayload, match="version 2"):
            readable(write, {"v": 2, "name": "a"})

    def test_a_door_that_takes_everything_gets_everything_but_the_version(self):
        assert readable(note, {"v": 1, "a": 1}) == {"a": 1}


def test_pauses_double_and_are_drawn():
    for _ in range(50):
        first, second, third = pauses_s(3)
        assert 5 <= first <= 10
        assert 10 <= second <= 20
        assert 20 <= third <= 40
    assert pauses_s(20)[-1] <= queue.RETRY_LONGEST_S
    assert len({tuple(pauses_s(5)) for _ in range(20)}) > 1


@pytest.mark.django_db(transaction=True)
class TestJobs:
    @pytest.fixture(autouse=True)
    def empty(self):
        django_rq.get_connection("default").flushdb()
        yield
        django_rq.get_connection("default").flushdb()

    def work(self, *queues):
        call_command("work", *queues, "--burst")

    def test_a_job_is_json_with_its_version(self):
        queue.enqueue(write, queue="low", name="é")
        [job] = django_rq.get_queue("low").jobs
        assert job.kwargs == {"v": queue.VERSION, "name": "é"}
        assert b"\\u00e9" in job.data or "é".encode() in job.data

    def test_a_worker_reads_what_it_was_given(self):
        queue.enqueue(write, queue="low", name="a", colour="of a later release")
        [job] = django_rq.get_queue("low").jobs
        self.work("low")
        assert job.get_status() == JobStatus.FINISHED

    def test_the_first_named_queue_goes_first(self):
        for name in ("low", "default"):
            queue.enqueue(write, queue=name, name=name)
        jobs = [django_rq.get_queue(name).jobs[0] for name in ("default", "low")]
        self.work("default", "low")
        for job in jobs:
            job.refresh()
        assert jobs[0].ended_at < jobs[1].ended_at

    def test_a_failure_without_retries_is_a_dead_letter_at_once(self):
        queue.enqueue(fail, queue="low")
        self.work("low")
        assert len(django_rq.get_queue("low").failed_job_registry) == 1

    def test_a_retry_waits_and_comes_back_without_a_scheduler_of_rq(self, monkeypatch):
        monkeypatch.setattr(queue, "pauses_s", lambda retries: [60] * retries)
        queue.enqueue(fail, queue="low", retries=1)
        low = django_rq.get_queue("low")
        self.work("low")
        assert len(low.scheduled_job_registry) == 1
        queue.enqueue_due()
        assert len(low) == 0
        waiting = low.scheduled_job_registry
        [job_id] = waiting.get_job_ids()
        low.connection.zadd(waiting.key, {job_id: time.time() - 1})
        queue.enqueue_due()
        assert len(low) == 1
        self.work("low")
        assert len(low.failed_job_registry) == 1
        assert len(low.scheduled_job_registry) == 0

    def test_a_long_job_hears_that_its_worker_is_to_stop(self):
        queue.enqueue(stay, queue="low")
        [job] = django_rq.get_queue("low").jobs
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "work", "low"],
            cwd=PROJECT,
            env=environment("http://127.0.0.1:9", "mainsite.settings"),
            stderr=subprocess.DEVNULL,
        )
        try:
            started = wait_until(lambda: job.get_status() == "started", seconds=30)
            assert started
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(timeout=15) == 0
        finally:
            worker.kill()
        assert job.get_status() == JobStatus.FINISHED
