"""What a source can still settle about a company."""

from datetime import date

import pytest

from enrichment import stakes
from enrichment.providers.facts import (
    Identity,
    Officer,
    ProviderFacts,
    YearlyAccounts,
)

SIREN = "552100554"


def facts(**given):
    return ProviderFacts(
        siren=SIREN, identity=given.pop("identity", Identity()), **given
    )


def accounts(*years, **amounts):
    return tuple(YearlyAccounts(closed_on=date(y, 12, 31), **amounts) for y in years)


class TestOfScore:
    def test_before_the_first_score_the_weights_of_ruleset_1_stand(self):
        assert stakes.of_score(None) == stakes.UNSCORED
        assert stakes.UNSCORED["accounts"] == 40

    def test_a_group_that_decides_the_verdict_outweighs_the_others(self):
        read = stakes.of_score(
            {"leader": [4.0, 15.0, True], "headcount": [9.0, 5.0, False]}
        )
        assert read == {"leader": 119.0, "headcount": 14.0}

    def test_nothing_missing_leaves_nothing_open(self):
        assert stakes.of_score({}) == {}


class TestWorth:
    def test_counts_what_the_source_gives_and_nobody_told(self):
        open_points = {"accounts": 30.0, "leader": 10.0, "balance": 5.0}
        gives = {"accounts", "leader"}
        assert stakes.worth(gives, open_points) == 40
        assert stakes.worth(gives, open_points, told={"accounts"}) == 10
        assert stakes.worth(gives, open_points, told=gives) == 0


class TestTold:
    @pytest.mark.parametrize(
        ("reading", "groups"),
        [
            (facts(), set()),
            (facts(accounts=accounts(2024, revenue=5)), set()),
            (facts(accounts=accounts(2024, revenue=5, net_income=1)), {"accounts"}),
            (facts(accounts=accounts(2022, 2023, 2024, revenue=5)), {"history"}),
            (facts(accounts=accounts(2023, 2024, revenue=5)), set()),
            (facts(accounts=accounts(2024, equity=5, financial_debt=0)), {"balance"}),
            (facts(accounts=accounts(2024, equity=5)), set()),
            (facts(identity=Identity(headcount=12)), {"headcount"}),
            (facts(officers=(Officer(role="Gérant", birth_year=1960),)), set()),
            (
                facts(
                    officers=(
                        Officer(role="Gérant", birth_year=1960, since=date(2001, 1, 1)),
                    )
                ),
                {"leader"},
            ),
            (
                facts(
                    identity=Identity(
                        name="A", naf_code="25.61Z", created_on=date(2001, 1, 1)
                    )
                ),
                {"register"},
            ),
        ],
    )
    def test_only_what_leaves_nothing_open(self, reading, groups):
        assert stakes.told([reading]) == groups

    def test_growth_is_not_read_across_account_types(self):
        mixed = (
            *accounts(2022, 2023, revenue=5),
            YearlyAccounts(closed_on=date(2024, 12, 31), account_type="K", revenue=9),
        )
        assert stakes.told([facts(accounts=mixed)]) == set()
