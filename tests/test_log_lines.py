"""A line of the log: what it tells, and that nobody writes a second one with it."""

import json
import logging
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.people import verified_client
from accounts.tests.tokens import bearing, make_token
from mainsite.lib.logs import JsonFormatter
from tests.test_urls import address_of, things

__all__ = ["things"]
pytestmark = pytest.mark.django_db


def written(message, *values):
    record = logging.LogRecord("ma", logging.WARNING, "", 1, message, values, None)
    return JsonFormatter().format(record)


class TestALine:
    def test_is_one_line_whatever_it_holds(self):
        line = written("refused %s", 'x\r\n{"level": "INFO"}\u2028\x85\x9b2J\x1b[2J')

        assert len(line.splitlines()) == 1
        assert line.isprintable()
        assert json.loads(line)["level"] == "WARNING"

    def test_tells_when_in_universal_time(self):
        at = datetime.fromisoformat(json.loads(written("x"))["at"])

        assert at.utcoffset() == timedelta(0)


class TestARefusal:
    @pytest.fixture
    def lines(self, caplog):
        caplog.set_level(logging.WARNING, logger="django.request")
        caplog.handler.setFormatter(JsonFormatter())
        return lambda: [json.loads(line) for line in caplog.text.splitlines()]

    @pytest.mark.parametrize(
        ("name", "person", "status"),
        [
            ("companies:target_list", "stranger", 404),
            ("companies:delete_search", "ops", 403),
        ],
    )
    def test_tells_who_asked_for_what(
        self, request, things, lines, name, person, status
    ):
        user, address = request.getfixturevalue(person), address_of(name, things)

        answer = verified_client(user).get(address)

        assert answer.status_code == status
        line = lines()[-1]
        assert line["user"] == user.pk
        assert line["request_id"] == answer["X-Request-Id"]
        assert address.partition("?")[0] in line["message"]

    def test_of_a_program_tells_whose_it_is(self, analyst, rf, lines):
        _token, secret = make_token(analyst, rf)

        Client(headers=bearing(secret)).post(reverse("api:me"))

        assert lines()[-1]["user"] == analyst.pk

    def test_of_nobody_tells_nobody(self, client, lines):
        client.get("/nulle/part/")

        assert "user" not in lines()[-1]
