"""From the password to the list: who gets in, what the refused are told."""

import re

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from accounts import second_factor, throttle
from accounts.choices import Role
from accounts.models import AuditEntry, LoginThrottle
from accounts.tests.people import (
    PASSWORD,
    code_of,
    enrolled,
    make_user,
    password_only_client,
    verified_client,
)

SIGN_IN, VERIFY = reverse("accounts:sign_in"), reverse("accounts:verify")


def post_password(client, email, password=PASSWORD, **extra):
    return client.post(SIGN_IN, {"email": email, "password": password, **extra})


class TestPassword:
    def test_the_page_is_public(self, client):
        page = client.get(SIGN_IN)

        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]

    def test_leads_to_the_second_factor_and_no_further(self, client, analyst):
        enrolled(analyst)

        answer = post_password(client, analyst.email)

        assert answer.status_code == 302
        assert answer.url == VERIFY
        assert client.get(reverse("companies:list")).status_code == 302

    def test_the_address_is_read_in_any_case(self, client, analyst):
        answer = post_password(client, f"  {analyst.email.upper()} ")

        assert answer.url == VERIFY

    @pytest.mark.parametrize("who", ["unknown", "wrong", "disabled", "api", "locked"])
    def test_all_refusals_are_one(self, client, db, who):
        """The page differs in nothing but the CSRF token and what was typed."""
        email, password = "personne@cabinet.example", PASSWORD
        if who == "wrong":
            make_user(email)
            password = "une autre phrase bien longue"
        elif who == "disabled":
            make_user(email, is_active=False)
        elif who == "api":
            make_user(email, role=Role.API_CLIENT)
        elif who == "locked":
            make_user(email)
            for _ in range(throttle.SIGN_IN.count):
                post_password(client, email, "une autre phrase bien longue")

        answer = post_password(client, email, password)

        assert answer.status_code == 422
        assert "Adresse ou mot de passe inconnu" in answer.text
        assert "sessionid" not in client.cookies
        assert not get_user(client).is_authenticated

    def test_a_fifth_attempt_is_heard_and_a_sixth_is_not(self, client, analyst):
        for _ in range(throttle.SIGN_IN.count - 1):
            post_password(client, analyst.email, "une autre phrase bien longue")
        assert post_password(client, analyst.email).status_code == 302

        for _ in range(throttle.SIGN_IN.count):
            post_password(client, analyst.email, "une autre phrase bien longue")
        assert post_password(client, analyst.email).status_code == 422

    def test_failures_from_one_address_do_not_lock_another_out(self, client, analyst):
        for _ in range(throttle.SIGN_IN.count + 1):
            post_password(client, analyst.email, "une autre phrase bien longue")

        elsewhere = Client(REMOTE_ADDR="203.0.113.9")

        assert post_password(elsewhere, analyst.email).status_code == 302

    def test_a_forged_header_does_not_escape_the_limit(self, db):
        for n in range(throttle.SIGN_IN.count + 1):
            forger = Client(headers={"X-Forwarded-For": f"198.51.100.{n}"})
            post_password(forger, "x@cabinet.example")

        assert LoginThrottle.objects.count() == 2

    def test_many_accounts_from_one_address_are_stopped(self, client, db, monkeypatch):
        monkeypatch.setattr(
            throttle, "SIGN_IN_ADDRESS", throttle.Limit("address", 3, 60)
        )
        for n in range(3):
            assert post_password(client, f"p{n}@cabinet.example").status_code == 422

        answer = post_password(client, "encore@cabinet.example")

        assert answer.status_code == 429
        assert 1 <= int(answer["Retry-After"]) <= 60

    @pytest.mark.parametrize(
        "email", ["", "x\x00y@cabinet.example", "é" * 300, "' OR 1=1 --"]
    )
    def test_bad_input_is_refused_like_the_rest(self, client, db, email):
        assert post_password(client, email).status_code == 422

    def test_a_bad_forwarded_header_is_no_error(self, db):
        client = Client(headers={"X-Forwarded-For": "not-an-ip"})

        assert post_password(client, "x@cabinet.example").status_code == 422

    def test_refusals_are_traced_without_the_address_typed(self, client, analyst):
        post_password(client, analyst.email, "une autre phrase bien longue")

        entry = AuditEntry.objects.latest("pk")
        assert entry.action == "sign_in_refused"
        assert entry.resource == f"user:{analyst.pk}"
        assert entry.address == "127.0.0.1"
        assert analyst.email not in str(entry.details)


