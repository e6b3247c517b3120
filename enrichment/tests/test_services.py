import io
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import django_rq
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry
from enrichment import batch_rows, invariants, jobs, ledger, services
from enrichment.intake import IntakeError, read
from enrichment.models import Batch, BatchLine, Item
from enrichment.providers.registry import provider_classes
from enrichment.sources import all_terms
from mainsite.lib.ids import uuid7

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sources")]
BOTH = ("recherche_entreprises", "pappers")


def make(by, text):
    return services.make_batch(by=by, name="Essai", reading=read(io.BytesIO(text)))


class TestMakeBatch:
    def test_counts_every_line(self, analyst, sirens):
        good = sirens(3)
        text = (
            f"siren\n{good[0]}\n{good[1]}\n{good[1]}\nABC\n{good[2][:3]} {good[2][3:]}"
        )
        batch = make(analyst, text.encode())
        assert (batch.lines_read, batch.detected["accepted"]) == (5, 3)
        assert batch.detected["refused"] == {"duplicate": 1, "letters": 1}
        assert batch.detected["repaired"] == {"separators": 1}
        assert set(Item.objects.values_list("siren", flat=True)) == set(good)
        assert invariants.broken() == []

    def test_asks_the_free_source_first(self, analyst, sirens, draft):
        batch = draft(analyst, sirens(2))
        order = batch.items.order_by("position").values_list("source", flat=True)
        asked = [n for n in all_terms() for _ in provider_classes()[n].usual]
        assert list(order) == asked * 2
        assert asked[-1] == "pappers"

    @pytest.mark.parametrize(
        "text",
        [
            b'siren;n\n552100554;a\n775670417;"x\n',
            b"siren;n\n552100554;a\n" + b";" * 300 + b"x\n",
            b"siren\nABC\n123456789\n",
            b"siren\n",
        ],
    )
    def test_leaves_nothing_half_written(self, analyst, text):
        with pytest.raises(IntakeError):
            make(analyst, text)
        assert not Batch.objects.exists()
        assert not Item.objects.exists()
        assert not BatchLine.objects.exists()

    def test_says_why_nothing_was_accepted(self, analyst):
        with pytest.raises(services.NothingAccepted) as refusal:
            make(analyst, b"siren\nABC\n123456789\n")
        assert refusal.value.counts == Counter(letters=1, key=1)

    def test_stores_evil_text_as_text(self, analyst, sirens):
        evil = "<script>\u202e\x00=cmd|' /C calc'!A0".encode()
        text = b"siren;nom\n" + sirens(1)[0].encode() + b";ok\n" + b" " * 70_000
        batch = make(analyst, text + b"\n" + b"x" + evil + b";" + evil + b"\n")
        line = batch.lines.get()
        assert "␀" in line.read
        assert "\x00" not in "".join(line.cells)

    def test_keeps_a_part_of_endless_refusals_and_counts_all(
        self, analyst, sirens, monkeypatch
    ):
        monkeypatch.setattr(batch_rows, "LINES_KEPT", 5)
        text = "siren\n" + sirens(1)[0] + "\n" + "ABC\n" * 50
        batch = make(analyst, text.encode())
        assert batch.lines.count() == 5
        assert batch.detected["refused"] == {"letters": 50}

    def test_is_in_the_trail(self, analyst, sirens, draft):
        draft(analyst, sirens(1))
        entry = AuditEntry.objects.get(action="batch.create")
        assert (entry.actor, entry.details) == (analyst, {"companies": 1})


class TestStartBatch:
    def test_keeps_the_chosen_sources_only(self, analyst, sirens, draft):
        batch = draft(analyst, sirens(2))
        assert services.start_batch(
            batch=batch, by=analyst, sources=BOTH[:1], cap_eur=None
        )
        assert set(batch.items.values_list("source", flat=True)) == {BOTH[0]}

    def test_a_double_click_starts_once(self, analyst, sirens, draft):
        batch = draft(analyst, sirens(2))
        start = {"batch": batch, "by": analyst, "sources": BOTH}
        assert services.start_batch(**start, cap_eur=Decimal(1))
        assert not services.start_batch(**start, cap_eur=Decimal(99))
        batch.refresh_from_db()
        assert batch.cap_eur == 1
        assert batch.journal.count() == 1

    def test_asks_for_workers_once_committed(
        self, analyst, sirens, draft, django_capture_on_commit_callbacks
    ):
        queue = django_rq.get_queue(jobs.QUEUE)
        queue.empty()
        batch = draft(analyst, sirens(1))
        with django_capture_on_commit_callbacks(execute=True):
            services.start_batch(batch=batch, by=analyst, sources=BOTH, cap_eur=None)
            assert queue.count == 0
        assert queue.count == jobs.LANES
        # The sweep comes by before anybody took them: nothing is asked twice.
        jobs.ask_for_workers(batch_id=batch.pk)
        assert queue.count == jobs.LANES
        queue.empty()


