"""Deliveries as a person meets them; what the other side does is tested elsewhere."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from companies.tests.makers import make_company
from exports import delivering, jobs, new_views, services, writing
from exports.models import DestinationKind, Export, ExportState
from exports.tests.asking import again, ask, audited, make_destination

NEW = "/exports/nouveau/"


@pytest.fixture
def base(db):
    make_company("SOCIETE ENVOYÉE")
    return make_destination(
        "Prospects", DestinationKind.AIRTABLE, place="appA", table="Sociétés"
    )


@pytest.fixture
def data(base):
    sortie = f"delivery-{base.pk}"
    return {"tout": "1", "requete": "", "profil": "airtable", "sortie": sortie}


@pytest.fixture
def wanted(monkeypatch):
    asked_for = []
    monkeypatch.setattr(
        "mainsite.lib.queue.enqueue",
        lambda job, *, queue, export_id: asked_for.append((queue, export_id)),
    )
    return asked_for


def answers(monkeypatch, answer):
    """What the other side tells, or raises."""

    def deliver(export, *, beat):
        if isinstance(answer, Exception):
            raise answer
        beat(1, {"created": 1})
        return answer

    monkeypatch.setattr(delivering, "deliver", deliver)


def write(export):
    jobs.write_export(export_id=export.pk)
    return again(export)


@pytest.mark.django_db(transaction=True)
def test_a_delivery_is_told_by_its_counts(
    base, analyst, monkeypatch, analyst_client, export_folder
):
    told = {"created": 3, "updated": 2, "left": 5, "missing": ["Effectif"]}
    answers(monkeypatch, told)
    monkeypatch.setattr(writing, "BEAT_S", 0)
    export = write(ask(analyst, profile="airtable", kind="delivery", to=base))
    assert (export.state, export.rows_total) == (ExportState.DONE, 10)
    assert export.path == ""
    assert not export_folder.exists()
    assert audited(export) == ["export_asked", "export_sent"]
    page = analyst_client.get(reverse("exports:export", args=[export.public_id]))
    assert "Champs absents, laissés de côté" in page.content.decode()
    url = reverse("exports:manifest", args=[export.public_id])
    assert "Envoi : 3 créées, 2 modifiées" in analyst_client.get(url).content.decode()
    assert "envoyé" in analyst_client.get("/exports/").content.decode()
    url = reverse("exports:file", args=[export.public_id])
    assert analyst_client.get(url).status_code == 404


class TestTheDryRun:
    def plan(self, **more):
        return delivering.Plan(
            rows=1, created=1, changed=0, left=0, missing=("Effectif",), **more
        )

    def test_comes_first_and_sends_nothing(
        self, data, analyst_client, monkeypatch, wanted
    ):
        monkeypatch.setattr(delivering, "plan", lambda export: self.plan())
        page = analyst_client.post(NEW, data).content.decode()
        assert "Envoyer à" not in page
        page = analyst_client.post(NEW, {**data, "faire": "essai"}).content.decode()
        assert "Essai à blanc" in page
        assert "Effectif" in page
        assert "Envoyer à « Prospects »" in page
        assert not Export.objects.exists()

    def test_says_why_it_could_not_be_done(self, data, analyst_client, monkeypatch):
        def refused(export):
            raise delivering.DeliveryRefused("Airtable ne connaît pas cette base.")

        monkeypatch.setattr(delivering, "plan", refused)
        answer = analyst_client.post(NEW, {**data, "faire": "essai"})
        assert answer.status_code == 422
        assert "ne connaît pas cette base" in answer.content.decode()

    def test_leaves_a_trace(self, data, analyst_client, monkeypatch):
        monkeypatch.setattr(delivering, "plan", lambda export: self.plan())
        analyst_client.post(NEW, {**data, "faire": "essai"})
        entry = AuditEntry.objects.get(action="export_tried")
        assert entry.details["destination"] == "Prospects"
        assert entry.details["rows"] == 1

    def test_of_more_than_somebody_waits_for_comes_first_too(
        self, data, analyst_client, monkeypatch
    ):
        monkeypatch.setattr(new_views, "MOST_TRIED", 0)
        page = analyst_client.post(NEW, data).content.decode()
        assert "en arrière-plan" in page
        assert "Essayer à blanc" in page
        assert "Envoyer à" not in page


class TestSending:
    def test_is_left_to_a_worker_however_few_there_are(
        self, data, analyst_client, wanted
    ):
        analyst_client.post(NEW, {**data, "faire": "exporter"})
        assert wanted == [("exports", Export.objects.get().pk)]

    def test_refused_says_why(self, base, analyst, monkeypatch):
        answers(monkeypatch, delivering.DeliveryRefused("Le jeton est refusé."))
        export = write(ask(analyst, profile="airtable", kind="delivery", to=base))
        assert export.state == ExportState.FAILED
        assert export.reason == "Le jeton est refusé."

    def test_that_may_succeed_later_is_tried_three_times(
        self, base, analyst, monkeypatch, analyst_client
    ):
        answers(
            monkeypatch,
            delivering.DeliveryRefused("Airtable ne répond pas.", is_passing=True),
        )
        export = write(ask(analyst, profile="airtable", kind="delivery", to=base))
        url = reverse("exports:export", args=[export.public_id])
        assert "Nouvel essai" in analyst_client.get(url).content.decode()
        for _ in range(2):
            assert export.state == ExportState.QUEUED
            long_ago = timezone.now() - services.LEASE * 2
            Export.objects.update(heartbeat_at=long_ago)
            assert services.revive() == [export.pk]
            export = write(export)
        assert export.state == ExportState.FAILED

    def test_with_contacts_is_told_in_the_trail(self, base, analyst, monkeypatch):
        base.takes_contacts = True
        base.save()
        analyst.may_read_contacts = True
        analyst.save()
        answers(monkeypatch, {"created": 1, "contacts": {"emails": 1}})
        monkeypatch.setattr(writing, "_beat", lambda *_: None)
        write(ask(analyst, profile="airtable", kind="delivery", to=base, contacts=True))
        assert audited() == ["export_asked", "contacts_exported", "export_sent"]
