"""A selection in the order of other weights: kept, and the score left as it is."""

from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tests.people import verified_client
from companies.models import AnnualAccounts, Target
from companies.tests.makers import make_company
from scoring import published, services
from scoring.models import Score
from scoring.reranking import page, ranking
from scoring.reranking.models import Reranking
from scoring.rules import engine, rows
from scoring.tests.test_services import THIS_YEAR

pytestmark = pytest.mark.django_db


def make(name, *, revenue, growth, margin):
    """Two years of accounts, which is enough for a score under every set."""
    company = make_company(name, target={})
    for year, factor in ((2, 1.0), (1, 1 + growth)):
        AnnualAccounts.objects.create(
            siren=company.siren,
            closed_on=f"{THIS_YEAR - year}-12-31",
            account_type="C",
            revenue=int(revenue * factor),
            net_income=int(revenue * factor * margin),
            equity=1_000_000,
            financial_debt=100_000,
            headcount=40,
        )
    return company


@pytest.fixture
def companies(db):
    made = [
        make("GRANDE ET LENTE", revenue=30_000_000, growth=0.0, margin=0.16),
        make("PETITE ET VIVE", revenue=4_000_000, growth=0.3, margin=0.04),
        make_company("SANS COMPTES", target={}),
    ]
    services.score_companies(sirens=[each.siren for each in made])
    return made


def rank(companies, analyst, preset="growth"):
    return ranking.make(
        sirens=[each.siren for each in companies],
        words="trois",
        name="Essai",
        preset=preset,
        by=analyst,
    )


def ask(client, companies, **more):
    given = {"siren": [each.siren for each in companies], "requete": "", **more}
    return client.post(reverse("scoring:rerank"), given)


class TestRanking:
    def test_gives_what_the_rules_give_with_these_weights(self, companies, analyst):
        made = rank(companies, analyst)
        rules = published.load("2.0")
        for siren, points in zip(made.sirens, made.points, strict=True):
            row = Score.objects.filter(siren=f"{siren:09d}", ruleset="2.0").get()
            inputs = rows.from_row(row.row, siren=f"{siren:09d}", ruleset=rules).inputs
            (one,) = engine.score_inputs(
                [f"{siren:09d}"],
                [inputs],
                ruleset=rules,
                preset="growth",
                as_of=made.as_of,
            )
            said = one.attractiveness
            assert points == (-1 if said is None else round(said * 100))

    def test_the_best_come_first_and_the_unknown_last(self, companies, analyst):
        large, lively, bare = (int(each.siren) for each in companies)
        assert rank(companies, analyst, "conservative").sirens == [large, lively, bare]
        made = rank(companies, analyst, "growth")
        assert made.points == sorted(made.points, reverse=True)
        assert (made.sirens[-1], made.points[-1]) == (bare, -1)

    def test_the_score_of_the_installation_stays(self, companies, analyst):
        before = list(Target.objects.order_by("siren").values("score", "scored_at"))
        lines = Score.objects.count()
        rank(companies, analyst)
        after = list(Target.objects.order_by("siren").values("score", "scored_at"))
        assert (after, Score.objects.count()) == (before, lines)

    def test_is_in_the_trail(self, companies, analyst):
        made = rank(companies, analyst)
        ranking.delete(row=made, by=analyst)
        actions = AuditEntry.objects.filter(resource=f"reranking:{made.public_id}")
        assert set(actions.values_list("action", flat=True)) == {
            "reranking_made",
            "reranking_deleted",
        }

    def test_each_company_has_its_points(self, companies, analyst):
        made = rank(companies, analyst)
        with pytest.raises(IntegrityError, match="points_are_of_sirens"):
            Reranking.objects.filter(pk=made.pk).update(points=[1])


