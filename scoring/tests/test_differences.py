"""Why a reading moved: a pure function of two results, and the sentences it gives."""

from dataclasses import replace
from datetime import date

import pytest

from scoring import difference_wording, differences
from scoring.differences import Side
from scoring.rules import engine, rows
from scoring.rules.inputs import Inputs
from scoring.rules.ruleset import Ruleset

RULES = Ruleset.load("2.0")
TODAY = date(2026, 3, 1)
FILED = {"revenue": ("inpi", 2023)}
BASE = Inputs(
    revenue=5_000_000.0,
    revenue_n1=4_800_000.0,
    net_income=150_000.0,
    debt_ratio=0.4,
    equity=1_000_000.0,
    headcount=40.0,
    leader_age=57.0,
    leader_tenure_years=12.0,
    leaders_count=1,
    created_on=date(1999, 1, 1).toordinal(),
    accounts_closed_on=date(2023, 12, 31).toordinal(),
    department="74",
    naf="2562B",
    has_legal_form=True,
)


def side(inputs=BASE, *, rules=RULES, as_of=TODAY, provenance=FILED):
    (result,) = engine.score_inputs(
        ["732829320"], [inputs], ruleset=rules, preset="default", as_of=as_of
    )
    # Through the stored form, as the panel does.
    row = rows.to_row(result, provenance)
    read = rows.from_row(row, siren="732829320", ruleset=rules)
    return Side.of(read, rules, rows.provenance_of(row))


def changed(**values):
    return side(replace(BASE, **values))


def told(after, before=None, lang="fr"):
    return difference_wording.explain(before or side(), after, lang)


def new_accounts(**values):
    figures = {
        "revenue": 6_000_000.0,
        "revenue_n1": 5_000_000.0,
        "net_income": 600_000.0,
        "accounts_closed_on": date(2024, 12, 31).toordinal(),
        **values,
    }
    return side(replace(BASE, **figures), provenance={"revenue": ("inpi", 2024)})


class TestSentences:
    def test_new_accounts_are_told_with_their_year_and_revenue(self):
        sentence, *others = told(new_accounts())
        assert sentence.startswith("+")
        assert sentence.endswith(
            "\u00a0: comptes 2024 déposés, CA en hausse de 20\u00a0%,"
            " marge nette de 3\u00a0% à 10\u00a0%"
        )
        assert all(each.startswith("couverture") for each in others)

    def test_in_english_too(self):
        sentence = told(new_accounts(), lang="en")[0]
        assert sentence.endswith(
            ": 2024 accounts filed, revenue up by 20%, net margin from 3% to 10%"
        )

    @pytest.mark.parametrize(
        ("before", "after", "words"),
        [
            ({}, {"revenue": 4_000_000.0}, "comptes 2023 corrigés, CA en baisse"),
            ({}, {"has_proceeding": True}, "procédure collective ouverte"),
            ({"has_proceeding": True}, {}, "procédure collective close"),
            ({}, {"has_sale": True}, "cession publiée"),
            ({}, {"has_closing": True}, "fermeture publiée"),
            ({}, {"has_lease": True}, "location-gérance publiée"),
            ({"headcount": None}, {}, "effectif connu\u00a0: 40\u00a0personnes"),
            ({}, {"headcount": 80.0}, "effectif de 40 à 80"),
            ({}, {"headcount": None}, "effectif devenu inconnu"),
            ({}, {"leader_age": 35.0}, "changement de dirigeant"),
            ({}, {"leader_tenure_years": 0.5}, "changement de dirigeant"),
            ({}, {"leader_age": 58.0}, "dirigeant de 58\u00a0ans"),
            ({"leader_age": None}, {}, "âge du dirigeant connu\u00a0: 57\u00a0ans"),
            (
                {"leader_age": None, "leader_tenure_years": None},
                {},
                "dirigeant connu",
            ),
            ({"debt_ratio": None, "equity": None}, {}, "bilan connu"),
            ({}, {"debt_ratio": 0.7}, "bilan corrigé"),
            ({}, {"naf": "6920Z"}, "code NAF modifié"),
            ({"revenue": None, "net_income": None}, {}, "comptes 2023 connus"),
            (
                {},
                {"revenue": None, "net_income": None, "is_confidential": True},
                "comptes devenus confidentiels",
            ),
        ],
    )
    def test_each_kind_of_fact_has_its_words(self, before, after, words):
        sentences = told(changed(**after), before=changed(**before))
        assert any(words in sentence for sentence in sentences), sentences

    def test_a_cap_that_comes_is_named(self):
        sentences = told(changed(equity=-10.0, debt_ratio=1.0))
        assert sentences[-1] == (
            "plafonnée à 45\u00a0: capitaux propres négatifs ou nuls"
        )
        back = told(side(), before=changed(equity=-10.0, debt_ratio=1.0))
        assert back[-1].startswith("plafond levé")

    def test_a_company_becomes_assessable(self):
        bare = Inputs(naf="2562B", department="74", has_legal_form=True)
        before = side(bare, provenance={})
        sentences = told(side(), before=before)
        assert sentences[0].startswith("devient évaluable\u00a0: ")
        assert "comptes 2023 connus" in sentences[0]
        assert told(before, before=side())[0].startswith("n’est plus évaluable")

    def test_data_that_age_lower_the_coverage_alone(self):
        later = side(as_of=date(2026, 9, 1))
        assert told(later)[-1].endswith("\u00a0: données plus anciennes")
        assert told(later)[-1].startswith("couverture \u2212")

    def test_a_new_version_of_the_rules_is_named(self):
        definition = {**RULES.figures, "version": "2.1"}
        weights = dict(RULES.weights("default"))
        weights["profitability"] += 0.1
        weights["financial_performance"] -= 0.1
        definition["presets"] = {"default": weights}
        later = side(rules=Ruleset.from_json(definition))
        assert told(later)[0].endswith("\u00a0: règles 2.1")

    def test_nothing_but_reasons(self):
        assert told(side()) == ["mêmes lectures, autres raisons"]


class TestCauses:
    def test_add_up_to_the_move(self):
        before = side()
        after = side(
            replace(
                new_accounts().result.inputs,
                headcount=55.0,
                leader_age=59.0,
                has_lease=True,
            ),
            as_of=date(2026, 10, 1),
            provenance={"revenue": ("inpi", 2024)},
        )
        found = differences.causes(before, after)
        for reading in differences.READINGS:
            moved = getattr(after.result, reading) - getattr(before.result, reading)
            told = sum(cause.effects[reading] for cause in found)
            assert told == pytest.approx(moved, abs=1e-9)

    def test_several_are_told_with_their_part_the_strongest_first(self):
        after = changed(headcount=90.0, net_income=20_000.0)
        sentence = told(after)[0]
        assert sentence == (
            "\u22124,7\u00a0: comptes 2023 corrigés, marge nette de 3\u00a0% à"
            " 0,4\u00a0% (\u22127,3)\u00a0; effectif de 40 à 90 (+2,6)"
        )

    def test_are_the_same_each_time(self):
        assert told(new_accounts()) == told(new_accounts())

    def test_every_cause_has_its_words_in_both_languages(self):
        for french, english in difference_wording.CAUSES.values():
            assert french and english and french != english or "{" in french
