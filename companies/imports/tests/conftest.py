import django_rq
import pytest

from companies.imports.tests.workers import QUEUES


@pytest.fixture
def empty_queues():
    yield
    for name in QUEUES:
        django_rq.get_queue(name).empty()
