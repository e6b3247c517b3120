"""API tokens: who makes them, how they are kept, shown, taken back."""

import pytest
import redis
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import tokens
from accounts.choices import Role, Scope
from accounts.models import ApiToken, AuditEntry, User
from accounts.tests.people import make_user, verified_client
from accounts.tests.tokens import bearing, expired, make_token

PAGE, SHOWN = reverse("accounts:tokens"), reverse("accounts:new_token")
ME = reverse("api:me")


def wished(**fields):
    given = {"name": "Tableur", "scopes": ["read"], "days": "90", "networks": ""}
    return {**given, **fields}


def secret_on(page):
    return page.text.partition("<code>")[2].partition("</code>")[0]


class TestThePage:
    def test_makes_one_that_opens_the_api(self, client, analyst):
        web = verified_client(analyst)

        answer = web.post(PAGE, wished())

        assert answer.url == SHOWN
        secret = secret_on(web.get(SHOWN))
        assert client.get(ME, headers=bearing(secret)).status_code == 200

    def test_shows_it_until_it_was_put_away(self, analyst_client):
        analyst_client.post(PAGE, wished())
        secret = secret_on(analyst_client.get(SHOWN))

        assert analyst_client.post(SHOWN).url == PAGE

        assert analyst_client.get(SHOWN).url == PAGE
        listed = analyst_client.get(PAGE).text
        assert secret not in listed
        assert secret[: tokens.PREFIX_LENGTH] in listed

    def test_keeps_no_token_in_the_database(self, analyst_client, analyst):
        analyst_client.post(PAGE, wished())
        secret = secret_on(analyst_client.get(SHOWN))

        (row,) = ApiToken.objects.filter(owner=analyst).values()

        body = secret[tokens.PREFIX_LENGTH :]
        assert not any(body in str(value) for value in row.values())
        assert body not in str(analyst_client.session.items())

    @pytest.mark.parametrize(
        "fields",
        [
            {"name": ""},
            {"name": "x" * 81},
            {"scopes": []},
            {"scopes": ["admin"]},
            {"scopes": ["contacts"], "networks": "203.0.113.0/24"},
            {"days": "3650"},
            {"days": "0"},
            {"networks": "partout"},
            {"networks": "0.0.0.0/0"},
            {"networks": "::/0"},
            {"networks": "\n".join(f"203.0.{n}.0/24" for n in range(21))},
        ],
        ids=str,
    )
    def test_refuses(self, analyst_client, fields):
        assert analyst_client.post(PAGE, wished(**fields)).status_code == 422
        assert not ApiToken.objects.exists()

    def test_contacts_want_the_permission_and_a_network(self, analyst):
        User.objects.filter(pk=analyst.pk).update(may_read_contacts=True)
        web = verified_client(analyst)
        asked = {"scopes": ["read", "contacts"]}

        assert web.post(PAGE, wished(**asked)).status_code == 422
        given = wished(**asked, networks="203.0.113.9/24 2001:db8::/48")
        assert web.post(PAGE, given).status_code == 302

        token = ApiToken.objects.get()
        assert token.networks == ["2001:db8::/48", "203.0.113.0/24"]

    def test_a_reader_makes_none_that_spends(self, reader_client):
        assert reader_client.post(PAGE, wished(scopes=["enrich"])).status_code == 422
        assert reader_client.post(PAGE, wished()).status_code == 302

    def test_twenty_are_enough(self, analyst, analyst_client, rf):
        for _number in range(tokens.MOST_LIVE):
            make_token(analyst, rf)

        answer = analyst_client.post(PAGE, wished())

        assert answer.status_code == 422
        assert "Vingt jetons au plus" in answer.text


class TestWhoMakesThem:
    def test_not_the_password_alone(self, half_way_client):
        answer = half_way_client.post(PAGE, wished())

        assert answer.url.startswith(reverse("accounts:verify"))
        assert not ApiToken.objects.exists()

    def test_not_a_token(self, client, analyst, rf):
        _row, secret = make_token(analyst, rf, scopes=list(Scope)[2:])

        answer = client.post(PAGE, wished(), headers=bearing(secret))

        assert answer.url.startswith(reverse("accounts:sign_in"))
        assert ApiToken.objects.count() == 1

    def test_not_a_request_without_its_second_factor(self, analyst, rf):
        request = rf.post("/")
        request.user = analyst
        wish = tokens.Wish(owner=analyst, name="x", scopes=["read"], days=30)

        with pytest.raises(PermissionDenied):
            tokens.create(wish, request=request)

    def test_nobody_for_a_colleague(self, analyst_client, colleague):
        analyst_client.post(PAGE, wished(owner=colleague.pk))

        assert not ApiToken.objects.filter(owner=colleague).exists()

    def test_ops_for_an_api_client(self, client, ops_client, analyst):
        program = make_user(role=Role.API_CLIENT)

        assert ops_client.post(PAGE, wished(owner=analyst.pk)).status_code == 422
        answer = ops_client.post(PAGE, wished(owner=program.pk))

        assert answer.url == SHOWN
        secret = secret_on(ops_client.get(SHOWN))
        assert client.get(ME, headers=bearing(secret)).json()["scopes"] == ["read"]
        assert ApiToken.objects.get().created_by.role == Role.OPS


