import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from scoring.learning import metrics

rng = np.random.default_rng(7)
LABELS = rng.random(500) < 0.2
# Rounded: ties are the rule with trees.
SCORES = np.round(np.clip(0.2 + 0.3 * LABELS + rng.normal(0, 0.2, 500), 0, 1), 1)


class TestFigures:
    def test_agree_with_the_library_ties_included(self):
        assert metrics.roc_auc(LABELS, SCORES) == pytest.approx(
            roc_auc_score(LABELS, SCORES)
        )
        assert metrics.pr_auc(LABELS, SCORES) == pytest.approx(
            average_precision_score(LABELS, SCORES)
        )
        assert metrics.brier(LABELS, SCORES) == pytest.approx(
            brier_score_loss(LABELS, SCORES)
        )

    def test_a_tie_across_k_counts_in_proportion(self):
        labels = np.array([True, True, False, False])
        scores = np.array([0.9, 0.5, 0.5, 0.1])
        assert metrics.precision_at_k(labels, scores, 2) == 0.75
        assert metrics.recall_at_k(labels, scores, 2) == 0.75
        assert metrics.lift(labels, scores, 2) == 1.5

    def test_the_base_rate_has_no_skill(self):
        flat = np.full(len(LABELS), LABELS.mean())
        assert metrics.brier_skill(LABELS, flat) == pytest.approx(0)

    def test_a_figure_without_meaning_is_nan_not_an_error(self):
        nobody = np.zeros(5, bool)
        assert np.isnan(metrics.roc_auc(nobody, np.arange(5.0)))
        assert np.isnan(metrics.pr_auc(nobody, np.arange(5.0)))
        assert np.isnan(metrics.brier_skill(nobody, np.arange(5.0)))


class TestCalibrationError:
    def test_is_the_gap_of_equal_bins(self):
        labels = np.array([False] * 10 + [True] * 10)
        even = np.array([0.1] * 10 + [0.8] * 10)
        assert metrics.ece(labels, even, bins=2) == pytest.approx(0.15)

    def test_does_not_depend_on_the_order_of_rows(self):
        """The base rate is calibrated, even where a file is sorted by outcome."""
        labels = np.array([False] * 90 + [True] * 10)
        assert metrics.ece(labels, np.full(100, 0.1)) == pytest.approx(0)
        order = np.random.default_rng(0).permutation(len(LABELS))
        assert metrics.ece(LABELS[order], SCORES[order]) == pytest.approx(
            metrics.ece(LABELS, SCORES)
        )

    def test_of_a_perfect_model_lies_in_its_band_19_times_in_20(self):
        chances = np.random.default_rng(0).beta(1, 8, 800)
        low, high = metrics.ece_band(chances)
        draws = np.random.default_rng(1).random((400, 800)) < chances
        found = np.array([metrics.ece(outcomes, chances) for outcomes in draws])
        share = ((found >= low) & (found <= high)).mean()
        assert 0.92 <= share <= 0.98

    def test_of_a_boastful_model_lies_outside(self):
        chances = np.random.default_rng(0).beta(1, 8, 800)
        outcomes = np.random.default_rng(1).random(800) < chances
        boastful = chances**0.5
        assert metrics.ece(outcomes, boastful) > metrics.ece_band(boastful)[1]

    def test_curve_counts_every_row_once(self):
        points = metrics.calibration_curve(LABELS, SCORES)
        assert sum(point.count for point in points) == len(LABELS)
        assert all(point.low <= point.observed <= point.high for point in points)


class TestBootstrap:
    def test_replicates_are_those_of_drawn_rows(self):
        weights = metrics.replicates(len(LABELS), times=1, seed=3)[0]
        rows = np.repeat(np.arange(len(LABELS)), weights.astype(int))
        groups = metrics.Ranked.of(LABELS, SCORES).groups(weights)
        assert metrics._roc_auc(*groups) == pytest.approx(
            roc_auc_score(LABELS[rows], SCORES[rows])
        )
        assert metrics._pr_auc(*groups) == pytest.approx(
            average_precision_score(LABELS[rows], SCORES[rows])
        )

    def test_interval_holds_the_figure(self):
        found = metrics.summary(LABELS, SCORES, k=50, times=200)
        for name in ("roc_auc", "pr_auc", "precision_at_k", "brier"):
            assert found[name].low < found[name].value < found[name].high

    def test_kin_are_drawn_together(self):
        groups = np.repeat([f"g{n}" for n in range(50)], 10)
        for weights in metrics.replicates(500, groups=groups, times=5):
            assert (weights.reshape(50, 10).std(axis=1) == 0).all()

    def test_a_model_does_not_differ_from_itself(self):
        found = metrics.paired_differences(LABELS, SCORES, SCORES, times=100)
        assert found["roc_auc"] == metrics.Interval(0, 0, 0)

    def test_a_better_model_differs_with_zero_outside(self):
        noise = np.random.default_rng(5).random(len(LABELS))
        found = metrics.paired_differences(LABELS, SCORES, noise, times=200)
        assert found["roc_auc"].low > 0
        assert found["pr_auc"].low > 0
