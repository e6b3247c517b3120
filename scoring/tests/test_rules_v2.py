"""Ruleset 2.0: the figures of the specification, one by one."""

import json

import pytest

from scoring.rules import rows, wording
from scoring.rules.facts import CompanyFacts
from scoring.rules.reading import FactError
from scoring.rules.ruleset import Ruleset
from scoring.tests.cases import (
    CASE_A,
    CASE_C,
    CASE_E,
    CASE_G,
    IDENTITY,
    REGISTER,
    officer,
    score,
    without,
)

LOSSES = {"net_income": -1, "net_income_n1": -2, "net_income_n2": -3}
PERSON = without(CASE_A, "leader_age", "leader_tenure_years", "leaders_count")


def event(kind, day="2026-01-15"):
    return {"kind": kind, "date": day}


def component(raw, name):
    return score(raw).components[name]


class TestAttractiveness:
    def test_averages_the_known_components_by_their_weights(self):
        result = score(CASE_A)

        known = {n: c for n, c in result.components.items() if c.value is not None}
        # 25 + 20 x .8857 + 15 + 15 x .97 + 10 + 4 x .8714, over .89.
        assert result.attractiveness == 96.35
        assert sum(c.share for c in known.values()) == pytest.approx(1)
        assert result.components["strategic_value"].state == "absent"

    def test_gives_no_bonus(self):
        steady = CASE_C | {"revenue_n1": 3_000_000, "revenue_n2": 3_000_000}

        assert component(steady, "financial_performance").value == 40
        assert component(CASE_A, "growth_trajectory").value == 88.57

    @pytest.mark.parametrize(
        ("name", "removed"),
        [
            ("financial_performance", ("revenue",)),
            ("growth_trajectory", ("revenue_growth_3y", "revenue_n1", "revenue_n2")),
            ("profitability", ("net_margin", "net_income")),
            ("operational_scale", ("revenue", "headcount")),
            ("management_quality", ("leader_tenure_years", "leaders_count")),
            ("financial_health", ("debt_ratio", "net_income", "created_on")),
        ],
    )
    def test_spreads_the_weight_of_an_absent_component(self, name, removed):
        found = component(without(CASE_A, *removed), name)

        assert (found.value, found.share, found.state) == (None, 0, "absent")

    def test_redistributes_the_parts_of_financial_health(self):
        # .3 x 90 + .2 x 100 over .5.
        assert component(without(CASE_A, "debt_ratio"), "financial_health").value == 94
        only_age = without(CASE_A, "debt_ratio", "net_income")
        assert component(only_age, "financial_health").value == 100

    def test_counts_one_year_of_growth_when_only_two_years_are_known(self):
        raw = CASE_C | {"revenue_growth_3y": None, "revenue_n1": 3_000_000}

        found = component(raw, "growth_trajectory")

        assert (found.value, found.basis) == (25, "last_year")

    def test_takes_a_zero_revenue_for_an_unpublished_one(self):
        result = score(CASE_A | {"revenue": 0})

        assert result.components["financial_performance"].state == "absent"
        assert result.coverage_points["revenue"].got == 0

    def test_estimates_the_scale_from_the_lower_bound_of_the_band(self):
        raw = without(CASE_C, "headcount") | {"headcount_band": "21"}

        found = component(raw, "operational_scale")

        assert (found.value, found.state) == (62, "estimated")
        assert found.basis == "headcount_band+revenue"

    def test_takes_band_nn_for_unknown(self):
        raw = without(CASE_C, "headcount", "revenue") | {"headcount_band": "NN"}

        assert component(raw, "operational_scale").state == "absent"
        assert score(raw).coverage_points["headcount"].got == 0

    def test_ranks_revenue_within_the_sector_and_size_class(self):
        large = CASE_A | {"naf": "47.11F", "revenue": 10**11}
        small = CASE_A | {"naf": "47.11F", "revenue": 50_000_000}

        best, worst = (component(raw, "market_position") for raw in (large, small))

        assert best.basis == "revenue_in_division"
        assert best.value > 90 > 10 > worst.value

    def test_has_no_rank_without_a_sector(self):
        raw = without(CASE_A, "naf")

        assert component(raw, "market_position").state == "absent"

    def test_leaves_age_out_of_management(self):
        young, old = (CASE_A | {"leader_age": age} for age in (30, 75))

        assert score(young).attractiveness == score(old).attractiveness

    @pytest.mark.parametrize(
        ("facts", "name", "cap"),
        [
            (LOSSES, "losses", 40),
            ({"equity": 0}, "equity", 45),
            ({"events": [event("proceeding")]}, "proceeding", 20),
            ({"events": [event("sale")]}, "sold", 0),
            ({"events": [event("closing")]}, "sold", 0),
            (LOSSES | {"equity": -1}, "losses", 40),
        ],
    )
    def test_caps_the_score_and_names_the_lowest_cap(self, facts, name, cap):
        result = score(CASE_A | facts | {"net_margin": 15})

        assert result.cap == (name, cap)
        assert result.attractiveness == cap
        assert result.reasons[0].code == f"flag_{name}"

    def test_ignores_events_after_the_day_of_the_score(self):
        result = score(CASE_A | {"events": [event("sale", "2026-11-23")]})

        assert result.flags == ()


