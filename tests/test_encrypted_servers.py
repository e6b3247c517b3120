"""What ``check --deploy`` says of the servers that are on other machines."""

import pytest
from django.conf import settings as configured

from mainsite.checks import servers_elsewhere_are_encrypted


def said():
    return [each.id for each in servers_elsewhere_are_encrypted()]


class TestPostgreSQL:
    @pytest.mark.parametrize("host", ["", "/run/postgresql", "127.0.0.1", "localhost"])
    def test_of_this_machine_is_left_alone(self, monkeypatch, host):
        monkeypatch.setitem(configured.DATABASES["default"], "HOST", host)

        assert said() == []

    @pytest.mark.parametrize(
        ("sslmode", "ids"),
        [
            (None, ["mainsite.W001"]),
            ("require", ["mainsite.W001"]),
            ("verify-full", []),
        ],
    )
    def test_elsewhere_shows_who_it_is(self, monkeypatch, sslmode, ids):
        database = configured.DATABASES["default"]
        monkeypatch.setitem(database, "HOST", "base.interne")
        monkeypatch.setitem(database, "OPTIONS", {"sslmode": sslmode})

        assert said() == ids


@pytest.mark.parametrize("name", ["REDIS_URL", "REDIS_CACHE_URL"])
def test_redis_elsewhere_is_encrypted(settings, name):
    setattr(settings, name, "redis://:x@redis.interne:6379/0")
    assert said() == ["mainsite.W002"]

    setattr(settings, name, "rediss://:x@redis.interne:6379/0")
    assert said() == []


def test_the_mail_server_elsewhere_is_encrypted(settings):
    settings.MAIL_IS_ON, settings.EMAIL_HOST = True, "mail.interne"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    assert said() == ["mainsite.W003"]

    settings.EMAIL_USE_TLS = True
    assert said() == []
