"""Weighed at its start, paused, resumed, taken up again; one company at once."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from companies.models import Target
from enrichment import ledger, services
from enrichment.choices import BatchKind
from enrichment.models import Batch, DayBudget, Item
from mainsite.lib.ids import uuid7

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sources")]
BOTH = ("recherche_entreprises", "pappers")


def steps(batch):
    return list(batch.journal.order_by("pk").values_list("kind", flat=True))


def url(name, batch):
    return reverse(f"enrichment:{name}", args=[batch.public_id])


def scored(siren, points):
    stakes = {"accounts": [points, 0.0, False]} if points else {}
    Target.objects.create(siren=siren, stakes=stakes, scored_at=timezone.now())


class TestTheStart:
    def test_what_is_settled_is_not_bought_and_told(self, analyst, companies, start):
        numbers = companies(2)
        scored(numbers[0], 0)
        batch = start(analyst, numbers, cap=Decimal(1))
        item = batch.items.get(siren=numbers[0], source="pappers")
        assert (item.state, item.reason) == ("not_bought", "settled")
        assert steps(batch) == ["started", "settled"]

    def test_short_of_money_the_most_useful_come_first(self, analyst, companies, start):
        numbers = companies(3)
        for siren, points in zip(numbers, (1.0, 3.0, 2.0), strict=True):
            scored(siren, points)
        batch = start(analyst, numbers, cap=Decimal("0.2"))
        order = batch.items.filter(source="pappers").order_by("position")
        wanted = [numbers[1], numbers[2], numbers[0]]
        assert list(order.values_list("siren", flat=True)) == wanted
        assert "best_first" in steps(batch)

    @pytest.mark.parametrize("cap", ["0.3", "50"])
    def test_with_enough_money_the_order_of_the_list_stays(
        self, analyst, companies, start, cap
    ):
        numbers = companies(3)
        for siren, points in zip(numbers, (1.0, 3.0, 2.0), strict=True):
            scored(siren, points)
        batch = start(analyst, numbers, cap=Decimal(cap))
        order = batch.items.filter(source="pappers").order_by("position")
        assert list(order.values_list("siren", flat=True)) == numbers
        assert "best_first" not in steps(batch)

    def test_the_budget_of_the_day_counts_as_the_cap_does(
        self, analyst, companies, start
    ):
        DayBudget.objects.create(user=analyst, day_eur=Decimal("0.1"))
        batch = start(analyst, companies(3), cap=Decimal(50))
        assert "best_first" in steps(batch)

    def test_a_batch_with_nothing_to_do_ends_at_once(self, analyst, companies, start):
        numbers = companies(1)
        scored(numbers[0], 0)
        batch = start(analyst, numbers, sources=["pappers"], cap=Decimal(1))
        assert batch.state == "done"

    def test_its_end_is_traced_for_whoever_started_it(self, analyst, companies, start):
        numbers = companies(1)
        scored(numbers[0], 0)
        batch = start(analyst, numbers, sources=["pappers"], cap=Decimal(1))
        entry = AuditEntry.objects.get(action="batch.end")
        assert entry.actor == analyst
        assert entry.resource == f"batch:{batch.public_id}"
        assert entry.details["items"] == {"not_bought": 1}


class TestPause:
    def test_nothing_is_leased_and_what_is_under_way_stays(
        self, analyst, companies, start
    ):
        batch = start(analyst, companies(3))
        taken = ledger.lease(batch.pk, uuid7(), 2)
        assert services.pause_batch(batch=batch, by=analyst)
        batch.refresh_from_db()
        assert batch.state == "paused"
        assert ledger.lease(batch.pk, uuid7(), 10) == []
        assert batch.items.filter(state="running").count() == len(taken) == 2
        assert services.sweep() == []
        assert steps(batch)[-1] == "held"
        assert AuditEntry.objects.filter(action="batch.pause").count() == 1

    def test_resuming_goes_on_where_it_stood(self, analyst, companies, start):
        batch = start(analyst, companies(2))
        services.pause_batch(batch=batch, by=analyst)
        assert services.resume_batch(batch=batch, by=analyst)
        assert len(ledger.lease(batch.pk, uuid7(), 10)) == 4
        assert steps(batch)[-1] == "resumed"

    def test_a_batch_that_ended_while_it_was_paused_is_done(
        self, analyst, companies, start
    ):
        batch = start(analyst, companies(1))
        services.pause_batch(batch=batch, by=analyst)
        batch.items.update(state="done")
        services.resume_batch(batch=batch, by=analyst)
        batch.refresh_from_db()
        assert batch.state == "done"

    def test_it_can_be_cancelled(self, analyst, companies, start):
        batch = start(analyst, companies(1))
        services.pause_batch(batch=batch, by=analyst)
        assert services.cancel_batch(batch=batch, by=analyst)
        batch.refresh_from_db()
        assert (batch.state, batch.ended_at is not None) == ("cancelled", True)

    @pytest.mark.parametrize("state", ["draft", "done", "cancelled", "paused"])
    def test_only_what_runs_is_paused(self, analyst, companies, draft, state):
        batch = draft(analyst, companies(1))
        Batch.objects.update(state=state)
        assert not services.pause_batch(batch=batch, by=analyst)
        assert services.resume_batch(batch=batch, by=analyst) == (state == "paused")

    def test_the_page_offers_one_or_the_other(
        self, analyst, analyst_client, companies, start
    ):
        batch = start(analyst, companies(2))
        assert 'id="pause"' in analyst_client.get(url("batch", batch)).content.decode()
        analyst_client.post(url("pause", batch))
        shown = analyst_client.get(url("batch", batch)).content.decode()
        assert 'id="resume"' in shown
        assert 'id="pause"' not in shown
        # Nothing moves any more: the page does not ask again by itself.
        assert 'hx-trigger="every' not in shown
        analyst_client.post(url("resume", batch))
        assert 'id="pause"' in analyst_client.get(url("batch", batch)).content.decode()


class TestTakeUp:
    @pytest.fixture
    def stopped(self, analyst, companies, start):
        batch = start(analyst, companies(5), sources=["pappers"], cap=Decimal("0.1"))
        reasons = ("cap", "budget", "units", "settled", "closed")
        for item, reason in zip(batch.items.order_by("position"), reasons, strict=True):
            Item.objects.filter(pk=item.pk).update(state="not_bought", reason=reason)
        Batch.objects.update(state="done", committed_eur=Decimal("0.1"))
        return Batch.objects.get()

    def test_takes_what_a_limit_stopped_under_a_new_cap(self, analyst, stopped):
        count = services.take_up(batch=stopped, by=analyst, cap_eur=Decimal("0.4"))
        stopped.refresh_from_db()
        assert (count, stopped.state, stopped.cap_eur) == (
            3,
            "running",
            Decimal("0.4"),
        )
        assert stopped.items.filter(state="waiting", reason="").count() == 3
        assert steps(stopped)[-1] == "taken_up"

    def test_the_page_tells_its_cost_first(self, analyst_client, stopped):
        shown = analyst_client.get(url("batch", stopped)).content.decode()
        assert "Reprendre les non achetées" in shown
        assert "3 demandes, au plus 0,30\u00a0€" in shown
        assert 'value="0,40"' in shown

    @pytest.mark.parametrize("cap", ["", "0,05", "x"])
    def test_a_cap_that_is_spent_already_is_refused(self, analyst_client, stopped, cap):
        response = analyst_client.post(url("take_up", stopped), {"cap_eur": cap})
        assert response.status_code == 422
        stopped.refresh_from_db()
        assert stopped.state == "done"

    def test_the_button_takes_a_french_amount(self, analyst_client, stopped):
        response = analyst_client.post(url("take_up", stopped), {"cap_eur": "0,40"})
        assert response.url == stopped.get_absolute_url()
        stopped.refresh_from_db()
        assert stopped.cap_eur == Decimal("0.40")

    def test_what_is_not_bought_is_no_failure(self, analyst, stopped):
        assert services.retry_failed(batch=stopped, by=analyst) == 0


class TestOneCompany:
    def refresh(self, client, siren):
        return client.post(reverse("enrichment:refresh", args=[siren]))

    def test_the_free_sources_are_asked_at_once(self, analyst_client, companies):
        [siren] = companies(1)
        response = self.refresh(analyst_client, siren)
        batch = Batch.objects.get()
        assert response.url == batch.get_absolute_url()
        assert (batch.kind, batch.state) == (BatchKind.ONE, "running")
        assert set(batch.items.values_list("source", flat=True)) == set(
            services.free_sources()
        )
        shown = analyst_client.get(response.url).content.decode()
        assert reverse("companies:company", args=[siren]) in shown
        assert "every 250ms" in shown

    def test_a_second_click_finds_the_first(self, analyst_client, companies):
        [siren] = companies(1)
        first, second = (self.refresh(analyst_client, siren) for _ in range(2))
        assert first.url == second.url
        assert Batch.objects.count() == 1

    def test_a_reader_may_not_and_a_false_key_is_nobody(
        self, reader_client, analyst_client, companies
    ):
        assert self.refresh(reader_client, companies(1)[0]).status_code == 403
        assert self.refresh(analyst_client, "123456789").status_code == 404

    def test_its_draft_is_compact(self, analyst_client, companies):
        one = reverse("enrichment:enrich_one", args=companies(1))
        shown = analyst_client.get(analyst_client.post(one).url).content.decode()
        assert "Lancer l’enrichissement" in shown
        assert "Chaque ligne lue a un sort connu" not in shown
