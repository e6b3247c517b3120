"""Flags switch what is seen: the stored score by company, the opening by reader."""

import pytest
from django.urls import reverse
from flags.models import FlagState

from accounts.tests.people import verified_client
from companies.models import Target
from companies.tests.makers import make_company
from mainsite.lib.flags import Flag, bucket
from scoring import services

pytestmark = pytest.mark.django_db

RULES = Flag.NEW_SCORING_ALGORITHM
# The tab of the reading that is open, as the page marks it.
NEW, OLD = "2.0", "1.0"


@pytest.fixture(autouse=True)
def no_rows():
    FlagState.objects.all().delete()


def switch(flag, condition, value):
    FlagState.objects.create(name=flag, condition=condition, value=value)


@pytest.fixture
def companies(db):
    made = [
        make_company(
            f"SOCIÉTÉ {n}",
            target={"revenue": 5_000_000 + n, "revenue_year": 2024, "net_income": 1},
        )
        for n in range(12)
    ]
    services.score_companies(sirens=[each.siren for each in made])
    return made


def opens_on(person, company):
    answer = verified_client(person).get(reverse("scoring:panel", args=[company.siren]))
    return OLD if answer.context["opens_on_old"] else NEW


class TestNewScoringAlgorithm:
    def test_by_percentage_of_companies_chooses_the_stored_score(self, companies):
        switch(RULES, "percentage", "50")
        services.score_companies(sirens=[each.siren for each in companies])

        stored = dict(Target.objects.values_list("siren", "ruleset"))

        assert stored == {
            each.siren: NEW if bucket(RULES, each.siren) < 5000 else OLD
            for each in companies
        }
        assert set(stored.values()) == {NEW, OLD}

    def test_by_percentage_the_page_opens_on_what_is_stored(self, companies, analyst):
        switch(RULES, "percentage", "50")
        services.score_companies(sirens=[each.siren for each in companies])

        for target in Target.objects.all():
            company = next(c for c in companies if c.siren == target.siren)
            assert opens_on(analyst, company) == target.ruleset

    @pytest.mark.parametrize("condition", ["user", "desk"])
    def test_by_reader_chooses_only_what_the_page_opens_on(
        self, companies, analyst, stranger, condition
    ):
        switch(RULES, condition, analyst.email if condition == "user" else "Mécanique")
        services.score_companies(sirens=[each.siren for each in companies])
        company = companies[0]

        assert opens_on(analyst, company) == NEW
        assert opens_on(stranger, company) == OLD
        # The one score of the installation is nobody's in particular.
        assert set(Target.objects.values_list("ruleset", flat=True)) == {OLD}
