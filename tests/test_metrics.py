"""/metrics: who may read it, and that what it says can be read by Prometheus."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts import audit
from accounts.choices import Action
from accounts.models import AuditEntry
from enrichment.models import Batch, Call, SchemaDrift
from mainsite.lib import cache
from mainsite.lib.caching.levels import Levels
from mainsite.lib.caching.remote import Remote

pytestmark = pytest.mark.django_db

PAGE = reverse("metrics")
AWAY = {"REMOTE_ADDR": "203.0.113.9"}


def read(client=None):
    """By metric and labels."""
    text = (client or Client()).get(PAGE).text
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


class TestWhoMayReadIt:
    def test_this_machine(self, client):
        answer = client.get(PAGE)
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/plain; version=0.0.4")

    def test_nobody_else(self):
        assert Client(**AWAY).get(PAGE).status_code == 404

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
    def test_a_proxy_on_this_machine_is_not_this_machine(self, client, header):
        answer = client.get(PAGE, headers={header: "127.0.0.1"})
        assert answer.status_code == 404

    @pytest.mark.parametrize(
        ("given", "status"),
        [
            ("Bearer un-jeton-de-mesure", 200),
            ("bearer un-jeton-de-mesure", 200),
            ("Bearer un-jeton", 404),
            ("Bearer é", 404),
            ("Basic un-jeton-de-mesure", 404),
            ("", 404),
        ],
    )
    def test_who_has_the_token(self, settings, given, status):
        settings.METRICS_TOKEN = "un-jeton-de-mesure"
        got = Client(**AWAY).get(PAGE, headers={"Authorization": given})
        assert got.status_code == status

    def test_an_empty_token_opens_nothing(self, settings):
        settings.METRICS_TOKEN = ""
        got = Client(**AWAY).get(PAGE, headers={"Authorization": "Bearer "})
        assert got.status_code == 404


class TestWhatItSays:
    def test_how_the_cache_does(self):
        cache.levels.counting.add(
            "answer", "redis", hits=3, misses=1, saved_calls=3, saved_e4=4500
        )
        figures = read()
        assert figures["ma_cache_lookups_total", "answer", "redis", "hit"] == 3
        assert figures["ma_cache_saved_euros_total", "answer", "redis"] == 0.45
        assert figures["ma_cache_memory_bytes",] > 0

    def test_what_the_sources_did_today(self):
        SchemaDrift.objects.create(source="pappers", path="nouveau", count=4)
        SchemaDrift.objects.create(source="pappers", path="vu", is_seen=True)
        for siren, state in (("957520448", "paid"), ("732829320", "free")):
            Call.objects.create(siren=siren, source="pappers", state=state)
        figures = read()
        assert figures["ma_schema_drift_paths", "pappers"] == 1
        assert figures["ma_schema_drift_answers", "pappers"] == 4
        assert figures["ma_source_calls_today", "pappers", "paid"] == 1
        assert figures["ma_source_circuit", "pappers", "closed"] == 1

    def test_how_old_the_work_is(self):
        began = timezone.now() - timedelta(minutes=5)
        Batch.objects.create(name="Lot", state="running", started_at=began)
        figures = read()
        assert figures["ma_batches", "running"] == 1
        assert 299 < figures["ma_batch_oldest_seconds", "running"] < 330
        assert figures["ma_queue_jobs", "enrichment"] == 0

    def test_what_is_down_is_told_and_the_rest_is_read(self, monkeypatch):
        def refuse():
            raise OSError

        monkeypatch.setattr(cache, "levels", Levels(Remote(refuse)))
        figures = read()
        assert figures["ma_part_up", "cache"] == 0
        assert figures["ma_part_up", "sources"] == 1
        assert not [name for name in figures if name[0] == "ma_cache_lookups_total"]


class TestTheTrail:
    def test_tells_what_an_attack_would_look_like(self, analyst):
        for _ in range(3):
            audit.record(actor=None, action=Action.SIGN_IN_REFUSED)
        AuditEntry.objects.create(
            at=timezone.now() - timedelta(minutes=61), action="factor_reset", details={}
        )
        found = read()
        assert found["ma_audit_entries_hour", "sign_in_refused"] == 3
        assert found["ma_audit_entries_hour", "factor_reset"] == 0

    def test_every_alert_of_the_documents_has_its_figure(self):
        doc = (Path(__file__).parent.parent / "docs" / "audit.md").read_text()
        actions = re.findall(r'action="([a-z_.]+)"', doc)
        assert {("ma_audit_entries_hour", action) for action in actions} <= set(read())
        assert len(actions) >= 10
