import hashlib

import numpy as np
import pytest
from skops import io as skops_io

from scoring.learning import drift, files, model, protocol
from scoring.learning.calibration import beta, choose, isotonic, platt
from scoring.learning.files import ModelRefused
from scoring.learning.forest import raw
from scoring.learning.model import ModelMismatch
from scoring.learning.table import Table
from scoring.learning.tests.sets import SMALL, columns

TABLE, LABELS = columns(rows=400)


@pytest.fixture(scope="module")
def trained():
    return protocol.train(TABLE, LABELS, budget=SMALL).model


@pytest.fixture(scope="module")
def mixed():
    """Boosted forests and a random one together, which a search may not choose."""
    from scoring.learning.features import Features
    from scoring.learning.forest import Forest

    matrix = Features.of(TABLE).matrix(TABLE)[:, :2]
    boosting = {"max_iter": 20, "max_features": 0.5}
    bagging = {"n_estimators": 20, "min_samples_leaf": 3}
    forest = Forest(boosting=boosting, bagging=bagging, weights=(1.0, 3.0), seeds=2)
    return forest.fit(matrix, LABELS.astype(float)), matrix


def changed(name, values):
    return Table({**TABLE.numeric, name: values}, TABLE.categorical)


class TestAnswers:
    def test_calibration_keeps_the_order_of_margins(self, trained):
        order = np.argsort(trained.margin(TABLE), kind="stable")
        for found in (trained.probability(TABLE), trained.score(TABLE)):
            assert (np.diff(found[order]) >= 0).all()

    def test_one_company_and_many_get_the_same_digits(self, trained):
        many = trained.probability(TABLE)
        for row in range(0, 400, 97):
            assert trained.probability(TABLE.take([row]))[0] == many[row]

    def test_chunks_do_not_show(self, trained, monkeypatch):
        whole = trained.margin(TABLE), trained.explain(TABLE)[1]
        monkeypatch.setattr(model, "CHUNK", 33)
        assert (trained.margin(TABLE) == whole[0]).all()
        assert (trained.explain(TABLE)[1] == whole[1]).all()

    def test_scores_spread_over_the_scale(self, trained):
        scores = trained.score(TABLE)
        assert scores.min() >= 0
        assert scores.max() <= 100
        assert scores.std() > 15

    def test_everything_at_once(self, trained):
        answer = trained.answers(TABLE.take([5]))[0]
        assert answer.version == trained.version
        assert answer.probability == trained.probability(TABLE)[5]
        assert answer.score == trained.score(TABLE)[5]
        assert answer.factors == trained.strongest(TABLE.take([5]))[0]
        assert not answer.is_silent

    def test_nobody_asked(self, trained):
        assert trained.answers(TABLE.take(slice(0, 0))) == []


class TestExplanation:
    def test_adds_up_to_the_margin(self, trained):
        base, contributions = trained.explain(TABLE)
        assert contributions.shape == (400, len(trained.features))
        assert base + contributions.sum(axis=1) == pytest.approx(
            trained.margin(TABLE), abs=1e-9
        )

    def test_adds_up_for_a_sum_of_both_kinds_with_values_missing(self, mixed):
        import shap

        forest, matrix = mixed
        total = np.zeros(len(matrix))
        for estimator, weight in forest.parts():
            explainer = shap.TreeExplainer(estimator)
            single = matrix.astype(np.float32).astype(float)
            is_single = "RandomForest" in type(estimator).__name__
            values = explainer.shap_values(
                single if is_single else matrix, check_additivity=False
            )
            base = np.ravel(explainer.expected_value)[-1]
            total += weight * (base + model._of_outcome(values).sum(axis=1))
        assert total == pytest.approx(forest.decision_function(matrix), abs=1e-9)

    def test_votes_are_those_of_the_library(self, mixed):
        forest, matrix = mixed
        estimator = forest.bagged_[0]
        assert raw(estimator, matrix) == pytest.approx(
            estimator.predict_proba(matrix)[:, 1], abs=1e-12
        )

    def test_strongest_come_with_sign_and_value(self, trained):
        base, contributions = trained.explain(TABLE)
        factors = trained.strongest(TABLE, n=2)[7]
        assert len(factors) == 2
        sizes = [abs(factor.contribution) for factor in factors]
        assert sizes == sorted(np.abs(contributions[7]), reverse=True)[:2]

    def test_a_missing_value_is_said_to_be_missing(self, trained):
        unknown = changed("margin", np.full(400, np.nan))
        factors = {f.feature: f for f in trained.strongest(unknown.take([0]))[0]}
        assert factors["margin"].value is None

    def test_what_says_nothing_weighs_least(self, trained):
        weights = dict(zip(trained.features, trained.weights, strict=True))
        assert weights["margin"] > weights["noise"]
        assert sum(weights.values()) == pytest.approx(1)


