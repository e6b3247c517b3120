"""Models as rows: trained, held against the others, published or refused, retired."""

import json
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from accounts.models import AuditEntry
from scoring.outcomes.labels import Labels
from scoring.registry import (
    comparing,
    data,
    promotion,
    serving,
    storing,
    tracking,
    training,
)
from scoring.registry.models import HybridWeights, LearnedModel, ModelFile, Stage
from scoring.registry.promotion import CannotPromote
from scoring.registry.training import CannotTrain
from scoring.tests.made_outcomes import SMALL, TODAY, make_outcomes, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh")]


@pytest.fixture
def weak(candidate):
    """The same, had it not won."""
    told = json.loads(json.dumps(candidate.comparison))
    told["wins"] = told["against"]["rules"]["wins"] = False
    told["against"]["rules"]["differences"]["roc_auc"] = {
        "low": -0.03,
        "value": 0.012,
        "high": 0.05,
    }
    candidate.comparison = told
    candidate.save()
    return candidate


class TestTraining:
    def test_says_how_many_outcomes_are_missing(self, db):
        make_outcomes(12)
        with pytest.raises(CannotTrain, match="Pas assez d’issues : 12 sur 200"):
            training.train(today=TODAY, budget=SMALL)
        assert not LearnedModel.objects.exists()

    def test_refuses_one_sort_of_outcome(self, db, monkeypatch):
        monkeypatch.setattr(training, "FEWEST_OUTCOMES", 10)
        sirens = make_outcomes(12, told=False)
        tell(sirens, np.ones(12, bool), np.arange(12))
        with pytest.raises(CannotTrain, match="Une seule sorte d’issue"):
            training.train(today=TODAY, budget=SMALL)

    def test_too_few_is_said_as_the_protocol_says_it(self, db, monkeypatch):
        monkeypatch.setattr(training, "FEWEST_OUTCOMES", 10)
        make_outcomes(30)
        with pytest.raises(CannotTrain, match="il en faut"):
            training.train(today=TODAY, budget=SMALL)

    def test_keeps_the_data_the_figures_and_the_file(self, candidate):
        row = candidate
        assert row.stage == Stage.CANDIDATE
        assert row.horizon_months == 36
        assert row.snapshot["whole"]["rows"] == 600
        assert row.snapshot["teaching"]["rows"] == row.outcomes
        assert row.snapshot["held"]["rows"] >= 150
        assert set(row.snapshot["whole"]["kinds"]) == {"gagne", "perdu"}
        assert len(row.snapshot["whole"]["digest"]) == 64
        auc = row.metrics["roc_auc"]
        assert auc["low"] <= auc["value"] <= auc["high"]
        assert row.parameters["calibration"] in ("platt", "beta", "isotonic")
        assert row.report["splits"]["inner"]["how"] == "time"
        assert storing.load(row).version == row.version
        assert len(storing.taught(row)) == row.outcomes

    def test_leaves_out_columns_that_say_nothing(self, candidate):
        out = {f["column"]: f["reason"] for f in candidate.report["left_out"]}
        assert out["region"] == "constant"

    def test_the_same_data_give_the_same_model_and_no_second_row(self, db):
        make_outcomes(220)
        first = training.train(today=TODAY, budget=SMALL)
        with pytest.raises(CannotTrain, match=first.version):
            training.train(today=TODAY, budget=SMALL)

    def test_is_in_the_audit_trail(self, db):
        make_outcomes(220)
        row = training.train(today=TODAY, budget=SMALL)
        entry = AuditEntry.objects.get(action="model_trained")
        assert entry.resource == f"model:{row.version}"


class TestWhatTeaches:
    def test_was_known_before_the_first_company_held_out_and_is_of_others(self):
        rng = np.random.default_rng(0)
        count = 400
        observed = rng.integers(740_000, 740_600, count)
        found = Labels(
            rng.integers(1, 300, count),
            observed,
            observed + rng.integers(0, 300, count),
            rng.random(count) < 0.3,
            np.full(count, "none"),
        )
        made = data.split(found)
        assert len(made.held) >= 90
        assert (found.observed[made.held] >= made.held_from).all()
        assert (found.known[made.teaching] < made.held_from).all()
        assert not set(found.sirens[made.held]) & set(found.sirens[made.teaching])


class TestTheFile:
    def test_altered_is_refused(self, candidate):
        file = ModelFile.objects.get(model=candidate)
        content = bytearray(file.data)
        content[100] ^= 1
        ModelFile.objects.filter(model=candidate).update(data=bytes(content))
        with pytest.raises(storing.FileRefused, match="empreinte"):
            storing.load(candidate)

    def test_gone_is_refused(self, candidate):
        ModelFile.objects.all().delete()
        with pytest.raises(storing.FileRefused, match="n’existe plus"):
            storing.load(candidate)