class TestCoverage:
    def test_is_full_for_the_first_case(self):
        assert score(CASE_A).coverage == 100

    @pytest.mark.parametrize(
        ("key", "points"),
        [
            ("revenue", 25),
            ("net_income", 15),
            ("debt_ratio", 15),
            ("headcount", 10),
            ("revenue_n1", 5),
            ("leader_age", 10),
            ("leader_tenure_years", 5),
            ("created_on", 2.5),
            ("legal_form", 2.5),
            ("naf", 2.5),
            ("postal_code", 2.5),
        ],
    )
    def test_loses_the_points_of_what_is_missing(self, key, points):
        assert score(without(CASE_A, key)).coverage == 100 - points

    def test_counts_a_band_and_equity_alone_half(self):
        raw = without(CASE_A, "headcount", "debt_ratio")

        result = score(raw | {"headcount_band": "12", "equity": 5})

        assert result.coverage_points["headcount"].got == 5
        assert result.coverage_points["balance"].got == 7.5

    @pytest.mark.parametrize(
        ("closed_on", "expected"),
        [
            ("2025-12-31", 100),
            ("2025-06-01", 100),
            ("2024-05-22", 83.75),
            ("2023-05-01", 67.5),
            ("2015-12-31", 67.5),
        ],
    )
    def test_lets_accounts_age_to_half(self, closed_on, expected):
        result = score(CASE_A | {"accounts_closed_on": closed_on})

        assert result.coverage == pytest.approx(expected, abs=0.1)

    @pytest.mark.parametrize("case", [CASE_E, CASE_G])
    def test_gives_no_score_under_the_floor(self, case):
        result = score(case)

        assert result.state == "non_evaluable"
        assert result.attractiveness is None
        assert (result.grade, result.level, result.priority) == (
            None,
            "not_rated",
            None,
        )

    def test_is_evaluable_at_the_floor(self):
        raw = IDENTITY | {"revenue": 5_000_000, "net_income": 1}

        result = score(raw)

        assert (result.coverage, result.state) == (40, "evaluable")
        assert result.sale_state == "non_evaluable"