class TestWhenToKeepSilent:
    def test_confidence_is_the_weight_of_what_is_known(self, trained):
        weights = dict(zip(trained.features, trained.weights, strict=True))
        unknown = changed("margin", np.full(400, np.nan))
        lost = trained.confidence(TABLE.take([0])) - trained.confidence(unknown)[:1]
        known = ~np.isnan(TABLE.numeric["margin"][0])
        assert lost == pytest.approx(weights["margin"] if known else 0)
        assert trained.abstains(unknown).all() == (1 - weights["margin"] < model.FLOOR)

    def test_nothing_known_is_no_answer(self, trained):
        nothing = Table(
            {name: np.full(1, np.nan) for name in TABLE.numeric},
            {name: np.array([""]) for name in TABLE.categorical},
        )
        assert trained.confidence(nothing)[0] == pytest.approx(0)
        assert trained.abstains(nothing)[0]
        assert not trained.is_outside(nothing)[0]
        assert np.isfinite(trained.probability(nothing)[0])

    def test_far_from_what_was_learnt(self, trained):
        assert not trained.is_outside(TABLE).any()
        far = changed("margin", np.full(400, 1e9))
        assert trained.is_outside(far).all()

    def test_a_level_never_seen_counts_as_the_mean(self, trained):
        new = Table(TABLE.numeric, {"sector": np.full(400, "99")})
        assert np.isfinite(trained.probability(new)).all()


class TestOtherColumns:
    def test_missing(self, trained):
        with pytest.raises(ModelMismatch, match="absentes : margin"):
            trained.probability(TABLE.select(["noise", "sector"]))

    def test_never_seen(self, trained):
        with pytest.raises(ModelMismatch, match="inconnues de lui : revenue"):
            trained.probability(changed("revenue", np.ones(400)))

    def test_of_another_kind(self, trained):
        texts = {**TABLE.categorical, "noise": np.full(400, "x")}
        other = Table({"margin": TABLE.numeric["margin"]}, texts)
        with pytest.raises(ModelMismatch, match="d’un autre type : noise"):
            trained.explain(other)

    def test_left_out_in_training_may_still_come(self):
        table = changed("constant", np.ones(400))
        found = protocol.train(table, LABELS, budget=SMALL).model
        assert "constant" not in found.features
        assert len(found.probability(table)) == 400

    def test_a_score_is_no_probability(self):
        numbers = 50 + np.nan_to_num(TABLE.numeric["margin"])
        found = protocol.train(TABLE, numbers, budget=SMALL).model
        assert not found.gives_probability
        assert found.answers(TABLE.take([0]))[0].probability is None
        with pytest.raises(ModelMismatch, match="pas une probabilité"):
            found.probability(TABLE)


