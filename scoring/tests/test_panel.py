"""The panel of readings from the cache: the same words, and ended by a new score."""

import pytest
from django.urls import reverse

from companies.models import AnnualAccounts
from mainsite.lib import cache
from scoring import panel, published, services
from scoring.tests.test_services import THIS_YEAR, company

__all__ = ["company"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scored(company):
    services.score_companies(sirens=[company.siren])
    return company


class TestReadings:
    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_say_the_same_from_the_cache(self, scored, lang, django_assert_num_queries):
        first = panel.readings(scored.siren, lang=lang)
        with django_assert_num_queries(0):
            assert panel.readings(scored.siren, lang=lang) == first
        made = panel.latest(scored.siren, version=published.NEWEST, lang=lang)
        assert first.new == made
        assert first.history == panel.history(scored.siren, version=published.NEWEST)

    def test_are_ended_by_a_new_score(self, scored):
        before = panel.readings(scored.siren, lang="fr")
        AnnualAccounts.objects.filter(closed_on__year=THIS_YEAR - 1).update(
            revenue=12_000_000
        )
        services.score_companies(sirens=[scored.siren])
        after = panel.readings(scored.siren, lang="fr")
        assert after.new.result != before.new.result
        assert len(after.history) == 2

    def test_of_a_company_never_scored_are_kept_too(
        self, company, django_assert_num_queries
    ):
        assert panel.readings(company.siren, lang="fr").new is None
        with django_assert_num_queries(0):
            assert panel.readings(company.siren, lang="fr") == panel.Readings(
                new=None, old=None, history=[]
            )

    def test_the_page_is_the_same_from_the_cache(self, scored, analyst_client):
        url = reverse("scoring:panel", args=[scored.siren])
        target = {"HX-Request": "true", "HX-Target": "score-panel"}
        made, kept = (analyst_client.get(url, headers=target).text for _ in range(2))
        cache.forget_family("score-panel")
        assert analyst_client.get(url, headers=target).text == made == kept
        assert "Attractivité" in made
