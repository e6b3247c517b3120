"""Serious acts ask again who is there, and lose nothing that was written."""

import re

import pytest
from django.urls import URLPattern, get_resolver, resolve, reverse

from accounts import throttle
from accounts.models import AuditEntry, Desk, Session
from accounts.tests.confirming import CONFIRM, both_factors, confirmed, hidden_fields
from accounts.tests.people import PASSWORD, verified_client

SECURITY = reverse("accounts:security")
CODES = reverse("accounts:renew_recovery_codes")
SERIOUS = [
    "accounts:password",
    "accounts:renew_recovery_codes",
    "accounts:replace_device",
    "accounts:sign_out_others",
    "companies:oppose_person",
    "companies:contact_access",
    "database_reset",
    "cache_forget",
]
# Pages of the administration that are not of Django's, whether or not they write.
OURS = [
    "/" + re.sub("<[^>]*>", "taches", str(each.pattern))
    for each in get_resolver().url_patterns
    if str(each.pattern).startswith("administration/") and isinstance(each, URLPattern)
]


class TestWhenItIsAsked:
    @pytest.mark.parametrize("name", SERIOUS)
    def test_of_every_serious_act(self, name):
        view = resolve(reverse(name)).func

        assert view.confirmation_required

    def test_not_within_a_quarter_of_an_hour(self, analyst_client, later):
        later(14 * 60)

        assert analyst_client.post(CODES).url == reverse("accounts:recovery_codes")

    def test_after_it_the_act_waits(self, analyst_client, analyst, later):
        later()

        answer = analyst_client.post(CODES)

        assert answer.status_code == 403
        assert "no-store" in answer["Cache-Control"]
        assert analyst.recovery_codes.count() == 0

    def test_a_page_is_asked_for_before_it_is_filled(self, analyst_client, later):
        later()

        answer = analyst_client.get(reverse("accounts:password"))

        assert answer.url == f"{CONFIRM}?next=%2Fcompte%2Fmot-de-passe%2F"

    def test_of_everything_written_in_the_administration(self, ops_client, later):
        later()
        address = reverse("admin:accounts_desk_add")

        assert ops_client.get(address).status_code == 200
        assert ops_client.post(address, {"name": "Agro"}).status_code == 403
        assert not Desk.objects.filter(name="Agro").exists()

    @pytest.mark.parametrize("address", OURS)
    def test_of_our_own_pages_there_too(self, ops_client, later, address):
        later()

        answer = ops_client.post(address, {"family": "answers", "key": "x"})

        assert answer.status_code in {403, 405}
        assert ("C’est bien vous" in answer.text) == (answer.status_code == 403)
        assert not AuditEntry.objects.filter(
            resource__regex="^(cache|data|dead)"
        ).exists()

    def test_of_three_of_them(self, ops_client, later):
        later()

        answers = [ops_client.post(address) for address in OURS]

        assert [answer.status_code for answer in answers].count(403) == 3

    def test_reading_and_working_never_asks(self, analyst_client, later):
        later()

        assert analyst_client.get("/").status_code == 200
        assert analyst_client.get(SECURITY).status_code == 200

    def test_half_way_there_is_no_such_page(self, half_way_client):
        assert half_way_client.get(CONFIRM).url.startswith(reverse("accounts:verify"))
        assert half_way_client.post(CONFIRM, {}).status_code == 302

    def test_the_time_is_a_setting(self, analyst_client, later, settings):
        settings.CONFIRMATION_S = 60
        later(61)

        assert analyst_client.post(CODES).status_code == 403


