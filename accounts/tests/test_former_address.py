"""Who gets another address from operations is told at the former one too."""

import pytest
from django.core import mail
from django.urls import reverse

from accounts import jobs
from accounts.choices import LinkKind
from accounts.models import AuditEntry
from accounts.tests.link_steps import CHOOSE, actions_of, link_for, opened

FORMER, NEW = "analyste@cabinet.example", "autre@cabinet.example"


@pytest.fixture
def asked(monkeypatch):
    asked = []
    monkeypatch.setattr(
        jobs.queue, "enqueue", lambda job, **given: asked.append((job, given))
    )
    return asked


@pytest.fixture
def by_mail(settings):
    settings.MAIL_IS_ON = True


@pytest.fixture
def change(ops_client, analyst, django_capture_on_commit_callbacks):
    """Ops save the analyst's form with these fields; what the workers would do."""

    def save(**fields):
        address = reverse("admin:accounts_user_change", args=[analyst.pk])
        given = {
            "email": analyst.email,
            "full_name": analyst.full_name,
            "desk": analyst.desk_id,
            "role": analyst.role,
            "is_active": "on",
        }
        with django_capture_on_commit_callbacks(execute=True):
            answer = ops_client.post(address, given | fields)
        assert answer.status_code == 302

    return save


def work(asked):
    for job, given in asked:
        settled = {"queue", "retries"}
        job(**{name: value for name, value in given.items() if name not in settled})


class TestTheFormerAddress:
    def test_is_told_and_so_is_the_new_one(self, change, asked, by_mail):
        change(email=NEW)
        work(asked)

        letters = {letter.to[0]: letter.body for letter in mail.outbox}
        assert set(letters) == {FORMER, NEW}
        assert "a remplacé l’adresse de votre compte" in letters[FORMER]
        assert "Operations replaced the address" in letters[FORMER]
        assert "L’exploitation a modifié votre compte" in letters[NEW]

    def test_does_not_learn_the_new_one(self, change, asked, by_mail):
        change(email=NEW)
        work(asked)

        (letter,) = [letter for letter in mail.outbox if letter.to == [FORMER]]
        assert NEW not in letter.subject + letter.body

    def test_is_told_even_when_the_account_is_closed_at_once(
        self, change, asked, by_mail
    ):
        change(email=NEW, is_active="")
        work(asked)

        assert [letter.to for letter in mail.outbox] == [[FORMER]]

    def test_waits_sealed_in_the_queue(self, change, asked, by_mail):
        change(email=NEW)

        assert len(asked) == 2
        assert FORMER not in str(asked)

    @pytest.mark.parametrize("email", [FORMER, FORMER.upper()])
    def test_hears_of_nothing_else(self, change, asked, by_mail, email):
        change(email=email, role="manager")

        assert [job for job, _given in asked] == [jobs.mail_notice]

    def test_hears_nothing_without_a_mail_server(self, change, asked, settings):
        settings.MAIL_IS_ON = False

        change(email=NEW)

        assert asked == []

    def test_has_no_link_that_opens(self, change, asked, analyst):
        path = link_for(analyst, LinkKind.INVITATION)
        change(full_name="Autre Nom")
        assert opened(path).get(CHOOSE).status_code == 200

        change(email=NEW)

        assert opened(path).get(CHOOSE).status_code == 404
        assert "link_revoked" in actions_of(analyst)

    def test_is_not_in_the_trail(self, change, asked):
        change(email=NEW)

        told = str(list(AuditEntry.objects.values_list("action", "details")))
        assert "user_changed" in told
        assert FORMER not in told
        assert NEW not in told