class TestSale:
    @pytest.mark.parametrize(
        ("age", "points"),
        [(49, 0), (50, 0), (55, 15), (60, 40), (64, 40), (70, 40), (71, 35)],
    )
    def test_counts_the_leader_s_age(self, age, points):
        assert score(CASE_A | {"leader_age": age}).sale_likelihood == 33 + points

    @pytest.mark.parametrize(
        ("years", "points"), [(7.9, 0), (8, 8), (14.9, 8), (15, 15)]
    )
    def test_counts_the_tenure(self, years, points):
        found = score(CASE_A | {"leader_tenure_years": years})

        assert found.sale_likelihood == 25 + points

    @pytest.mark.parametrize(
        ("facts", "difference"),
        [
            ({"created_on": "2010-01-01"}, -5),
            ({"events": [event("lease_management")]}, 10),
            ({"events": [event("accounts_filed", "2024-11-21")]}, 5),
            ({"events": [event("accounts_filed", "2024-11-22")]}, 0),
            (
                {
                    "events": [event("accounts_filed", "2020-01-01")],
                    "accounts_closed_on": "2025-12-31",
                },
                0,
            ),
            ({"events": [event("leader_change", "2024-11-22")]}, -20),
            ({"events": [event("leader_change", "2024-11-21")]}, 0),
            ({"events": [event("proceeding")]}, -20),
        ],
    )
    def test_adds_what_the_company_and_its_events_say(self, facts, difference):
        raw = CASE_A | {"leader_age": 64}

        found = score(raw | facts).sale_likelihood

        assert found == score(raw).sale_likelihood + difference

    @pytest.mark.parametrize("kind", ["sale", "closing"])
    def test_is_zero_once_sold_or_closed(self, kind):
        assert score(CASE_A | {"events": [event(kind)]}).sale_likelihood == 0

    def test_is_not_evaluable_without_the_leader_s_age(self):
        assert score(without(CASE_A, "leader_age")).sale_likelihood is None

    def test_takes_an_impossible_birth_year_for_unknown(self):
        raw = PERSON | {"officers": [officer("DURAND", 1890, "Gérant")]}

        assert score(raw).inputs.leader_age is None

    def test_never_leaves_the_scale(self):
        raw = CASE_A | {
            "leader_age": 30,
            "leader_tenure_years": 1,
            "created_on": "2020-01-01",
            "events": [event("leader_change"), event("proceeding")],
        }

        assert score(raw).sale_likelihood == 0


class TestLeader:
    def leader(self, *officers):
        return score(PERSON | {"officers": list(officers)}).inputs

    def test_is_the_chair_before_the_managing_director(self):
        found = self.leader(
            officer("MARTIN", 1950, "Directeur Général", "2020-11-22"),
            officer("DURAND", 1962, "Président de SAS", "2006-11-22"),
        )

        assert found.leader_age == 64
        assert found.leader_tenure_years == pytest.approx(20, abs=0.01)
        assert (found.leaders_count, found.has_second) == (2, True)

    def test_is_the_oldest_of_two_managers_of_equal_rank(self):
        found = self.leader(officer("A", 1970, "Gérant"), officer("B", 1960, "30"))

        assert (found.leader_age, found.has_second) == (66, False)

    def test_is_never_an_auditor_a_director_or_a_company(self):
        found = self.leader(
            officer("AUDIT", 1950, "Commissaire aux comptes titulaire"),
            officer("BOARD", 1951, "Administrateur"),
            officer("WATCH", 1952, "Président du conseil de surveillance"),
            officer("HOLDING X", None, "Président de SAS"),
            officer(None, None, "Président de SAS"),
            officer("DURAND", 1970, "Directrice générale"),
        )

        assert (found.leader_age, found.leaders_count) == (56, 2)

    def test_is_unknown_when_only_a_company_leads(self):
        raw = PERSON | {"officers": [officer(None, None, "Président de SAS")]}

        result = score(raw)

        assert result.sale_likelihood is None
        assert result.components["management_quality"].state == "absent"

    def test_gives_way_to_the_figures_given(self):
        raw = CASE_A | {"officers": [officer("DURAND", 1950, "Gérant")]}

        assert score(raw).inputs.leader_age == 45

    def test_reads_a_year_as_its_first_day(self):
        by_year = self.leader(officer("DURAND", 1960, "Gérant", "2010"))
        by_day = self.leader(officer("DURAND", 1960, "Gérant", "2010-01-01"))

        assert by_year == by_day


