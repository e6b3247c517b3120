from datetime import date

import pytest

from companies import accounts_rows, accounts_table
from companies.choices import AccountType
from companies.margin import Margin
from companies.models import AnnualAccounts

TODAY = date(2026, 11, 22)
READ = "2026-11-03"


def exercise(year, revenue=None, net_income=None, *, source="pappers", **fields):
    given = {"revenue": revenue, "net_income": net_income}
    given |= {k: v for k, v in fields.items() if k in ("equity", "headcount")}
    fields.setdefault("closed_on", date(year, 12, 31))
    fields.setdefault("account_type", "C")
    fields.setdefault(
        "provenance", {k: [source, READ] for k, v in given.items() if v is not None}
    )
    return AnnualAccounts(
        siren="957520448", revenue=revenue, net_income=net_income, **fields
    )


def build(*exercises, today=TODAY):
    margin = Margin()
    return accounts_table.build(exercises, margin=margin, today=today), margin.notes


def row(table, label):
    return next(r for r in table.rows if r.label == label)


def texts(table, label):
    return [cell.text for cell in row(table, label).cells]


class TestColumns:
    def test_run_from_left_to_right_and_keep_the_last_seven(self):
        table, _ = build(*(exercise(year, 1) for year in range(2025, 2015, -1)))
        labels = [column.label for column in table.columns]
        assert labels == [str(year) for year in range(2019, 2026)]
        assert table.left_out == 3

    def test_name_a_year_that_no_source_gives(self):
        table, _ = build(exercise(2022, 100), exercise(2024, 100))
        assert [column.label for column in table.columns] == ["2022", "2023", "2024"]
        assert row(table, "Chiffre d’affaires").cells[1].missing == "absent"
        assert row(table, "Effectif moyen").cells[1].missing == "absent"

    def test_never_begin_with_an_absent_year(self):
        table, _ = build(exercise(2010, 100), exercise(2025, 100))
        assert [column.label for column in table.columns] == ["2025"]
        assert table.left_out == 1

    def test_tell_two_exercises_of_one_year_apart(self):
        table, _ = build(
            exercise(2024, 1, closed_on=date(2024, 3, 31)),
            exercise(2024, 2, closed_on=date(2024, 12, 31)),
        )
        assert [column.label for column in table.columns] == ["03/2024", "12/2024"]

    def test_leave_a_narrow_screen_but_for_the_last_four(self):
        table, _ = build(*(exercise(year, 1) for year in range(2020, 2026)))
        assert [column.is_old for column in table.columns] == [True] * 2 + [False] * 4
        assert table.old_count == 2

    def test_say_the_closing_day_when_it_is_one(self):
        assert build(exercise(2024, 1), exercise(2025, 1))[0].closing == "31/12"
        moved = exercise(2025, 1, closed_on=date(2025, 6, 30))
        assert build(exercise(2024, 1), moved)[0].closing == ""

    def test_are_old_news_after_two_years(self):
        assert build(exercise(2023, 1))[0].is_stale
        assert not build(exercise(2025, 1))[0].is_stale


class TestGrowth:
    def test_is_computed_between_consecutive_years(self):
        table, _ = build(exercise(2024, 1_000_000), exercise(2025, 1_044_000))
        assert texts(table, "Croissance du CA") == ["", "+4,4\u00a0%"]

    def test_writes_a_fall_with_a_true_minus(self):
        table, _ = build(exercise(2024, 100), exercise(2025, 86))
        assert texts(table, "Croissance du CA")[1] == "−14,0\u00a0%"

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (exercise(2023, 100), exercise(2025, 100)),
            (exercise(2024, None, is_confidential=True), exercise(2025, 100)),
            (exercise(2024, 100), exercise(2025, None)),
            (exercise(2024, 0), exercise(2025, 100)),
            (exercise(2024, -5), exercise(2025, 100)),
            (exercise(2024, 100, has_unit_jump=True), exercise(2025, 100_000)),
            (exercise(2024, 100, duration_months=18), exercise(2025, 100)),
        ],
    )
    def test_is_not_computed_across_what_cannot_be_compared(self, before, after):
        assert accounts_rows.growth(before, after) is None
        table, _ = build(before, after)
        assert row(table, "Croissance du CA").cells[-1].missing == "na"

    def test_takes_eleven_to_thirteen_months_as_a_year(self):
        before = exercise(2024, 100, duration_months=13)
        assert accounts_rows.growth(before, exercise(2025, 110)) == pytest.approx(0.1)


