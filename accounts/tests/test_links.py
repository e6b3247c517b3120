"""One-time links: invitations, resets, and what they never open."""

import json
import logging
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts import jobs, links
from accounts.choices import LinkKind, Role
from accounts.models import AccessLink, AuditEntry, User
from accounts.tests.link_steps import (
    CHOOSE,
    NEW,
    actions_of,
    choose,
    invited,
    link_for,
    opened,
    path_of,
)
from accounts.tests.people import (
    make_desk,
)
from mainsite.lib.logs import JsonFormatter, without_secrets

SIGN_IN, SHOWN = reverse("accounts:sign_in"), reverse("accounts:shown_links")
RESET = reverse("accounts:reset")
ADD = reverse("admin:accounts_user_add")
USERS = reverse("admin:accounts_user_changelist")


@pytest.fixture
def by_mail(settings):
    settings.MAIL_IS_ON = True


@pytest.mark.django_db
class TestInvitation:
    def invite(self, client, **fields):
        given = {
            "email": "Nouvelle@Cabinet.example",
            "full_name": "Nour Velle",
            "desk": make_desk("Mécanique").pk,
            "role": Role.ANALYST,
        }
        return client.post(ADD, given | fields)

    def shown(self, client):
        return path_of(
            re.findall(r'value="(http[^"]+/lien/[^"]+)"', client.get(SHOWN).text)[0]
        )

    def test_the_form_of_a_new_user_asks_for_no_password(self, ops_client):
        page = ops_client.get(ADD).text

        assert "password" not in page
        assert "lien à usage unique" in page

    def test_is_shown_once_to_ops_without_a_mail_server(self, ops_client):
        assert self.invite(ops_client).url == SHOWN

        path = self.shown(ops_client)

        assert "no-store" in ops_client.get(SHOWN)["Cache-Control"]
        ops_client.post(SHOWN)
        assert ops_client.get(SHOWN).url == USERS
        user = User.objects.get(email="nouvelle@cabinet.example")
        assert not user.has_usable_password()
        assert actions_of(user) == ["object_made", "user_created", "invited"]
        assert choose(opened(path)).url == SIGN_IN

    def test_leads_to_a_password_and_to_a_forced_enrolment(self):
        user = invited()
        client = opened(link_for(user))

        assert choose(client).url == SIGN_IN

        assert client.get(reverse("accounts:security")).status_code == 302
        client.post(SIGN_IN, {"email": user.email, "password": NEW})
        assert client.get(reverse("accounts:verify")).url == reverse("accounts:enrol")
        assert client.get("/").status_code == 302

    def test_is_mailed_in_both_languages_by_a_worker(
        self, ops_client, by_mail, django_capture_on_commit_callbacks, monkeypatch
    ):
        asked = []
        monkeypatch.setattr(
            jobs.queue, "enqueue", lambda job, **given: asked.append((job, given))
        )
        with django_capture_on_commit_callbacks(execute=True):
            assert self.invite(ops_client).url != SHOWN

        link = AccessLink.objects.get()
        assert [(job, given["link_id"]) for job, given in asked] == [
            (jobs.mail_link, link.pk)
        ]
        jobs.mail_link(link_id=link.pk)
        jobs.mail_link(link_id=link.pk)

        (letter,) = mail.outbox
        assert letter.to == ["nouvelle@cabinet.example"]
        assert "Choisissez votre mot de passe" in letter.body
        assert "Choose your password" in letter.body
        assert "72" in letter.body
        path = path_of(re.findall(r"http\S+", letter.body)[0])
        assert choose(opened(path)).url == SIGN_IN

    def test_a_letter_that_could_not_leave_leaves_later(self, by_mail, monkeypatch):
        user = invited()
        assert links.make(user=user, kind=LinkKind.INVITATION) == ""
        asked = []
        monkeypatch.setattr(
            jobs.queue, "enqueue", lambda job, **given: asked.append(given["link_id"])
        )

        jobs.mail_waiting_links()
        jobs.mail_link(link_id=asked[0])
        jobs.mail_waiting_links()

        assert len(asked) == len(mail.outbox) == 1
        assert actions_of(user)[-1] == "link_mailed"

    def test_a_program_of_the_api_gets_none(self, ops_client):
        answer = self.invite(ops_client, role=Role.API_CLIENT)

        assert answer.status_code == 302
        assert not AccessLink.objects.exists()

    def test_the_command_makes_the_first_account_without_a_password(self, db, capsys):
        call_command("create_ops", "chef@cabinet.example", name="Camille Chef")

        path = path_of(re.findall(r"http\S+", capsys.readouterr().out)[0])
        assert choose(opened(path), NEW).url == SIGN_IN


