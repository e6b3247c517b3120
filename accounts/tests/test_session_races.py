"""Two requests of one session at the same moment, each with its own copy of it."""

import threading

import pytest
from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from accounts import sessions
from accounts.models import Session
from accounts.session_store import SessionStore
from accounts.tests.people import make_user, verified_client

WAITING = "waiting"
PATIENCE_S = 10


@pytest.fixture
def client(transactional_db):
    client = verified_client(make_user())
    session = client.session
    session[WAITING] = {"challenge": "abc"}
    session["list"] = [1]
    session.save()
    return client


def kept(client):
    return SessionStore(client.session.session_key)


def answered(client, view):
    """A whole request of this session: read, ``view``, written back."""
    request = RequestFactory().get("/")
    name = settings.SESSION_COOKIE_NAME
    request.COOKIES[name] = client.cookies[name].value

    def get_response(request):
        view(request)
        return HttpResponse()

    return SessionMiddleware(get_response)(request)


def meanwhile(client, view, *, other):
    """``view`` in another thread and connection, which reads before ``other``."""
    has_read, goes_on, raised = threading.Event(), threading.Event(), []

    def slow(request):
        request.session.get(WAITING)
        has_read.set()
        assert goes_on.wait(PATIENCE_S)
        view(request)

    def call():
        try:
            answered(client, slow)
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=call)
    thread.start()
    assert has_read.wait(PATIENCE_S)
    try:
        other()
    finally:
        goes_on.set()
        thread.join(PATIENCE_S)
    return raised


def take(client, taken):
    answered(client, lambda request: taken.append(sessions.take(request, WAITING)))


def renew(request):
    request.session["seen_at"] = 1


class TestACopyReadBefore:
    def test_does_not_put_back_what_was_taken(self, client):
        taken = []

        raised = meanwhile(client, renew, other=lambda: take(client, taken))

        assert taken == [{"challenge": "abc"}]
        assert not raised
        assert WAITING not in kept(client)
        assert kept(client)["seen_at"] == 1

    def test_finds_nothing_to_take_any_more(self, client):
        taken, late = [], []

        meanwhile(
            client,
            lambda request: late.append(sessions.take(request, WAITING)),
            other=lambda: take(client, taken),
        )

        assert (len(taken), late) == (1, [None])

    def test_takes_what_was_put_there_since(self, client):
        taken = []

        def put(request):
            request.session["later"] = "new"

        meanwhile(
            client,
            lambda request: taken.append(sessions.take(request, "later")),
            other=lambda: answered(client, put),
        )

        assert taken == ["new"]
        assert "later" not in kept(client)

    def test_loses_nothing_of_what_the_other_wrote(self, client):
        def put(request):
            request.session["theirs"] = 1

        def remove(request):
            del request.session[WAITING]
            request.session["list"].append(2)
            request.session["ours"] = 1

        meanwhile(client, remove, other=lambda: answered(client, put))

        session = kept(client)
        assert (session["theirs"], session["ours"], session["list"]) == (1, 1, [1, 2])
        assert WAITING not in session

    def test_takes_nothing_along_under_a_new_key(self, client):
        before = client.session.session_key
        keys = []

        def confirm(request):
            sessions.confirm(request)
            keys.append(request.session.session_key)

        meanwhile(client, confirm, other=lambda: take(client, []))

        assert not Session.objects.filter(session_key=before).exists()
        assert WAITING not in SessionStore(keys[0])

    @pytest.mark.parametrize("act", [renew, sessions.confirm])
    def test_opens_no_session_that_was_closed(self, client, act):
        raised = meanwhile(client, act, other=Session.objects.all().delete)

        assert [type(error) for error in raised] == [SessionInterrupted]
        assert not Session.objects.exists()


def test_two_takes_let_go_together_get_one(client):
    taken, gate = [], threading.Barrier(2)

    def call():
        gate.wait()
        try:
            take(client, taken)
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)

    assert sorted(taken, key=str) == [None, {"challenge": "abc"}]
