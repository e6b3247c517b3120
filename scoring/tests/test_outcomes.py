"""Labels: what desks concluded and what was published, each with its two days."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.tests.people import make_desk
from companies.models import LegalEvent, PursuitChange, SourceReading
from companies.tests.makers import make_company
from scoring.outcomes import notices, pipeline
from scoring.outcomes.labels import Labels

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 11, 23)


def step(desk, company, before, after, on):
    return PursuitChange.objects.create(
        desk=desk,
        siren=company.siren,
        before=before,
        after=after,
        at=datetime(on.year, on.month, on.day, 10, tzinfo=PARIS),
    )


def walk(desk, company, *steps):
    before = "prospect"
    for after, on in steps:
        step(desk, company, before, after, on)
        before = after


@pytest.fixture
def desk(db):
    return make_desk()


class TestThePipeline:
    def test_a_company_is_looked_at_on_the_eve_of_being_taken_up(self, desk):
        company = make_company()
        walk(
            desk,
            company,
            ("contacte", date(2026, 1, 10)),
            ("negociation", date(2026, 3, 1)),
            ("gagne", date(2026, 6, 5)),
        )
        (found,) = pipeline.read(until=TODAY)
        assert found.siren == int(company.siren)
        assert found.observed_on == date(2026, 1, 9)
        assert found.known_on == date(2026, 6, 5)
        assert (found.is_deal, found.kind) == (True, "gagne")

    @pytest.mark.parametrize("kind", ["perdu", "ecarte"])
    def test_lost_and_dropped_are_no_deals(self, desk, kind):
        walk(desk, make_company(), (kind, date(2026, 2, 1)))
        (found,) = pipeline.read(until=TODAY)
        assert (found.is_deal, found.kind) == (False, kind)

    def test_one_that_is_still_open_has_no_outcome(self, desk):
        walk(desk, make_company(), ("contacte", date(2026, 2, 1)))
        walk(
            desk,
            make_company(),
            ("perdu", date(2026, 2, 1)),
            ("negociation", date(2026, 3, 1)),
        )
        assert pipeline.read(until=TODAY) == []

    def test_the_last_word_counts(self, desk):
        walk(
            desk,
            make_company(),
            ("perdu", date(2026, 2, 1)),
            ("contacte", date(2026, 3, 1)),
            ("gagne", date(2026, 4, 1)),
        )
        (found,) = pipeline.read(until=TODAY)
        assert found.is_deal

    def test_taking_it_up_again_begins_another(self, desk):
        walk(
            desk,
            make_company(),
            ("perdu", date(2025, 2, 1)),
            ("prospect", date(2026, 1, 1)),
            ("contacte", date(2026, 3, 1)),
            ("gagne", date(2026, 4, 1)),
        )
        found = pipeline.read(until=TODAY)
        assert sorted((o.observed_on, o.kind) for o in found) == [
            (date(2025, 1, 31), "perdu"),
            (date(2026, 2, 28), "gagne"),
        ]

    def test_two_desks_conclude_apart(self, desk):
        company = make_company()
        walk(desk, company, ("gagne", date(2026, 2, 1)))
        walk(make_desk(), company, ("perdu", date(2026, 2, 3)))
        assert {o.kind for o in pipeline.read(until=TODAY)} == {"gagne", "perdu"}

    def test_the_sandbox_teaches_only_when_asked_for(self, desk):
        company = make_company()
        walk(desk, company, ("gagne", date(2026, 2, 1)))
        was_read(company, is_sandbox=True)
        assert pipeline.read(until=TODAY) == []
        assert len(pipeline.read(until=TODAY, with_sandbox=True)) == 1

    def test_what_came_after_the_day_is_not_known(self, desk):
        walk(desk, make_company(), ("gagne", date(2026, 12, 1)))
        assert pipeline.read(until=TODAY) == []


def was_read(company, *, on=TODAY, **more):
    at = datetime(on.year, on.month, on.day, 10, tzinfo=PARIS)
    return SourceReading.objects.create(
        siren=company.siren, source="bodacc", retrieved_at=at, status="found", **more
    )


def event(company, kind, on, **more):
    return LegalEvent.objects.create(
        siren=company.siren,
        kind=kind,
        occurred_on=on,
        label="avis",
        source="bodacc",
        source_id=f"{kind}-{on}",
        **more,
    )


def looked_at(company):
    """The day that the SIREN draws."""
    (found,) = [
        o for o in notices.read(months=36, until=TODAY) if o.siren == int(company.siren)
    ]
    LegalEvent.objects.filter(siren=company.siren).delete()
    return found.observed_on


@pytest.fixture
def company(db):
    made = make_company(created_on=date(1990, 1, 1))
    was_read(made)
    return made


class TestNotices:
    def test_silence_over_the_whole_window_is_no_deal(self, company):
        (found,) = notices.read(months=36, until=TODAY)
        assert (found.is_deal, found.kind) == (False, "none")
        assert found.observed_on.day == 1
        assert found.known_on <= TODAY
        assert found.known_on >= found.observed_on + timedelta(days=3 * 365)

    @pytest.mark.parametrize(("kind", "deal"), [("sale", True), ("closing", False)])
    def test_a_notice_within_it_says_which(self, company, kind, deal):
        day = looked_at(company) + timedelta(days=200)
        event(company, kind, day)
        (found,) = notices.read(months=36, until=TODAY)
        assert (found.is_deal, found.kind, found.known_on) == (deal, kind, day)

    def test_one_after_the_window_does_not_count(self, company):
        event(company, "sale", looked_at(company) + timedelta(days=4 * 365))
        (found,) = notices.read(months=36, until=TODAY)
        assert found.kind == "none"

    def test_a_company_sold_before_is_not_asked_about(self, company):
        event(company, "sale", looked_at(company) - timedelta(days=20))
        assert notices.read(months=36, until=TODAY) == []

    def test_where_nobody_looked_silence_proves_nothing(self, db):
        make_company(created_on=date(1990, 1, 1))
        was_read(make_company(created_on=date(1990, 1, 1)), on=date(2012, 1, 1))
        assert notices.read(months=36, until=TODAY) == []

    def test_a_company_of_later_was_not_there(self, db):
        was_read(make_company(created_on=TODAY))
        assert notices.read(months=36, until=TODAY) == []

    def test_the_sandbox_teaches_only_who_asks_for_it(self, db):
        made = make_company(created_on=date(1990, 1, 1))
        was_read(made, is_sandbox=True)
        assert notices.read(months=36, until=TODAY) == []
        assert len(notices.read(months=36, until=TODAY, with_sandbox=True)) == 1

    def test_companies_are_spread_over_the_grid(self, db):
        for _ in range(60):
            was_read(make_company(created_on=date(1990, 1, 1)))
        days = {o.observed_on for o in notices.read(months=36, until=TODAY)}
        assert len(days) > 15
        assert all(day.month % 3 == 1 for day in days)


class TestLabels:
    def test_stand_in_order_of_observation_and_are_grouped_by_company(self, desk):
        first, second = make_company(), make_company()
        walk(desk, second, ("gagne", date(2026, 2, 1)))
        walk(desk, first, ("perdu", date(2026, 1, 1)))
        labels = Labels.of(pipeline.read(until=timezone.localdate()))
        assert labels.deals.tolist() == [False, True]
        assert [int(g) for g in labels.groups] == [int(first.siren), int(second.siren)]
        assert str(labels.moments[0]) == "2025-12-31"
        assert labels.counts() == {"gagne": 1, "perdu": 1}
