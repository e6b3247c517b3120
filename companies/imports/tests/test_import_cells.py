from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from companies.imports import keys
from companies.imports.cells import amounts, days, words
from companies.imports.cells.base import CellRefused
from companies.imports.columns import Amounts, Asker, Texts
from mainsite.lib import arrow

TODAY = date(2026, 5, 4)


@pytest.fixture(autouse=True, scope="module")
def without_pandas():
    """The first array of a process would load it inside of a timed example."""
    arrow.leave_pandas()


def reason_of(read, cell, **how):
    with pytest.raises(CellRefused) as refused:
        read(cell, **how)
    return str(refused.value.reason)


def said(column, row):
    refused = column.refused.get(row)
    return refused.reason if refused else column.values[row].as_py()


def alone(cell, read=amounts.euros):
    try:
        return read(cell).value
    except CellRefused as refused:
        return refused.reason


def vat_of(start, wrong):
    """Of eight digits of a SIREN: all keys right, unless ``wrong`` is added to one."""
    siren = f"{start:08d}{luhn.calc_check_digit(f'{start:08d}')}"
    return f"FR{(12 + 3 * (int(siren) + wrong) % 97) % 97:02d}{siren}"


class TestAmounts:
    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            ("1 234 567,89 €", 1_234_568),
            ("1.234.567,89", 1_234_568),
            ("1,234,567.89", 1_234_568),
            ("1\u202f234\u00a0567", 1_234_567),
            ("1,2 M€", 1_200_000),
            ("850 k€", 850_000),
            ("3,5 millions d'€", 3_500_000),
            ("(1 200)", -1200),
            ("-1 200", -1200),
            ("\u22121 200", -1200),
            ("1200-", -1200),
            ("€ 12", 12),
            ("12,5", 13),
            ("-12,5", -13),
            ("1.234", 1234),
            ("0", 0),
            ("", None),
            ("n.c.", None),
        ],
    )
    def test_are_read(self, cell, value):
        assert amounts.euros(cell).value == value

    def test_one_sign_alone_groups_when_it_is_not_the_file_s(self):
        assert amounts.euros("1,234", ".").value == 1234
        assert amounts.euros("1,234 M€", ",").value == 1_234_000
        assert amounts.euros("0,125", ",").value == 0
        assert reason_of(amounts.euros, "1,234") == "amount_ambiguous"

    @pytest.mark.parametrize(
        ("cell", "reason"),
        [
            ("12 %", "percent"),
            ("NaN", "not_a_number"),
            ("#DIV/0!", "not_a_number"),
            ("1e400", "too_large"),
            ("1E+05", "scientific"),
            ("99999999999999999", "too_large"),
            ("douze", "amount"),
            ("1,2,3", "amount"),
            ("1.23.4", "amount"),
            ("=1+1", "amount"),
            ("--5", "amount"),
        ],
    )
    def test_else_are_refused(self, cell, reason):
        assert reason_of(amounts.euros, cell) == reason

    def test_of_turnover_are_not_negative(self):
        assert reason_of(amounts.positive_euros, "-1") == "negative"

    @given(
        st.lists(st.from_regex(r"\A[-(]?[0-9 .,\u00a0]{0,9}[)%€kM]{0,2}\Z"), min_size=1)
    )
    def test_by_columns_are_those_of_one_cell(self, cells):
        column = Amounts(amounts.euros)(pa.array(cells, pa.string()))
        for row, cell in enumerate(cells):
            assert said(column, row) == alone(cell)


class TestTexts:
    @given(st.lists(st.text(max_size=12), min_size=1))
    def test_by_columns_are_those_of_one_cell(self, cells):
        cells = [cell.encode("utf-8", "ignore").decode() for cell in cells]
        column = Texts(words.text)(pa.array(cells, pa.string()))
        assert column.values.to_pylist() == [words.text(cell).value for cell in cells]

    @pytest.mark.parametrize(
        ("cell", "value", "repair"),
        [
            ("'=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0", ""),
            ("''=x", "''=x", ""),
            ("'Aujourd", "'Aujourd", ""),
            ("E\u0301lan", "Élan", ""),
            ("AC\u202eME", "ACME", "marks"),
            ("a\nb\tc", "a b c", ""),
            ("[ND]", None, ""),
            ("<script>", "<script>", ""),
        ],
    )
    def test_are_text_and_nothing_else(self, cell, value, repair):
        assert words.text(cell)[:2] == (value, repair)


