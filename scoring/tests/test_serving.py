"""The model in service: what it answers, when it keeps silent, the hybrid, drift."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from flags.models import FlagState

from companies.models import Target
from mainsite.lib.flags import bucket
from scoring import published, services
from scoring.bulk import arms
from scoring.experiments import life
from scoring.experiments.models import Experiment
from scoring.learning.table import Table
from scoring.models import Ruleset, Score
from scoring.registry import (
    changes,
    hybrid,
    jobs,
    panel,
    readings,
    serving,
    storing,
    watching,
    wording,
)
from scoring.registry.models import (
    LearnedModel,
    ModelCalibration,
    ModelDrift,
    ModelFile,
    ModelReading,
    Stage,
)
from scoring.registry.serving import FactorPoints, Standing
from scoring.tests.made_outcomes import TODAY, make_outcomes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh")]


@pytest.fixture
def sirens(db):
    return make_outcomes(8, seed=5, told=False)


class TestTheModelInService:
    def test_there_is_none_to_begin_with(self, db):
        assert serving.current() is None
        assert serving.now().standing is Standing.MISSING
        assert serving.predict(["123456782"]) == []

    def test_is_read_once_by_a_process(
        self, in_service, django_assert_num_queries, monkeypatch
    ):
        first = serving.current()
        monkeypatch.setattr(storing, "load", None)
        with django_assert_num_queries(1):
            again = serving.current()
        assert again.model is first.model

    def test_an_old_one_answers_no_more(self, in_service):
        LearnedModel.objects.update(trained_at=timezone.now() - timedelta(days=549))
        assert serving.now().standing is Standing.STALE

    def test_another_file_than_the_registered_one_is_not_read(self, in_service):
        ModelFile.objects.update(data=b"autre chose")
        now = serving.now()
        assert now.standing is Standing.REFUSED
        assert "empreinte" in now.why
        assert serving.predict(["123456782"]) == []


class TestAPrediction:
    def test_carries_all_that_is_said_of_a_company(self, in_service, sirens):
        found = serving.predict(sirens)
        assert [p.siren for p in found] == sorted(sirens)
        for each in found:
            assert 0 <= each.score <= 100
            assert 0 < each.probability < 1
            assert 0 <= each.confidence <= 1
            assert len(each.factors) == 5
            assert each.version == in_service.version

    def test_the_factors_add_up_to_the_way_from_the_middle(self, in_service, sirens):
        served = serving.current()
        answers = serving.ask(
            served, np.array(sorted(map(int, sirens))), timezone.localdate()
        )
        every = serving.strongest(answers, n=len(served.model.features))
        base, _ = served.model.explain(answers.table)
        middle = serving.points_of(served.model, np.array([base]))[0]
        for row, factors in enumerate(every):
            way = sum(f.points for f in factors)
            assert way == pytest.approx(answers.score[row] - middle, abs=0.2)

    def test_the_score_is_the_models(self, in_service, sirens):
        served = serving.current()
        answers = serving.ask(
            served, np.array(sorted(map(int, sirens))), timezone.localdate()
        )
        np.testing.assert_allclose(
            answers.score, served.model.score(answers.table), atol=0.005
        )
        np.testing.assert_array_equal(
            answers.probability, served.model.probability(answers.table)
        )

    def test_of_a_company_of_no_register_there_is_none(self, in_service):
        assert serving.predict(["111111118"]) == []

    def test_where_little_is_known_it_keeps_silent(self, in_service, sirens):
        from companies.models import AnnualAccounts

        AnnualAccounts.objects.all().delete()
        assert all(p.is_silent and not p.is_used for p in serving.predict(sirens))

    def test_too_far_from_what_was_learnt_it_does_not_count(self, in_service, sirens):
        from companies.models import AnnualAccounts

        AnnualAccounts.objects.update(ebitda=10**12)
        assert all(p.is_outside and not p.is_used for p in serving.predict(sirens))

    def test_other_columns_are_answered_by_the_rules(
        self, in_service, sirens, monkeypatch
    ):
        other = Table({"chiffre": np.zeros(len(sirens))})
        monkeypatch.setattr(serving.features, "of", lambda found: other)
        assert serving.predict(sirens) == []


class TestWhatIsKept:
    def test_is_replayed_to_the_last_digit(self, in_service, sirens):
        served = serving.current()
        told = readings.look(served, sirens[0], timezone.localdate())
        kept = ModelReading.objects.get(siren=sirens[0])
        assert float(kept.score) == told.score == readings.replay(kept, served.model)
        assert kept.probability == told.probability
        assert [tuple(f) for f in kept.factors] == [
            (f.feature, f.value, f.points) for f in told.factors
        ]

    def test_another_answer_takes_its_place(self, in_service, sirens):
        served = serving.current()
        for _ in range(2):
            readings.look(served, sirens[0], timezone.localdate())
        assert ModelReading.objects.count() == 1

    def test_factors_do_not_outlive_their_inputs(self, in_service, sirens):
        served, today = serving.current(), timezone.localdate()
        readings.look(served, sirens[0], today)
        one = np.array([int(sirens[0])])
        readings.keep(serving.ask(served, one, today), np.ones(1, bool))
        assert ModelReading.objects.get().factors is not None
        later = today + timedelta(days=40)
        readings.keep(serving.ask(served, one, later), np.ones(1, bool))
        assert ModelReading.objects.get().factors is None


def frame_of(sirens, score=5000, flag="", version="2.0"):
    count = len(sirens)
    return pl.DataFrame(
        {
            "siren": [int(s) for s in sirens],
            "score": [score] * count,
            "score_flag": [flag] * count,
            "ruleset": [version] * count,
        },
        schema_overrides={"score": pl.Int64},
    )


def blend(frame):
    """As a chunk is scored: who gets the model is for the flag to say."""
    given = arms.ByFlags(published.served())
    sirens = frame["siren"].to_numpy()
    return hybrid.blend(
        frame,
        asked=sirens[given.give(sirens).hybrid],
        model=given.model(),
        rules=published.load("2.0"),
        as_of=timezone.localdate(),
    )


@pytest.fixture
def switched_on(db):
    FlagState.objects.create(
        name="ml_predictions", condition="percentage", value="100", required=False
    )


class TestTheHybrid:
    def test_is_the_rules_while_no_model_is_in_service(self, sirens, switched_on):
        frame = frame_of(sirens)
        assert blend(frame).equals(frame)

    def test_is_the_rules_where_the_flag_is_off(self, in_service, sirens):
        frame = frame_of(sirens)
        assert blend(frame).equals(frame)

    def test_is_six_tenths_rules_and_four_tenths_model(
        self, in_service, sirens, switched_on
    ):
        # Whatever their order.
        frame = frame_of(sirens[::-1])
        scores = {int(p.siren): p.score for p in serving.predict(sirens) if p.is_used}
        assert scores
        for row in blend(frame).iter_rows(named=True):
            model = scores.get(row["siren"])
            wanted = 50.0 if model is None else 0.6 * 50 + 0.4 * model
            assert row["score"] == pytest.approx(100 * wanted, abs=1)
        assert ModelReading.objects.count() == len(scores)

    def test_a_red_flag_holds_it_down(self, in_service, sirens, switched_on):
        found = blend(frame_of(sirens, score=2000, flag="proceeding"))
        assert found["score"].max() <= 2000
        assert blend(frame_of(sirens, score=0, flag="sold"))["score"].max() == 0

    def test_leaves_alone_what_is_not_evaluable_or_of_other_rules(
        self, in_service, sirens, switched_on
    ):
        for frame in (frame_of(sirens, score=None), frame_of(sirens, version="1.0")):
            assert blend(frame).equals(frame)

    def test_only_the_companies_of_the_flag(self, in_service, sirens, switched_on):
        frame = frame_of(sirens)
        asked = [p.siren for p in serving.predict(sirens) if p.is_used]
        places = {siren: bucket("ml_predictions", siren) for siren in asked}
        middle = sorted(places.values())[len(asked) // 2]
        FlagState.objects.filter(condition="percentage").update(value=f"{middle / 100}")
        blend(frame)
        answered = set(ModelReading.objects.values_list("siren", flat=True))
        assert answered == {s for s, place in places.items() if place < middle}
        assert answered
        FlagState.objects.update(value="0")
        frame = frame_of(sirens)
        assert blend(frame).equals(frame)


class TestTheHybridOfAnExperiment:
    """The flag is off throughout: who gets the model is for the experiment to say."""

    @pytest.fixture
    def sirens(self, db):
        return make_outcomes(40, seed=5, told=False)

    @pytest.fixture
    def running(self, in_service):
        made = Experiment.objects.create(
            name="Hybride",
            slug="hybride",
            control=Ruleset.objects.get(pk="2.0"),
            share=5000,
            ends_on=timezone.localdate() + timedelta(days=30),
        )
        life.start(experiment=made, by=None)
        return made

    def test_is_given_to_the_treated_alone(self, running, sirens):
        services.score_companies(sirens=sirens)

        rows = Score.objects.filter(ruleset="2.0")
        ruled = dict(rows.values_list("siren", "attractiveness"))
        asked = {p.siren: p.score for p in serving.predict(sirens) if p.is_used}
        treated = {s for s in sirens if bucket("hybride", s) < 5000}
        assert treated & asked.keys()
        assert asked.keys() - treated
        for target in Target.objects.filter(siren__in=sirens):
            points = float(ruled[target.siren])
            if target.siren in treated & asked.keys():
                points = 0.6 * points + 0.4 * asked[target.siren]
            assert float(target.score) == pytest.approx(points, abs=0.011)

    def test_has_the_model_it_began_with(self, running, in_service, sirens):
        in_service.stage, in_service.retired_at = Stage.RETIRED, timezone.now()
        in_service.save()
        services.score_companies(sirens=sirens)
        assert ModelReading.objects.exists()


class TestThePanel:
    def test_says_it_in_words_where_the_flag_is_on(
        self, in_service, sirens, switched_on, analyst
    ):
        told = panel.of(sirens[0], "fr", reader=analyst)
        assert told.version == in_service.version
        assert len(told.factors) == 5
        assert any("marge d’EBE" in words for words in told.factors)
        page = render_to_string("scoring/_model.html", {"model": told})
        assert "probabilité d’une transaction" in page
        assert ModelReading.objects.get().factors
        # Not scored yet: nothing to say of the score.
        assert told.weighs == ""

        services.score_companies(sirens=sirens)

        score = Target.objects.get(siren=sirens[0]).score
        words = panel.of(sirens[0], "fr", reader=analyst).weighs
        assert words.startswith(f"Score retenu : {score}".replace(".", ","))
        assert "60 % règles et 40 % modèle" in words.replace("\u202f", " ").replace(
            "\xa0", " "
        )

    @pytest.mark.parametrize("condition", ["user", "desk"])
    def test_for_a_reader_it_is_shown_and_moves_no_score(
        self, in_service, sirens, analyst, stranger, condition
    ):
        value = analyst.email if condition == "user" else analyst.desk.name
        FlagState.objects.create(
            name="ml_predictions", condition=condition, value=value
        )
        services.score_companies(sirens=sirens)

        told = panel.of(sirens[0], "fr", reader=analyst)

        assert "n’en tient pas compte" in told.weighs
        assert panel.of(sirens[0], "fr", reader=stranger) is None
        rows = Score.objects.filter(ruleset="2.0", siren=sirens[0])
        ruled = rows.latest("scored_at").attractiveness
        assert Target.objects.get(siren=sirens[0]).score == ruled

    def test_says_nothing_where_it_is_off(self, in_service, sirens, analyst):
        assert panel.of(sirens[0], "fr", reader=analyst) is None

    def test_says_nothing_without_a_model(self, sirens, switched_on):
        assert panel.of(sirens[0], "fr") is None


class TestWhenItLastChanged:
    def test_is_its_publication_or_the_retirement(self, in_service):
        assert changes.since() is None
        began = timezone.now() - timedelta(days=3)
        LearnedModel.objects.update(published_at=began)
        assert changes.since() == began
        ended = timezone.now()
        LearnedModel.objects.update(retired_at=ended, stage=Stage.RETIRED)
        assert changes.since() == ended


class TestDrift:
    def test_is_kept_by_month_and_feature(self, in_service, monkeypatch):
        monkeypatch.setattr(watching, "FEWEST", 50)
        make_outcomes(120, seed=9)
        jobs.watch()
        month = timezone.localdate().replace(day=1)
        found = dict(
            ModelDrift.objects.filter(month=month).values_list("feature", "psi")
        )
        assert {"ebitda_margin", "score"} <= set(found)
        jobs.watch()
        assert ModelDrift.objects.filter(month=month).count() == len(found)

    def test_of_few_companies_nothing_is_said(self, in_service, sirens):
        jobs.watch()
        assert not ModelDrift.objects.exists()

    def test_calibration_is_kept_by_month_of_the_outcome(self, in_service):
        make_outcomes(600, seed=9)
        watching.watch(today=TODAY.replace(month=8, day=28))
        found = list(ModelCalibration.objects.order_by("month"))
        assert [row.month.month for row in found] == [7, 8]
        for row in found:
            assert row.deals <= row.outcomes
            assert 0 < row.predicted < 1
            assert 0 <= row.brier <= 1

    def test_without_a_model_there_is_nothing_to_watch(self, db):
        assert watching.watch() == 0


class TestWords:
    @pytest.mark.parametrize(
        ("factor", "french", "english"),
        [
            (
                FactorPoints("net_margin", 14.0, 6.2),
                "marge nette 14\u00a0%\u00a0: +6,2",
                "net margin 14%: +6.2",
            ),
            (
                FactorPoints("leader_age", 62.0, -3.05),
                "âge du dirigeant 62\u00a0ans\u00a0: −3,0",
                "leader’s age 62\u00a0years: −3",
            ),
            (
                FactorPoints("equity", None, 0.4),
                "capitaux propres inconnu\u00a0: +0,4",
                "equity unknown: +0.4",
            ),
            (
                FactorPoints("headcount_band", "12", 1.0),
                "tranche d’effectif 20 à 49\u00a0: +1",
                "headcount band 20 to 49: +1",
            ),
        ],
    )
    def test_say_the_value_and_the_points(self, factor, french, english):
        assert wording.factor(factor, "fr").replace("−3,0", "−3") == french.replace(
            "−3,0", "−3"
        )
        assert wording.factor(factor, "en") == english

    def test_every_feature_has_its_words(self, in_service):
        names = set(serving.current().model.columns)
        assert names <= set(wording.FEATURES)
