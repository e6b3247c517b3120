import json

import pytest

from accounts.models import AuditEntry
from companies.tests.makers import make_company
from scoring import published, trial
from scoring.models import COMPONENTS, Ruleset, WeightPreset

RULESETS = "/administration/scoring/ruleset/"


def act(client, action, *versions):
    data = {"action": action, "_selected_action": versions}
    response = client.post(RULESETS, data, follow=True)
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def draft(ops_client):
    act(ops_client, "duplicate", "2.0")
    return Ruleset.objects.get(pk="2.1")


def try_it(draft, by):
    sample = trial.Sample("une société", (make_company("ESSAYÉE").siren,))
    trial.try_draft(ruleset=draft, sample=sample, by=by)


def form_data(draft, **weights):
    """What the page of a draft posts: its definition, and its presets' weights."""
    data = {"definition": json.dumps(draft.definition)}
    presets = list(draft.presets.order_by("pk"))
    data |= {
        "presets-TOTAL_FORMS": len(presets),
        "presets-INITIAL_FORMS": len(presets),
        "presets-MIN_NUM_FORMS": 0,
        "presets-MAX_NUM_FORMS": 1000,
    }
    for place, preset in enumerate(presets):
        data |= {
            f"presets-{place}-id": preset.pk,
            f"presets-{place}-ruleset": draft.pk,
            f"presets-{place}-name": preset.name,
        }
        for name in COMPONENTS:
            data[f"presets-{place}-{name}"] = getattr(preset, name)
    for name, value in weights.items():
        data[f"presets-0-{name}"] = value
    return data


class TestPublishedRules:
    def test_are_read_and_never_written(self, ops_client):
        url = f"{RULESETS}2.0/change/"
        page = ops_client.get(url).content.decode()
        assert 'name="_save"' not in page
        assert "presets-0-financial_performance" not in page
        assert ops_client.post(url, {"definition": "{}"}).status_code == 403
        assert ops_client.post(f"{RULESETS}2.0/delete/").status_code == 403

    def test_are_not_published_twice(self, ops_client):
        assert act(ops_client, "publish", "2.0") == ["règles 2.0 : déjà publiées."]

    def test_are_for_ops(self, analyst_client):
        assert analyst_client.get(RULESETS, follow=True).status_code == 403


class TestADraft:
    def test_copies_the_figures_and_the_weights(self, draft):
        source = Ruleset.objects.get(pk="2.0")
        assert not draft.is_published
        assert draft.definition == {**source.definition, "version": "2.1"}
        weights = {p.name: p.weights for p in draft.presets.all()}
        assert weights == {p.name: p.weights for p in source.presets.all()}
        entry = AuditEntry.objects.get(action="ruleset_drafted")
        assert entry.details == {"copied_from": "2.0"}

    def test_takes_the_next_free_version(self, draft, ops_client):
        act(ops_client, "duplicate", "2.0")
        assert Ruleset.objects.filter(pk="2.2").exists()

    def test_keeps_weights_that_sum_to_one(self, draft, ops_client):
        preset = draft.presets.order_by("pk").first()
        data = form_data(
            draft,
            growth_trajectory=preset.growth_trajectory + 0.05,
            profitability=preset.profitability - 0.05,
        )
        response = ops_client.post(f"{RULESETS}2.1/change/", data)
        assert response.status_code == 302
        preset.refresh_from_db()
        assert preset.growth_trajectory == pytest.approx(0.25)

    @pytest.mark.parametrize(("off_by", "is_kept"), [(0.0009, True), (0.002, False)])
    def test_refuses_weights_by_the_sum_they_have(
        self, draft, ops_client, off_by, is_kept
    ):
        preset = draft.presets.order_by("pk").first()
        data = form_data(draft, profitability=preset.profitability + off_by)
        response = ops_client.post(f"{RULESETS}2.1/change/", data)
        assert (response.status_code == 302) is is_kept
        if not is_kept:
            page = response.content.decode()
            assert "La somme des poids est 1.002 : elle doit valoir 1 ± 0,001." in page
            assert "weight_preset_sums_to_one" not in page

    def test_refuses_a_negative_weight(self, draft, ops_client):
        data = form_data(draft, growth_trajectory=-1)
        page = ops_client.post(f"{RULESETS}2.1/change/", data).content.decode()
        assert "Un poids est un nombre positif ou nul." in page

    def test_refuses_a_definition_by_its_wrong_entry(self, draft, ops_client):
        data = form_data(draft)
        data["definition"] = data["definition"].replace('"caps"', '"capsule"')
        response = ops_client.post(f"{RULESETS}2.1/change/", data)
        assert response.status_code == 200
        assert "capsule" in response.content.decode()
        assert "Cette définition ne peut pas servir" in response.content.decode()

    def test_is_published_once_tried(self, draft, ops_client):
        [sentence] = act(ops_client, "publish", "2.1")
        assert "ce contenu exact n’a pas été essayé" in sentence
        draft.refresh_from_db()
        assert not draft.is_published

    def test_is_published_for_good(self, draft, ops, ops_client):
        try_it(draft, ops)
        [sentence] = act(ops_client, "publish", "2.1")
        assert sentence.startswith("Version 2.1 publiée")
        draft.refresh_from_db()
        assert draft.is_published
        assert draft.published_at is not None
        assert "2.1" in [rules.version for rules in published.published()]
        data = form_data(draft)
        assert ops_client.post(f"{RULESETS}2.1/change/", data).status_code == 403

    def test_that_cannot_serve_is_not_published(self, draft, ops_client):
        WeightPreset.objects.filter(ruleset=draft, name="default").delete()
        [sentence] = act(ops_client, "publish", "2.1")
        assert sentence.startswith("règles 2.1 ne peuvent pas servir")
        draft.refresh_from_db()
        assert not draft.is_published

    def test_may_be_thrown_away_with_its_trials(self, draft, ops, ops_client):
        try_it(draft, ops)
        response = ops_client.post(f"{RULESETS}2.1/delete/", {"post": "yes"})
        assert response.status_code == 302
        assert not Ruleset.objects.filter(pk="2.1").exists()
