"""What a lane asks of its queue while it works."""

import socket
import time

import django_rq
import pytest

from enrichment import jobs
from mainsite.lib import queue


@pytest.fixture
def empty():
    django_rq.get_connection("enrichment").flushdb()
    yield
    django_rq.get_connection("enrichment").flushdb()


def ask(batch_id, number=0):
    queue.enqueue(
        jobs.work_on_batch,
        queue=jobs.QUEUE,
        job_id=f"batch-{batch_id}-{number}-0",
        batch_id=batch_id,
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty")
class TestDoOthersWait:
    def test_not_in_an_empty_queue(self):
        assert not jobs._do_others_wait(jobs.QUEUE, 7)

    def test_not_the_batchs_own_lanes(self):
        ask(7), ask(7, number=1)
        assert not jobs._do_others_wait(jobs.QUEUE, 7)

    def test_another_batch_though_its_number_begins_alike(self):
        ask(7), ask(71)
        assert jobs._do_others_wait(jobs.QUEUE, 7)


def test_a_redis_that_does_not_answer_holds_up_nobody(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        settings.REDIS_TIMEOUT_S = 0.2
        began = time.monotonic()
        assert not jobs._do_others_wait(jobs.QUEUE, 7)
        assert time.monotonic() - began < 8
