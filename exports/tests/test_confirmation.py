"""Contacts leave once it is known who asks, and what was chosen is not lost."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tests.confirming import both_factors, confirmed, hidden_fields
from accounts.tests.people import make_user, verified_client
from companies.tests.makers import make_company
from companies.tests.test_contacts import record
from exports import asked, jobs, schedules
from exports.models import Export, ExportSchedule
from exports.tests.asking import ask, choose

NEW = "/exports/nouveau/"
PAGE = {"tout": "1", "requete": "", "profil": "analyse", "sortie": "csv"}
CONTACTS = {**PAGE, "contacts": "1"}
TAKE = {"prendre": "1"}


def file_of(export):
    return reverse("exports:file", args=[export.public_id])


def refresh_to(address):
    return f'<meta http-equiv="refresh" content="0; url={address}">'


@pytest.fixture
def company(db):
    made = make_company("MÉCANIQUE DU LAC", siren="732829320")
    record()
    return made


@pytest.fixture
def allowed(desk):
    return make_user("permise@cabinet.example", desk=desk, may_read_contacts=True)


@pytest.fixture
def client(allowed, company, later):
    """Of who may, signed in more than a quarter of an hour ago."""
    client = verified_client(allowed)
    later()
    return client


class TestAnExport:
    def test_with_contacts_waits(self, client):
        answer = client.post(NEW, {**CONTACTS, "faire": "exporter"})

        assert answer.status_code == 403
        assert "C’est bien vous" in answer.text
        assert not Export.objects.exists()

    def test_then_goes_on_with_what_was_chosen(self, client, allowed):
        chosen = {
            **CONTACTS,
            "faire": "exporter",
            "ordre-analyse": ["Email_Contact", "SIREN", "Ville"],
            "colonnes-analyse": "SIREN",
        }
        question = client.post(NEW, chosen)

        answer = confirmed(client, allowed, question)

        made = Export.objects.get()
        assert made.with_contacts
        assert made.columns[0] == "SIREN"
        # The file would leave the browser on the question: it is taken on its page.
        assert answer.url == reverse("exports:export", args=[made.public_id])

    def test_without_contacts_never_waits(self, client):
        answer = client.post(NEW, {**PAGE, "faire": "exporter"})

        assert answer.status_code == 200
        answer.getvalue()
        assert "attachment" in answer["Content-Disposition"]

    def test_is_chosen_and_previewed_meanwhile(self, client):
        assert client.post(NEW, CONTACTS).status_code == 200

    def test_just_after_the_sign_in_does_not_wait(self, allowed, company):
        client = verified_client(allowed)

        answer = client.post(NEW, {**CONTACTS, "faire": "exporter"})

        answer.getvalue()
        assert "attachment" in answer["Content-Disposition"]

    def test_what_is_refused_is_said_before_the_question(self, client):
        answer = client.post(NEW, {**CONTACTS, "profil": "x", "faire": "exporter"})

        assert answer.status_code == 422

    def test_counts_once_among_the_exports_of_the_hour(self, client, allowed, settings):
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"export": (1, 3600)}
        question = client.post(NEW, {**CONTACTS, "faire": "exporter"})

        assert confirmed(client, allowed, question).status_code == 302

    def test_is_made_again_after_the_question(self, client, allowed):
        made = ask(allowed, contacts=True)
        jobs.write_export(export_id=made.pk)
        address = reverse("exports:redo", args=[made.public_id])

        question = client.post(address)

        assert question.status_code == 403
        assert confirmed(client, allowed, question).status_code == 302

    def test_without_contacts_is_made_again_at_once(self, client, allowed):
        address = reverse("exports:redo", args=[ask(allowed).public_id])

        assert client.post(address).status_code == 302


class TestTheFile:
    @pytest.fixture
    def made(self, allowed, company):
        made = ask(allowed, contacts=True)
        jobs.write_export(export_id=made.pk)
        return made

    def test_with_contacts_waits(self, client, made):
        answer = client.get(file_of(made))

        assert answer.status_code == 302
        assert answer.url.startswith(reverse("accounts:confirm"))
        assert not AuditEntry.objects.filter(action="export_downloaded").exists()

    def test_is_handed_over_by_its_page_after_that(self, client, allowed, made):
        question = client.get(client.get(file_of(made)).url)

        answer = client.post(
            reverse("accounts:confirm"),
            hidden_fields(question) | both_factors(allowed),
            follow=True,
        )

        (page, _status) = answer.redirect_chain[-1]
        assert page.startswith(reverse("exports:export", args=[made.public_id]))
        assert refresh_to(file_of(made)) in answer.text
        taken = client.get(file_of(made))
        assert "attachment" in taken["Content-Disposition"]
        taken.getvalue()

    def test_is_not_handed_over_unconfirmed(self, client, made):
        page = client.get(reverse("exports:export", args=[made.public_id]), TAKE)

        assert page.status_code == 200
        assert refresh_to(file_of(made)) not in page.text

    def test_is_not_handed_over_unasked(self, allowed, made):
        page = verified_client(allowed).get(
            reverse("exports:export", args=[made.public_id])
        )

        assert refresh_to(file_of(made)) not in page.text

    def test_without_contacts_does_not_wait(self, client, allowed):
        made = ask(allowed)
        jobs.write_export(export_id=made.pk)

        answer = client.get(file_of(made))

        assert "attachment" in answer["Content-Disposition"]
        answer.getvalue()

    def test_that_is_gone_is_said_at_once(self, client, made):
        Export.objects.update(path="")

        assert client.get(file_of(made)).status_code == 410

    def test_waits_for_a_head_too(self, client, made):
        assert client.head(file_of(made)).status_code == 302


class TestASchedule:
    given = {"faire": "programmer", "nom": "Le lundi", "jour": "0", "heure": "7"}

    def test_with_contacts_waits_then_keeps_its_name(self, client, allowed):
        question = client.post(NEW, {**CONTACTS, **self.given})
        assert question.status_code == 403
        assert not ExportSchedule.objects.exists()

        confirmed(client, allowed, question)

        made = ExportSchedule.objects.get()
        assert (made.name, made.with_contacts) == ("Le lundi", True)

    def test_without_contacts_does_not_wait(self, client):
        assert client.post(NEW, {**PAGE, **self.given}).status_code == 302

    @pytest.mark.parametrize(("contacts", "status"), [(True, 403), (False, 302)])
    def test_of_an_earlier_export(self, client, allowed, contacts, status):
        made = ask(allowed, contacts=contacts)
        address = reverse("exports:schedule", args=[made.public_id])

        answer = client.post(address, self.given)

        assert answer.status_code == status
        assert ExportSchedule.objects.exists() != contacts
        if contacts:
            confirmed(client, allowed, answer)
            assert ExportSchedule.objects.get().name == "Le lundi"

    @pytest.mark.parametrize(("contacts", "status"), [(True, 403), (False, 302)])
    def test_that_is_resumed(self, client, allowed, contacts, status):
        row = schedules.make(
            wish=asked.of_query("", desk_id=allowed.desk_id),
            choice=choose(contacts=contacts),
            name="",
            weekday=0,
            hour=7,
            by=allowed,
        )
        schedules.suspend(schedule=row, by=allowed)

        answer = client.post(reverse("exports:resume", args=[row.public_id]))

        assert answer.status_code == status
        assert ExportSchedule.objects.get().is_active != contacts

    def test_is_suspended_at_once(self, client, allowed):
        row = schedules.make(
            wish=asked.of_query("", desk_id=allowed.desk_id),
            choice=choose(contacts=True),
            name="",
            weekday=0,
            hour=7,
            by=allowed,
        )

        client.post(reverse("exports:suspend", args=[row.public_id]))

        assert not ExportSchedule.objects.get().is_active
