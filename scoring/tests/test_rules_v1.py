"""Ruleset 1.0 gives the prototype's figures to the second decimal."""

import json

import pytest

from scoring.rules import ruleset as rulesets
from scoring.rules.ruleset import Ruleset, RulesetError
from scoring.tests.cases import (
    CASE_A,
    CASE_C,
    CASE_E,
    CASE_G,
    IDENTITY,
    REGISTER,
    score,
    without,
)

PRESETS = ("default", "conservative", "growth", "strategic")
REFERENCE = {
    "A": (CASE_A, (96.33, 97.26, 95.64, 96.17)),
    "C": (CASE_C, (54.20, 53.32, 53.32, 56.70)),
    "E": (CASE_E, (9.01, 4.58, 10.79, 13.05)),
    "G": (CASE_G, (27.08, 20.64, 29.70, 33.15)),
}
COMPONENTS = {
    "A": ((100, 89.49, 100, 97, 100, 92, 88, 100), 0),
    "C": ((40, 50, 50, 76, 44, 68, 84, 70), 0),
    "E": ((0, 50, 0, 63, 0, 68, 58, 60), 20),
    "G": ((0, 50, 0, 71, 37.5, 88, 81, 80), 10),
}


def value(raw, component):
    return score(raw, "1.0").components[component].value


class TestParity:
    @pytest.mark.parametrize("case", REFERENCE)
    @pytest.mark.parametrize("preset", PRESETS)
    def test_gives_the_reference_score(self, case, preset):
        raw, expected = REFERENCE[case]

        result = score(raw, "1.0", preset)

        assert result.attractiveness == expected[PRESETS.index(preset)]

    @pytest.mark.parametrize("case", COMPONENTS)
    def test_gives_the_reference_components(self, case):
        result = score(REFERENCE[case][0], "1.0")

        assert (result.values, result.penalty) == COMPONENTS[case]


class TestComponents:
    @pytest.mark.parametrize(
        ("revenues", "expected"),
        [
            ((None,), 0),
            ((0,), 0),
            ((-5,), 0),
            ((1_500_000,), 20),
            ((3_000_000,), 40),
            ((6_500_000,), 55),
            ((10_000_000,), 70),
            ((15_000_000,), 85),
            ((30_000_000,), 100),
            ((3_000_000, 3_000_000, 3_000_000), 50),
            ((3_000_000, 1_500_000, 3_000_000), 45),
            ((3_000_000, 0, 3_000_000), 40),
            ((3_000_000, 3_000_000), 40),
        ],
    )
    def test_financial_performance(self, revenues, expected):
        keys = ("revenue", "revenue_n1", "revenue_n2")
        raw = IDENTITY | dict(zip(keys, revenues, strict=False))

        assert value(raw, "financial_performance") == expected

    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({}, 50),
            ({"revenue_growth_3y": 15}, 100),
            ({"revenue_growth_3y": 11.5}, 87.5),
            ({"revenue_growth_3y": 5.5}, 62.5),
            ({"revenue_growth_3y": 1.5}, 37.5),
            ({"revenue_growth_3y": 0}, 25),
            ({"revenue_growth_3y": -5}, 15),
            ({"revenue_growth_3y": -40}, 0),
            # 21 % in two years is 10 % a year; without n-1, no acceleration.
            ({"revenue": 1_210_000, "revenue_n2": 1_000_000}, 82.14),
            # 25 % last year against 0 % given: the acceleration is capped at 10.
            ({"revenue": 125, "revenue_n1": 100, "revenue_growth_3y": 0}, 35),
            # A slowdown takes nothing away.
            ({"revenue": 100, "revenue_n1": 100, "revenue_growth_3y": 3}, 50),
        ],
    )
    def test_growth_trajectory(self, facts, expected):
        assert value(IDENTITY | facts, "growth_trajectory") == expected

    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({"net_margin": 12}, 0),
            ({"revenue": 100}, 30),
            ({"revenue": 100, "net_income": 20}, 100),
            ({"revenue": 100, "net_income": 0}, 0),
            ({"revenue": 100, "net_income": -4}, 6),
            ({"revenue": 100, "net_income": -40}, 0),
            ({"revenue": 100, "net_income": 8}, 75),
            # The given margin wins over what the amounts imply.
            ({"revenue": 100, "net_income": 8, "net_margin": 3}, 50),
            # A change of margin is (wrongly) rewarded, past 100.
            (
                {
                    "revenue": 100,
                    "net_income": 20,
                    "revenue_n1": 100,
                    "net_income_n1": 10,
                },
                102.5,
            ),
        ],
    )
    def test_profitability(self, facts, expected):
        assert value(IDENTITY | facts, "profitability") == expected

    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({}, 63),
            ({"debt_ratio": 0.4}, 75.5),
            ({"debt_ratio": 0.65}, 55.5),
            ({"debt_ratio": 0.9}, 38),
            ({"debt_ratio": 1.0}, 33),
            ({"revenue": 100, "net_income": 11}, 69),
            ({"revenue": 100, "net_income": 10}, 66),
            ({"revenue": 100, "net_income": 5}, 63),
            ({"revenue": 100, "net_income": -1}, 51),
            # A margin given alone does not feed the liquidity.
            ({"revenue": 100, "net_margin": -1}, 63),
            ({"created_on": "2026-11-01"}, 55),
            ({"created_on": "2010-01-01"}, 71),
        ],
    )
    def test_financial_health(self, facts, expected):
        assert value(IDENTITY | facts, "financial_health") == expected

    @pytest.mark.parametrize(
        ("place", "naf", "name", "expected"),
        [
            ("75001", "6920Z", "X", 88),
            ("93200", "70.22Z", "X", 82),
            ("77000", "6910Z", "X", 76),
            ("13001", "4321A", "Éxpértise Provence", 74),
            ("35000", "4321A", "Auditorium", 72),
        ],
    )
    def test_market_position(self, place, naf, name, expected):
        raw = IDENTITY | {"postal_code": place, "naf": naf, "name": name}

        assert value(raw, "market_position") == expected

    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({"leader_age": 55, "leader_tenure_years": 5, "leaders_count": 2}, 88),
            ({"leader_age": 56, "leader_tenure_years": 2, "leaders_count": 1}, 71),
            ({"leader_age": 66, "leader_tenure_years": 1}, 55),
            ({"leader_age": 20}, 55),
        ],
    )
    def test_management_quality(self, facts, expected):
        assert value(IDENTITY | facts, "management_quality") == expected

    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({"postal_code": "92100"}, 70),
            ({"headcount": 50, "revenue": 5_000_000}, 75),
            ({"headcount": 80, "revenue": 3_000_000}, 70),
            ({"headcount": 80, "revenue": 2_999_999}, 60),
            ({"name": "Durand Conseil"}, 65),
        ],
    )
    def test_strategic_value(self, facts, expected):
        assert value(IDENTITY | facts, "strategic_value") == expected


