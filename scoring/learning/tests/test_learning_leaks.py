import numpy as np
import pytest

from scoring.learning import leaks
from scoring.learning.table import Table
from scoring.learning.tests.sets import columns


def reasons(table, labels, **more):
    return {f.column: f.reason for f in leaks.find(table, labels, **more)}


def copy(rng, labels):
    return labels.astype(float)


def noisy_copy(rng, labels):
    return labels + rng.normal(0, 0.2, len(labels))


def flipped_in_two_percent(rng, labels):
    return (labels ^ (rng.random(len(labels)) < 0.02)).astype(float)


def worded(rng, labels):
    return np.where(labels, "signé", rng.choice(["perdu", "écarté"], len(labels)))


def in_the_middle(rng, labels):
    """No order ranks it: the outcome lies between two values."""
    return np.where(
        labels, rng.normal(0, 0.1, len(labels)), rng.choice([-1.0, 1.0], len(labels))
    )


def filled_after_the_deal(rng, labels):
    return np.where(labels, rng.normal(size=len(labels)), np.nan)


def filled_for_a_third_of_deals(rng, labels):
    is_filled = labels & (rng.random(len(labels)) < 0.35)
    return np.where(is_filled, rng.normal(size=len(labels)), np.nan)


def filled_unless_closed(rng, labels):
    return np.where(labels, "", rng.choice(["a", "b"], len(labels)))


def a_code_for_some_deals(rng, labels):
    is_coded = labels & (rng.random(len(labels)) < 0.4)
    return np.where(is_coded, "Z9", rng.choice(["A1", "B2", "C3"], len(labels)))


def row_counter(rng, labels):
    return rng.permutation(len(labels) * 2)[: len(labels)].astype(float)


def names_of_rows(rng, labels):
    return np.array([f"c:{n}" for n in range(len(labels))])


def always_the_same(rng, labels):
    return np.full(len(labels), 3.0)


class TestLeaksAreFound:
    @pytest.mark.parametrize(
        ("plant", "reason"),
        [
            (copy, leaks.SEPARATES),
            (noisy_copy, leaks.SEPARATES),
            (flipped_in_two_percent, leaks.SEPARATES),
            (worded, leaks.SEPARATES),
            (in_the_middle, leaks.DOMINATES),
            (filled_after_the_deal, leaks.MISSINGNESS),
            (filled_for_a_third_of_deals, leaks.MISSINGNESS),
            (filled_unless_closed, leaks.MISSINGNESS),
            (a_code_for_some_deals, leaks.PURE),
            (row_counter, leaks.IDENTIFIER),
            (names_of_rows, leaks.IDENTIFIER),
            (always_the_same, leaks.CONSTANT),
        ],
    )
    def test_whatever_the_column_is_called(self, plant, reason):
        table, labels = columns(rows=800, planted=plant)
        assert reasons(table, labels) == {"planted": reason}

    def test_one_that_says_more_than_all_others_together(self):
        def nine_in_ten(rng, labels):
            return (labels ^ (rng.random(len(labels)) < 0.07)).astype(float)

        table, labels = columns(rows=800, planted=nine_in_ten)
        assert reasons(table, labels) == {"planted": leaks.DOMINATES}

    def test_a_date_of_after_the_observation(self):
        table, labels = columns(rows=800)
        rng = np.random.default_rng(1)
        closed = rng.uniform(-2, 10, len(labels))
        founded = rng.uniform(1, 30, len(labels))
        dated = Table(
            {**table.numeric, "closed": closed, "founded": founded},
            table.categorical,
            frozenset({"closed", "founded"}),
        )
        assert reasons(dated, labels) == {"closed": leaks.LATER}

    def test_what_names_the_groups(self):
        table, labels = columns(rows=400)
        groups = np.array([f"d{n // 2}" for n in range(400)])
        texts = {**table.categorical, "desk": np.char.add("x", groups)}
        assert reasons(Table(table.numeric, texts), labels, groups=groups) == {
            "desk": leaks.IDENTIFIER
        }

    def test_a_column_said_twice(self):
        table, labels = columns()
        twice = Table(
            {**table.numeric, "again": table.numeric["margin"]}, table.categorical
        )
        assert reasons(twice, labels) == {"again": leaks.DUPLICATE}


class TestTrueFeaturesStay:
    @pytest.mark.parametrize("seed", range(5))
    def test_when_nothing_is_planted(self, seed):
        table, labels = columns(rows=600, seed=seed)
        assert reasons(table, labels) == {}

    def test_when_one_is_strong(self):
        def strong(rng, labels):
            return 1.6 * labels + rng.normal(size=len(labels))

        table, labels = columns(rows=800, known=strong)
        assert reasons(table, labels) == {}

    def test_when_missing_says_something(self):
        """Accounts that were not filed announce a closing: they do not report one."""

        def seldom_filed(rng, labels):
            is_missing = rng.random(len(labels)) < np.where(labels, 0.6, 0.2)
            return np.where(is_missing, np.nan, rng.normal(size=len(labels)))

        table, labels = columns(rows=800, known=seldom_filed)
        assert reasons(table, labels) == {}

    def test_when_a_few_dates_are_typing_errors(self):
        table, labels = columns(rows=800)
        founded = np.random.default_rng(1).uniform(1, 30, len(labels))
        founded[:3] = -100
        dated = Table({**table.numeric, "f": founded}, {}, frozenset({"f"}))
        assert reasons(dated, labels) == {}

    def test_whole_amounts_are_no_row_counter(self):
        def revenue(rng, labels):
            return np.floor(np.exp(rng.normal(14, 1, len(labels))))

        table, labels = columns(rows=800, revenue=revenue)
        assert reasons(table, labels) == {}