class TestConfirming:
    def test_lets_the_act_through_for_a_while(self, analyst_client, analyst, later):
        later()

        answer = analyst_client.post(CONFIRM, both_factors(analyst))

        assert answer.url == SECURITY
        assert analyst_client.post(CODES).status_code == 302
        entry = AuditEntry.objects.filter(action="confirmed").get()
        assert entry.resource == f"user:{analyst.pk}"
        later()
        assert analyst_client.post(CODES).status_code == 403

    @pytest.mark.parametrize(
        "wrong", [{"confirm-password": "faux"}, {"confirm-token": "000000"}, {}]
    )
    def test_needs_both(self, analyst_client, analyst, later, wrong):
        later()
        given = both_factors(analyst, **wrong) if wrong else {}

        assert analyst_client.post(CONFIRM, given).status_code == 422
        assert analyst_client.post(CODES).status_code == 403

    def test_a_wrong_password_uses_no_code(self, analyst_client, analyst, later):
        later()
        given = both_factors(analyst)
        analyst_client.post(CONFIRM, given | {"confirm-password": "faux"})

        assert analyst_client.post(CONFIRM, given).status_code == 302

    def test_a_code_confirms_once(self, analyst_client, analyst, later):
        later()
        given = both_factors(analyst)
        analyst_client.post(CONFIRM, given)

        assert analyst_client.post(CONFIRM, given).status_code == 422

    def test_is_not_guessed(self, analyst_client, analyst, later):
        later()
        for _ in range(throttle.CONFIRM_PASSWORD.count):
            analyst_client.post(
                CONFIRM, both_factors(analyst) | {"confirm-password": "x"}
            )

        assert analyst_client.post(CONFIRM, both_factors(analyst)).status_code == 422

    def test_changes_the_key_of_the_session(self, analyst_client, analyst, later):
        later()
        before = analyst_client.session.session_key

        analyst_client.post(CONFIRM, both_factors(analyst))

        assert analyst_client.session.session_key != before
        assert analyst_client.get(SECURITY).status_code == 200
        assert not Session.objects.filter(session_key=before).exists()

    def test_keeps_the_age_of_the_session(self, analyst_client, analyst, clock):
        """Twelve hours are twelve hours, however often one confirms."""
        for _ in range(14):
            clock.shift(50 * 60)
            analyst_client.post(CONFIRM, both_factors(analyst))
        clock.shift(25 * 60)

        assert analyst_client.get("/").status_code == 302

    @pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/"])
    def test_never_leaves_the_site(self, analyst_client, analyst, target, later):
        given = both_factors(analyst) | {"confirm-next": target, "confirm-again": "1"}

        assert analyst_client.post(CONFIRM, given).url == SECURITY

    def test_another_session_stays_unconfirmed(self, analyst, later):
        mine, other = verified_client(analyst), verified_client(analyst)
        later()
        mine.post(CONFIRM, both_factors(analyst))

        assert other.post(CODES).status_code == 403
        assert mine.post(CODES).status_code == 302


class TestNothingIsLost:
    def test_a_form_goes_on_where_it_was_sent(self, ops_client, ops, later):
        later()
        address = reverse("admin:accounts_desk_add")
        asked = ops_client.post(address, {"name": 'Agro <&> "vin"', "_save": "1"})
        fields = hidden_fields(asked)
        assert fields["name"] == 'Agro <&> "vin"'

        assert fields["confirm-next"] == address

        confirmed(ops_client, ops, asked)

        assert Desk.objects.filter(name='Agro <&> "vin"').exists()

    def test_not_even_after_a_mistake(self, ops_client, ops, later):
        later()
        asked = ops_client.post(reverse("admin:accounts_desk_add"), {"name": "Agro"})
        fields = hidden_fields(asked)

        again = ops_client.post(CONFIRM, fields | {"confirm-password": "faux"})

        assert again.status_code == 422
        assert hidden_fields(again)["name"] == "Agro"
        assert hidden_fields(again)["confirm-next"] == fields["confirm-next"]
        assert "faux" not in again.text

    def test_a_new_password_is_typed_again_and_never_carried(
        self, analyst_client, later
    ):
        later()
        new = "une toute autre phrase secrète"

        answer = analyst_client.post(
            reverse("accounts:password"),
            {"current": PASSWORD, "new": new, "again": new},
            headers={"Referer": "http://testserver/compte/mot-de-passe/"},
        )

        assert answer.url == f"{CONFIRM}?next=%2Fcompte%2Fmot-de-passe%2F"
        assert "puis refaites" in analyst_client.get(answer.url).text

    def test_a_fragment_sends_the_whole_page_there(self, analyst_client, later):
        later()

        answer = analyst_client.post(
            CODES,
            headers={
                "HX-Request": "true",
                "HX-Current-URL": f"http://testserver{SECURITY}",
            },
        )

        assert answer.status_code == 401
        assert answer["HX-Redirect"] == f"{CONFIRM}?next=%2Fcompte%2Fsecurite%2F"
        assert answer.content == b""

    @pytest.mark.parametrize("page", ["https://evil.example/x", "", "http://["])
    def test_another_sites_page_is_not_a_way_back(self, analyst_client, later, page):
        later()

        answer = analyst_client.post(
            CODES, headers={"HX-Request": "true", "HX-Current-URL": page}
        )

        assert answer["HX-Redirect"] == CONFIRM

    def test_a_forged_form_never_reaches_the_question(self, analyst, later):
        """Or it would be sent on with the owner's own token."""
        forced = verified_client(analyst, enforce_csrf_checks=True)
        later()

        page = forced.post(CODES, {"a": "1"})

        assert page.status_code == 403
        assert "C’est bien vous" not in page.text


def test_the_administration_is_one_application():
    """The wall asks the resolver for its name, which all its addresses share."""
    patterns = get_resolver().url_patterns
    admin = [each for each in patterns if getattr(each, "app_name", "") == "admin"]

    assert [str(each.pattern) for each in admin] == ["administration/"]