class TestTheyAreTakenBack:
    def test_by_their_owner(self, client, analyst, analyst_client, rf):
        token, secret = make_token(analyst, rf)

        address = reverse("accounts:revoke_token", args=[token.public_id])
        assert analyst_client.post(address).url == PAGE

        assert client.get(ME, headers=bearing(secret)).json()["code"] == "token_revoked"
        assert token.prefix not in analyst_client.get(PAGE).text

    def test_not_by_a_colleague(self, colleague_client, analyst, rf):
        token, _secret = make_token(analyst, rf)

        address = reverse("accounts:revoke_token", args=[token.public_id])

        assert colleague_client.post(address).status_code == 404
        assert ApiToken.objects.live().exists()

    def test_by_ops_in_the_administration(self, client, analyst, ops_client, rf):
        token, secret = make_token(analyst, rf)

        ops_client.post(
            reverse("admin:accounts_apitoken_changelist"),
            {"action": "revoke", "_selected_action": [token.pk]},
        )

        assert client.get(ME, headers=bearing(secret)).status_code == 401

    def test_with_the_disabling_of_their_owner_for_good(
        self, client, analyst, ops_client, rf
    ):
        _token, secret = make_token(analyst, rf)
        form = {
            "email": analyst.email,
            "full_name": analyst.full_name,
            "desk": analyst.desk_id,
            "role": analyst.role,
        }
        address = reverse("admin:accounts_user_change", args=[analyst.pk])

        assert ops_client.post(address, form).status_code == 302
        assert client.get(ME, headers=bearing(secret)).status_code == 401
        ops_client.post(address, {**form, "is_active": "on"})

        assert User.objects.get(pk=analyst.pk).is_active
        assert client.get(ME, headers=bearing(secret)).status_code == 401

    def test_with_a_change_of_the_owners_role(self, client, analyst, ops_client, rf):
        _token, secret = make_token(analyst, rf)
        address = reverse("admin:accounts_user_change", args=[analyst.pk])
        form = {
            "email": analyst.email,
            "full_name": analyst.full_name,
            "desk": analyst.desk_id,
            "role": "analyst",
            "is_active": "on",
        }
        ops_client.post(address, {**form, "full_name": "Autre Nom"})
        assert client.get(ME, headers=bearing(secret)).status_code == 200

        ops_client.post(address, {**form, "role": "manager"})

        assert client.get(ME, headers=bearing(secret)).status_code == 401
        entry = AuditEntry.objects.get(action="token_revoked")
        assert entry.actor.email == "ops@cabinet.example"

    def test_with_a_reset_of_the_owners_second_factor(
        self, client, analyst, stranger, ops_client, rf
    ):
        _token, secret = make_token(analyst, rf)
        _token, other = make_token(stranger, rf)

        ops_client.post(
            reverse("admin:accounts_user_changelist"),
            {"action": "reset_second_factor", "_selected_action": [analyst.pk]},
        )

        assert client.get(ME, headers=bearing(secret)).status_code == 401
        assert client.get(ME, headers=bearing(other)).status_code == 200
        entry = AuditEntry.objects.get(action="token_revoked")
        assert entry.actor.email == "ops@cabinet.example"

    def test_at_once_however_the_owner_was_disabled(self, client, analyst, rf):
        _token, secret = make_token(analyst, rf)
        User.objects.filter(pk=analyst.pk).update(is_active=False)

        assert client.get(ME, headers=bearing(secret)).status_code == 401

    def test_by_the_calendar(self, client, analyst, rf):
        _token, secret = make_token(analyst, rf, **expired())

        assert client.get(ME, headers=bearing(secret)).json()["code"] == "token_expired"


class TestOpsGiveAPlan:
    def test_in_the_administration(self, analyst, ops_client, rf):
        token, _secret = make_token(analyst, rf)

        ops_client.post(
            reverse("admin:accounts_apitoken_changelist"),
            {"action": "give_extended", "_selected_action": [token.pk]},
        )

        token.refresh_from_db()
        assert token.plan == "extended"
        entry = AuditEntry.objects.get(action="token_plan_changed")
        assert entry.details == {"before": "standard", "after": "extended"}


class TestTheTrail:
    def entries(self):
        found = AuditEntry.objects.filter(action__startswith="token").order_by("pk")
        return [(entry.action, entry.details) for entry in found]

    def test_tells_making_and_taking_back(self, analyst, analyst_client, rf):
        token, _secret = make_token(analyst, rf)
        address = reverse("accounts:revoke_token", args=[token.public_id])
        analyst_client.post(address)
        analyst_client.post(address)

        made = {"owner": analyst.pk, "scopes": ["read"], "days": 90}
        assert self.entries() == [
            ("token_made", made),
            ("token_revoked", {"owner": analyst.pk}),
        ]

    def test_tells_the_first_call_of_each_day(self, client, analyst, rf, clock):
        _token, secret = make_token(analyst, rf)
        for _day in range(2):
            for _call in range(3):
                client.get(ME, headers=bearing(secret))
                clock.shift(90)
            clock.shift(86_400)

        used = [details for action, details in self.entries() if action == "token_used"]
        assert used == [{"first": True}, {"first": False}]

    def test_tells_how_many_calls_a_day_had(self, client, analyst, rf, clock, settings):
        counts = redis.Redis.from_url(settings.REDIS_URL)
        for key in counts.scan_iter("ma:token-calls*"):
            counts.delete(key)
        _token, secret = make_token(analyst, rf)
        for _call in range(4):
            client.get(ME, headers=bearing(secret))
        assert tokens.record_calls() == 0

        clock.shift(86_400)
        assert tokens.record_calls() == 1
        assert tokens.record_calls() == 0

        (action, details) = self.entries()[-1]
        assert (action, details["calls"]) == ("token_counted", 4)


class TestTheDatabase:
    @pytest.mark.parametrize(
        "changes", [{"scopes": ["admin"]}, {"scopes": ["contacts"], "networks": []}]
    )
    def test_holds_what_the_form_promises(self, analyst, rf, changes):
        token, _secret = make_token(analyst, rf)

        with pytest.raises(IntegrityError), transaction.atomic():
            ApiToken.objects.filter(pk=token.pk).update(**changes)
