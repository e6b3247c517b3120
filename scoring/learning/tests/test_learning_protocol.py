import json

import numpy as np
import pytest

from scoring.learning import leaks, metrics, protocol, splits
from scoring.learning.candidates import Budget
from scoring.learning.table import Table, TableError
from scoring.learning.tests.sets import SMALL, columns


def train(table, labels, **more):
    return protocol.train(table, labels, **{"budget": SMALL, **more})


class TestTrain:
    def test_gives_probabilities_that_rank_and_are_calibrated(self):
        table, labels = columns(rows=900)
        learnt, asked = np.arange(600), np.arange(600, 900)
        model = train(table.take(learnt), labels[learnt]).model
        found = model.probability(table.take(asked))
        assert metrics.roc_auc(labels[asked], found) > 0.75
        assert metrics.brier_skill(labels[asked], found) > 0
        assert metrics.ece(labels[asked], found) <= metrics.ece_band(found)[1]

    def test_leaves_a_planted_leak_out_and_says_why(self):
        def planted(rng, labels):
            return np.where(labels, rng.normal(size=len(labels)), np.nan)

        table, labels = columns(signed_on=planted)
        trained = train(table, labels)
        assert "signed_on" not in trained.model.features
        assert trained.report["left_out"] == [
            {"column": "signed_on", "reason": leaks.MISSINGNESS, "evidence": 1.0}
        ]

    def test_same_rows_and_seed_make_the_same_model(self):
        table, labels = columns(rows=200)
        one, other = (train(table, labels, seed=3) for _ in range(2))
        assert one.model.version == other.model.version
        assert one.report == other.report
        assert (one.model.margin(table) == other.model.margin(table)).all()

    def test_other_rows_make_another_version(self):
        table, labels = columns(rows=200)
        other = columns(rows=200, seed=1)
        assert train(table, labels).model.version != train(*other).model.version

    def test_report_is_plain_json(self):
        table, labels = columns(rows=200)
        report = train(table, labels).report
        assert json.loads(json.dumps(report)) == report
        assert report["rows"] == 200
        assert report["positives"] == labels.sum()
        assert report["metrics"]["on"] == "inner"

    def test_outer_folds_judge_rows_that_nothing_was_learnt_from(self):
        """Labels drawn by lot: whoever had seen them would do better than chance."""
        table, _ = columns(rows=400)
        lots = np.random.default_rng(11).random(400) < 0.4
        budget = Budget(**{**SMALL.__dict__, "outer": 2})
        trained = train(table, lots, budget=budget)
        assert trained.report["metrics"]["on"] == "outer"
        assert sorted(trained.held_out.rows) == list(range(400))
        auc = metrics.roc_auc(lots[trained.held_out.rows], trained.held_out.predictions)
        assert 0.4 < auc < 0.6

    def test_levels_drawn_by_lot_teach_nothing(self):
        """A text with nearly one level per row, encoded with its own row's outcome,
        would look perfect within the folds.
        """
        rng = np.random.default_rng(2)
        lots = rng.random(400) < 0.4
        city = np.char.add("v", rng.integers(0, 150, 400).astype(str))
        table = Table({"noise": rng.normal(size=400)}, {"city": city})
        report = train(table, lots).report
        assert report["metrics"]["roc_auc"]["value"] < 0.6

    def test_numbers_make_a_score(self):
        table, _ = columns(rows=300)
        margin = np.nan_to_num(table.numeric["margin"])
        trained = train(table, np.clip(50 + 20 * margin, 0, 100))
        scores = trained.model.score(table)
        assert trained.report["kind"] == "regressor"
        assert trained.report["metrics"]["r2"] > 0.5
        assert ((scores >= 0) & (scores <= 100)).all()
        assert np.corrcoef(scores, margin)[0, 1] > 0.8


