"""The database weighs as `stakes` does, and ends what would settle nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from companies.models import Company, Target
from enrichment import money_rows, stakes, weighing
from enrichment.models import Answer, Batch, Call, DayBudget, DaySpending, Item, today
from enrichment.sources import all_terms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sources")]

STORED = {
    "nothing scored": None,
    "nothing open": {},
    "a verdict hangs on the accounts": {"accounts": [12.5, 25.0, True]},
    "several groups": {
        "accounts": [1.25, 0.0, False],
        "history": [20.0, 10.0, False],
        "leader": [0.0, 15.0, True],
    },
    "what Pappers does not give": {"sector": [9.0, 9.0, True]},
    "a verdict told as a number": {"balance": [3.0, 4.0, 1]},
}


def target(siren, stored):
    Target.objects.create(
        siren=siren,
        stakes=stored,
        scored_at=None if stored is None else timezone.now(),
    )


def answer(siren, source="pappers", *, days=1, subject=""):
    call = Call.objects.create(
        siren=siren, source=source, state="paid", subject=subject
    )
    now = timezone.now()
    Answer.objects.create(
        siren=siren,
        source=source,
        subject=subject,
        call=call,
        status="found",
        raw=b"{}",
        sha256="a" * 64,
        http_status=200,
        fetched_at=now - timedelta(hours=1),
        expires_at=now + timedelta(days=days),
    )


def pappers(batch, chosen=("pappers",)):
    found = weighing.parts(batch.pk, all_terms(), chosen)
    return next(part for part in found if part.source == "pappers")


class TestTheFormula:
    @pytest.mark.parametrize("name", STORED)
    def test_is_that_of_the_stakes(self, name, analyst, companies, draft):
        [siren] = companies(1)
        target(siren, STORED[name])
        batch = draft(analyst, [siren])
        terms = all_terms()
        weighing.settle_worth(batch.pk, terms)
        expected = stakes.worth(
            terms["pappers"].gives[""], stakes.of_score(STORED[name])
        )
        item = Item.objects.get(batch=batch, source="pappers")
        assert item.worth == pytest.approx(expected)
        assert item.state == ("waiting" if expected else "not_bought")

    def test_a_company_without_a_row_is_all_open(self, analyst, sirens, draft):
        batch = draft(analyst, sirens(1))
        weighing.settle_worth(batch.pk, all_terms())
        item = Item.objects.get(batch=batch, source="pappers")
        assert item.worth == pytest.approx(sum(stakes.UNSCORED.values()))

    def test_a_free_source_is_not_weighed(self, analyst, companies, draft):
        batch = draft(analyst, companies(1))
        weighing.settle_worth(batch.pk, all_terms())
        free = Item.objects.filter(batch=batch).exclude(source="pappers")
        assert set(free.values_list("worth", "state")) == {(None, "waiting")}


class TestCounting:
    def test_every_company_has_one_fate(self, analyst, companies, draft):
        numbers = companies(5)
        answer(numbers[0])
        target(numbers[1], {})
        Company.objects.filter(siren=numbers[2]).update(is_active=False)
        answer(numbers[3], days=-0.01)
        part = pappers(draft(analyst, numbers))
        assert (part.companies, part.reused) == (5, 1)
        assert (part.settled, part.closed, part.most) == (1, 1, 2)

    def test_two_good_answers_count_once(self, analyst, companies, draft):
        [siren] = companies(1)
        answer(siren)
        answer(siren)
        part = pappers(draft(analyst, [siren]))
        assert (part.companies, part.reused, part.most) == (1, 1, 0)

    def test_least_is_what_no_free_source_may_tell(self, analyst, companies, draft):
        numbers = companies(2)
        for siren in numbers:
            target(siren, {"leader": [4.0, 10.0, True], "history": [20.0, 0.0, False]})
        batch = draft(analyst, numbers)
        alone = pappers(batch, chosen=["pappers"])
        beside = pappers(batch, chosen=list(all_terms()))
        assert (alone.least, alone.most) == (2, 2)
        # Free sources may tell both groups; then nothing is bought.
        assert (beside.least, beside.most) == (0, 2)

    def test_a_group_that_only_the_paid_one_gives_is_certain(
        self, analyst, companies, draft
    ):
        numbers = companies(2)
        target(numbers[0], {"balance": [10.0, 5.0, False]})
        target(numbers[1], {"headcount": [10.0, 5.0, False]})
        batch = draft(analyst, numbers)
        part = pappers(batch, chosen=["recherche_entreprises", "pappers"])
        assert (part.least, part.most) == (1, 2)

    def test_free_sources_are_asked_whatever_is_at_stake(
        self, analyst, companies, draft
    ):
        numbers = companies(2)
        target(numbers[0], {})
        Company.objects.filter(siren=numbers[1]).update(is_active=False)
        batch = draft(analyst, numbers)
        found = weighing.parts(batch.pk, all_terms(), all_terms())
        free = [part for part in found if part.source != "pappers"]
        assert free
        assert {(part.least, part.most, part.nothing) for part in free} == {(2, 2, 0)}

    def test_contacts_are_asked_by_name_and_never_weighed(self, analyst, companies):
        [siren] = companies(1)
        target(siren, {})
        batch = Batch.objects.create(desk=analyst.desk, kind="contacts", name="C")
        for rank, (source, subject) in enumerate(
            [("pappers", "contacts"), ("kaspr", "phone:1"), ("kaspr", "work_email:1")]
        ):
            Item.objects.create(
                batch=batch, siren=siren, source=source, subject=subject, position=rank
            )
        found = weighing.parts(batch.pk, all_terms(), ["pappers", "kaspr"])
        # The company's own come first; a person's are bought if those lack.
        assert [(part.source, part.option, part.most) for part in found] == [
            ("pappers", "contacts", 1),
            ("kaspr", "phone", 1),
            ("kaspr", "work_email", 1),
        ]
        assert found[0].least == 1
        assert weighing.settle_worth(batch.pk, all_terms()) == 0

    def test_the_register_lacks_some(self, analyst, companies, sirens, draft):
        companies(2)
        assert weighing.unknown(draft(analyst, sirens(5)).pk) == 3


class TestTheEnd:
    def test_what_is_settled_or_closed_ends_unbought(self, analyst, companies, draft):
        numbers = companies(4)
        target(numbers[0], {})
        Company.objects.filter(siren=numbers[1]).update(is_active=False)
        target(numbers[2], {})
        answer(numbers[2])
        batch = draft(analyst, numbers)
        assert weighing.settle_worth(batch.pk, all_terms()) == 2
        paid = Item.objects.filter(batch=batch, source="pappers").order_by("position")
        assert list(paid.values_list("state", "reason")) == [
            ("not_bought", "settled"),
            ("not_bought", "closed"),
            # Its answer is still good: it costs nothing.
            ("waiting", ""),
            ("waiting", ""),
        ]


class TestTheBestFirst:
    def test_most_points_per_euro_come_first(self, analyst, companies, draft):
        numbers = companies(4)
        for siren, points in zip(numbers, (5.0, 50.0, 20.0, 30.0), strict=True):
            target(siren, {"accounts": [points, 0.0, False]})
        batch = draft(analyst, numbers)
        terms = all_terms()
        weighing.settle_worth(batch.pk, terms)
        weighing.best_first(batch.pk, terms)
        order = Item.objects.filter(batch=batch, source="pappers").order_by("position")
        wanted = [numbers[1], numbers[3], numbers[2], numbers[0]]
        assert list(order.values_list("siren", flat=True)) == wanted

    def test_sources_keep_their_rank_inside_a_company(self, analyst, companies, draft):
        batch = draft(analyst, companies(3))
        before = ranks(batch)
        weighing.settle_worth(batch.pk, all_terms())
        weighing.best_first(batch.pk, all_terms())
        assert ranks(batch) == before
        positions = batch.items.values_list("position", flat=True)
        assert len(set(positions)) == len(positions)


def ranks(batch):
    found = {}
    for siren, source in batch.items.order_by("position").values_list(
        "siren", "source"
    ):
        found.setdefault(siren, []).append(source)
    return found


class TestTheDay:
    def test_ones_own_budget_wins_over_the_default(self, analyst, ops):
        DayBudget.objects.all().delete()
        assert money_rows.day_room(analyst).left_eur is None
        money_rows.ensure_default_budget()
        money_rows.ensure_default_budget()
        assert money_rows.day_room(analyst).left_eur == Decimal(100)
        DayBudget.objects.create(user=analyst, day_eur=Decimal(8))
        DaySpending.objects.create(
            user=analyst, day=today(), committed_eur=Decimal("9.5")
        )
        assert money_rows.day_room(analyst).left_eur == 0
        assert money_rows.day_room(ops).left_eur == Decimal(100)
