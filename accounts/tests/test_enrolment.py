"""The first telephone, the next one, and the codes for bad days."""

import math
import re

import pytest
from django.urls import reverse

from accounts import second_factor, sessions
from accounts.models import AuditEntry, RecoveryCode, TotpDevice
from accounts.tests.people import (
    code_of,
    enrolled,
    make_user,
    password_only_client,
    verified_client,
)

ENROL, VERIFY = reverse("accounts:enrol"), reverse("accounts:verify")
CODES, SECURITY = reverse("accounts:recovery_codes"), reverse("accounts:security")
RECOVERY = reverse("accounts:recovery")


def pending(user):
    return TotpDevice.objects.get(user=user, confirmed=False)


def shown_codes(client):
    return re.findall(r"<code>([-\w]+)</code>", client.get(CODES).text)


class TestFirstSignIn:
    def test_enrolment_is_the_only_way_on(self, analyst):
        client = password_only_client(analyst)

        assert client.get(VERIFY).url == ENROL
        assert client.get(reverse("companies:list")).url.startswith(VERIFY)

    def test_shows_the_drawing_the_key_and_the_link(self, analyst):
        client = password_only_client(analyst)

        page = client.get(ENROL).text

        secret = pending(analyst).secret
        assert " ".join(re.findall("....", secret)) in page
        assert f"secret={secret}" in page
        assert '<path d="M4 4.5h7M' in page

    def test_the_drawing_stays_when_the_page_is_read_again(self, analyst):
        client = password_only_client(analyst)
        client.get(ENROL)
        first = pending(analyst).secret

        client.post(ENROL, {"token": "000000"})
        client.get(ENROL)

        assert pending(analyst).secret == first

    def test_is_a_sign_in_like_the_others_in_the_trail(self, analyst):
        client = password_only_client(analyst)
        client.get(ENROL)
        client.post(ENROL, {"token": code_of(pending(analyst))})

        words = AuditEntry.objects.filter(actor=analyst).values_list(
            "action", flat=True
        )
        assert {"factor_enrolled", "sign_in"} <= set(words)

    def test_the_seed_is_not_readable_in_the_database(self, analyst):
        device = second_factor.start_enrolment(user=analyst)

        assert device.secret not in device.sealed_seed
        assert device.seed.hex() not in device.sealed_seed

    def test_the_first_code_opens_and_gives_the_recovery_codes(self, analyst):
        client = password_only_client(analyst)
        client.get(ENROL)
        key = client.session.session_key

        answer = client.post(ENROL, {"token": code_of(pending(analyst))})

        assert answer.url == CODES
        assert client.session.session_key != key
        codes = shown_codes(client)
        assert len(codes) == len(set(codes)) == 10
        signs = {len(code.replace("-", "")) for code in codes}
        assert signs == {24}
        assert 24 * math.log2(len(second_factor.ALPHABET)) > 112
        assert AuditEntry.objects.filter(
            action="factor_enrolled", resource=f"user:{analyst.pk}"
        ).exists()

    def test_a_wrong_code_enrols_nothing(self, analyst):
        client = password_only_client(analyst)
        client.get(ENROL)
        token = code_of(pending(analyst), steps=10)

        assert client.post(ENROL, {"token": token}).status_code == 422
        assert second_factor.device_of(analyst) is None
        assert client.get(reverse("companies:list")).status_code == 302

    def test_the_password_alone_replaces_no_telephone(self, half_way_client, analyst):
        assert half_way_client.get(ENROL).url == VERIFY
        answer = half_way_client.post(ENROL, {"token": "123456"})

        assert answer.url == VERIFY
        assert not TotpDevice.objects.filter(user=analyst, confirmed=False).exists()

    def test_a_race_to_enrol_has_one_winner(self, analyst, rf):
        """The view looked before a parallel session enrolled: the service refuses."""
        late = second_factor.start_enrolment(user=analyst)
        enrolled(analyst, seed=b"another seed of 20 b")

        with pytest.raises(second_factor.AlreadyEnrolled):
            second_factor.confirm_enrolment(
                user=analyst, token=code_of(late), replace=False, request=rf.post("/")
            )


