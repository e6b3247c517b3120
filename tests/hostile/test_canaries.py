"""Secrets that are set as canaries, and looked for wherever they must never sing."""

import json
import logging

import django_rq
import pytest
import redis
from django.conf import settings as real
from django.db import connection
from django.test import Client
from django.urls import path, reverse

from accounts import second_factor
from accounts.models import AuditEntry, Session, TotpDevice
from accounts.tests.people import PASSWORD, enrolled, make_user, verified_client
from accounts.tests.tokens import bearing, make_token
from companies.tests.test_contacts import EMAIL, allowed, fact, record
from mainsite import urls as product_urls
from mainsite.lib import logs
from tests.hostile.guards import IS_FULL, read_through, undone
from tests.test_urls import TABLE, address_of, browsers, things

__all__ = ["allowed", "browsers", "things"]
pytestmark = pytest.mark.django_db


def broken(request):
    """A fault of ours with every secret at hand."""
    secret_key, field_key = real.SECRET_KEY, real.FIELD_KEY
    raise RuntimeError("broken", len(secret_key), len(field_key))


urlpatterns = [*product_urls.urlpatterns, path("casse/", broken)]
handler500 = product_urls.handler500


@pytest.fixture
def heard():
    """Every log line as the product writes it, whatever its level."""
    lines = []

    class Listener(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    listener = Listener(logging.DEBUG)
    listener.setFormatter(logs.JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(listener)
    root.setLevel(level)


@pytest.fixture
def canaries(settings):
    settings.SECRET_KEY = "canary-secret-key-" + "s" * 40
    settings.FIELD_KEY = ["1:canary-field-key-" + "f" * 40]
    settings.PEPPER = "canary-pepper-" + "p" * 40
    settings.METRICS_TOKEN = "canary-metrics-token"
    keys = {name: f"canary-{name.lower()}" for name in settings.PROVIDER_CREDENTIALS}
    settings.PROVIDER_CREDENTIALS = keys
    return {
        "secret key": settings.SECRET_KEY,
        "field key": "canary-field-key",
        "pepper": settings.PEPPER,
        "metrics token": settings.METRICS_TOKEN,
        "database password": connection.settings_dict["PASSWORD"],
        "password": PASSWORD,
        **keys,
    }


@pytest.mark.urls(__name__)
def test_no_secret_is_heard_anywhere(
    canaries, heard, things, browsers, allowed, analyst, ops, rf, settings
):
    record(fact())
    canaries["contact"] = EMAIL

    code = second_factor.make_recovery_codes(user=analyst, request=rf.get("/"))[0]
    _row, token = make_token(analyst, rf)
    fresh = make_user()
    canaries |= {"recovery code": code, "token": token.removeprefix("mai_")[6:]}
    canaries |= seeds() | {"seed of another": enrolled(fresh, seed=b"k" * 20).secret}
    people = {name: browsers[name] for name in ("nobody", "analyst", "ops")}
    people["token"] = Client(headers=bearing(token))
    people["fresh"] = verified_client(fresh)
    said = []
    for browser in people.values():
        browser.raise_request_exception = False
    for name in TABLE:
        address = address_of(name, things)
        for who, browser in people.items():
            if not IS_FULL and who != "analyst" and TABLE[name]["analyst"] == 200:
                continue
            # The contact is for who may read it: neither of these two may.
            for verb in ("get", "post") if who in ("nobody", "analyst") else ("get",):
                with undone(browser):
                    answer = getattr(browser, verb)(address)
                    read_through(answer)
                said.append((f"{verb} {name}", told(answer)))
    sign_in = {"email": analyst.email, "password": PASSWORD}
    said.append(("sign-in", told(Client().post(reverse("accounts:sign_in"), sign_in))))
    said.append(("500", told(people["analyst"].get("/casse/"))))
    said.append(("trail", json.dumps(list(AuditEntry.objects.values()), default=str)))
    said.append(("queues", queued(settings)))
    canaries |= {f"session {n}": s.session_key for n, s in enumerate(opened())}
    said += [("log", line) for line in heard]

    assert any("broken" in line for line in heard)
    sung = [
        (where, secret)
        for where, text in said
        for secret, value in canaries.items()
        if value in text
    ]
    assert sung == []


def seeds():
    return {
        f"seed {n}": device.secret for n, device in enumerate(TotpDevice.objects.all())
    }


def opened():
    return Session.objects.all()


def told(answer):
    """The body and the headers; a cookie is told to its owner alone."""
    body = answer.getvalue() if not answer.streaming else b""
    return body.decode("utf-8", "replace") + str(dict(answer.headers))


def queued(settings):
    """What Redis holds for workers, and what counts beside."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    assert django_rq.get_queue("default").connection.ping()
    found = []
    for key in client.scan_iter("*"):
        kind = client.type(key)
        found.append(str(key))
        if kind == b"hash":
            found.append(str(client.hgetall(key)))
        elif kind == b"string":
            found.append(str(client.get(key)))
    return "\n".join(found)