class TestPromotion:
    def test_a_winner_is_published_with_audit(self, candidate, ops):
        told = candidate.comparison
        assert told["wins"]
        assert told["against"]["rules"]["differences"]["roc_auc"]["low"] > 0
        promotion.promote(model=candidate, by=ops)
        candidate.refresh_from_db()
        assert candidate.stage == Stage.PUBLISHED
        assert candidate.published_by == ops
        assert AuditEntry.objects.filter(action="model_published").exists()

    def test_one_that_does_not_win_is_refused_with_the_figures(self, weak, ops):
        with pytest.raises(CannotPromote) as refused:
            promotion.promote(model=weak, by=ops)
        said = str(refused.value)
        assert "ne bat pas les règles 2.0" in said
        assert "+0,012 [−0,030 ; +0,050]" in said
        assert f"sur {weak.comparison['rows']} issues" in said

    def test_one_of_the_sandbox_is_never_published(self, candidate, ops):
        candidate.has_sandbox = True
        candidate.save()
        with pytest.raises(CannotPromote, match="bac à sable"):
            promotion.promote(model=candidate, by=ops)
        with pytest.raises(IntegrityError), transaction.atomic():
            LearnedModel.objects.update(stage=Stage.PUBLISHED)

    def test_an_old_comparison_does_not_count(self, candidate, ops):
        candidate.comparison["ruleset"] = "1.9"
        candidate.save()
        with pytest.raises(CannotPromote, match="comparez-le d’abord"):
            promotion.promote(model=candidate, by=ops)

    def test_a_file_that_cannot_be_read_is_not_published(self, candidate, ops):
        ModelFile.objects.all().delete()
        with pytest.raises(CannotPromote):
            promotion.promote(model=candidate, by=ops)

    def test_two_are_never_in_service(self, candidate):
        LearnedModel.objects.update(stage=Stage.PUBLISHED)
        with pytest.raises(IntegrityError), transaction.atomic():
            LearnedModel.objects.create(
                **{
                    field.attname: getattr(candidate, field.attname)
                    for field in LearnedModel._meta.fields
                    if field.name not in ("id", "version", "stage")
                },
                version="autre",
                stage=Stage.PUBLISHED,
            )

    def test_retired_it_answers_no_more(self, candidate, ops):
        promotion.promote(model=candidate, by=ops)
        assert serving.current() is not None
        promotion.retire(model=candidate, by=ops)
        assert serving.current() is None
        assert AuditEntry.objects.filter(action="model_retired").exists()
        with pytest.raises(CannotPromote, match="déjà retiré"):
            promotion.retire(model=candidate, by=ops)


class TestComparison:
    def test_with_the_present_model_is_on_companies_neither_has_seen(
        self, candidate, ops
    ):
        promotion.promote(model=candidate, by=ops)
        make_outcomes(300, seed=3)
        held = comparing.held_out(candidate)
        assert not set(held.labels.sirens) & set(storing.taught(candidate))
        told = comparing.compare(storing.load(candidate), held, candidate)
        # It does not beat itself.
        assert told["against"]["present"]["differences"]["roc_auc"]["value"] == 0
        assert not told["against"]["present"]["wins"]
        assert not told["wins"]
        assert "ne bat pas le modèle" in promotion.verdict(told)

    def test_of_few_held_out_says_so(self, candidate):
        model, held = storing.load(candidate), comparing.held_out(candidate)
        assert len(held) == 0
        told = comparing.compare(model, held, None)
        assert not told["wins"]
        assert "Trop peu d’issues mises de côté" in promotion.verdict(told)

    def test_again_is_kept_with_the_model(self, candidate):
        comparing.again(candidate)
        candidate.refresh_from_db()
        assert candidate.comparison["too_few"] == 0


class TestTheCommand:
    def run(self, *arguments):
        out, errors = StringIO(), StringIO()
        call_command("train_model", *arguments, stdout=out, stderr=errors)
        return out.getvalue(), errors.getvalue()

    def test_without_outcomes_says_so(self, db):
        with pytest.raises(CommandError, match="Pas assez d’issues : 0 sur 200"):
            self.run("--dry-run")

    def test_a_dry_run_counts_and_trains_nothing(self, db):
        make_outcomes(220)
        out, _ = self.run("--dry-run", "--horizon-months", "24")
        assert "ensemble : 220 issues" in out
        assert "mis de côté" in out
        assert not LearnedModel.objects.exists()

    def test_a_horizon_without_sense_is_refused(self, db):
        with pytest.raises(CommandError, match="de 1 à 120"):
            self.run("--horizon-months", "0")


class TestMlflow:
    def test_without_its_package_says_so_and_loses_nothing(
        self, candidate, monkeypatch
    ):
        monkeypatch.setenv(tracking.VARIABLE, "http://127.0.0.1:1")
        monkeypatch.setitem(__import__("sys").modules, "mlflow", None)
        assert tracking.is_wanted()
        with pytest.raises(tracking.NotTracked, match="n’est pas installé"):
            tracking.track(candidate)

    def test_is_told_the_parameters_and_the_figures(self, candidate):
        told = tracking.params_of(candidate)
        assert told["outcomes"] == candidate.outcomes
        figures = tracking.metrics_of(candidate)
        assert figures["held.roc_auc.low"] > 0.5
        assert all(np.isfinite(value) for value in figures.values())


class TestWeights:
    def test_are_a_setting_of_the_ruleset_and_sum_to_one(self, db):
        kept = HybridWeights.objects.get(ruleset_id="2.0")
        assert (kept.rules, kept.model) == (0.6, 0.4)
        with pytest.raises(IntegrityError), transaction.atomic():
            HybridWeights.objects.update(rules=0.9)

    def test_the_table_says_what_it_holds(self, db):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT obj_description('scoring_model'::regclass, 'pg_class')"
            )
            assert cursor.fetchone()[0]