class TestDays:
    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            ("31/12/2024", date(2024, 12, 31)),
            ("2024-12-31", date(2024, 12, 31)),
            ("31-12-24", date(2024, 12, 31)),
            ("01/02/36", date(2036, 2, 1)),
            ("01/02/37", date(1937, 2, 1)),
            ("20241231", date(2024, 12, 31)),
            ("1er janvier 1998", date(1998, 1, 1)),
            ("4 mai 1726", date(1726, 5, 4)),
            ("", None),
        ],
    )
    def test_are_read(self, cell, value):
        assert days.day(cell, TODAY).value == value

    @pytest.mark.parametrize(
        ("cell", "reason"),
        [
            ("31/02/2024", "date"),
            ("12/31/2024", "date"),
            ("45657", "date"),
            ("hier", "date"),
            ("01/01/0998", "date_too_old"),
            ("01/01/2399", "date_ahead"),
        ],
    )
    def test_else_are_refused(self, cell, reason):
        assert reason_of(days.day, cell, today=TODAY) == reason

    def test_of_a_workbook_may_be_its_own_count(self):
        read = days.day("45657", TODAY, is_workbook=True)
        assert read[:2] == (date(2024, 12, 31), "excel_date")

    def test_exercises_are_years_or_closing_days(self):
        assert days.exercise("2023", TODAY).value == date(2023, 12, 31)
        assert days.exercise("30/06/2023", TODAY).value == date(2023, 6, 30)
        assert reason_of(days.exercise, "2099", today=TODAY) == "year"


class TestCompanies:
    @pytest.mark.parametrize(
        ("cell", "value", "repair"),
        [
            ("552100554", 552100554, ""),
            ("552 100 554", 552100554, "separators"),
            ("005520176", 5520176, ""),
            ("5520176", None, "wrong_length"),
            ("05520176", 5520176, "lost_zero"),
            ("55210055400048", None, "siret_key"),
            ("35600000000048", 356000000, "from_siret"),
            ("552100555", None, "key"),
            ("1.23457E+08", None, "scientific"),
            ("=A1", None, "formula"),
            ("55210055A", None, "letters"),
            ("5521005540", None, "ten_digits"),
            ("\u200f552100554", 552100554, "marks"),
        ],
    )
    def test_are_known_by_their_number(self, cell, value, repair):
        if value is None:
            assert reason_of(keys.siren, cell) == repair
        else:
            assert keys.siren(cell)[:2] == (value, repair)

    def test_are_known_by_their_vat_number(self):
        assert keys.vat("FR 83 404 833 048").value == 404833048
        assert reason_of(keys.vat, "FR 84 404 833 048") == "vat"

    @given(
        st.lists(
            st.one_of(
                st.builds(vat_of, st.integers(0, 99_999_999), st.sampled_from([0, 1])),
                st.from_regex(r"\A(FR)?[0-9]{0,12}[ A-Z]?\Z"),
                st.text(max_size=13),
            ),
            min_size=1,
        )
    )
    def test_vat_by_columns_is_that_of_one_cell(self, cells):
        cells = [cell.encode("utf-8", "ignore").decode() for cell in cells]
        column = keys.VatNumbers()(pa.array(cells, pa.string()))
        for row, cell in enumerate(cells):
            assert said(column, row) == alone(cell, keys.vat)

    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            ("25", "12/25"),
            ("Entre 10 et 19 salariés", "11/"),
            ("20 à 49", "12/"),
            ("10 000 et plus", "53/"),
            ("1 250", "42/1250"),
            ("aucun salarié", "00/0"),
            ("NN", None),
        ],
    )
    def test_have_people_by_number_or_band(self, cell, value):
        assert words.headcount(cell).value == value

    @pytest.mark.parametrize(
        ("read", "cell", "reason"),
        [
            (words.headcount, "-5", "negative"),
            (words.headcount, "beaucoup", "headcount"),
            (words.headcount, "10 à 99", "headcount"),
            (words.naf, "28.5F", "old_naf"),
            (words.naf, "99.99Z", "naf"),
            (words.legal_form, "Truc", "legal_form"),
            (words.postal_code, "ABC", "postal_code"),
            (words.status, "peut-être", "status"),
            (words.website, "pas de site", "website"),
        ],
    )
    def test_cells_that_say_nothing_sure_are_refused(self, read, cell, reason):
        assert reason_of(read, cell) == reason

    def test_codes_and_words_are_those_of_the_lists(self):
        assert words.naf("6831z").value == words.naf(" 68.31Z").value == "68.31Z"
        assert words.legal_form("S.A.S.").value == "5710"
        assert words.legal_form("Société à responsabilité limitée").value == "5499"
        assert words.postal_code("1000")[:2] == ("01000", "postal_zero")
        assert words.status("À contacter").alias == "À contacter → prospect"

    def test_people_have_a_surname_in_capitals_or_last(self):
        assert words.person("DUPONT Jean") == ("Jean", "DUPONT")
        assert words.person("M. Jean-Paul DE LA TOUR") == ("Jean-Paul", "DE LA TOUR")
        assert words.person("Anne Martin") == ("Anne", "Martin")
        assert words.person("HOLDING DU LAC") == ("", "HOLDING DU LAC")

    def test_a_column_asks_once_for_each_different_cell(self):
        asked = []

        def ask(cell):
            asked.append(cell)
            return words.status(cell)

        column = Asker(ask, pa.string())(pa.array(["client", "x", "client"]))
        assert asked == ["client", "x"]
        assert column.values.to_pylist() == ["gagne", None, "gagne"]
        assert list(column.refused) == [1]
        assert column.aliases == {"client → gagne": 2}
