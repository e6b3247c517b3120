"""In which order a company's sources are asked, and what is not worth asking."""

from collections import Counter
from datetime import datetime

import pytest
from django.utils import timezone

from companies.models import Target
from enrichment import invariants, lane
from enrichment.models import (
    Answer,
    Batch,
    Call,
    Item,
    JournalEntry,
    Provider,
    SourcePool,
)
from enrichment.providers.registry import provider_classes
from enrichment.tests.gates import open_gates

pytestmark = pytest.mark.django_db(transaction=True)

FREE, PAID = "recherche_entreprises", "pappers"
EVERY_FREE = ("recherche_entreprises", "bodacc", "inpi_bce", "rne", "sirene")


def ends(batch, source=PAID):
    items = Item.objects.filter(batch=batch, source=source)
    return Counter(items.values_list("state", "reason"))


def scored(siren, **stakes):
    """As scoring leaves a target: points, coverage and verdict by group."""
    Target.objects.create(siren=siren, stakes=stakes, scored_at=timezone.now())


class TestOrder:
    def test_free_sources_are_asked_side_by_side_then_the_paid_one(
        self, analyst, sandbox, companies, start
    ):
        sandbox.slow(1000)
        batch = start(analyst, companies(1), sources=(*EVERY_FREE, PAID))
        lane.run(batch.pk)
        at = {
            line["provider"]: datetime.fromisoformat(line["at"])
            for line in sandbox.served()
        }
        free = [at[name] for name in EVERY_FREE]
        assert (max(free) - min(free)).total_seconds() < 3
        assert at[PAID] > max(free)
        assert invariants.broken() == []

    def test_every_source_of_a_batch_is_a_folder(self, sandbox):
        assert set(Provider.objects.values_list("name", flat=True)) == set(
            provider_classes()
        )


class TestWhatIsNotWorthIt:
    def test_a_company_of_which_nothing_is_open(
        self, analyst, sandbox, companies, start
    ):
        [siren] = companies(1)
        scored(siren)
        batch = start(analyst, [siren])
        lane.run(batch.pk)
        assert ends(batch) == {("not_bought", "settled"): 1}
        assert not Call.objects.filter(source=PAID).exists()
        assert Batch.objects.get().committed_eur == 0

    def test_a_company_whose_balance_sheet_alone_is_open_is_bought(
        self, analyst, sandbox, companies, start
    ):
        [siren] = companies(1)
        scored(siren, balance=[7.5, 15.0, False])
        batch = start(analyst, [siren])
        lane.run(batch.pk)
        assert ends(batch) == {("done", ""): 1}

    def test_what_only_a_group_that_it_does_not_give_leaves_open(
        self, analyst, sandbox, companies, start
    ):
        [siren] = companies(1)
        scored(siren, unknown_group=[50.0, 50.0, True])
        batch = start(analyst, [siren])
        lane.run(batch.pk)
        assert ends(batch) == {("not_bought", "settled"): 1}


class TestOutOfMoney:
    def test_at_the_source_is_not_a_failure(self, analyst, sandbox, companies, start):
        Provider.objects.filter(pk=PAID).update(concurrency=1)
        numbers = companies(8)
        sandbox.plan(**{f"{PAID}:{siren}": "402" for siren in numbers})
        batch = start(analyst, numbers)
        lane.run(batch.pk)
        assert ends(batch) == {("not_bought", "no_credit"): 8}
        assert ends(batch, FREE) == {("done", ""): 8}
        assert JournalEntry.objects.filter(kind="out_of_units").count() == 1
        assert Batch.objects.get().committed_eur == 0
        assert Batch.objects.get().state == "done"

    def test_what_the_source_says_is_left_is_read_before(
        self, analyst, sandbox, companies, start
    ):
        sandbox.leave(PAID, 2)
        numbers = companies(5)
        batch = start(analyst, numbers)
        lane.run(batch.pk)
        assert ends(batch) == {("done", ""): 2, ("not_bought", "units"): 3}
        assert SourcePool.objects.get(source=PAID).left == 0
        assert invariants.broken() == []


class TestHolds:
    def test_a_source_held_by_ops_is_not_asked_and_waits(
        self, analyst, sandbox, companies, start
    ):
        Provider.objects.filter(pk=PAID).update(is_held=True)
        batch = start(analyst, companies(2))
        lane.run(batch.pk)
        assert ends(batch) == {("waiting", ""): 2}
        assert not Call.objects.filter(source=PAID).exists()
        Provider.objects.filter(pk=PAID).update(is_held=False)
        Item.objects.update(retry_at=None)
        open_gates()
        lane.run(batch.pk)
        assert ends(batch) == {("done", ""): 2}

    def test_a_paused_batch_keeps_what_waits(self, analyst, sandbox, companies, start):
        batch = start(analyst, companies(2))
        Batch.objects.update(state="paused")
        lane.run(batch.pk)
        assert ends(batch) == {("waiting", ""): 2}
        assert not Call.objects.exists()


class TestAnswersKept:
    def test_are_packed_with_their_cost_and_headers(
        self, analyst, sandbox, companies, start
    ):
        batch = start(analyst, companies(1))
        lane.run(batch.pk)
        answer = Answer.objects.get(source=PAID)
        assert answer.encoding == "zlib"
        assert len(answer.raw) < len(answer.body) / 2
        assert (answer.tokens, answer.amount_eur) == (1, answer.call.amount_eur)
        assert answer.headers["X-Sandbox"] == "1"
        item = Item.objects.get(batch=batch, source=PAID)
        assert (item.cost_eur, item.result_sha256) == (answer.amount_eur, answer.sha256)
