"""Passkeys: a second factor like the other, and nothing more than that."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse
from django_otp_webauthn.models import WebAuthnCredential

from accounts import second_factor, throttle
from accounts.models import AuditEntry, User
from accounts.tests.authenticator import (
    ADD,
    CHALLENGE,
    HOST,
    NEW,
    OPTIONS,
    PRESENT,
    WITH_PASSKEY,
    Passkey,
    add,
    signed,
    to_text,
    use,
)
from accounts.tests.people import (
    code_of,
    enrolled,
    make_user,
    password_only_client,
    verified_client,
)

VERIFY, ENROL = reverse("accounts:verify"), reverse("accounts:enrol")
CODES = reverse("accounts:recovery_codes")


class TestFirstFactor:
    def test_may_be_a_passkey(self, analyst):
        client = password_only_client(analyst, headers={"Host": HOST})
        key = client.session.session_key
        assert "Enregistrer une clé d’accès" in client.get(ENROL).text

        answer = add(client, Passkey())

        assert answer.url == CODES
        assert client.session.session_key != key
        assert len(re.findall(r"<code>[-\w]{29}</code>", client.get(CODES).text)) == 10
        assert client.get("/").status_code == 200
        actions = AuditEntry.objects.values_list("action", flat=True)
        assert {"passkey_added", "recovery_codes_made"} <= set(actions)

    def test_then_is_what_the_door_asks_for(self, analyst):
        passkey = Passkey()
        add(password_only_client(analyst), passkey)
        analyst.refresh_from_db()
        client = password_only_client(analyst, headers={"Host": HOST})
        assert client.get(ENROL).url == VERIFY
        page = client.get(VERIFY).text
        assert "Se connecter avec une clé d’accès" in page
        assert "Code à six chiffres" not in page
        assert client.get("/").status_code == 302

        assert use(client, passkey).status_code == 302
        assert client.get("/").status_code == 200

    def test_a_recovery_code_stands_for_it_too(self, analyst, rf):
        add(password_only_client(analyst), Passkey())
        analyst.refresh_from_db()
        code = second_factor.make_recovery_codes(user=analyst, request=rf.get("/"))[0]
        client = password_only_client(analyst)

        client.post(reverse("accounts:recovery"), {"code": code})

        assert client.get("/").status_code == 200

    def test_the_password_alone_adds_none_to_an_account_that_has_one(self, analyst):
        enrolled(analyst)
        client = password_only_client(analyst)

        assert client.post(OPTIONS).status_code == 404
        made_up = Passkey().register({"challenge": to_text(b"x" * 32)})
        assert client.post(ADD, {"name": "x", "credential": made_up}).url == VERIFY
        assert not WebAuthnCredential.objects.exists()

    def test_nor_when_a_factor_came_between_the_question_and_the_answer(self, analyst):
        client, late = password_only_client(analyst), Passkey()
        options = client.post(OPTIONS).json()
        enrolled(analyst)

        client.post(ADD, {"name": "x", "credential": late.register(options)})

        assert not WebAuthnCredential.objects.exists()
        assert client.get("/").status_code == 302


class TestAtTheDoor:
    def test_opens_and_renews_the_session(self, half_way, passkey):
        key = half_way.session.session_key

        assert use(half_way, passkey).status_code == 302

        assert half_way.session.session_key != key
        assert half_way.get("/").status_code == 200
        entry = AuditEntry.objects.latest("pk")
        assert (entry.action, entry.details) == ("sign_in", {"factor": "passkey"})

    def test_the_application_still_opens_too(self, half_way, analyst):
        token = code_of(second_factor.device_of(analyst))

        assert half_way.post(VERIFY, {"token": token}).status_code == 302
        assert half_way.get("/").status_code == 200

    @pytest.mark.parametrize(
        "forged",
        [
            {"origin": "https://evil.example"},
            {"origin": f"http://{HOST}.evil.example"},
            {"domain": "evil.example"},
            {"challenge": to_text(b"another challenge, of 32 bytes..")},
            {"type": "webauthn.create"},
            {"flags": 0},
        ],
    )
    def test_refuses_what_is_forged(self, half_way, passkey, forged):
        use(half_way, passkey, **forged)

        assert half_way.get("/").url.startswith(VERIFY)
        assert AuditEntry.objects.latest("pk").action == "second_factor_refused"

    def test_refuses_another_persons(self, half_way, stranger):
        theirs = Passkey()
        add(password_only_client(stranger), theirs)

        use(half_way, theirs)

        assert half_way.get("/").url.startswith(VERIFY)

    def test_refuses_a_signature_of_another_key(self, half_way, passkey):
        thief = Passkey()
        thief.id = passkey.id

        use(half_way, thief)

        assert half_way.get("/").url.startswith(VERIFY)

    def test_refuses_a_copy_that_counts_behind(self, half_way, passkey, analyst):
        use(half_way, passkey)
        passkey.count -= 1
        again = password_only_client(User.objects.get(pk=analyst.pk))

        use(again, passkey)

        assert again.get("/").url.startswith(VERIFY)

    def test_an_answer_is_good_for_five_minutes(self, half_way, passkey, clock):
        answer = signed(half_way, passkey)
        clock.shift(5 * 60 + 1)

        half_way.post(WITH_PASSKEY, {"credential": answer})

        assert half_way.get("/").url.startswith(VERIFY)

    def test_an_answer_is_good_once(self, half_way, analyst):
        """Not even for a passkey that does not count, as those kept in a cloud."""
        lasting = Passkey(counts=False)
        add(verified_client(User.objects.get(pk=analyst.pk)), lasting)
        client = password_only_client(User.objects.get(pk=analyst.pk))
        answer = signed(client, lasting)
        client.post(WITH_PASSKEY, {"credential": answer})
        other = password_only_client(User.objects.get(pk=analyst.pk))

        other.post(WITH_PASSKEY, {"credential": answer})

        assert client.get("/").status_code == 200
        assert other.get("/").url.startswith(VERIFY)

    def test_garbage_is_refused_like_the_rest(self, half_way):
        for credential in (
            "",
            "{}",
            "[]",
            "null",
            "1e999",
            "[" * 5000,
            '{"id": 1, "rawId": [], "response": "x", "type": "public-key"}',
            '{"id": "é", "rawId": "é", "response": {}, "type": "public-key"}',
            "x" * 30_000,
        ):
            half_way.post(CHALLENGE)

            answer = half_way.post(WITH_PASSKEY, {"credential": credential})

            assert answer.url == VERIFY
            assert half_way.get("/").url.startswith(VERIFY)

    @pytest.mark.parametrize(
        "field", ["clientDataJSON", "authenticatorData", "signature"]
    )
    def test_so_is_each_field_of_it(self, half_way, passkey, field):
        for value in ("", "AA", "é", to_text(b"{}"), to_text(b"\xff" * 37), 7, None):
            given = json.loads(signed(half_way, passkey))
            given["response"][field] = value

            answer = half_way.post(WITH_PASSKEY, {"credential": json.dumps(given)})

            assert answer.url == VERIFY
            assert half_way.get("/").url.startswith(VERIFY)

    def test_so_is_each_field_of_a_new_one(self, analyst_client):
        for field in ("clientDataJSON", "attestationObject"):
            for value in ("", "AA", "é", to_text(b"{}"), to_text(b"\xff" * 37), 7):
                options = analyst_client.post(OPTIONS).json()
                given = json.loads(Passkey().register(options))
                given["response"][field] = value

                answer = analyst_client.post(
                    ADD, {"name": "x", "credential": json.dumps(given)}
                )

                assert answer.status_code == 422

    def test_is_counted_with_the_codes(self, half_way, passkey, analyst):
        for _ in range(throttle.SECOND_FACTOR.count):
            half_way.post(CHALLENGE)
            half_way.post(WITH_PASSKEY, {"credential": "{}"})

        use(half_way, passkey)
        assert half_way.get("/").url.startswith(VERIFY)
        token = code_of(second_factor.device_of(analyst))
        assert half_way.post(VERIFY, {"token": token}).status_code == 422

    def test_a_touch_is_enough_after_the_password(self, half_way, passkey):
        use(half_way, passkey, flags=PRESENT)

        assert half_way.get("/").status_code == 200

    def test_who_has_none_is_asked_for_none(self, half_way_client):
        assert half_way_client.post(CHALLENGE).status_code == 404

    def test_an_address_by_number_offers_none(self, half_way):
        page = half_way.get(VERIFY, headers={"Host": "127.0.0.1"}).text

        assert "data-app-passkey" not in page
        assert "Votre clé d’accès sert à l’adresse" in page


def test_of_twenty_posts_of_one_answer_one_opens(transactional_db):
    user = make_user()
    passkey = Passkey(counts=False)
    add(password_only_client(user), passkey)
    client = password_only_client(User.objects.get(pk=user.pk))
    answer, cookies = signed(client, passkey), client.cookies
    gate = threading.Barrier(20)

    def post(_):
        browser = Client(raise_request_exception=False)
        browser.cookies = cookies
        gate.wait()
        try:
            browser.post(WITH_PASSKEY, {"credential": answer})
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(post, range(20)))

    opened = AuditEntry.objects.filter(action="sign_in", resource=f"user:{user.pk}")
    assert opened.count() == 1


class TestTheLibrarysOwnDoors:
    def test_none_of_its_views_is_an_address(self):
        def modules(patterns):
            for each in patterns:
                if hasattr(each, "url_patterns"):
                    yield from modules(each.url_patterns)
                else:
                    yield each.callback.__module__

        assert "django_otp_webauthn.views" not in set(
            modules(get_resolver().url_patterns)
        )

    def test_no_passkey_stands_for_a_password(self):
        assert settings.OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN is False
        assert settings.AUTHENTICATION_BACKENDS == [
            "django.contrib.auth.backends.ModelBackend"
        ]

    @pytest.mark.parametrize("address", [CHALLENGE, WITH_PASSKEY, OPTIONS, ADD, NEW])
    def test_nobody_is_sent_to_sign_in(self, client, db, address):
        answer = client.post(address)

        assert answer.status_code == 302
        assert answer.url.startswith(reverse("accounts:sign_in"))
