"""Ways around a limit: none of them is one."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts import limits, throttle
from accounts.models import LoginThrottle
from accounts.tests.people import (
    code_of,
    enrolled,
    make_user,
    password_only_client,
)

pytestmark = pytest.mark.django_db

SIGN_IN, VERIFY = reverse("accounts:sign_in"), reverse("accounts:verify")
WRONG = "une autre phrase bien longue"


def attempt(email="personne@cabinet.example", address="203.0.113.7", **headers):
    client = Client(REMOTE_ADDR=address, headers=headers)
    return client.post(SIGN_IN, {"email": email, "password": WRONG}).status_code


@pytest.fixture
def three_an_address(monkeypatch):
    monkeypatch.setattr(throttle, "SIGN_IN_ADDRESS", throttle.Limit("few", 3, 60))


class TestManyAccountsFromOneAddress:
    """The fourth is refused, wherever it says that it comes from."""

    @pytest.mark.parametrize(
        "disguise",
        [
            {"X-Forwarded-For": "198.51.100.{n}"},
            {"X-Forwarded-For": "198.51.100.{n}, 127.0.0.1"},
            {"X-Real-IP": "198.51.100.{n}"},
            {"Forwarded": "for=198.51.100.{n}"},
            {"True-Client-IP": "198.51.100.{n}"},
            {"X-Forwarded-For": "not-an-ip-{n}"},
        ],
        ids=str,
    )
    def test_a_header_is_no_address(self, three_an_address, disguise):
        statuses = [
            attempt(
                f"p{n}@cabinet.example",
                **{name: value.format(n=n) for name, value in disguise.items()},
            )
            for n in range(4)
        ]
        assert statuses == [422, 422, 422, 429]

    @pytest.mark.parametrize(
        "addresses",
        [
            ["2001:db8::1", "2001:db8::2", "2001:db8::ffff:1", "2001:db8:0:0:9::1"],
            ["203.0.113.7", "::ffff:203.0.113.7", "203.0.113.7", "::ffff:cb00:7107"],
        ],
        ids=["one /64", "one address, two spellings"],
    )
    def test_a_spelling_or_a_neighbour_is_the_same(self, three_an_address, addresses):
        statuses = [
            attempt(f"p{n}@cabinet.example", address)
            for n, address in enumerate(addresses)
        ]
        assert statuses == [422, 422, 422, 429]

    def test_another_network_is_another(self, three_an_address):
        addresses = [f"2001:db8:0:{n}::1" for n in range(4)]
        statuses = [attempt(address=address) for address in addresses]
        assert statuses == [422] * 4

    def test_a_proxy_of_ours_is_believed_no_further_than_itself(
        self, three_an_address, settings
    ):
        settings.TRUSTED_PROXIES = ["127.0.0.1/32"]
        spoofed = "198.51.100.{n}, 203.0.113.9"
        statuses = [
            attempt(
                f"p{n}@cabinet.example",
                "127.0.0.1",
                **{"X-Forwarded-For": spoofed.format(n=n)},
            )
            for n in range(4)
        ]
        assert statuses == [422, 422, 422, 429]


class TestAnotherWayToTheSameDoor:
    @pytest.mark.parametrize(
        "path",
        [
            "/compte/connexion",
            "/Compte/Connexion/",
            "//compte/connexion/",
            "/compte//connexion/",
            "/compte/./connexion/",
            "/compte/connexion/;x=1",
            "/compte/connexion/%20",
            "/compte/x/../connexion/",
        ],
    )
    def test_a_variant_of_the_path_tries_no_password(self, client, path):
        given = {"email": "personne@cabinet.example", "password": WRONG}
        answer = client.generic("POST", "/", b"", PATH_INFO=path)
        assert answer.status_code in (301, 404)
        client.post(path, given)
        assert not LoginThrottle.objects.exists()

    @pytest.mark.parametrize("verb", ["get", "put", "patch", "delete"])
    def test_nor_does_another_verb(self, client, verb):
        query = f"?email=personne%40cabinet.example&password={WRONG}"
        headers = {"X-HTTP-Method-Override": "POST"}
        getattr(client, verb)(SIGN_IN + query, headers=headers)
        assert not LoginThrottle.objects.exists()


class TestOneAccountFromManyAddresses:
    def test_codes_are_counted_for_the_account(self, settings):
        settings.TOTP_DELAY_FACTOR_S = 0
        user = make_user()
        device = enrolled(user)
        near = {code_of(device, steps=n) for n in range(-30, 31)}
        wrong = next(f"{n:06d}" for n in range(100) if f"{n:06d}" not in near)
        browsers = [
            password_only_client(user, REMOTE_ADDR=f"198.51.100.{n}")
            for n in range(throttle.SECOND_FACTOR.count + 1)
        ]
        for browser in browsers[:-1]:
            browser.post(VERIFY, {"token": wrong})

        answer = browsers[-1].post(VERIFY, {"token": code_of(device)})

        assert answer.status_code == 422
        assert "60\u00a0minutes" in answer.text

    def test_what_costs_is_counted_for_the_account(self, rf, settings):
        settings.RATE_LIMIT_SCALE = 1.0
        user = make_user()
        requests = [rf.get("/", REMOTE_ADDR=f"198.51.100.{n}") for n in range(6)]
        for request in requests[:5]:
            limits.spend(limits.UPLOAD, request, user=user)
        with pytest.raises(limits.TooMany):
            limits.spend(limits.UPLOAD, requests[5], user=user)
