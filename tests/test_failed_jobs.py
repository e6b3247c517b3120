"""What a failed job leaves in Redis and in the logs: the error, and no row."""

import logging
import zlib
from base64 import b64decode

import django_rq
import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Desk
from accounts.tests.people import make_user, verified_client
from mainsite.lib import logs, queue

CANARY = "canari de la table\navec sa seconde ligne"
pytestmark = pytest.mark.django_db(transaction=True)


def collide(**_):
    """PostgreSQL quotes the row that was there: Key (name)=(…) already exists."""
    Desk.objects.create(name=CANARY)


@pytest.fixture(autouse=True)
def empty():
    django_rq.get_connection("default").flushdb()
    yield
    django_rq.get_connection("default").flushdb()


@pytest.fixture
def log(tmp_path):
    """A file that the worker and its fork write to, as the product writes its lines."""
    handler = logging.FileHandler(tmp_path / "log", encoding="utf-8")
    handler.setFormatter(logs.JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield tmp_path / "log"
    logging.getLogger().removeHandler(handler)
    handler.close()


@pytest.fixture
def failed(log):
    """What the worker said of a job that met a unique violation."""
    Desk.objects.create(name=CANARY)
    queue.enqueue(collide, queue="low")
    call_command("work", "low", "--burst")
    assert len(django_rq.get_queue("low").failed_job_registry) == 1
    return log.read_text()


def kept():
    """All that Redis holds, what RQ packed opened."""
    redis = django_rq.get_connection("default")
    readers = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"set": redis.smembers,
        b"zset": lambda key: redis.zrange(key, 0, -1, withscores=True),
        b"stream": redis.xrange,
    }
    found = [readers[redis.type(key)](key) for key in redis.scan_iter()]
    return "\n".join(texts(found))


def texts(value):
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set):
        for each in value:
            yield from texts(each)
    elif isinstance(value, bytes):
        yield unpacked(value).decode("utf-8", "replace")


def unpacked(data):
    for opened in (zlib.decompress, lambda packed: zlib.decompress(b64decode(packed))):
        try:
            return opened(data)
        except (zlib.error, ValueError):
            continue
    return data


def test_redis_keeps_the_error_without_its_row(failed):
    told = kept()

    # The trace was found and opened: it is the row alone that is not there.
    assert told.count("duplicate key value violates unique constraint") == 2
    assert "tests.test_failed_jobs.collide" in told
    assert "canari" not in told
    assert "seconde ligne" not in told


def test_nor_do_the_logs_of_the_worker_tell_it(failed):
    assert "duplicate key value violates unique constraint" in failed
    assert "canari" not in failed
    assert "seconde ligne" not in failed


def test_ops_read_the_error_among_the_dead_letters(failed):
    ops = verified_client(make_user(role="ops"))

    page = ops.get(reverse("dead_letters")).text

    assert "duplicate key value violates unique constraint" in page
    assert "canari" not in page
