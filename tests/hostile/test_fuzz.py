"""Requests made by chance: refused or answered, never an error of ours.

``HOSTILE_COUNT`` says how many (`make hostile`: 10,000); a failure names the seed that
makes the same request again.
"""

import logging
import os
import random

import pytest
from django.db import connection, transaction

from accounts.tests.tokens import bearing, make_token
from mainsite.web_requests import Request
from tests.hostile import nasty
from tests.hostile.guards import read_through
from tests.test_urls import TABLE, address_of, browsers, things

__all__ = ["browsers", "things"]
pytestmark = pytest.mark.django_db

COUNT = int(os.environ.get("HOSTILE_COUNT", "100"))
FIRST = int(os.environ.get("HOSTILE_SEED", "1"))


@pytest.fixture
def quiet():
    """Ten thousand refusals are not kept in memory with their requests."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def callers(browsers, analyst, client, rf, settings, tmp_path, monkeypatch):
    # As mainsite.wsgi makes them.
    monkeypatch.setattr("django.test.client.WSGIRequest", Request)
    settings.RATE_LIMIT_SCALE = 1_000_000
    settings.UPLOAD_DIR, settings.EXPORT_DIR = tmp_path / "up", tmp_path / "out"
    _token, secret = make_token(analyst, rf)
    made = {name: browsers[name] for name in ("nobody", "half_way", "analyst", "ops")}
    made["token"] = type(client)(headers=bearing(secret))
    for caller in made.values():
        caller.raise_request_exception = False
    return made


def test_nothing_breaks(things, callers, quiet):
    addresses = [address_of(name, things) for name in TABLE]
    cookies = {name: caller.cookies.copy() for name, caller in callers.items()}
    broken = []
    for seed in range(FIRST, FIRST + COUNT):
        chance = random.Random(seed)
        name = chance.choice(sorted(callers))
        asked = nasty.request(chance, addresses)
        with transaction.atomic():
            answer = asked.by(callers[name])
            read_through(answer)
            transaction.set_rollback(True)
        callers[name].cookies = cookies[name].copy()
        if answer.status_code >= 500:
            broken.append((seed, name, asked.verb, asked.path[:80], asked.query[:80]))
    assert broken == []
    assert connection.is_usable()