class TestFamilyRelay:
    FATHER = officer("DURAND", 1950, "Président de SAS", "1999-01-01")

    def test_counts_the_younger_one_s_age_and_takes_points_off(self):
        daughter = officer("Durand", 1980, "Directrice générale", "2020-01-01")

        result = score(PERSON | {"officers": [self.FATHER, daughter]})

        assert result.contributions == {
            "base": 20,
            "tenure": 15,
            "company": 5,
            "relay": -25,
            "second": -5,
        }
        assert result.sale_likelihood == 10

    @pytest.mark.parametrize(
        "other",
        [
            officer("DURAND", 1969, "Directeur général"),
            officer("MARTIN", 1980, "Directeur général"),
            officer("DURAND", 1980, "Commissaire aux comptes titulaire"),
            officer("DURAND", 1980, "Administrateur"),
            officer("DURAND", 1980, "Directeur général", "2027-01-01"),
        ],
    )
    def test_needs_the_name_the_gap_and_an_executive_in_office(self, other):
        result = score(PERSON | {"officers": [self.FATHER, other]})

        assert result.inputs.relay_age is None

    def test_holds_once_the_younger_one_leads(self):
        son = officer("DURAND", 1980, "Président de SAS", "2015-01-01")
        father = officer("DURAND", 1950, "Administrateur")

        result = score(PERSON | {"officers": [father, son]})

        assert result.inputs.relay_age == 46


class TestStakes:
    def test_says_what_each_missing_group_could_still_move(self):
        result = score(CASE_G)

        accounts = result.stakes["accounts"]
        # .25 + .15 and the sector rank, .08, appear beside the .29 already known;
        # .4 x .1 of the scale and .3 x .15 of the health are added: .565 over .77.
        assert accounts.attractiveness == 73.38
        assert (accounts.coverage, accounts.verdict) == (40, True)
        assert "headcount" not in result.stakes
        assert result.next_group == "accounts"

    def test_says_that_the_leader_s_age_opens_the_sale_reading(self):
        result = score(without(CASE_A, "leader_age"))

        assert result.stakes["leader"].verdict
        assert "cédabilité évaluable" in wording.next_item(result)

    def test_is_empty_when_nothing_is_missing(self):
        assert score(CASE_A).stakes == {}
        assert wording.next_item(score(CASE_A)) is None


class TestStorage:
    @pytest.mark.parametrize("case", [CASE_A, CASE_C, CASE_E, CASE_G])
    @pytest.mark.parametrize("version", ["1.0", "2.0"])
    def test_reads_back_what_it_wrote(self, case, version):
        result = score(case, version)

        stored = json.loads(json.dumps(rows.to_row(result)))
        back = rows.from_row(stored, siren="732829320", ruleset=Ruleset.load(version))

        assert back == result
        assert back.reasons == result.reasons

    def test_keeps_the_source_and_year_of_each_input(self):
        given = {"revenue": ("inpi", 2024), "headcount": ("insee", None)}

        row = rows.to_row(score(CASE_A), given)

        assert rows.provenance_of(row) == given

    def test_refuses_a_row_of_another_version(self):
        row = rows.to_row(score(CASE_A, "1.0"))

        with pytest.raises(ValueError, match=r"1\.0"):
            rows.from_row(row, siren="732829320", ruleset=Ruleset.load("2.0"))


