import json
from datetime import date
from pathlib import Path

import pytest

from enrichment.providers.reading import Notes, Section
from enrichment.providers.rne import liasse, parse

FIXTURES = Path(__file__).parent.parent / "fixtures"
MADE_UP = "732829320"


def read(name):
    return parse.parse((FIXTURES / name).read_bytes(), siren=MADE_UP)


@pytest.fixture(scope="module")
def facts():
    return read("accounts.json")


@pytest.fixture(scope="module")
def rows(facts):
    return {row.closed_on.isoformat(): row for row in facts.accounts}


@pytest.fixture(scope="module")
def odd():
    facts = read("odd_accounts.json")
    return facts, {row.closed_on.year: row for row in facts.accounts}


class TestNormalRegime:
    def test_reads_each_figure_in_its_own_column(self, rows):
        row = rows["2023-12-31"]

        # France 2,600,000 and export 400,000; 2,800,000 the year before.
        assert row.revenue == 3_000_000
        assert (row.net_income, row.equity) == (120_000, 900_000)
        assert row.financial_debt == 300_000 + 100_000
        assert row.headcount == 18
        assert (row.account_type, row.duration_months) == ("C", 12)
        assert not row.confidential

    def test_ebitda_is_what_the_chart_of_accounts_says(self, rows):
        income = 3_000_000 + 20_000 + 5_000
        goods = 400_000 + 800_000 - 25_000 + 600_000
        people = 50_000 + 650_000 + 250_000

        assert rows["2023-12-31"].ebitda == income - goods - people == 300_000

    def test_lines_that_do_not_make_their_total_give_no_sum(self, odd):
        facts, rows = odd

        assert (rows[2021].ebitda, rows[2021].financial_debt) == (None, None)
        assert rows[2021].revenue == 3_000_000
        assert "lines_do_not_add_up 2021-12-31:C.FR/GF" in facts.warnings
        assert "lines_do_not_add_up 2021-12-31:C.EC" in facts.warnings

    def test_a_figure_in_two_columns_is_in_doubt(self, odd):
        facts, rows = odd

        assert rows[2020].equity is None
        assert rows[2020].net_income == 120_000
        assert "column_in_doubt 2020-12-31:C.DL" in facts.warnings

    def test_zero_revenue_is_not_published(self, odd):
        facts, rows = odd

        assert (rows[2019].revenue, rows[2019].net_income) == (None, -4_000)
        assert any("revenue_not_published" in each for each in facts.warnings)
        assert any("typed_with_inconsistencies" in each for each in facts.warnings)

    def test_the_total_of_revenue_may_have_its_own_line(self):
        detail = {
            "pages": [{"numero": 3, "liasses": [{"code": "FL", "m1": "1", "m3": "7"}]}]
        }
        notes = Notes()
        lines = liasse.Lines(Section(detail, notes=notes), notes=notes, where="x")

        assert liasse.normal(lines).revenue == 7


class TestSimplifiedRegime:
    def test_export_is_a_part_of_the_sales_beside_it(self, rows):
        row = rows["2019-06-30"]

        assert (row.account_type, row.duration_months) == ("S", 18)
        assert row.revenue == 400_000 + 100_000
        assert row.ebitda == 500_000 + 2_000 - 433_000
        assert (row.net_income, row.equity) == (40_000, 310_000)
        assert (row.financial_debt, row.headcount) == (120_000, 4)

    def test_export_is_added_when_the_total_says_so(self, odd):
        _, rows = odd

        assert rows[2023].revenue == 30_000 + 400_000 + 100_000
        assert rows[2023].ebitda == 530_000 + 2_000 - 433_000

    def test_without_a_total_export_is_in_doubt(self, odd):
        facts, rows = odd

        assert (rows[2022].revenue, rows[2022].ebitda) == (530_000, None)
        assert rows[2022].financial_debt is None
        assert "export_in_doubt 2022-12-31:S.232" in facts.warnings


class TestDeposits:
    def test_the_later_deposit_of_a_year_counts(self, rows):
        assert rows["2020-12-31"].equity == 900_000

    def test_confidential_is_a_fact(self, rows):
        scanned, partly = rows["2024-12-31"], rows["2022-12-31"]

        assert scanned.confidential
        assert (scanned.revenue, scanned.equity) == (None, None)
        assert partly.confidential
        assert (partly.revenue, partly.ebitda) == (None, None)
        assert (partly.net_income, partly.equity) == (120_000, 900_000)

    def test_what_cannot_be_read_for_certain_is_left_out(self, facts, rows):
        assert set(rows) == {
            "2024-12-31",
            "2023-12-31",
            "2022-12-31",
            "2020-12-31",
            "2019-06-30",
        }
        assert {row.account_type for row in facts.accounts} == {"C", "S"}
        assert "account_type_not_read bilansSaisis[].K" in facts.warnings
        assert any("not_in_euros" in each for each in facts.warnings)
        assert facts.unknown_fields == ()

    def test_newest_first(self, facts):
        days = [row.closed_on for row in facts.accounts]

        assert days == sorted(days, reverse=True)

    def test_the_latest_headcount_is_told_of_the_company(self, facts):
        identity = facts.identity

        assert (identity.headcount, identity.headcount_year) == (18, 2023)
        assert identity.name is None

    def test_banks_and_garbled_amounts_are_left_out(self, odd):
        facts, rows = odd

        assert 2018 not in rows
        assert 2017 not in rows
        assert "account_type_not_read bilansSaisis[].B" in facts.warnings
        assert "bilansSaisis[].nouveau" in facts.unknown_fields
        line = "bilansSaisis[].bilanSaisi.bilan.detail.pages[].liasses[]"
        assert f"{line}.m5" in facts.unknown_fields
        assert f"bad_type {line}.m1" in facts.warnings

    def test_no_deposit_is_no_account(self):
        facts = read("no_accounts.json")

        assert facts.accounts == ()
        assert facts.warnings == ()

    @pytest.mark.parametrize(
        ("word", "code", "is_confidential", "revenue"),
        [
            ("Public", "0", False, 9),
            ("Public", "4", False, 9),
            ("Public", "2", True, 9),
            ("Public", "1", True, None),
            ("Confidentiel", "0", True, None),
            ("Partiellement confidentiel", "", True, 9),
        ],
    )
    def test_the_stricter_word_rules(self, word, code, is_confidential, revenue):
        line = {"code": "FJ", "m1": "", "m2": "", "m3": "000000000000009", "m4": ""}
        deposit = {
            "siren": MADE_UP,
            "dateCloture": "2023-12-31",
            "typeBilan": "C",
            "confidentiality": word,
            "bilanSaisi": {
                "bilan": {
                    "identite": {"codeConfidentialite": code},
                    "detail": {"pages": [{"numero": 3, "liasses": [line]}]},
                }
            },
        }
        raw = json.dumps({"bilansSaisis": [deposit]}).encode()
        (row,) = parse.parse(raw, siren=MADE_UP).accounts

        assert row.closed_on == date(2023, 12, 31)
        assert (row.confidential, row.revenue) == (is_confidential, revenue)