class TestFromTheList:
    def test_first_the_weights_are_shown(self, companies, analyst_client):
        answer = ask(analyst_client, companies)
        assert answer.status_code == 200
        for words in ("3 sociétés", "croissance", "prudent", "Rentabilité"):
            assert words in answer.text.replace("\xa0", " ")

    def test_then_it_is_made_and_shown(self, companies, analyst_client):
        answer = ask(analyst_client, companies, poids="growth", nom="Les vives")
        made = Reranking.objects.get()
        assert answer["Location"] == reverse("scoring:reranking", args=[made.public_id])
        text = analyst_client.get(answer["Location"]).text
        assert "Les vives" in text
        assert "non évaluable" in text

    def test_without_a_name_it_bears_that_of_the_weights(
        self, companies, analyst_client
    ):
        ask(analyst_client, companies, poids="strategic")
        assert Reranking.objects.get().name == "Stratégique"

    @pytest.mark.parametrize("poids", ["", "inconnu"])
    def test_other_weights_are_refused(self, companies, analyst_client, poids):
        answer = ask(analyst_client, companies, poids=poids)
        assert answer.status_code == 422
        assert "jeu de poids" in answer.text
        assert not Reranking.objects.exists()

    def test_nothing_chosen(self, analyst_client):
        answer = ask(analyst_client, [])
        assert answer.status_code == 302
        assert not Reranking.objects.exists()

    def test_more_than_can_be_gone_through(
        self, companies, analyst_client, monkeypatch
    ):
        monkeypatch.setattr(ranking, "MOST", 2)
        answer = ask(analyst_client, companies, poids="growth")
        text = analyst_client.get(answer["Location"]).text
        assert "une sélection se reclasse par 2 au plus" in text
        assert not Reranking.objects.exists()

    def test_who_only_reads_cannot(self, companies, reader):
        assert ask(verified_client(reader), companies).status_code == 403


class TestThePage:
    def test_has_both_scores_and_how_far_they_are_apart(self, companies, analyst):
        made = rank(companies, analyst)
        for line in page.read(made, 1, desk_id=analyst.desk_id):
            score = Target.objects.get(siren=line.row.siren).score
            assert line.row.score == score
            if score is None:
                assert (line.points, line.moved) == (None, None)
            else:
                assert line.moved == line.points - score
                assert isinstance(line.moved, Decimal)

    def test_ranks_go_on_from_page_to_page(self, companies, analyst, monkeypatch):
        monkeypatch.setattr(page, "SIZE", 2)
        made = rank(companies, analyst)
        ranks = [
            line.rank
            for number in (1, 2)
            for line in page.read(made, number, desk_id=analyst.desk_id)
        ]
        assert ranks == [1, 2, 3]
        assert page.last_page(made) == 2

    @pytest.mark.parametrize("number", ["0", "2", "x", "-1", "9" * 30])
    def test_a_page_that_is_not(self, companies, analyst, analyst_client, number):
        made = rank(companies, analyst)
        url = reverse("scoring:reranking", args=[made.public_id])
        assert analyst_client.get(url, {"page": number}).status_code == 404

    def test_another_desk_does_not_see_it(self, companies, analyst, stranger):
        made = rank(companies, analyst)
        theirs = verified_client(stranger)
        url = reverse("scoring:reranking", args=[made.public_id])
        assert theirs.get(url).status_code == 404
        delete = reverse("scoring:delete_reranking", args=[made.public_id])
        assert theirs.post(delete).status_code == 404
        assert made.name not in theirs.get(reverse("scoring:rerankings")).text

    def test_is_listed_and_deleted(self, companies, analyst, analyst_client):
        made = rank(companies, analyst)
        listed = analyst_client.get(reverse("scoring:rerankings"))
        assert "Essai" in listed.text
        delete = reverse("scoring:delete_reranking", args=[made.public_id])
        analyst_client.post(delete)
        assert not Reranking.objects.exists()
        empty = analyst_client.get(reverse("scoring:rerankings"))
        assert "Aucun reclassement" in empty.text
