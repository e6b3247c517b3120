"""The wall: nobody, half-way, disabled, idle, and htmx."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts import links, sessions
from accounts.choices import LinkKind, Role
from accounts.models import User
from accounts.tests.people import (
    PASSWORD,
    make_user,
    password_only_client,
    verified_client,
)

LIST = reverse("companies:list")
SIGN_IN, VERIFY = reverse("accounts:sign_in"), reverse("accounts:verify")
ADMIN = reverse("admin:index")
BEHIND = [
    LIST,
    ADMIN,
    reverse("accounts:security"),
    reverse("accounts:password"),
    reverse("accounts:recovery_codes"),
    reverse("accounts:recovery_codes_file"),
    reverse("accounts:renew_recovery_codes"),
    reverse("accounts:replace_device"),
    reverse("accounts:sign_out_others"),
    reverse("accounts:confirm"),
    reverse("accounts:shown_links"),
    reverse("admin:accounts_user_changelist"),
]


class TestWall:
    @pytest.mark.parametrize("url", BEHIND)
    @pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
    def test_nobody_is_sent_to_sign_in(self, client, db, url, method):
        answer = getattr(client, method)(url)

        assert answer.status_code == 302
        assert answer.url.startswith(SIGN_IN)

    @pytest.mark.parametrize("url", BEHIND)
    @pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
    def test_the_password_alone_is_sent_to_the_code(self, half_way_client, url, method):
        answer = getattr(half_way_client, method)(url)

        assert answer.status_code == 302
        assert answer.url.startswith(VERIFY)

    def test_both_factors_pass(self, analyst_client):
        assert analyst_client.get(reverse("accounts:security")).status_code == 200

    def test_remembers_the_page_of_a_get_only(self, client, db):
        assert client.get(f"{LIST}?q=acier").url == (
            f"{SIGN_IN}?next={LIST.replace('/', '%2F')}%3Fq%3Dacier"
        )
        assert client.post(LIST).url == SIGN_IN

    def test_the_live_probe_is_public(self, client):
        assert client.get("/healthz").status_code == 200


class TestHtmx:
    def test_a_fragment_sends_the_whole_page_to_sign_in(self, client, db):
        answer = client.get(
            f"{LIST}?page=2",
            headers={
                "HX-Request": "true",
                "HX-Current-URL": f"http://testserver{LIST}?q=acier#haut",
            },
        )

        assert answer.status_code == 401
        assert answer["HX-Redirect"].startswith(f"{SIGN_IN}?next=")
        assert answer["HX-Redirect"].endswith("%3Fq%3Dacier")
        assert answer.content == b""

    @pytest.mark.parametrize(
        "page",
        [
            "https://evil.example/",
            "//evil.example/x",
            "",
            "http://testserver//evil.example",
            "not a url",
            "http://[",
        ],
    )
    def test_another_sites_page_is_not_a_way_back(self, client, db, page):
        answer = client.get(
            LIST, headers={"HX-Request": "true", "HX-Current-URL": page}
        )

        assert answer.status_code == 401
        assert "evil" not in answer["HX-Redirect"]

    def test_half_way_goes_to_the_code(self, half_way_client):
        answer = half_way_client.post(LIST, headers={"HX-Request": "true"})

        assert answer["HX-Redirect"] == VERIFY


class TestSessionEnds:
    def test_at_the_next_request_of_a_disabled_user(self, analyst, analyst_client):
        User.objects.filter(pk=analyst.pk).update(is_active=False)

        assert analyst_client.get(LIST).url.startswith(SIGN_IN)

    def test_when_the_user_becomes_an_api_client(self, analyst, analyst_client):
        User.objects.filter(pk=analyst.pk).update(role=Role.API_CLIENT)

        assert analyst_client.get(LIST).url.startswith(SIGN_IN)

    def test_after_an_hour_of_idleness(self, analyst_client, clock):
        clock.shift(59 * 60)
        assert analyst_client.get(LIST).status_code == 200
        clock.shift(59 * 60)
        assert analyst_client.get(LIST).status_code == 200
        clock.shift(61 * 60)
        assert analyst_client.get(LIST).url.startswith(SIGN_IN)

    def test_after_twelve_hours_whatever_happens(self, analyst_client, clock):
        for _ in range(14):
            clock.shift(50 * 60)
            assert analyst_client.get(LIST).status_code == 200
        clock.shift(25 * 60)

        assert analyst_client.get(LIST).url.startswith(SIGN_IN)

    def test_half_way_sooner(self, half_way_client, clock):
        clock.shift(sessions.HALF_WAY_S + 1)

        assert half_way_client.get(VERIFY).url.startswith(SIGN_IN)

    def test_a_prefetch_does_not_renew(self, analyst_client, clock):
        clock.shift(50 * 60)
        analyst_client.get(LIST, headers={"Sec-Purpose": "prefetch"})
        clock.shift(15 * 60)

        assert analyst_client.get(LIST).url.startswith(SIGN_IN)

    def test_a_session_without_a_beginning_is_over(self, analyst):
        client = Client()
        client.force_login(analyst)

        assert client.get(LIST).url.startswith(SIGN_IN)

    def test_a_device_of_another_user_verifies_nothing(self, analyst, stranger):
        theirs, mine = verified_client(stranger), password_only_client(analyst)
        session = mine.session
        session["otp_device_id"] = theirs.session["otp_device_id"]
        session.save()

        assert mine.get(LIST).url.startswith(VERIFY)


class TestSecurityPage:
    def test_tells_what_there_is(self, analyst_client, analyst):
        page = analyst_client.get(reverse("accounts:security")).text

        assert analyst.full_name in page
        assert "Téléphone" in page
        assert "Il vous en reste 0" in page

    def test_new_codes_are_shown(self, analyst_client, analyst):
        answer = analyst_client.post(reverse("accounts:renew_recovery_codes"))

        assert answer.url == reverse("accounts:recovery_codes")
        assert analyst.recovery_codes.count() == 10

    def test_tells_what_was_lately_done(self, analyst_client, analyst, ops):
        links.make(user=analyst, kind=LinkKind.RESET, by=ops)
        analyst_client.post(reverse("accounts:renew_recovery_codes"))

        page = analyst_client.get(reverse("accounts:security")).text

        assert "lien de réinitialisation fait par l’exploitation" in page
        assert "codes de secours créés" in page
        assert ops.email not in page

    def test_closes_the_other_sessions_only(self, analyst):
        mine, other = verified_client(analyst), verified_client(analyst)

        mine.post(reverse("accounts:sign_out_others"))

        assert mine.get(LIST).status_code == 200
        assert other.get(LIST).status_code == 302


class TestPasswordChange:
    NEW = "une toute autre phrase secrète"

    def change(self, client, **fields):
        given = {"current": PASSWORD, "new": self.NEW, "again": self.NEW} | fields
        return client.post(reverse("accounts:password"), given)

    def test_closes_the_other_sessions_only(self, analyst):
        mine, other = verified_client(analyst), verified_client(analyst)

        assert self.change(mine).status_code == 302

        assert mine.get(LIST).status_code == 200
        assert other.get(LIST).status_code == 302
        analyst.refresh_from_db()
        assert analyst.check_password(self.NEW)

    @pytest.mark.parametrize(
        "fields",
        [
            {"current": "faux"},
            {"again": "une autre phrase encore"},
            {"new": "court", "again": "court"},
            {"new": "password1234", "again": "password1234"},
            {"new": "analyste@cabinet.example", "again": "analyste@cabinet.example"},
            {"new": "a" * 129, "again": "a" * 129},
            {"new": ""},
        ],
    )
    def test_refuses(self, analyst, fields):
        client = verified_client(analyst)

        assert self.change(client, **fields).status_code == 422
        analyst.refresh_from_db()
        assert not analyst.check_password(self.NEW)

    def test_a_long_one_is_welcome(self, analyst_client):
        long = "phrase " * 18

        assert self.change(analyst_client, new=long, again=long).status_code == 302


class TestAdmin:
    def test_is_for_ops(self, ops_client):
        assert ops_client.get(ADMIN).status_code == 200

    @pytest.mark.parametrize("role", [Role.ANALYST, Role.MANAGER, Role.READ_ONLY])
    def test_is_for_nobody_else(self, db, role):
        client = verified_client(make_user(role=role))

        assert client.get(ADMIN, follow=True).status_code == 403

    def test_has_no_door_of_its_own(self, client, db):
        answer = client.post(reverse("admin:login"), {"username": "x", "password": "y"})

        assert answer.status_code == 302
        assert answer.url.startswith(SIGN_IN)