class TestCode:
    def test_opens_the_page_that_was_wanted(self, client, analyst):
        device = enrolled(analyst)
        wanted = reverse("accounts:security")
        post_password(client, analyst.email, next=wanted)

        answer = client.post(VERIFY, {"token": code_of(device)})

        assert answer.status_code == 302
        assert answer.url == wanted
        assert client.get(wanted).status_code == 200
        assert AuditEntry.objects.latest("pk").action == "sign_in"

    def test_the_session_changes_at_both_steps(self, client, analyst):
        """Session fixation: a key set beforehand opens nothing at any step."""
        device = enrolled(analyst)
        client.session.save()
        planted = client.session
        planted["theme"] = "x"
        planted.save()
        keys = [client.session.session_key]

        post_password(client, analyst.email)
        keys.append(client.session.session_key)
        client.post(VERIFY, {"token": code_of(device)})
        keys.append(client.session.session_key)

        assert len(set(keys)) == 3
        for key in keys[:2]:
            thief = Client()
            thief.cookies[next(iter(client.cookies))] = key
            assert thief.get(reverse("companies:list")).status_code == 302

    def test_a_code_written_with_a_space_is_read(self, half_way_client, analyst):
        token = code_of(device_of(analyst))

        answer = half_way_client.post(VERIFY, {"token": f"{token[:3]} {token[3:]}"})

        assert answer.status_code == 302

    @pytest.mark.parametrize("token", ["", "12345", "abcdef", "١٢٣٤٥٦", "1234567"])
    def test_anything_but_six_digits_is_refused_uncounted(self, half_way_client, token):
        answer = half_way_client.post(VERIFY, {"token": token})

        assert answer.status_code == 422
        assert not LoginThrottle.objects.exists()

    def test_says_how_many_attempts_remain(self, half_way_client, analyst):
        answer = half_way_client.post(VERIFY, {"token": wrong_code(analyst)})

        assert answer.status_code == 422
        assert "Il vous reste 9\u00a0essais" in answer.text

    def test_an_old_code_is_called_expired(self, half_way_client, analyst):
        token = code_of(device_of(analyst), steps=-4)

        answer = half_way_client.post(VERIFY, {"token": token})

        assert "avait expiré" in answer.text

    def test_a_code_of_the_future_blames_the_clock(self, half_way_client, analyst):
        token = code_of(device_of(analyst), steps=4)

        answer = half_way_client.post(VERIFY, {"token": token})

        assert "horloge du téléphone avance" in answer.text

    @pytest.mark.parametrize("minutes", [-10, 10])
    def test_a_clock_ten_minutes_away_is_told_our_time(
        self, half_way_client, analyst, clock, minutes
    ):
        """The application of a telephone, or our machine: somebody compares."""
        token = code_of(device_of(analyst), steps=2 * minutes)

        answer = half_way_client.post(VERIFY, {"token": token})

        assert re.search(r"il est \d\d:\d\d:\d\d ici", answer.text)

    def test_a_code_of_the_future_is_not_good_when_its_time_comes(
        self, half_way_client, analyst, clock
    ):
        """Else the hint would help whoever guesses: told once, they would wait."""
        token = code_of(device_of(analyst), steps=4)
        half_way_client.post(VERIFY, {"token": token})
        clock.shift(4 * 30)

        answer = half_way_client.post(VERIFY, {"token": token})

        assert answer.status_code == 422
        right = code_of(device_of(analyst), steps=1)
        clock.shift(30)
        assert half_way_client.post(VERIFY, {"token": right}).status_code == 302

    @pytest.mark.parametrize("steps", [-1, 0, 1])
    def test_one_step_early_or_late_passes(self, half_way_client, analyst, steps):
        token = code_of(device_of(analyst), steps=steps)

        assert half_way_client.post(VERIFY, {"token": token}).status_code == 302

    def test_a_code_serves_once(self, half_way_client, analyst):
        token = code_of(device_of(analyst))
        half_way_client.post(VERIFY, {"token": token})

        second = password_only_client(analyst).post(VERIFY, {"token": token})

        assert second.status_code == 422
        assert "a déjà servi" in second.text

    def test_a_code_older_than_the_last_used_is_dead(self, half_way_client, analyst):
        half_way_client.post(VERIFY, {"token": code_of(device_of(analyst))})

        token = code_of(device_of(analyst), steps=-1)

        answer = password_only_client(analyst).post(VERIFY, {"token": token})
        assert answer.status_code == 422

    def test_after_ten_wrong_codes_the_right_one_waits(
        self, half_way_client, analyst, settings
    ):
        settings.TOTP_DELAY_FACTOR_S = 0
        for _ in range(10):
            half_way_client.post(VERIFY, {"token": wrong_code(analyst)})

        answer = half_way_client.post(VERIFY, {"token": code_of(device_of(analyst))})

        assert answer.status_code == 422
        assert "60\u00a0minutes" in answer.text
        assert AuditEntry.objects.latest("pk").details == {"reason": "too_many"}

    def test_a_wrong_code_delays_the_next(self, half_way_client, analyst, settings):
        settings.TOTP_DELAY_FACTOR_S = 5
        half_way_client.post(VERIFY, {"token": wrong_code(analyst)})

        answer = half_way_client.post(VERIFY, {"token": code_of(device_of(analyst))})

        assert answer.status_code == 422
        assert "Trop d’essais" in answer.text

    def test_another_users_code_opens_nothing(self, half_way_client, stranger):
        theirs = enrolled(stranger, seed=b"another seed of 20 b")

        answer = half_way_client.post(VERIFY, {"token": code_of(theirs)})

        assert answer.status_code == 422

    def test_without_a_password_there_is_no_code_page(self, client, db):
        assert client.post(VERIFY, {"token": "123456"}).status_code == 302
        assert client.get(VERIFY).url.startswith(SIGN_IN)


