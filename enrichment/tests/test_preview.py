"""What the page of a draft promises: calls, cost, time, and what will stop first."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from companies.models import Target
from enrichment.models import (
    Call,
    DayBudget,
    DaySpending,
    Provider,
    SourceDay,
    SourcePool,
    today,
)
from enrichment.preview import USUAL_LATENCY_S, preview

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sources")]
PAID = ["pappers"]


def plan_of(shown, name="pappers"):
    return next(plan for plan in shown.sources if plan.terms.name == name)


@pytest.fixture
def batch(analyst, companies, draft):
    return draft(analyst, companies(10))


@pytest.fixture(autouse=True)
def no_budget(db):
    DayBudget.objects.all().delete()


class TestCost:
    def test_is_a_range_between_what_is_certain_and_all(
        self, analyst, companies, draft
    ):
        numbers = companies(4)
        for siren in numbers[:3]:
            stored = {"accounts": [10.0, 5.0, False]}
            Target.objects.create(siren=siren, stakes=stored, scored_at=timezone.now())
        Target.objects.create(
            siren=numbers[3],
            stakes={"balance": [10.0, 5.0, False]},
            scored_at=timezone.now(),
        )
        chosen = ["recherche_entreprises", "pappers"]
        shown = preview(draft(analyst, numbers), by=analyst, chosen=chosen)
        # Recherche d'entreprises may tell the accounts, never a balance sheet.
        assert (shown.least_eur, shown.cost_eur) == (Decimal("0.10"), Decimal("0.40"))
        [cost] = plan_of(shown).costs
        assert (cost.units_least, cost.units_most, cost.unit_words) == (1, 4, "jetons")

    def test_is_told_in_jetons_without_a_price(self, analyst, batch):
        Provider.objects.get(pk="pappers").prices.all().delete()
        plan = plan_of(preview(batch, by=analyst, chosen=PAID))
        assert plan.off_words == "prix à renseigner"
        assert plan.cost_eur is None
        assert plan.costs[0].units_most == 10
        assert not plan.is_spending

    def test_counts_only_what_is_ticked(self, analyst, batch):
        shown = preview(batch, by=analyst, chosen=["bodacc"])
        assert (shown.cost_eur, shown.is_paid) == (0, False)
        assert plan_of(shown).cost_eur == 1

    def test_an_unticked_free_source_tells_nothing(self, analyst, batch):
        alone = preview(batch, by=analyst, chosen=PAID)
        assert alone.least_eur == alone.cost_eur == 1


class TestTime:
    def test_before_any_call_is_the_usual(self, analyst, batch):
        assert plan_of(preview(batch, by=analyst)).latency_s == USUAL_LATENCY_S

    def test_is_the_median_of_the_last_calls(self, analyst, batch, sirens):
        now = timezone.now()
        for seconds, siren in zip((0.1, 0.2, 9), sirens(3), strict=True):
            Call.objects.create(
                siren=siren,
                source="pappers",
                state="paid",
                http_status=200,
                opened_at=now - timedelta(seconds=seconds),
                closed_at=now,
            )
        plan = plan_of(preview(batch, by=analyst))
        assert plan.latency_s == pytest.approx(0.2)

    def test_heeds_the_rate_and_what_may_go_side_by_side(self, analyst, batch):
        rows = Provider.objects.filter(pk="pappers")
        rows.update(concurrency=1, rate_per_s=None)
        assert plan_of(preview(batch, by=analyst)).seconds == pytest.approx(5)
        rows.update(concurrency=50, rate_per_s=0.5)
        assert plan_of(preview(batch, by=analyst)).seconds == pytest.approx(20)


class TestWhatStopsFirst:
    def test_nothing_when_all_is_enough(self, analyst, batch):
        assert preview(batch, by=analyst, chosen=PAID).stops == ()

    @pytest.mark.parametrize(
        ("left", "after"), [("0.55", 5), ("0", 0), ("0.99", 9), ("1", None)]
    )
    def test_the_budget_of_the_day(self, analyst, batch, left, after):
        DayBudget.objects.create(user=analyst, day_eur=Decimal(3))
        DaySpending.objects.create(
            user=analyst, day=today(), committed_eur=Decimal(3) - Decimal(left)
        )
        shown = preview(batch, by=analyst, chosen=PAID)
        stop = shown.first_stop
        assert (stop and (stop.kind, stop.companies)) == (
            None if after is None else ("budget", after)
        )
        assert shown.may_run_short == (after is not None)

    def test_what_the_source_says_is_left(self, analyst, batch):
        SourcePool.objects.create(source="pappers", units_left=9, units_spent=5)
        shown = preview(batch, by=analyst, chosen=PAID)
        assert (shown.first_stop.kind, shown.first_stop.companies) == ("units", 4)
        assert plan_of(shown).pools[0].left == 4

    def test_the_calls_of_the_day_of_a_free_source(self, analyst, batch):
        Provider.objects.filter(pk="bodacc").update(day_quota=100)
        SourceDay.objects.create(source="bodacc", day=today(), calls=97)
        shown = preview(batch, by=analyst, chosen=["bodacc"])
        assert (shown.first_stop.kind, shown.first_stop.companies) == ("quota", 3)
        # It costs nothing: there is no order in which to spend.
        assert not shown.may_run_short

    def test_the_cap_that_is_known(self, analyst, batch):
        shown = preview(batch, by=analyst, chosen=PAID, cap_eur=Decimal("0.3"))
        assert (shown.first_stop.kind, shown.first_stop.companies) == ("cap", 3)


class TestThePage:
    def get(self, client, batch, **query):
        return client.get(batch.get_absolute_url(), query).content.decode()

    def test_says_what_stops_first_and_who_comes_first(
        self, analyst, analyst_client, batch
    ):
        DayBudget.objects.create(user=analyst, day_eur=Decimal("0.45"))
        shown = self.get(analyst_client, batch)
        assert "Le budget du jour s’arrêtera vers 4 sociétés sur 10" in shown
        assert "les plus utiles d’abord" in shown
        assert "reste 0,45\u00a0€ sur 0,45\u00a0€" in shown

    def test_a_held_source_says_why(self, analyst_client, batch):
        Provider.objects.filter(pk="pappers").update(
            is_held=True, held_reason="facture à vérifier"
        )
        words = "suspendue par l’exploitation\u00a0: facture à vérifier"
        assert words in self.get(analyst_client, batch)

    def test_another_choice_is_weighed_again(self, analyst_client, batch):
        headers = {"HX-Request": "true", "HX-Target": "draft-plan"}
        query = {"choix": "1", "sources": ["bodacc"]}
        url = batch.get_absolute_url()
        piece = analyst_client.get(url, query, headers=headers).content.decode()
        assert piece.strip().startswith('<div id="draft-plan"')
        assert "Budget du jour" not in piece
        assert "Budget du jour" in self.get(analyst_client, batch)

    def test_nothing_ticked_is_nothing_asked(self, analyst_client, batch):
        shown = self.get(analyst_client, batch, choix="1")
        assert 'value="pappers"' in shown
        assert 'value="pappers" checked' not in shown
        assert 'value="pappers" checked' in self.get(analyst_client, batch)