class TestAbsence:
    def test_of_confidential_accounts_is_not_that_of_unknown_ones(self):
        table, _ = build(
            exercise(2024, None, is_confidential=True), exercise(2025, None)
        )
        missing = [cell.missing for cell in row(table, "Chiffre d’affaires").cells]
        assert missing == ["confidential_short", "unknown"]
        missing = [cell.missing for cell in row(table, "Marge nette").cells]
        assert missing == ["confidential_short", "unknown"]

    def test_is_not_zero(self):
        table, _ = build(exercise(2025, 0, 0))
        assert row(table, "Chiffre d’affaires").cells[0].value == 0
        assert row(table, "Marge nette").cells[0].missing == "na"

    def test_draws_the_outline_of_what_was_not_published_only(self):
        table, _ = build(
            exercise(2023, None, is_confidential=True), exercise(2025, None)
        )
        dashed = ["dasharray" in column.bar for column in table.columns]
        assert dashed == [True, False, False]


class TestAmounts:
    def test_are_in_euros_until_they_no_longer_fit(self):
        table, _ = build(exercise(2025, 999_999_999))
        assert not table.in_thousands
        table, _ = build(exercise(2025, 1_835_000_000, -15_123_000, headcount=12))
        assert table.in_thousands
        assert row(table, "Chiffre d’affaires").cells[0].value == 1_835_000
        assert row(table, "Effectif moyen").cells[0].value == 12


class TestMargin:
    def test_tells_a_disagreement_with_its_rule(self):
        table, notes = build(
            exercise(
                2024,
                12_431_870,
                disagreements={"revenue": {"recherche_entreprises": 12_532_000}},
            )
        )
        assert row(table, "Chiffre d’affaires").cells[0].calls == (1,)
        assert notes[0].text == (
            "Chiffre d’affaires 2024\u00a0: Pappers dit 12\u00a0431\u00a0870\u00a0€, "
            "Recherche d’entreprises 12\u00a0532\u00a0000\u00a0€. "
            "Retenu\u00a0: Pappers."
        )
        assert notes[0].cite == (
            "Règle «\u00a0ordre des sources\u00a0», Pappers, lu le 3\u00a0novembre 2026"
        )

    def test_says_when_a_late_reading_gave_way(self):
        _, notes = build(
            exercise(
                2024,
                100_000,
                source="recherche_entreprises",
                disagreements={"revenue": {"pappers": 200_000}},
            )
        )
        assert "cède au plus récent" in notes[0].cite

    def test_numbers_in_reading_order(self):
        table, notes = build(
            exercise(2023, 1_000, has_unit_jump=True),
            exercise(2024, 1_000_000, 5, is_sandbox=True),
            exercise(
                2025,
                1_000_000,
                9_000,
                is_closing_estimated=True,
                disagreements={"net_income": {"inpi_bce": 2}},
            ),
        )
        assert [note.number for note in notes] == [1, 2, 3, 4]
        assert table.columns[2].calls == (1,)
        assert row(table, "Chiffre d’affaires").cells[0].calls == (2,)
        assert row(table, "Résultat net").cells[2].calls == (3,)
        assert row(table, "Source").cells[1].calls == (4,)

    @pytest.mark.parametrize(
        ("months", "is_said", "is_left_out"),
        [(12, False, False), (15, True, False), (22, True, True), (0, True, True)],
    )
    def test_says_when_an_exercise_is_no_year(self, months, is_said, is_left_out):
        _, notes = build(exercise(2025, 100_000, duration_months=months))
        said = " ".join(note.text for note in notes)
        assert ("aucune croissance" in said) == is_said
        assert ("lectures ne s’en servent pas" in said) == is_left_out

    def test_says_when_amounts_may_be_thousands(self):
        _, notes = build(
            exercise(2024, 100, has_unit_jump=True), exercise(2025, 100_000)
        )
        assert "milliers d’euros" in notes[0].text
        assert "lectures ne s’en servent pas" in notes[0].text

    def test_writes_one_note_for_what_is_said_twice(self):
        table, notes = build(
            exercise(2024, 1, is_sandbox=True), exercise(2025, 1, is_sandbox=True)
        )
        assert len(notes) == 1
        assert [cell.calls for cell in row(table, "Source").cells] == [(1,), (1,)]


class TestSources:
    def test_stand_under_each_year_with_their_day(self):
        both = {"revenue": ["pappers", READ], "net_income": ["inpi_bce", "2026-05-14"]}
        table, _ = build(exercise(2025, 100, 3, provenance=both))
        assert texts(table, "Source") == ["INPI, Pappers"]
        assert texts(table, "Relevé le") == ["03/11/26"]
        assert texts(table, "Comptes") == ["sociaux"]


class TestTypes:
    def test_open_on_the_newest_year_then_on_the_company_itself(self):
        old, group, own = (
            exercise(2023, 1),
            exercise(2025, 9, account_type="K"),
            exercise(2025, 1, closed_on=date(2025, 6, 30)),
        )
        assert accounts_table.type_to_open_on([old, group]) == AccountType.CONSOLIDATED
        assert accounts_table.type_to_open_on([group, own]) == AccountType.COMPANY

    def test_come_in_one_order(self):
        kinds = [exercise(2025, 1, account_type=t) for t in "KSC"]
        assert accounts_table.types_known(kinds) == list(AccountType)