@pytest.mark.django_db
class TestOpening:
    def test_reading_the_link_consumes_nothing(self):
        path = link_for(invited())

        for _ in range(3):
            assert opened(path).get(CHOOSE).status_code == 200

        assert choose(opened(path)).status_code == 302

    def test_the_token_leaves_the_address_at_once(self):
        path = link_for(invited())

        client = Client()
        answer = client.get(path)

        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
        token = path.rstrip("/").rpartition("/")[2]
        page = client.get(CHOOSE)
        assert token not in page.text
        assert "no-store" in page["Cache-Control"]
        assert token not in str(dict(client.session))
        assert token not in AccessLink.objects.get().digest

    @pytest.mark.parametrize(
        "what", ["unknown", "used", "revoked", "expired", "replaced", "left"]
    )
    def test_what_opens_nothing_is_answered_alike(self, what, ops):
        user = invited()
        path = link_for(user)
        if what == "unknown":
            path = path[:-3] + "xx/"
        elif what == "used":
            choose(opened(path))
        elif what == "revoked":
            links.revoke(user=user, by=ops)
        elif what == "expired":
            AccessLink.objects.update(expires_at=Now() - timedelta(seconds=1))
        elif what == "replaced":
            link_for(user)
        else:
            User.objects.filter(pk=user.pk).update(is_active=False)

        client = opened(path)
        answer = client.get(CHOOSE)

        assert answer.status_code == 404
        assert "Ce lien n’ouvre rien" in answer.text
        assert user.email not in answer.text
        assert choose(client).status_code == 404
        assert AuditEntry.objects.latest("pk").action == "link_refused"

    def test_one_that_ends_while_the_page_is_open(self, ops):
        user = invited()
        client = opened(link_for(user))
        client.get(CHOOSE)
        links.revoke(user=user, by=ops)

        assert choose(client).status_code == 404
        assert not User.objects.get(pk=user.pk).has_usable_password()

    @pytest.mark.parametrize("hours", [71, 73])
    def test_an_invitation_is_open_for_72_hours(self, hours):
        path = link_for(invited())
        made_earlier = Now() + timedelta(hours=72 - hours)
        AccessLink.objects.update(expires_at=made_earlier)

        assert opened(path).get(CHOOSE).status_code == (200 if hours < 72 else 404)

    def test_a_refused_password_leaves_the_link_open(self):
        client = opened(link_for(invited()))

        assert choose(client, "court").status_code == 422
        assert choose(client).status_code == 302

    def test_dead_links_fill_no_trail(self, client):
        before = AuditEntry.objects.count()
        for _ in range(30):
            client.get(CHOOSE)

        assert AuditEntry.objects.count() - before == 20

    @pytest.mark.parametrize("token", ["%00", "é" * 400, "..%2f", "a" * 4000])
    def test_any_token_is_refused_like_the_rest(self, client, token):
        assert client.get(f"/compte/lien/{token}/").status_code in {302, 404}

    def test_no_log_line_has_the_token(self):
        record = logging.makeLogRecord(
            {"msg": "Not Found: %s", "args": ("/compte/lien/s3cret-t_k/?a=1",)}
        )

        line = json.loads(JsonFormatter().format(record))

        assert line["message"] == "Not Found: /compte/lien/***/?a=1"
        assert without_secrets("/compte/securite/") == "/compte/securite/"


def test_of_two_parallel_posts_one_chooses(transactional_db):
    path = link_for(invited())
    clients = [opened(path) for _ in range(8)]
    gate = threading.Barrier(len(clients))

    def post(number):
        gate.wait()
        try:
            return choose(clients[number], f"{NEW} {number}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as pool:
        statuses = list(pool.map(post, range(len(clients))))

    assert sorted(statuses) == [302] + [404] * 7
    chosen = AuditEntry.objects.filter(
        action="password_chosen",
        resource=f"user:{User.objects.get().pk}",
    )
    assert chosen.count() == 1
