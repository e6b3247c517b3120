"""Headers and cookies as they are over HTTPS, in production."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.people import PASSWORD, code_of, enrolled, verified_client
from accounts.tests.tokens import bearing, make_token
from tests.hostile.guards import header_faults, read_through
from tests.test_urls import PROBES, TABLE, address_of, things

__all__ = ["things"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def production(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.COOKIE_PREFIX = "__Host-"
    settings.SESSION_COOKIE_NAME = "__Host-session"
    settings.CSRF_COOKIE_NAME = "__Host-csrf"


def https(client, verb, address, data=None):
    headers = {"Referer": f"https://testserver{address}"}
    return getattr(client, verb)(address, data, secure=True, headers=headers)


@pytest.fixture
def signed_in(production, analyst):
    """Through the doors, as a browser would come."""
    device, client = enrolled(analyst), Client()
    given = {"email": analyst.email, "password": PASSWORD}
    https(client, "post", reverse("accounts:sign_in"), given)
    https(client, "post", reverse("accounts:verify"), {"token": code_of(device)})
    return client


def test_every_address_over_https(signed_in, things):
    faults = {}
    for name in TABLE:
        answer = https(signed_in, "get", address_of(name, things))
        read_through(answer)
        found = header_faults(answer, is_private=name not in PROBES)
        if "max-age=31536000" not in answer.get("Strict-Transport-Security", ""):
            found.append("HSTS")
        if found:
            faults[name] = found
        assert answer.status_code == TABLE[name]["analyst"], name
    assert faults == {}


def test_files_of_the_product_have_the_policy_too(production, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    tmp_path.joinpath("drawing.svg").write_text("<svg/>", encoding="utf-8")

    answer = https(Client(), "get", "/static/drawing.svg")

    assert (answer.status_code, answer.getvalue()) == (200, b"<svg/>")
    assert header_faults(answer, is_private=False) == ["X-Frame-Options: None"]
    assert "max-age=31536000" in answer["Strict-Transport-Security"]


def test_nothing_but_probes_is_answered_over_http(production, db, things):
    open_ones = set()
    for name in TABLE:
        answer = Client().get(address_of(name, things))
        if answer.status_code != 301 or not answer.url.startswith("https://"):
            open_ones.add(name)
    # The API says why instead: a client would not notice a redirect.
    assert open_ones == {"healthz", "metrics", "api:me"}


def test_cookies_are_bound_to_this_host(signed_in):
    page = https(signed_in, "get", reverse("accounts:security"))
    cookies = {**signed_in.cookies, **page.cookies}
    kept = {cookie.key: cookie for cookie in cookies.values() if cookie.value}
    assert set(kept) <= {"__Host-session", "__Host-csrf"}
    for cookie in kept.values():
        assert cookie["secure"]
        assert cookie["path"] == "/"
        assert not cookie["domain"]
        assert cookie["samesite"] == "Lax"
    assert kept["__Host-session"]["httponly"]
    # The script puts it into a header.
    assert not kept["__Host-csrf"]["httponly"]


def test_so_is_the_one_of_a_message_to_the_reader(signed_in):
    told = https(signed_in, "post", reverse("accounts:sign_out_others"))

    [cookie] = [each for name, each in told.cookies.items() if "messages" in name]
    assert cookie.key == "__Host-messages"
    assert cookie["secure"]
    assert cookie["httponly"]
    assert (cookie["path"], cookie["domain"], cookie["samesite"]) == ("/", "", "Lax")
    page = https(signed_in, "get", told.url)
    assert "Vos autres sessions sont fermées." in page.text
    assert page.cookies["__Host-messages"].value == ""


def test_the_api_sets_none(production, analyst, rf):
    _token, secret = make_token(analyst, rf)
    answer = Client(headers=bearing(secret)).get(reverse("api:me"), secure=True)
    assert answer.status_code == 200
    assert not answer.cookies


@pytest.mark.parametrize("old", ["", "a" * 32, "x"])
def test_a_post_without_its_token_is_refused(analyst, old):
    client = verified_client(analyst, enforce_csrf_checks=True)
    address = reverse("accounts:sign_out_others")
    for headers in ({}, {"X-CSRFToken": old}):
        assert client.post(address, headers=headers).status_code == 403