class TestWording:
    @pytest.mark.parametrize(
        ("name", "french", "english"),
        [
            ("profitability", "marge nette de 15 %", "net margin of 15%"),
            ("financial_performance", "CA de 25 M€", "revenue of 25 M€"),
            (
                "growth_trajectory",
                "variation du CA de 11,8 % sur trois ans",
                "revenue change of 11.8% over three years",
            ),
            (
                "financial_health",
                "endettement de 0,25, résultat de 15 % du CA, 21 ans d’existence",
                "debt ratio of 0.25, result of 15% of revenue, 21 years old",
            ),
            (
                "strategic_value",
                "aucune thèse à comparer, poids réparti",
                "no thesis to compare with, weight spread over the others",
            ),
        ],
    )
    def test_states_the_fact_behind_a_component(self, name, french, english):
        result = score(CASE_A)

        spaced = wording.component_fact(result, name).replace("\u00a0", " ")
        assert spaced == french
        in_english = wording.component_fact(result, name, "en").replace("\u00a0", " ")
        assert in_english == english

    def test_uses_the_minus_sign_and_no_break_spaces(self):
        raw = CASE_A | {"net_margin": -2.4}

        fact = wording.component_fact(score(raw), "profitability")

        assert fact == "marge nette de \u22122,4\u00a0%"

    def test_says_that_the_debt_is_unpublished(self):
        fact = wording.component_fact(
            score(without(CASE_A, "debt_ratio")), "financial_health"
        )

        assert fact.endswith("dette non publiée, poids réparti")

    @pytest.mark.parametrize("lang", ["fr", "en"])
    @pytest.mark.parametrize("case", [CASE_A, CASE_C, CASE_E, CASE_G])
    def test_words_every_reason(self, case, lang):
        extra = {
            "accounts_confidential": True,
            "equity": -1,
            "events": [event("lease_management"), event("leader_change")],
        }
        for result in (score(case), score(case | extra), score(case, "1.0")):
            sentences = [wording.reason(r, result, lang) for r in result.reasons]
            assert all(s.endswith(".") and "{" not in s for s in sentences)

    def test_names_the_cap(self):
        result = score(CASE_A | {"equity": -1})

        sentence = wording.reason(result.reasons[0], result)

        assert sentence == (
            "Capitaux propres négatifs ou nuls\u00a0: score plafonné à 45."
        )


class TestFacts:
    @pytest.mark.parametrize(
        ("broken", "message"),
        [
            ({"siren": "73282932"}, "siren: '73282932' is not nine digits"),
            ({"siren": None}, "siren: is required"),
            ({"name": " "}, "name: is required"),
            ({"revenu": 1}, "revenu: unknown key"),
            ({"revenue": "1"}, "revenue: '1' is not a number"),
            ({"revenue": True}, "revenue: True is not a number"),
            ({"revenue": float("nan")}, "revenue: nan is not a finite number"),
            ({"debt_ratio": -30}, "debt_ratio: -30 is not between 0 and"),
            ({"naf": "52.4C"}, r"naf: '52\.4C' is not a NAF code"),
            ({"created_on": "01/01/2005"}, "created_on: .* is not an ISO date"),
            ({"headcount_band": "20-49"}, "headcount_band: .* INSEE band"),
            ({"leaders_count": 1.5}, "leaders_count: 1.5 is not a whole number"),
            ({"officers": {}}, "officers: is not a list of objects"),
            ({"officers": [{"nom": "A"}]}, r"officers\[0\]\.nom: unknown key"),
            ({"events": [{"kind": "party"}]}, r"events\[0\]\.kind: 'party'"),
            ({"holding_above": 1}, "holding_above: 1 is neither true nor false"),
            ({"retrieved_at": "hier"}, "retrieved_at: 'hier' is not an ISO date-time"),
        ],
    )
    def test_names_the_key_at_fault(self, broken, message):
        with pytest.raises(FactError, match=message):
            CompanyFacts.from_dict(REGISTER | broken)

    def test_takes_null_for_unknown(self):
        nulls = dict.fromkeys(CompanyFacts.__dataclass_fields__) | IDENTITY

        assert CompanyFacts.from_dict(nulls) == CompanyFacts.from_dict(IDENTITY)