class TestSplits:
    labels = np.tile([0.0, 1.0, 0.0], 60)

    def make(self, **more):
        given = {"groups": None, "moments": None, "count": 4, "seed": 0, **more}
        return splits.make(self.labels, **given)

    def test_with_dates_learn_from_before_only(self):
        moments = np.random.default_rng(0).permutation(180).astype("datetime64[D]")
        found = self.make(moments=moments)
        assert found.how == splits.TIME
        assert len(found.folds) == 4
        for fold in found:
            assert moments[fold.train].max() < moments[fold.test].min()

    def test_rows_of_one_day_stay_together(self):
        moments = np.repeat(np.arange(6), 30).astype("datetime64[D]")
        for fold in self.make(moments=moments):
            assert not set(moments[fold.train]) & set(moments[fold.test])

    def test_kin_never_teach_about_kin(self):
        groups = np.array([f"g{n % 40}" for n in range(180)])
        moments = np.arange(180).astype("datetime64[D]")
        for more in (
            {"groups": groups},
            {"groups": groups[:180] + "", "moments": None},
        ):
            found = self.make(**more)
            assert found.how == splits.GROUPED
            for fold in found:
                assert not set(groups[fold.train]) & set(groups[fold.test])
        for fold in self.make(groups=groups, moments=moments).folds:
            assert not set(groups[fold.train]) & set(groups[fold.test])

    def test_else_by_outcome_and_said(self):
        found = self.make()
        assert found.how == splits.STRATIFIED
        assert all(self.labels[fold.test].mean() == 1 / 3 for fold in found)

    def test_one_day_for_all_is_no_date(self):
        moments = np.zeros(180, "datetime64[D]")
        assert self.make(moments=moments).how == splits.STRATIFIED

    def test_last_part_is_the_latest(self):
        moments = np.random.default_rng(0).permutation(180).astype("datetime64[D]")
        found = splits.last(
            self.labels, groups=None, moments=moments, share=0.25, seed=0
        )
        fold = found.folds[0]
        assert len(fold.test) == 45
        assert moments[fold.train].max() < moments[fold.test].min()

    def test_one_group_cannot_be_split(self):
        with pytest.raises(splits.NoSplit, match="groupe"):
            self.make(groups=np.full(180, "a"))


class TestBadInput:
    def test_one_outcome_only(self):
        table, labels = columns(rows=100)
        with pytest.raises(protocol.OneClass, match="Une seule issue"):
            train(table, np.zeros_like(labels))

    def test_too_few_rows(self):
        table, labels = columns(rows=25)
        with pytest.raises(protocol.TooFew, match="25 lignes"):
            train(table, labels)

    def test_too_few_of_one_outcome(self):
        table, labels = columns(rows=200)
        few = np.zeros_like(labels)
        few[:5] = True
        with pytest.raises(protocol.TooFew, match="dont 5"):
            train(table, few)

    def test_smallest_set_that_is_taken(self):
        table, _ = columns(rows=30)
        labels = np.arange(30) % 3 == 0
        assert ((train(table, labels).model.probability(table) - 0.33) < 0.6).all()

    def test_labels_that_are_missing(self):
        table, labels = columns(rows=100)
        numbers = labels.astype(float)
        numbers[4] = np.nan
        with pytest.raises(TableError, match="manquent"):
            train(table, numbers)

    def test_labels_of_other_rows(self):
        table, labels = columns(rows=100)
        with pytest.raises(TableError, match="99 étiquettes"):
            train(table, labels[:99])

    def test_dates_that_are_missing(self):
        table, labels = columns(rows=100)
        moments = np.full(100, "NaT", "datetime64[D]")
        with pytest.raises(TableError, match="dates d’observation"):
            train(table, labels, moments=moments)

    def test_nothing_but_constants(self):
        with pytest.raises(protocol.NothingLeft):
            train(Table({"a": np.ones(60)}), np.arange(60) % 2 == 0)

    def test_infinite_figures_are_missing(self):
        table, labels = columns(rows=200)
        values = table.numeric["margin"].copy()
        values[:20] = np.inf
        values[20:40] = -np.inf
        infinite = Table({**table.numeric, "margin": values}, table.categorical)
        assert np.isnan(infinite.numeric["margin"][:40]).all()
        model = train(infinite, labels).model
        assert np.isfinite(model.probability(infinite)).all()

    def test_figures_too_large_for_a_tree_are_bounded(self):
        huge = Table({"a": np.array([1e300, -1e300, 1.0])})
        assert huge.numeric["a"].tolist() == [1e30, -1e30, 1.0]

    def test_a_column_that_is_never_known(self):
        table, labels = columns(rows=200)
        empty = Table(
            {**table.numeric, "nothing": np.full(200, np.nan)}, table.categorical
        )
        report = train(empty, labels).report
        assert {"column": "nothing", "reason": leaks.CONSTANT, "evidence": 1.0} in (
            report["left_out"]
        )

    def test_columns_of_different_lengths(self):
        with pytest.raises(TableError, match="même longueur"):
            Table({"a": np.zeros(3), "b": np.zeros(4)})

    def test_texts_among_the_figures(self):
        with pytest.raises(TableError, match="« a »"):
            Table({"a": np.array(["x"])})