class TestWayBack:
    @pytest.mark.parametrize(
        "target",
        [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "javascript:alert(1)",
            "http:///evil.example",
            "liste",
            "accounts:logout",
        ],
    )
    def test_never_leaves_the_site(self, client, analyst, target):
        device = enrolled(analyst)
        post_password(client, analyst.email, next=target)

        answer = client.post(VERIFY, {"token": code_of(device)})

        assert answer.url == reverse("companies:list")
        assert client.get(SIGN_IN, {"next": target}).url == reverse("companies:list")

    def test_who_is_in_already_goes_on(self, analyst_client):
        assert analyst_client.get(SIGN_IN).url == reverse("companies:list")
        assert analyst_client.get(VERIFY).url == reverse("companies:list")


class TestSignOut:
    def test_ends_the_session_and_is_traced(self, analyst):
        client = verified_client(analyst)

        client.post(reverse("accounts:logout"))

        assert client.get(reverse("accounts:security")).status_code == 302
        assert AuditEntry.objects.latest("pk").action == "sign_out"

    def test_has_the_browser_forget_what_it_kept(self, analyst_client):
        answer = analyst_client.post(reverse("accounts:logout"))

        assert answer["Clear-Site-Data"] == '"cache", "storage"'

    def test_needs_a_post(self, analyst_client):
        assert analyst_client.get(reverse("accounts:logout")).status_code == 405

    def test_nobody_may_sign_out_too(self, client, db):
        assert client.post(reverse("accounts:logout")).status_code == 302


def device_of(user):
    return second_factor.device_of(user)


def wrong_code(user):
    """Six digits that no step near now shows."""
    device = device_of(user)
    near = {code_of(device, steps=n) for n in range(-30, 31)}
    return next(f"{n:06d}" for n in range(100) if f"{n:06d}" not in near)
