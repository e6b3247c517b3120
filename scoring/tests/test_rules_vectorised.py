"""What holds for every company, tried on many."""

import json
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules import engine, rows
from scoring.rules.curves import round2
from scoring.rules.facts import EVENT_KINDS, CompanyFacts, EventFact, Officer
from scoring.rules.inputs import from_facts
from scoring.rules.ruleset import Ruleset
from scoring.tests.cases import AS_OF

ONE, TWO = Ruleset.load("1.0"), Ruleset.load("2.0")
amounts = st.none() | st.integers(-(10**8), 10**9)
days = st.dates(date(1950, 1, 1), AS_OF + timedelta(days=400))
roles = st.sampled_from(
    ["Président de SAS", "Gérant", "Directeur Général", "Administrateur", "71", None]
)
officers = st.builds(
    Officer,
    surname=st.none() | st.sampled_from(["DURAND", "MARTIN"]),
    birth_year=st.none() | st.integers(1930, 2005),
    role=roles,
    since=st.none() | days,
)
events = st.builds(
    EventFact, kind=st.sampled_from(sorted(EVENT_KINDS)), date=st.none() | days
)


def maybe(strategy):
    return st.none() | strategy


def percents():
    return maybe(st.integers(-5000, 9000).map(lambda n: n / 100))


companies = st.builds(
    CompanyFacts,
    siren=st.just("732829320"),
    name=st.sampled_from(["X", "Cabinet d’Expertise"]),
    legal_form=maybe(st.just("SAS")),
    naf=maybe(st.sampled_from(["6920Z", "47.11F", "25.61Z", "5610A", "9999Z"])),
    created_on=maybe(days),
    postal_code=maybe(st.sampled_from(["75008", "92100", "35000"])),
    revenue=amounts,
    revenue_n1=amounts,
    revenue_n2=amounts,
    net_income=amounts,
    net_income_n1=amounts,
    net_income_n2=amounts,
    headcount_band=maybe(st.sampled_from(["NN", "00", "12", "53"])),
    accounts_closed_on=maybe(days),
    accounts_confidential=maybe(st.booleans()),
    officers=st.lists(officers, max_size=4).map(tuple),
    holding_above=maybe(st.booleans()),
    net_margin=percents(),
    revenue_growth_3y=percents(),
    headcount=maybe(st.integers(0, 50_000)),
    debt_ratio=maybe(st.floats(0, 1)),
    equity=amounts,
    leader_age=maybe(st.integers(18, 99)),
    leader_tenure_years=maybe(st.integers(0, 60)),
    leaders_count=maybe(st.integers(0, 9)),
    events=st.lists(events, max_size=4).map(tuple),
)


def score_all(facts, ruleset=TWO, preset="default"):
    return engine.score_batch(facts, ruleset=ruleset, preset=preset, as_of=AS_OF)


def score(facts, ruleset=TWO):
    return engine.score_one(facts, ruleset=ruleset, preset="default", as_of=AS_OF)


@settings(deadline=None)
@given(st.lists(companies, max_size=40), st.sampled_from([ONE, TWO]))
def test_a_batch_gives_the_digits_of_one_by_one(batch, ruleset):
    together = score_all(batch, ruleset)

    assert together == [score(each, ruleset) for each in batch]


@settings(max_examples=5, deadline=None)
@given(st.lists(companies, min_size=3, max_size=6))
def test_a_large_batch_gives_the_same_unrounded_digits(few):
    """Long columns take other loops of NumPy than short ones."""
    from scoring.rules.columns import Columns

    inputs = [from_facts(each, ruleset=TWO, as_of=AS_OF) for each in few]
    long = Columns.from_inputs(inputs * 700)

    for ruleset in (ONE, TWO):
        options = {"ruleset": ruleset, "preset": "growth", "as_of": AS_OF}
        many = engine.compute(long, **options)
        for place, row in enumerate(inputs):
            alone = engine.compute(Columns.from_inputs([row]), **options)
            found = many.attractiveness[place :: len(inputs)]
            expected = np.full(700, alone.attractiveness[0])
            assert found.tobytes() == expected.tobytes()


@settings(deadline=None)
@given(companies, st.sampled_from([ONE, TWO]))
def test_every_reading_stays_on_the_scale(facts, ruleset):
    result = score(facts, ruleset)

    readings = (result.attractiveness, result.sale_likelihood, result.coverage)
    assert all(value is None or 0 <= value <= 100 for value in readings)


# The closing date says how old the accounts are: it is no evidence of its own.
REMOVABLE = sorted(
    set(CompanyFacts.__dataclass_fields__)
    - {"siren", "name", "accounts_closed_on", "officers", "events"}
)


@settings(deadline=None)
@given(companies, st.sampled_from(REMOVABLE))
def test_knowing_less_never_raises_the_coverage(facts, key):
    from dataclasses import replace

    less = replace(facts, **{key: None})

    assert score(less).coverage <= score(facts).coverage


@settings(deadline=None)
@given(companies)
def test_an_absent_component_is_no_zero_and_weighs_nothing(facts):
    result = score(facts)

    shares = [each.share for each in result.components.values()]
    assert abs(sum(shares) - 1) < 1e-9 or not any(shares)
    for each in result.components.values():
        assert (each.value is None) == (each.state == "absent")
        assert each.value is not None or each.share == 0


@settings(deadline=None)
@given(companies)
def test_the_caps_hold(facts):
    result = score(facts)

    if result.cap is not None and result.attractiveness is not None:
        assert result.attractiveness <= result.cap[1]


@settings(deadline=None)
@given(companies)
def test_no_score_stands_under_the_floor(facts):
    result = score(facts)

    assert (result.attractiveness is None) == (result.state == "non_evaluable")
    assert result.state == "non_evaluable" or result.coverage >= 39.99


@settings(deadline=None)
@given(companies, st.sampled_from([ONE, TWO]))
def test_a_row_is_small_and_reads_back(facts, ruleset):
    result = score(facts, ruleset)

    text = json.dumps(rows.to_row(result), separators=(",", ":"))
    back = rows.from_row(json.loads(text), siren=facts.siren, ruleset=ruleset)

    assert len(text) <= 600
    assert back == result


@settings(deadline=None)
@given(companies, st.sampled_from([ONE, TWO]))
def test_a_stored_row_is_replayed_to_the_last_digit(facts, ruleset):
    result = score(facts, ruleset)
    back = rows.from_row(rows.to_row(result), siren=facts.siren, ruleset=ruleset)

    replayed = engine.score_inputs(
        [facts.siren], [back.inputs], ruleset=ruleset, preset="default", as_of=AS_OF
    )

    assert replayed == [result]


@settings(deadline=None)
@given(st.lists(st.integers(-(10**6), 10**6), min_size=1))
def test_two_decimals_are_python_s(thousandths):
    values = [n / 1000 for n in thousandths]

    assert round2(np.array(values)).tolist() == [round(v, 2) + 0.0 for v in values]