class TestRecoveryCodesPage:
    def test_shows_them_until_they_are_noted(self, analyst):
        client = password_only_client(analyst)
        client.get(ENROL)
        client.post(ENROL, {"token": code_of(pending(analyst))})
        codes = shown_codes(client)

        text = client.get(reverse("accounts:recovery_codes_file"))
        assert text["Content-Disposition"].startswith("attachment")
        assert all(code in text.text for code in codes)
        assert codes == shown_codes(client)

        assert client.post(CODES).url == reverse("companies:list")
        assert client.get(CODES).url == SECURITY
        assert client.get(reverse("accounts:recovery_codes_file")).url == SECURITY

    def test_neither_the_session_nor_the_table_holds_them_in_clear(self, analyst):
        client = password_only_client(analyst)
        client.get(ENROL)
        client.post(ENROL, {"token": code_of(pending(analyst))})
        codes = shown_codes(client)

        kept = str(dict(client.session)) + str(
            list(RecoveryCode.objects.values_list("digest"))
        )
        assert not any(code in kept for code in codes)


class TestRecovery:
    def make_codes(self, user, rf):
        return second_factor.make_recovery_codes(user=user, request=rf.get("/"))

    def test_a_code_opens_once(self, half_way_client, analyst, rf):
        code = self.make_codes(analyst, rf)[3]
        key = half_way_client.session.session_key

        answer = half_way_client.post(RECOVERY, {"code": f" {code.upper()} "})

        assert answer.url == SECURITY
        assert half_way_client.session.session_key != key
        assert half_way_client.get(SECURITY).status_code == 200
        again = password_only_client(analyst).post(RECOVERY, {"code": code})
        assert again.status_code == 422
        assert analyst.recovery_codes.count() == 9

    def test_another_users_code_opens_nothing(self, half_way_client, stranger, rf):
        enrolled(stranger)
        code = self.make_codes(stranger, rf)[0]

        assert half_way_client.post(RECOVERY, {"code": code}).status_code == 422
        assert stranger.recovery_codes.count() == 10

    def test_new_codes_replace_the_old(self, half_way_client, analyst, rf):
        old = self.make_codes(analyst, rf)[0]
        self.make_codes(analyst, rf)

        assert half_way_client.post(RECOVERY, {"code": old}).status_code == 422

    def test_is_counted_apart_from_the_six_digits(self, half_way_client, analyst, rf):
        code = self.make_codes(analyst, rf)[0]
        for _ in range(10):
            half_way_client.post(RECOVERY, {"code": "mauvais-code"})

        assert half_way_client.post(RECOVERY, {"code": code}).status_code == 422
        token = code_of(second_factor.device_of(analyst))
        assert half_way_client.post(VERIFY, {"token": token}).status_code == 302

    def test_without_a_telephone_a_code_is_nothing(self, analyst, rf):
        """After a reset by ops, enrolment comes first."""
        code = self.make_codes(analyst, rf)[0]
        client = password_only_client(analyst)

        assert client.post(RECOVERY, {"code": code}).status_code == 422

    def test_is_for_who_gave_the_password(self, client, db):
        assert client.get(RECOVERY).url.startswith(reverse("accounts:sign_in"))


class TestReplacing:
    def test_asks_who_is_there_first(self, analyst_client, clock):
        assert analyst_client.get(ENROL).url == SECURITY
        clock.shift(16 * 60)

        page = analyst_client.post(reverse("accounts:replace_device"))

        assert page.status_code == 403
        assert "C’est bien vous" in page.text
        assert analyst_client.get(ENROL).url == SECURITY

    def test_the_old_telephone_stops_and_other_sessions_end(self, analyst):
        client, other = verified_client(analyst), verified_client(analyst)
        old = second_factor.device_of(analyst)
        client.post(reverse("accounts:replace_device"))
        client.get(ENROL)

        answer = client.post(ENROL, {"token": code_of(pending(analyst))})

        assert answer.url == CODES
        assert client.get(SECURITY).status_code == 200
        assert other.get(SECURITY).status_code == 302
        assert second_factor.device_of(analyst).pk != old.pk
        assert TotpDevice.objects.filter(user=analyst).count() == 1

    def test_the_permission_is_short(self, analyst_client, clock):
        analyst_client.post(reverse("accounts:replace_device"))
        clock.shift(sessions.RECENT_S + 1)

        assert analyst_client.get(ENROL).url == SECURITY


class TestReset:
    def test_closes_sessions_and_asks_to_enrol_again(self, analyst, ops):
        client = verified_client(analyst)

        second_factor.reset(user=analyst, by=ops)

        assert client.get(SECURITY).status_code == 302
        assert password_only_client(fresh(analyst)).get(VERIFY).url == ENROL
        entry = AuditEntry.objects.latest("pk")
        assert (entry.actor_id, entry.action) == (ops.pk, "factor_reset")


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def test_a_user_of_one_role_is_enrolled_like_any_other(db):
    user = make_user(role="read_only")

    assert password_only_client(user).get(VERIFY).url == ENROL
