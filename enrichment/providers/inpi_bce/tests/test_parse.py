import csv
import gzip
import json
from pathlib import Path

import pytest

from enrichment.providers.errors import ProviderError
from enrichment.providers.inpi_bce import parse

FIXTURES = Path(__file__).parent.parent / "fixtures"
MADE_UP = "732829320"


@pytest.fixture
def facts():
    return parse.parse((FIXTURES / "found.json").read_bytes(), siren=MADE_UP)


def row(**members):
    return {
        "siren": MADE_UP,
        "date_cloture_exercice": "2023-12-31",
        "type_bilan": "C",
        "confidentiality": "Public",
    } | members


def read(*rows):
    document = {"total_count": len(rows), "results": list(rows)}
    return parse.parse(json.dumps(document).encode(), siren=MADE_UP)


def figures(found):
    return [
        (
            str(each.closed_on),
            each.account_type,
            each.revenue,
            each.net_income,
            each.ebitda,
            each.confidential,
        )
        for each in found.accounts
    ]


class TestAccounts:
    def test_one_row_for_each_closing_and_type(self, facts):
        assert figures(facts) == [
            ("2024-12-31", "C", None, None, None, True),
            ("2023-12-31", "C", 6_200_000, 210_000, 540_000, False),
            ("2023-12-31", "K", 9_900_000, None, None, False),
            ("2022-12-31", "C", 5_900, -35, -20, False),
            ("2021-12-31", "C", 5_700_000, 150_000, 400_000, False),
            ("2020-06-30", "S", None, None, None, True),
        ]

    def test_flags_thousands_for_euros(self, facts):
        assert [str(r.closed_on) for r in facts.accounts if r.has_unit_jump] == [
            "2022-12-31"
        ]

    def test_banks_and_farms_are_reported_not_read(self, facts):
        assert "account_type_B results[].2019-12-31" in facts.warnings
        assert "account_type_AC results[].2018-12-31" in facts.warnings

    def test_of_two_rows_the_fuller_stands(self, facts):
        assert "told_twice 2021-12-31:C" in facts.warnings

    def test_no_ratio_is_taken_for_a_figure(self, facts):
        for each in facts.accounts:
            assert each.equity is each.financial_debt is None

    def test_a_withheld_row_keeps_the_figures_that_are_told(self):
        (each,) = read(
            row(confidentiality="Partiellement confidentiel", chiffre_d_affaires=5)
        ).accounts

        assert (each.confidential, each.revenue) == (True, 5)

    def test_a_result_of_nought_beside_sales_is_a_result(self):
        (each,) = read(row(chiffre_d_affaires=90_000, resultat_net=0)).accounts

        assert each.net_income == 0

    def test_a_new_word_for_secrecy_is_read_and_reported(self):
        found = read(row(confidentiality="Comptes confidentiels"))

        assert found.accounts[0].confidential
        assert any("unknown_confidentiality" in w for w in found.warnings)

    def test_a_stranger_among_the_rows_is_left_out(self):
        found = read(row(siren="552100554"), row(chiffre_d_affaires=8))

        assert [each.revenue for each in found.accounts] == [8]
        assert "other_company results[].siren" in found.warnings

    def test_an_answer_about_somebody_else_is_refused(self):
        with pytest.raises(ProviderError) as caught:
            parse.parse((FIXTURES / "found.json").read_bytes(), siren="552100554")

        assert caught.value.reason == "other_company"

    def test_a_new_column_is_reported(self):
        assert read(row(effectif=12)).unknown_fields == ("results[].effectif",)


class TestRecordedAnswers:
    """Figures copied from the recordings by hand."""

    def test_a_group_with_its_own_accounts_beside(self):
        raw = (FIXTURES / "recorded_v1.json").read_bytes()
        found = parse.parse(raw, siren="552032534")

        million = 10**6
        assert figures(found) == [
            ("2023-12-31", "C", 699 * million, 1353 * million, 417 * million, False),
            ("2022-12-31", "C", 635 * million, 3674 * million, 381 * million, False),
            ("2022-12-31", "K", 24281 * million, None, 3340 * million, False),
            ("2021-12-31", "C", 635 * million, 3674 * million, 381 * million, False),
            (
                "2021-12-31",
                "K",
                24281 * million,
                1992 * million,
                11521 * million,
                False,
            ),
            ("2020-12-31", "C", 622 * million, 1931 * million, 362 * million, False),
            ("2019-12-31", "C", 593 * million, 471 * million, 298 * million, False),
            ("2019-12-31", "K", 25_287_000, 2028 * million, None, False),
            ("2018-12-31", "K", 24812 * million, 2559 * million, None, False),
            ("2016-12-31", "K", 21944 * million, None, None, False),
        ]
        flagged = [r for r in found.accounts if r.has_unit_jump]
        assert [(str(r.closed_on), r.account_type) for r in flagged] == [
            ("2019-12-31", "K")
        ]
        assert "more_rows 10/15" in found.warnings

    def test_a_company_that_withholds_some_years(self):
        raw = (FIXTURES / "recorded_withheld_v1.json").read_bytes()

        assert figures(parse.parse(raw, siren="487444697")) == [
            ("2022-12-31", "C", 1_848_367, -693_623, -514_706, True),
            ("2021-12-31", "C", None, -715_690, None, True),
            ("2020-12-31", "C", 532_463, 2_198, 37_552, False),
            ("2019-12-31", "C", None, 15_750, None, True),
        ]


@pytest.mark.shared
class TestSharedData:
    def test_every_recorded_answer_reads_without_drift(self, shared_data):
        read_files = 0
        for file in sorted(
            (shared_data / "api_samples" / "ratios_inpi_bce").glob("search_*.json")
        ):
            document = json.loads(file.read_bytes())
            siren = document["records"][0]["fields"]["siren"]
            found = parse.parse(file.read_bytes(), siren=siren)
            assert found.accounts
            assert found.unknown_fields == ()
            read_files += 1
        assert read_files == 2

    def test_six_thousand_published_rows_are_read_as_they_stand(self, shared_data):
        """The flat extract of the same data set, put back into the answer's shape."""
        path = shared_data / "financials" / "inpi_bce_ca_resultat_2018_2023.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        by_siren = {}
        for each in rows:
            by_siren.setdefault(each["siren"], []).append(each)

        compared = 0
        for siren, theirs in by_siren.items():
            document = {"results": [_as_answered(each) for each in theirs]}
            found = parse.parse(json.dumps(document).encode(), siren=siren)
            ours = {(str(r.closed_on), r.account_type): r for r in found.accounts}
            for each in theirs:
                read = ours[each["date_cloture_exercice"], each["type_bilan"]]
                revenue = float(each["ca"] or 0)
                assert read.revenue == (round(revenue) if revenue > 0 else None)
                if read.net_income is not None:
                    assert read.net_income == round(float(each["resultat_net"]))
                compared += 1
        assert compared == len(rows)


def _as_answered(line):
    return {
        "siren": line["siren"],
        "date_cloture_exercice": line["date_cloture_exercice"],
        "type_bilan": line["type_bilan"],
        "chiffre_d_affaires": float(line["ca"]) if line["ca"] else None,
        "resultat_net": float(line["resultat_net"]) if line["resultat_net"] else None,
    }
