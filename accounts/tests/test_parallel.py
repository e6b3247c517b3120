"""Twenty posts at the same moment, on a real PostgreSQL: one success, one entry."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import RequestFactory
from django.urls import reverse

from accounts import second_factor, throttle
from accounts.models import AuditEntry, TotpDevice, User
from accounts.tests.people import code_of, enrolled, make_user, password_only_client

POSTS = 20


@pytest.fixture
def user(transactional_db):
    return make_user()


def at_once(action, arguments):
    """Call for each argument in a thread of its own, all let go together."""
    gate = threading.Barrier(len(arguments))

    def call(argument):
        gate.wait()
        try:
            return action(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(call, arguments))


def test_a_code_posted_by_many_sessions_opens_one(user, monkeypatch, settings):
    monkeypatch.setattr(throttle, "SECOND_FACTOR", throttle.Limit("wide", 1000, 3600))
    settings.TOTP_DELAY_FACTOR_S = 0
    token = code_of(enrolled(user))
    clients = [password_only_client(user) for _ in range(POSTS)]

    statuses = at_once(
        lambda client: (
            client.post(reverse("accounts:verify"), {"token": token}).status_code
        ),
        clients,
    )

    assert sorted(statuses) == [302] + [422] * (POSTS - 1)


def test_with_the_real_limits_too(user):
    token = code_of(enrolled(user))
    clients = [password_only_client(user) for _ in range(POSTS)]

    statuses = at_once(
        lambda client: (
            client.post(reverse("accounts:verify"), {"token": token}).status_code
        ),
        clients,
    )

    assert statuses.count(302) == 1


def test_a_recovery_code_opens_one(user, monkeypatch):
    monkeypatch.setattr(throttle, "RECOVERY", throttle.Limit("wide", 1000, 3600))
    enrolled(user)
    request = RequestFactory().get("/")
    code = second_factor.make_recovery_codes(user=user, request=request)[0]
    clients = [password_only_client(user) for _ in range(POSTS)]

    statuses = at_once(
        lambda client: (
            client.post(reverse("accounts:recovery"), {"code": code}).status_code
        ),
        clients,
    )

    assert sorted(statuses) == [302] + [422] * (POSTS - 1)
    assert user.recovery_codes.count() == 9


def test_one_enrolment_wins(user):
    """Two windows read the drawing; the code of one enrols, the other is told so."""
    token = code_of(second_factor.start_enrolment(user=user))
    before = AuditEntry.objects.filter(action="factor_enrolled").count()
    clients = [password_only_client(user) for _ in range(4)]

    pages = at_once(
        lambda client: client.post(reverse("accounts:enrol"), {"token": token}).url,
        clients,
    )

    others = [reverse("accounts:verify")] * 3
    assert sorted(pages) == [reverse("accounts:recovery_codes"), *others]
    assert TotpDevice.objects.filter(user=user, confirmed=True).count() == 1
    assert User.objects.get(pk=user.pk).recovery_codes.count() == 10
    assert AuditEntry.objects.filter(action="factor_enrolled").count() == before + 1


def test_a_window_never_lets_one_more_through(user):
    limit = throttle.Limit("narrow", 7, 60)

    verdicts = at_once(lambda _: throttle.attempt(limit, "x").allowed, range(POSTS))

    assert verdicts.count(True) == 7