class TestPenalty:
    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({"revenue": 0, "net_income": 0, "headcount": 0}, 15),
            ({"revenue": 1, "net_income": 1, "headcount": 1}, 0),
            ({"headcount": 1, "retrieved_at": "2026-08-24T08:00:00+02:00"}, 10),
            ({"headcount": 1, "retrieved_at": "2026-07-25T08:00:00Z"}, 14),
            ({"revenue": 1, "net_income": 1, "retrieved_at": "2020-01-01"}, 15),
        ],
    )
    def test_counts_what_is_missing_and_what_is_old(self, facts, expected):
        assert score(REGISTER | facts, "1.0").penalty == expected

    def test_counts_two_for_each_missing_register_field(self):
        amounts = {"revenue": 1, "net_income": 1, "headcount": 1}

        assert score(IDENTITY | amounts, "1.0").penalty == 6
        assert score(without(REGISTER, "naf") | amounts, "1.0").penalty == 2


class TestRuleset:
    def test_ships_seven_presets_that_each_sum_to_one(self):
        presets = Ruleset.load("1.0").presets

        assert len(presets) == 7
        assert all(abs(sum(w.values()) - 1) < 1e-9 for w in presets.values())

    def test_refuses_weights_that_do_not_sum_to_one(self):
        data = json.loads(rulesets.read_shipped("1.0"))
        data["presets"]["default"]["profitability"] += 0.002

        with pytest.raises(RulesetError, match=r"presets\.default.*1\.002"):
            Ruleset.from_json(data)

    @pytest.mark.parametrize(
        ("path", "broken", "message"),
        [
            (("curves", "debt"), [[1, 0], [0, 1]], r"curves\.debt"),
            (("penalty", "major"), "5", r"penalty\.major"),
            (("penalty",), {}, "penalty: missing or unknown entries"),
            (("algorithm",), "magic", "algorithm"),
        ],
    )
    def test_refuses_a_broken_definition(self, path, broken, message):
        data = json.loads(rulesets.read_shipped("1.0"))
        *parents, last = path
        table = data
        for key in parents:
            table = table[key]
        table[last] = broken

        with pytest.raises(RulesetError, match=message):
            Ruleset.from_json(data)

    def test_refuses_an_unknown_version_or_preset(self):
        with pytest.raises(RulesetError, match=r"3\.0"):
            Ruleset.load("3.0")
        with pytest.raises(RulesetError, match="bold"):
            score(CASE_A, "1.0", "bold")


@pytest.mark.parametrize(
    ("points", "grade", "level", "priority"),
    [
        (90, "A+", "excellent", "HIGH"),
        (84.99, "A", "very_good", "HIGH"),
        (79.99, "B+", "very_good", "MEDIUM"),
        (60, "B", "good", "MEDIUM"),
        (55, "C+", "good", "LOW"),
        (40, "C", "average", "LOW"),
        (39.99, "D", "weak", "LOW"),
        (None, None, "not_rated", None),
    ],
)
def test_bands(points, grade, level, priority):
    from scoring.rules import bands

    found = (bands.grade(points), bands.level(points), bands.priority(points))
    assert found == (grade, level, priority)
