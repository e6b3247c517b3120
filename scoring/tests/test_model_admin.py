"""The card of a model: what ops read and do, and who may."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from scoring.registry import jobs
from scoring.registry.models import (
    HybridWeights,
    LearnedModel,
    ModelCalibration,
    ModelDrift,
    ModelReading,
    Stage,
)
from scoring.tests.made_outcomes import TODAY, make_outcomes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh")]

MODELS = "/administration/scoring/learnedmodel/"


def card(row):
    return reverse("admin:scoring_model_card", args=[row.pk])


def act(client, name, row):
    address = reverse(f"admin:scoring_model_{name}", args=[row.pk])
    response = client.post(address, follow=True)
    return [str(message) for message in response.context["messages"]]


class TestTheList:
    def test_leads_to_the_card(self, ops_client, candidate):
        page = ops_client.get(MODELS).content.decode()
        assert candidate.version in page
        assert card(candidate) in page

    def test_is_for_ops(self, analyst_client, candidate):
        assert analyst_client.get(MODELS, follow=True).status_code == 403
        assert analyst_client.get(card(candidate), follow=True).status_code == 403

    def test_of_files_carries_no_bytes(self, ops_client, candidate):
        page = ops_client.get("/administration/scoring/modelfile/")
        assert page.status_code == 200
        address = f"/administration/scoring/modelfile/{candidate.pk}/change/"
        assert ops_client.get(address).status_code == 200


class TestTheCard:
    def test_shows_the_figures_the_plots_and_the_data(self, ops_client, candidate):
        page = ops_client.get(card(candidate)).content.decode()
        assert "bat les règles 2.0" in page
        assert "AUC (ROC)" in page
        assert page.count('<svg class="plot"') == 2
        assert "marge d’EBE" in page
        assert "toujours la même valeur" in page
        assert candidate.sha256 in page
        assert "Rien de mesuré" in page

    def test_shows_drift_and_calibration_by_month(self, ops_client, candidate):
        for month, psi in ((9, 0.05), (10, 0.31)):
            day = TODAY.replace(month=month, day=1)
            for name in ("score", "ebitda_margin"):
                ModelDrift.objects.create(
                    model=candidate, month=day, feature=name, psi=psi, companies=900
                )
            ModelCalibration.objects.create(
                model=candidate,
                month=day,
                outcomes=40,
                deals=9,
                predicted=0.24,
                brier=0.17,
            )
        page = ops_client.get(card(candidate)).content.decode()
        assert page.count('<svg class="plot"') == 3
        assert "dérive forte" in page
        assert "2026-10" in page
        assert "0,310" in page
        assert "0,170" in page

    def test_says_that_it_does_not_win_with_the_figures(self, ops_client, candidate):
        told = candidate.comparison
        told["wins"] = told["against"]["rules"]["wins"] = False
        candidate.save()
        page = ops_client.get(card(candidate)).content.decode()
        assert "ne bat pas les règles 2.0" in page
        (message,) = act(ops_client, "promote", candidate)
        assert "ne bat pas les règles 2.0" in message
        candidate.refresh_from_db()
        assert candidate.stage == Stage.CANDIDATE

    def test_of_too_few_held_out_says_so(self, ops_client, candidate):
        candidate.comparison = {
            "present": None,
            "ruleset": "2.0",
            "rows": 12,
            "deals": 2,
            "wins": False,
            "too_few": 2,
        }
        candidate.save()
        page = ops_client.get(card(candidate)).content.decode()
        assert "Trop peu d’issues mises de côté" in page


class TestTheDeeds:
    def test_publishing_asks_for_the_scores_again(
        self, ops_client, candidate, monkeypatch
    ):
        asked = []
        monkeypatch.setattr(
            "mainsite.lib.queue.enqueue", lambda job, **_: asked.append(job)
        )
        (message,) = act(ops_client, "promote", candidate)
        assert "en service" in message
        assert asked == [jobs.rescore]
        assert AuditEntry.objects.filter(action="model_published").exists()
        (message,) = act(ops_client, "retire", candidate)
        assert "retiré" in message
        assert asked == [jobs.rescore] * 2

    def test_comparing_again_is_a_job(self, ops_client, candidate, monkeypatch):
        asked = []
        monkeypatch.setattr(
            "mainsite.lib.queue.enqueue",
            lambda job, **given: asked.append((job, given["model_id"])),
        )
        act(ops_client, "compare", candidate)
        assert asked == [(jobs.compare, candidate.pk)]

    def test_are_posts(self, ops_client, candidate):
        for name in ("promote", "retire", "compare"):
            address = reverse(f"admin:scoring_model_{name}", args=[candidate.pk])
            assert ops_client.get(address).status_code == 405

    def test_a_company_is_asked_about_and_its_answer_kept(self, ops_client, candidate):
        LearnedModel.objects.update(stage=Stage.PUBLISHED, published_at=timezone.now())
        (siren,) = make_outcomes(1, seed=4, told=False)
        page = ops_client.post(card(candidate), {"siren": siren}).content.decode()
        assert "marge d’EBE" in page
        assert ModelReading.objects.get().siren == siren
        page = ops_client.post(card(candidate), {"siren": "123"}).content.decode()
        assert "n’est pas valide" in page


class TestTheWeights:
    def test_of_a_published_ruleset_are_read_only(self, ops_client):
        address = "/administration/scoring/hybridweights/2.0/change/"
        assert ops_client.get(address).status_code == 200
        refused = ops_client.post(address, {"rules": "0.5", "model": "0.5"})
        assert refused.status_code == 403

    def test_of_a_draft_are_given_and_must_sum_to_one(self, ops_client):
        ops_client.post(
            "/administration/scoring/ruleset/",
            {"action": "duplicate", "_selected_action": ["2.0"]},
        )
        address = "/administration/scoring/hybridweights/add/"
        page = ops_client.post(
            address, {"ruleset": "2.1", "rules": "0.9", "model": "0.4"}
        )
        assert "La somme des deux poids doit valoir 1" in page.content.decode()
        ops_client.post(address, {"ruleset": "2.1", "rules": "0.5", "model": "0.5"})
        assert HybridWeights.objects.get(ruleset_id="2.1").model == 0.5
