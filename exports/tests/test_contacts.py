import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tests.people import make_user, verified_client
from companies.events import ContactsErased
from companies.tests.makers import make_company
from companies.tests.test_contacts import EMAIL, NAME, record
from exports import files, jobs, rights, services
from exports.models import Export, ExportState
from exports.tests.asking import again, ask, audited
from mainsite.lib.events import publish

NEW = "/exports/nouveau/"
SIREN = "732829320"


@pytest.fixture
def company(db):
    made = make_company("MÉCANIQUE DU LAC", siren=SIREN)
    record()
    return made


@pytest.fixture
def allowed(desk):
    return make_user("permise@cabinet.example", desk=desk, may_read_contacts=True)


@pytest.fixture
def allowed_client(allowed):
    return verified_client(allowed)


@pytest.fixture
def made(company, allowed):
    export = ask(allowed, contacts=True)
    jobs.write_export(export_id=export.pk)
    return again(export)


def lines(export):
    with files.read(export.path) as file:
        text = io.StringIO(file.read().decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, delimiter=";"))


def forbid(user):
    user.may_read_contacts = False
    user.save()


class TestTheForm:
    page = {"tout": "1", "requete": "", "profil": "analyse"}

    def test_offers_them_to_who_may(self, company, allowed_client, analyst_client):
        assert 'name="contacts"' in allowed_client.post(NEW, self.page).content.decode()
        page = analyst_client.post(NEW, self.page).content.decode()
        assert 'name="contacts"' not in page

    def test_shows_none_before_they_are_taken(self, company, allowed_client):
        data = {**self.page, "contacts": "1"}
        page = allowed_client.post(NEW, data).content.decode()
        assert "Email_Contact" in page
        assert "à l’écriture" in page
        assert EMAIL not in page
        assert NAME not in page
        assert not AuditEntry.objects.filter(action__contains="contact").exists()

    def test_refuses_them_to_who_may_not(self, company, analyst_client):
        data = {**self.page, "contacts": "1", "faire": "exporter"}
        assert analyst_client.post(NEW, data).status_code == 422
        assert not Export.objects.exists()

    def test_the_service_refuses_them_too(self, company, analyst):
        with pytest.raises(rights.RightMissing):
            ask(analyst, contacts=True)


class TestTheFile:
    def test_holds_them_and_says_on_each_row_who_took_them(self, made, allowed):
        [line] = lines(made)
        assert line["email"] == EMAIL
        trace = line["Tracabilite"]
        assert str(allowed) in trace
        assert str(made.public_id) in trace

    def test_says_so_in_its_name_and_is_kept_a_day(self, made, allowed_client):
        answer = allowed_client.get(reverse("exports:file", args=[made.public_id]))
        answer.getvalue()
        assert "-contacts" in answer["Content-Disposition"]
        assert made.expires_at - made.ended_at == timedelta(hours=24)

    def test_is_told_in_the_trail_with_counts_and_no_person(self, made, allowed):
        assert audited() == ["export_asked", "contacts_exported"]
        entry = AuditEntry.objects.get(action="contacts_exported")
        assert entry.actor_id == allowed.pk
        assert entry.details["held"]["emails"] == 1
        assert "email" in entry.details["columns"]
        assert EMAIL not in str(entry.details)
        assert NAME not in str(entry.details)

    def test_is_not_given_to_a_colleague_who_may_not(self, made, analyst_client):
        url = reverse("exports:file", args=[made.public_id])
        assert analyst_client.get(url).status_code == 403
        own = reverse("exports:export", args=[made.public_id])
        for page in (own, "/exports/"):
            assert url not in analyst_client.get(page).content.decode()

    def test_without_them_has_none(self, company, allowed):
        export = ask(allowed)
        jobs.write_export(export_id=export.pk)
        [line] = lines(again(export))
        assert line["email"] == ""
        assert "Tracabilite" not in line
        assert "contacts_exported" not in audited()

    def test_is_never_the_answer_of_one_without(self, made, allowed):
        assert ask(allowed) != made
        assert ask(allowed, contacts=True) == made


class TestRightsLostMeanwhile:
    def test_of_reading_contacts(self, company, allowed):
        export = ask(allowed, contacts=True)
        forbid(allowed)
        jobs.write_export(export_id=export.pk)
        assert again(export).state == ExportState.FAILED
        assert "n’a pas le droit de lire les contacts" in again(export).reason

    def test_of_exporting_at_all(self, company, allowed):
        export = ask(allowed)
        allowed.is_active = False
        allowed.save()
        jobs.write_export(export_id=export.pk)
        assert again(export).state == ExportState.FAILED

    def test_while_the_file_was_being_written(
        self, company, allowed, monkeypatch, export_folder
    ):
        export = ask(allowed, contacts=True)
        written = files.write

        def late(fill, *, suffix):
            done = written(fill, suffix=suffix)
            forbid(allowed)
            return done

        monkeypatch.setattr(files, "write", late)
        jobs.write_export(export_id=export.pk)
        assert again(export).state == ExportState.FAILED
        assert list(export_folder.iterdir()) == []


class TestAnOpposition:
    def test_takes_every_file_with_contacts_away(self, made, company, analyst):
        other = ask(analyst)
        jobs.write_export(export_id=other.pk)
        jobs.delete_contacts()
        assert again(made).path == ""
        assert again(other).has_file

    def test_has_what_is_being_written_read_again(self, company, allowed):
        export = ask(allowed, contacts=True)
        Export.objects.update(state=ExportState.RUNNING, attempt=1)
        jobs.delete_contacts()
        assert services.revive() == [export.pk]
        assert again(export).state == ExportState.QUEUED

    def test_is_followed(self, monkeypatch, django_capture_on_commit_callbacks, db):
        wanted = []
        monkeypatch.setattr(
            "mainsite.lib.queue.enqueue", lambda job, **_: wanted.append(job)
        )
        with django_capture_on_commit_callbacks(execute=True):
            publish(ContactsErased(receipt_id=1))
        assert jobs.delete_contacts in wanted


def test_a_day_later_the_file_is_gone(made, allowed_client):
    Export.objects.update(expires_at=timezone.now())
    jobs.delete_expired()
    page = allowed_client.get(reverse("exports:export", args=[made.public_id]))
    assert "effacé après 24 heures" in page.content.decode()
