"""The panel of readings from the cache: the same words, and ended by a new score."""

import re
from urllib.parse import quote

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


def piece(client, url, headers):
    """What the page says, less the token of its form, which is never the same."""
    text = client.get(url, headers=headers).text
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


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
        made, kept, again = (piece(analyst_client, url, target) for _ in range(3))
        cache.forget_family("score-panel")
        assert piece(analyst_client, url, target) == made == kept == again
        assert "Attractivité" in made


class TestTheOpenPage:
    def ask(self, client, siren, stamp):
        target = {"HX-Request": "true", "HX-Target": "score-panel"}
        url = reverse("scoring:panel", args=[siren])
        return client.get(url, {"vu": stamp}, headers=target)

    def test_hears_nothing_while_nothing_is_new(self, scored, analyst_client):
        stamp = panel.readings(scored.siren, lang="fr").stamp
        answer = self.ask(analyst_client, scored.siren, stamp)
        assert (answer.status_code, answer.content) == (204, b"")

    def test_gets_the_new_score_and_its_stamp(self, scored, analyst_client):
        stamp = panel.readings(scored.siren, lang="fr").stamp
        AnnualAccounts.objects.filter(closed_on__year=THIS_YEAR - 1).update(
            revenue=12_000_000
        )
        services.score_companies(sirens=[scored.siren])

        answer = self.ask(analyst_client, scored.siren, stamp)

        assert "Recalculées depuis l’ouverture" in answer.text
        now = panel.readings(scored.siren, lang="fr").stamp
        assert f"vu={quote(now, safe='')}" in answer.text
        assert self.ask(analyst_client, scored.siren, now).status_code == 204

    def test_gets_the_first_score(self, company, analyst_client):
        assert self.ask(analyst_client, company.siren, "").status_code == 204
        services.score_companies(sirens=[company.siren])
        assert "Attractivité" in self.ask(analyst_client, company.siren, "").text


class TestHistory:
    def test_says_why_each_line_moved(self, scored):
        AnnualAccounts.objects.filter(closed_on__year=THIS_YEAR - 1).update(
            revenue=12_000_000
        )
        services.score_companies(sirens=[scored.siren])
        last, first = panel.history(scored.siren, version=published.NEWEST)
        assert first.why == []
        year = THIS_YEAR - 1
        assert f"comptes {year} corrigés, CA en hausse de 100\u00a0%" in last.why[0]
