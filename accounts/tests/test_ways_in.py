"""Every way to a session, and every address that asks for less than a whole one."""

import re
from base64 import b64encode
from pathlib import Path

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django_otp import DEVICE_ID_SESSION_KEY

from accounts import second_factor
from accounts.models import TotpDevice
from accounts.tests.people import (
    PASSWORD,
    code_of,
    enrolled,
    password_only_client,
    verified_client,
)

PROJECT = Path(__file__).resolve().parents[2]
SIGN_IN, VERIFY = reverse("accounts:sign_in"), reverse("accounts:verify")

# A view that is added here answers somebody who gave nothing…
PUBLIC = {
    "accounts.views.sign_in",
    "accounts.views.logout",
    "accounts.link_views.open_link",
    "accounts.link_views.choose_password",
    "accounts.link_views.reset",
    "mainsite.health.healthz",
    "mainsite.health.readyz",
    "mainsite.metrics.metrics",
}
# … or a password alone.
HALF_WAY = {
    "accounts.views.verify",
    "accounts.views.recovery",
    "accounts.views.enrol",
    "accounts.passkey_views.challenge",
    "accounts.passkey_views.verify",
    "accounts.passkey_views.options",
    "accounts.passkey_views.add",
}
# Nothing else may say that somebody is in: each of these is behind a test of its step.
SIGNING = {
    ("accounts/sessions.py", "auth.login"): 1,
    ("accounts/sessions.py", "django_otp.login"): 2,
}


def views(patterns=None):
    for each in patterns or get_resolver().url_patterns:
        if isinstance(each, URLResolver):
            yield from views(each.url_patterns)
        else:
            yield each.callback


def name_of(view):
    return f"{view.__module__}.{view.__qualname__}"


class TestAllowList:
    def test_is_these_views_and_no_other(self):
        public = {
            name_of(view)
            for view in views()
            if not getattr(view, "login_required", True)
        }
        half_way = {
            name_of(view)
            for view in views()
            if not getattr(view, "second_factor_required", True)
        }

        assert public == PUBLIC
        assert half_way == HALF_WAY

    def test_sees_the_administration_and_the_queues(self):
        modules = {view.__module__.partition(".")[0] for view in views()}

        assert {"django", "django_rq", "accounts"} <= modules

    def test_only_the_sessions_of_ours_sign_in(self):
        found = {}
        for path in PROJECT.glob("[a-z]*/**/*.py"):
            folder = path.relative_to(PROJECT)
            if "tests" in folder.parts or folder.parts[0] in {"benchmarks", "var"}:
                continue
            text = path.read_text(encoding="utf-8")
            for call in re.findall(r"\b((?:auth|django_otp|otp)\.?a?login)\(", text):
                key = (str(folder), call)
                found[key] = found.get(key, 0) + 1

        assert found == SIGNING


class TestWhatOpensNothing:
    @pytest.fixture
    def device(self, analyst):
        return enrolled(analyst)

    def test_basic_authentication(self, device, analyst):
        given = b64encode(f"{analyst.email}:{PASSWORD}".encode()).decode()
        client = Client(headers={"Authorization": f"Basic {given}"})

        assert client.get("/").url.startswith(SIGN_IN)

    def test_the_administrations_own_form(self, client, device, ops):
        enrolled(ops)
        answer = client.post(
            reverse("admin:login"),
            {"username": ops.email, "password": PASSWORD, "next": "/administration/"},
        )

        assert answer.url.startswith(SIGN_IN)
        assert SESSION_KEY not in client.session

    @pytest.mark.parametrize(
        "name", ["admin:index", "admin:accounts_user_changelist", "database", "cache"]
    )
    def test_the_password_of_ops_alone(self, ops, name):
        enrolled(ops)

        answer = password_only_client(ops).get(reverse(name))

        assert answer.url.startswith(VERIFY)

    @pytest.mark.parametrize("page", ["", "stats.json", "metrics"])
    def test_the_queues_of_ops(self, ops, page):
        enrolled(ops)
        address = reverse("admin:django_rq_dashboard_changelist") + page

        assert Client().get(address).url.startswith(SIGN_IN)
        assert password_only_client(ops).get(address).url.startswith(VERIFY)
        assert verified_client(ops).get(address).status_code == 200

    def test_a_session_of_before_the_enrolment(self, analyst):
        """Half-way in twice: the first to enrol shuts the other out."""
        first, second = password_only_client(analyst), password_only_client(analyst)
        token = code_of(second_factor.start_enrolment(user=analyst))

        first.post(reverse("accounts:enrol"), {"token": token})

        assert first.get("/").status_code == 200
        assert second.get(VERIFY).url.startswith(SIGN_IN)

    def test_a_password_change_by_half_a_session(self, half_way_client, analyst):
        answer = half_way_client.post(
            reverse("accounts:password"),
            {"current": PASSWORD, "new": "x" * 20, "again": "x" * 20},
        )

        assert answer.url.startswith(VERIFY)
        analyst.refresh_from_db()
        assert analyst.check_password(PASSWORD)

    def test_a_device_that_was_never_confirmed(self, analyst):
        pending = second_factor.start_enrolment(user=analyst)
        client = password_only_client(analyst)
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = pending.persistent_id
        session.save()

        assert client.get("/").url.startswith(VERIFY)

    def test_a_device_that_is_gone(self, analyst):
        client = verified_client(analyst)
        TotpDevice.objects.all().delete()

        assert client.get("/").url.startswith(VERIFY)

    def test_a_cookie_that_would_remember_the_device(self, device, analyst):
        """None is offered, and any is ignored."""
        client = verified_client(analyst)
        client.get("/")
        kept = {name for name in client.cookies if "otp" in name or "remember" in name}
        assert kept == set()
        half_way = password_only_client(analyst)
        half_way.cookies["otp_trusted_device"] = "1"

        assert half_way.get("/").url.startswith(VERIFY)

    @pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
    @pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Original-URL"])
    def test_a_header_that_names_another_page(self, half_way_client, method, header):
        answer = getattr(half_way_client, method)(
            "/", headers={header: "/compte/connexion/"}
        )

        assert answer.url.startswith(VERIFY)

    @pytest.mark.parametrize(
        "path",
        [
            "//compte/securite/",
            "/compte/securite",
            "/compte/./securite/",
            "/compte/connexion/../securite/",
            "/compte%2fsecurite/",
            "/COMPTE/SECURITE/",
            "/compte/securite/;connexion/",
        ],
    )
    def test_another_way_to_write_an_address(self, half_way_client, path):
        assert half_way_client.get(path).status_code in {301, 302, 404}
