"""A password that is lost: by ops, by mail, and what is told of it."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from redis.exceptions import RedisError

from accounts import jobs, second_factor
from accounts.choices import LinkKind, Role
from accounts.models import AccessLink, AuditEntry, User
from accounts.tests.link_steps import (
    CHOOSE,
    NEW,
    actions_of,
    choose,
    link_for,
    opened,
    path_of,
)
from accounts.tests.people import (
    PASSWORD,
    code_of,
    enrolled,
    make_user,
    password_only_client,
    verified_client,
)

SIGN_IN, SHOWN = reverse("accounts:sign_in"), reverse("accounts:shown_links")
RESET = reverse("accounts:reset")
ADD = reverse("admin:accounts_user_add")
USERS = reverse("admin:accounts_user_changelist")


@pytest.fixture
def by_mail(settings):
    settings.MAIL_IS_ON = True


class TestResetByOps:
    def act(self, client, action, *users):
        given = {"action": action, "_selected_action": [user.pk for user in users]}
        return client.post(USERS, given)

    def test_is_a_link_like_the_invitations(self, ops_client, ops, analyst):
        assert self.act(ops_client, "send_link", analyst).url == SHOWN

        link = AccessLink.objects.get()
        assert (link.kind, link.made_by_id) == (
            "reset",
            User.objects.get(role="ops").pk,
        )
        assert actions_of(analyst)[-1] == "reset_made"

    def test_keeps_the_second_factor_and_signs_nobody_in(self, analyst):
        device, before = enrolled(analyst), verified_client(analyst)
        client = opened(link_for(analyst, LinkKind.RESET))

        assert choose(client).url == SIGN_IN

        assert before.get("/").status_code == 302
        assert client.get("/").url.startswith(SIGN_IN)
        assert second_factor.device_of(analyst) == device
        client.post(SIGN_IN, {"email": analyst.email, "password": PASSWORD})
        assert client.get(reverse("accounts:verify")).url.startswith(SIGN_IN)
        client.post(SIGN_IN, {"email": analyst.email, "password": NEW})
        assert client.get("/").url.startswith(reverse("accounts:verify"))
        answer = client.post(reverse("accounts:verify"), {"token": code_of(device)})
        assert answer.status_code == 302

    def test_the_old_password_serves_until_then(self, analyst, client):
        link_for(analyst, LinkKind.RESET)

        answer = client.post(SIGN_IN, {"email": analyst.email, "password": PASSWORD})

        assert answer.status_code == 302

    def test_is_withdrawn(self, ops_client, analyst):
        path = link_for(analyst, LinkKind.RESET)

        self.act(ops_client, "revoke_link", analyst)

        assert opened(path).get(CHOOSE).status_code == 404
        assert actions_of(analyst)[-1] == "link_revoked"

    def test_who_becomes_ops_chooses_a_longer_password(self, ops_client, analyst):
        address = reverse("admin:accounts_user_change", args=[analyst.pk])
        given = {
            "email": analyst.email,
            "full_name": analyst.full_name,
            "desk": analyst.desk_id,
            "is_active": "on",
            "role": Role.OPS,
        }

        assert ops_client.post(address, given).url == SHOWN

        analyst.refresh_from_db()
        assert not analyst.has_usable_password()

    def test_the_links_are_for_ops_alone(self, analyst_client):
        assert analyst_client.get(SHOWN).status_code == 404
        assert analyst_client.post(SHOWN).status_code == 404


class TestResetByMail:
    @pytest.fixture(autouse=True)
    def asked(self, by_mail, monkeypatch):
        asked = []
        monkeypatch.setattr(
            jobs.queue, "enqueue", lambda job, **given: asked.append(given)
        )
        return asked

    def test_is_offered_at_the_door(self, client, db):
        assert RESET in client.get(SIGN_IN).text

    def test_answers_everybody_alike(self, client, asked, analyst):
        there = client.post(RESET, {"email": analyst.email})
        nobody = client.post(RESET, {"email": "personne@cabinet.example"})

        assert there.status_code == nobody.status_code == 200
        assert there.text == nobody.text
        assert [given["user_id"] for given in asked] == [analyst.pk, 0]

    def test_does_the_same_work_for_everybody(self, client, analyst):
        counts = set()
        for email in (analyst.email, "personne@cabinet.example", "pas une adresse"):
            with CaptureQueriesContext(connection) as queries:
                client.post(RESET, {"email": email})
            counts.add(len(queries))
        assert len(counts) == 1

    def test_a_worker_mails_the_link(self, analyst):
        enrolled(analyst)

        jobs.make_reset(user_id=analyst.pk)
        jobs.mail_link(link_id=AccessLink.objects.get().pk)

        path = path_of(re.findall(r"http\S+", mail.outbox[0].body)[0])
        assert "Si vous n’avez rien demandé" in mail.outbox[0].body
        client = opened(path)
        assert choose(client).url == SIGN_IN
        assert client.get("/").url.startswith(SIGN_IN)

    @pytest.mark.parametrize("who", ["nobody", "left", "program"])
    def test_nobody_else_gets_one(self, who, db):
        user_id = 0
        if who == "left":
            user_id = make_user(is_active=False).pk
        elif who == "program":
            user_id = make_user(role=Role.API_CLIENT).pk

        jobs.make_reset(user_id=user_id)

        assert not AccessLink.objects.exists()

    def test_three_letters_an_hour_for_one_account(self, client, asked, analyst):
        pages = [client.post(RESET, {"email": analyst.email}) for _ in range(5)]

        assert {page.status_code for page in pages} == {200}
        assert len(asked) == 3

    def test_twenty_attempts_an_hour_from_one_place(self, client, db):
        for n in range(20):
            client.post(RESET, {"email": f"p{n}@cabinet.example"})

        answer = client.post(RESET, {"email": "encore@cabinet.example"})

        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= 3600

    def test_waits_for_the_queue(self, client, analyst, monkeypatch):
        """Redis away: said so, to everybody alike."""

        def away(*_, **__):
            raise RedisError

        monkeypatch.setattr(jobs.queue, "enqueue", away)
        for email in (analyst.email, "personne@cabinet.example"):
            answer = client.post(RESET, {"email": email})

            assert answer.status_code == 503
            assert int(answer["Retry-After"]) > 0

    def test_is_traced_without_the_address(self, client, analyst):
        client.post(RESET, {"email": analyst.email})

        entry = AuditEntry.objects.latest("pk")
        assert (entry.action, entry.resource) == ("reset_asked", f"user:{analyst.pk}")
        assert analyst.email not in str(entry.details)

    def test_is_not_there_without_a_mail_server(self, client, settings, db):
        settings.MAIL_IS_ON = False

        assert client.post(RESET, {"email": "x@cabinet.example"}).status_code == 404
        assert RESET not in client.get(SIGN_IN).text


class TestNotice:
    @pytest.mark.parametrize(
        ("action", "words"),
        [
            ("password_changed", "Votre mot de passe a été changé."),
            ("user_changed", "L’exploitation a modifié votre compte"),
            ("reset_made", "L’exploitation a préparé un lien"),
            ("factor_reset", "L’exploitation a retiré votre second facteur"),
        ],
    )
    def test_tells_the_person_what_was_done(self, analyst, action, words):
        jobs.mail_notice(
            user_id=analyst.pk, action=action, at="2026-11-23T08:05:00+00:00"
        )

        (letter,) = mail.outbox
        assert letter.to == [analyst.email]
        assert words in letter.body
        assert "23/11/2026 à 09:05 (heure de Paris)" in letter.body
        assert "Operations" in letter.body or "Your password" in letter.body

    def test_follows_a_reset_of_the_factor_by_ops(
        self, analyst, ops, by_mail, monkeypatch, django_capture_on_commit_callbacks
    ):
        asked = []
        monkeypatch.setattr(
            jobs.queue, "enqueue", lambda job, **given: asked.append((job, given))
        )

        with django_capture_on_commit_callbacks(execute=True):
            second_factor.reset(user=analyst, by=ops)

        assert [(job, given["action"]) for job, given in asked] == [
            (jobs.mail_notice, "factor_reset")
        ]

    def test_a_half_way_session_survives_no_reset(self, analyst):
        half_way = password_only_client(analyst)

        choose(opened(link_for(analyst, LinkKind.RESET)))

        assert half_way.get(reverse("accounts:verify")).url.startswith(SIGN_IN)