class TestLeases:
    def test_nobody_else_gets_what_is_leased(self, analyst, sirens, start):
        batch = start(analyst, sirens(3))
        first = ledger.lease(batch.pk, uuid7(), 4)
        second = ledger.lease(batch.pk, uuid7(), 10)
        assert len(first) == 4
        assert len(second) == 2
        assert ledger.lease(batch.pk, uuid7(), 10) == []
        assert services.live_lanes(batch.pk) == 2

    def test_a_pause_is_respected(self, analyst, sirens, start):
        batch = start(analyst, sirens(1))
        later = timezone.now() + timedelta(seconds=60)
        ledger.pause_source(batch.pk, "pappers", later)
        [item] = ledger.lease(batch.pk, uuid7(), 10)
        assert item.source == "recherche_entreprises"

    def test_a_draft_gives_nothing(self, analyst, sirens, draft):
        batch = draft(analyst, sirens(1))
        assert ledger.lease(batch.pk, uuid7(), 10) == []

    def test_the_database_refuses_a_running_item_without_a_lease(
        self, analyst, sirens, draft
    ):
        draft(analyst, sirens(1))
        with pytest.raises(IntegrityError), transaction.atomic():
            Item.objects.update(state="running")


class TestRetryFailed:
    def test_takes_only_what_may_succeed(self, analyst, sirens, start):
        batch = start(analyst, sirens(4), sources=BOTH[:1])
        reasons = ["timeout", "server_error", "not_found", "other_company"]
        for item, reason in zip(batch.items.all(), reasons, strict=True):
            Item.objects.filter(pk=item.pk).update(
                state="failed", reason=reason, attempts=3
            )
        Batch.objects.update(state="done", ended_at=timezone.now())
        assert services.retry_failed(batch=batch, by=analyst) == 2
        batch.refresh_from_db()
        assert (batch.state, batch.ended_at) == ("running", None)
        waiting = batch.items.filter(state="waiting")
        assert list(waiting.values_list("attempts", "reason")) == [(0, "")] * 2

    def test_does_nothing_without_a_failure(self, analyst, sirens, start):
        batch = start(analyst, sirens(1))
        assert services.retry_failed(batch=batch, by=analyst) == 0
        assert not batch.journal.filter(kind="retried").exists()


class TestSweep:
    def test_finds_work_that_redis_forgot(
        self, analyst, sirens, start, django_capture_on_commit_callbacks
    ):
        batch = start(analyst, sirens(1))
        queue = django_rq.get_queue(jobs.QUEUE)
        queue.empty()
        with django_capture_on_commit_callbacks(execute=True):
            jobs.sweep()
        assert queue.count == jobs.LANES
        queue.empty()
        assert services.sweep() == [batch.pk]

    def test_closes_a_batch_that_nobody_closed(self, analyst, sirens, start):
        batch = start(analyst, sirens(1))
        batch.items.update(state="not_bought")
        assert services.sweep() == []
        batch.refresh_from_db()
        assert batch.state == "done"

    def test_leaves_a_live_lease_alone(self, analyst, sirens, start):
        batch = start(analyst, sirens(1))
        ledger.lease(batch.pk, uuid7(), 10)
        assert services.sweep() == []
        assert batch.items.filter(state="running").count() == 2

    def test_survives_without_redis(self, analyst, sirens, start, monkeypatch):
        from redis.exceptions import ConnectionError as RedisIsAway

        def away(name):
            raise RedisIsAway

        start(analyst, sirens(1))
        monkeypatch.setattr(jobs.django_rq, "get_queue", away)
        jobs.sweep()


class TestInvariants:
    def test_a_false_total_is_found(self, analyst, sirens, start):
        batch = start(analyst, sirens(1))
        Batch.objects.filter(pk=batch.pk).update(committed_eur=5)
        [fault] = invariants.broken()
        assert fault.example == str(batch.pk)
