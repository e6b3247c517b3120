"""What may be spent: the cap, the day, the pools, the calls of a day; and its lines."""

from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import timezone

from enrichment import invariants, ledger
from enrichment.models import (
    Batch,
    Call,
    DayBudget,
    DaySpending,
    MoneyLine,
    SourceDay,
    SourcePool,
)
from enrichment.money import Opening
from mainsite.lib.ids import uuid7

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sources"),
]

PAID, FREE = "pappers", "recherche_entreprises"
PRICE = Decimal("0.1")


@pytest.fixture
def opening(analyst, companies, start):
    """Openings of one running batch, on companies of its own."""
    numbers = companies(9)
    batch = start(analyst, numbers)

    def make(place=0, *, source=PAID, **fields):
        paid = {"hold_eur": PRICE, "units": Decimal(1)} if source == PAID else {}
        given = {"hold_eur": Decimal(0)} | paid | fields
        return Opening(
            call_id=uuid7(), item_id=0, siren=numbers[place], source=source, **given
        )

    make.batch = batch
    return make


def write(opening, *entries):
    return ledger.write(opening.batch.pk, uuid7(), entries)


def closing(opened, state, *, tokens=1, amount_eur=PRICE):
    return ledger.Closing(
        opening=opened,
        state=state,
        tokens=Decimal(tokens),
        amount_eur=Decimal(amount_eur),
    )


def reasons(results):
    return [result.reason if result else None for result in results]


def committed(batch):
    return Batch.objects.values_list("committed_eur", flat=True).get(pk=batch.pk)


def spent(analyst):
    return DaySpending.objects.get(user=analyst).committed_eur


class TestLimits:
    def test_the_cap_stops_the_last_of_a_group(self, opening):
        Batch.objects.update(cap_eur="0.25")
        results = write(opening, opening(0), opening(1), opening(2))
        assert reasons(results) == [None, None, "cap"]
        assert committed(opening.batch) == Decimal("0.2")
        assert Call.objects.count() == 2

    def test_the_day_of_the_user_stops_every_batch_of_theirs(self, opening, analyst):
        DayBudget.objects.update_or_create(user=analyst, defaults={"day_eur": "0.10"})
        assert reasons(write(opening, opening(0))) == [None]
        assert reasons(write(opening, opening(1))) == ["budget"]
        assert spent(analyst) == PRICE

    def test_whoever_has_no_budget_has_everybodys(self, opening, analyst):
        DayBudget.objects.update_or_create(user=None, defaults={"day_eur": 0})
        assert reasons(write(opening, opening(0))) == ["budget"]
        DayBudget.objects.create(user=analyst, day_eur=1)
        assert reasons(write(opening, opening(0))) == [None]

    def test_a_pool_gives_no_more_than_its_source_says(self, opening):
        SourcePool.objects.create(source=PAID, units_left=2)
        results = write(opening, opening(0), opening(1), opening(2))
        assert reasons(results) == [None, None, "units"]
        assert SourcePool.objects.get().left == 0

    def test_an_unlimited_pool_never_stops(self, opening):
        SourcePool.objects.create(source=PAID, units_left=None)
        assert reasons(write(opening, opening(0))) == [None]

    def test_the_calls_of_a_day_are_counted_for_free_sources_too(self, opening):
        calls = [opening(n, source=FREE, day_quota=2) for n in range(3)]
        assert reasons(write(opening, *calls)) == [None, None, "quota"]
        assert SourceDay.objects.get(source=FREE).calls == 2
        again = opening(4, source=FREE, day_quota=2)
        assert reasons(write(opening, again)) == ["quota"]

    def test_free_calls_pass_when_nothing_is_left_to_spend(self, opening):
        Batch.objects.update(cap_eur=0)
        results = write(opening, opening(0), opening(0, source=FREE))
        assert reasons(results) == ["cap", None]

    def test_what_cannot_leave_gives_everything_back(self, opening, analyst):
        SourcePool.objects.create(source=PAID, units_left=5)
        write(opening, opening(0))
        assert reasons(write(opening, opening(0))) == ["elsewhere"]
        assert committed(opening.batch) == spent(analyst) == PRICE
        assert SourcePool.objects.get().units_spent == 1
        assert invariants.broken() == []


class TestLines:
    def test_hold_what_a_call_may_cost(self, opening):
        write(opening, opening(0))
        line = MoneyLine.objects.get()
        assert (line.kind, line.amount_eur, line.tokens) == ("hold", PRICE, 1)
        assert line.batch == opening.batch
        assert line.day == timezone.localdate()

    def test_refund_a_call_that_was_not_charged(self, opening, analyst):
        opened = opening(0)
        write(opening, opened)
        write(opening, closing(opened, "not_charged", tokens=0, amount_eur=0))
        refund = MoneyLine.objects.get(kind="refund")
        assert (refund.amount_eur, refund.tokens) == (-PRICE, -1)
        assert committed(opening.batch) == spent(analyst) == 0
        assert invariants.broken() == []

    def test_tell_what_was_charged_beyond(self, opening, analyst):
        opened = opening(0)
        write(opening, opened)
        write(opening, closing(opened, "paid", tokens=3, amount_eur="0.3"))
        assert MoneyLine.objects.get(kind="extra").amount_eur == Decimal("0.2")
        assert committed(opening.batch) == spent(analyst) == Decimal("0.3")

    def test_keep_what_a_lost_call_held(self, opening):
        opened = opening(0)
        write(opening, opened)
        write(opening, closing(opened, "lost", tokens=0, amount_eur=0))
        assert [line.kind for line in MoneyLine.objects.all()] == ["hold"]
        assert committed(opening.batch) == PRICE
        assert invariants.broken() == []

    def test_say_nothing_of_what_is_free(self, opening):
        opened = opening(0, source=FREE)
        write(opening, opened)
        write(opening, closing(opened, "free", tokens=0, amount_eur=0))
        assert not MoneyLine.objects.exists()

    def test_add_up_to_what_is_committed(self, opening, analyst):
        ends = ("paid", "not_charged", "lost", "open")
        for place, end in enumerate(ends):
            opened = opening(place)
            write(opening, opened)
            if end == "paid":
                write(opening, closing(opened, end))
            elif end != "open":
                write(opening, closing(opened, end, tokens=0, amount_eur=0))
        total = MoneyLine.objects.aggregate(total=Sum("amount_eur"))["total"]
        assert total == committed(opening.batch) == spent(analyst) == Decimal("0.3")

    def test_a_call_of_yesterday_is_refunded_to_yesterday(self, opening, analyst):
        opened = opening(0)
        write(opening, opened)
        yesterday = timezone.localdate() - timezone.timedelta(days=1)
        for model in (Call, MoneyLine, DaySpending):
            model.objects.update(day=yesterday)
        write(opening, closing(opened, "not_charged", tokens=0, amount_eur=0))
        assert DaySpending.objects.get(day=yesterday).committed_eur == 0
        assert invariants.broken() == []