class TestFile:
    def test_answers_as_before(self, trained, tmp_path):
        digest = files.save(trained, tmp_path / "m.skops")
        found = files.load(tmp_path / "m.skops", digest)
        assert found.version == trained.version
        assert (found.probability(TABLE) == trained.probability(TABLE)).all()
        assert (found.explain(TABLE)[1] == trained.explain(TABLE)[1]).all()
        assert (found.confidence(TABLE) == trained.confidence(TABLE)).all()
        assert found.reference == trained.reference
        assert [p.name for p in tmp_path.iterdir()] == ["m.skops"]

    def test_of_a_score(self, tmp_path):
        numbers = 50 + 9 * np.nan_to_num(TABLE.numeric["margin"])
        found = protocol.train(TABLE, numbers, budget=SMALL).model
        digest = files.save(found, tmp_path / "s.skops")
        again = files.load(tmp_path / "s.skops", digest)
        assert (again.score(TABLE) == found.score(TABLE)).all()

    def test_of_another_release_of_the_library(self, trained, tmp_path, monkeypatch):
        monkeypatch.setattr(files, "version", lambda name: "1.8.2")
        digest = files.save(trained, tmp_path / "m.skops")
        monkeypatch.undo()
        with pytest.raises(ModelRefused, match="entraîner à nouveau"):
            files.load(tmp_path / "m.skops", digest)

    def test_of_another_digest_is_not_even_read(self, trained, tmp_path, monkeypatch):
        files.save(trained, tmp_path / "m.skops")
        monkeypatch.setattr(files, "_unpack", lambda data: pytest.fail("read"))
        with pytest.raises(ModelRefused, match="empreinte"):
            files.load(tmp_path / "m.skops", "0" * 64)

    def test_with_other_types(self, tmp_path):
        from sklearn.preprocessing import FunctionTransformer

        data = skops_io.dumps({"format": 1, "pipeline": FunctionTransformer(np.save)})
        with pytest.raises(ModelRefused, match="d’autres types"):
            self.load(tmp_path, data)

    @pytest.mark.parametrize("share", [0, 0.3, 0.9, 0.999])
    def test_cut_short(self, trained, tmp_path, share):
        files.save(trained, tmp_path / "m.skops")
        data = (tmp_path / "m.skops").read_bytes()
        with pytest.raises(ModelRefused, match="illisible"):
            self.load(tmp_path, data[: int(len(data) * share)])

    def test_of_something_else(self, tmp_path):
        for whole in ({"format": 1}, {"format": 9}, [1, 2], "x"):
            with pytest.raises(ModelRefused):
                self.load(tmp_path, skops_io.dumps(whole))

    def test_that_is_not_there(self, tmp_path):
        with pytest.raises(ModelRefused, match="illisible"):
            files.load(tmp_path / "none.skops", "0" * 64)

    def load(self, folder, data):
        (folder / "x.skops").write_bytes(data)
        return files.load(folder / "x.skops", hashlib.sha256(data).hexdigest())


class TestCalibration:
    margin = np.random.default_rng(0).normal(size=6000)
    chance = 1 / (1 + np.exp(-(2 * margin - 2)))
    labels = np.random.default_rng(1).random(6000) < chance

    @pytest.mark.parametrize("make", [platt, beta, isotonic])
    def test_finds_the_chances_and_never_turns_back(self, make):
        found = make(self.margin, self.labels)
        grid = np.linspace(-6, 6, 500)
        assert (np.diff(found(grid)) >= 0).all()
        assert np.abs(found(self.margin) - self.chance).mean() < 0.03
        assert ((found(grid) > 0) & (found(grid) < 1)).all()

    def test_without_a_signal_gives_the_base_rate(self):
        flat = choose(np.zeros(100), np.arange(100) % 4 == 0)
        assert flat(np.zeros(1))[0] == pytest.approx(0.25, abs=0.02)

    def test_a_margin_that_ranks_backwards_is_not_turned_round(self):
        found = choose(-self.margin, self.labels)
        assert found(np.array([2.0]))[0] >= found(np.array([-2.0]))[0]

    def test_two_rows_apart_are_not_certain(self):
        found = choose(np.r_[np.zeros(9), 1.0], np.arange(10) == 9)
        assert found(np.array([1.0]))[0] < 0.9


class TestDrift:
    def reference(self):
        return drift.Reference.of(TABLE, np.linspace(0, 100, 400))

    def test_the_same_rows_have_not_moved(self):
        found = self.reference().psi(TABLE, np.linspace(0, 100, 400))
        assert set(found) == {"margin", "noise", "sector", "score"}
        assert max(found.values()) < 1e-9

    def test_others_of_the_same_kind_have_hardly(self):
        other, _ = columns(rows=400, seed=9)
        assert max(self.reference().psi(other).values()) < drift.SLIGHT

    def test_a_shift_a_gap_and_a_new_level_show(self):
        moved = Table(
            {
                "margin": np.full(400, np.nan),
                "noise": TABLE.numeric["noise"] + 1,
            },
            {"sector": np.full(400, "new")},
        )
        assert min(self.reference().psi(moved).values()) > drift.STRONG

    def test_survives_being_written_down(self):
        reference = self.reference()
        again = drift.Reference.from_dict(reference.as_dict())
        assert again == reference

    def test_nobody_to_compare_with(self):
        nobody = TABLE.take(slice(0, 0))
        assert all(np.isnan(v) for v in self.reference().psi(nobody).values())
