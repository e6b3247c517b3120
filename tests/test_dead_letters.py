"""The page of what was given up: what ops read there, and the way back."""

import django_rq
import pytest
from django.core.management import call_command
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisIsAway

from accounts.models import AuditEntry
from mainsite import dead_letters
from mainsite.lib import queue

pytestmark = pytest.mark.django_db
PAGE = reverse("dead_letters")
ACT = reverse("dead_letters_act", args=["taches"])
WORKS: list[str] = []


def sometimes(*, siren):
    if not WORKS:
        raise ValueError(f"le moulin de {siren} est arrêté")


@pytest.fixture(autouse=True)
def empty():
    WORKS.clear()
    django_rq.get_connection("default").flushdb()
    yield
    django_rq.get_connection("default").flushdb()


@pytest.fixture
def asked(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        queue.enqueue(sometimes, queue="scoring", siren="732829320")


@pytest.fixture
def letter(asked):
    call_command("work", "scoring", "--burst")
    [found] = dead_letters.FailedJobs().letters()
    return found


def test_nothing_failed(ops_client):
    assert "Rien n’a échoué." in ops_client.get(PAGE).text


def test_a_failure_is_shown_with_its_reason(ops_client, letter):
    text = ops_client.get(PAGE).text
    assert "test_dead_letters.sometimes" in text
    assert "siren=732829320" in text
    assert "le moulin de 732829320 est arrêté" in text
    assert letter.since is not None


def test_requeued_it_runs_again_and_leaves_a_trace(ops_client, letter):
    answer = ops_client.post(ACT, {"key": letter.key, "requeue": ""}, follow=True)
    assert "C’est relancé." in answer.text
    assert AuditEntry.objects.filter(action="dead_letter.requeued").count() == 1
    assert dead_letters.FailedJobs().letters() == []
    WORKS.append(True)
    call_command("work", "scoring", "--burst")
    assert dead_letters.FailedJobs().letters() == []


def test_dropped_it_is_gone(ops_client, letter):
    answer = ops_client.post(ACT, {"key": letter.key, "drop": ""}, follow=True)
    assert "C’est supprimé." in answer.text
    assert AuditEntry.objects.filter(action="dead_letter.dropped").count() == 1
    assert dead_letters.FailedJobs().letters() == []


@pytest.mark.parametrize("key", ["scoring:nobody", "no-queue:x", "", ":"])
@pytest.mark.parametrize("button", ["requeue", "drop"])
def test_one_that_is_not_there_changes_nothing(ops_client, key, button):
    answer = ops_client.post(ACT, {"key": key, button: ""}, follow=True)
    assert "Elle n’est plus là" in answer.text
    assert not AuditEntry.objects.filter(action__startswith="dead_letter").exists()


def test_only_a_failed_job_can_be_dropped(ops_client, asked):
    [job] = django_rq.get_queue("scoring").jobs
    ops_client.post(ACT, {"key": f"scoring:{job.id}", "drop": ""})
    assert len(django_rq.get_queue("scoring")) == 1


def test_an_unknown_section_is_not_there(ops_client):
    url = reverse("dead_letters_act", args=["autre"])
    assert ops_client.post(url, {"key": "x"}).status_code == 404


def test_without_redis_the_page_says_so(ops_client, monkeypatch):
    def away(*_):
        raise RedisIsAway

    monkeypatch.setattr(dead_letters.django_rq, "get_queue", away)
    assert "Redis ne répond pas" in ops_client.get(PAGE).text


def test_is_closed_to_others(analyst_client):
    assert analyst_client.post(ACT, {"key": "x"}).status_code == 302
