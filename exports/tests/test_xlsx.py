from datetime import date, datetime
from decimal import Decimal
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from exports.formats import Facts, xlsx
from exports.profiles import Table
from exports.tests.frames import column, frame_of, table_of, write

EVIL = (
    "=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "＝1+1", "\t=1", "http://x.example",
    '=HYPERLINK("http://x")', "mailto:a@b.example", "internal:Sheet!A1", "00123",
    "<b>gras</b> & co", "\u202etxt.exe", "_x0041_", "1e400", "{=1}",
)  # fmt: skip


def sheets(path):
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def rows(path, sheet=xlsx.SHEET):
    return sheets(path)[sheet]


class TestACell:
    @pytest.mark.parametrize("text", EVIL)
    def test_of_text_is_the_text(self, tmp_path, text):
        table = table_of((text, "x"))
        path, _ = write(tmp_path, "xlsx", table, frame_of(table, [(text, "x")]))
        assert rows(path)[1][0] == text

    def test_is_typed_as_its_column(self, tmp_path):
        cells = (
            "005520135",
            -600_000,
            Decimal("84.50"),
            date(2005, 1, 31),
            45.25,
            True,
        )
        table = table_of(cells)
        path, count = write(tmp_path, "xlsx", table, frame_of(table, [cells]))
        assert count == 1
        assert rows(path)[1] == [
            "005520135", -600_000.0, 84.5, date(2005, 1, 31), 45.25, "oui"
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("day", "told"),
        [
            (date(1726, 1, 31), "31/01/1726"),
            (date(1900, 2, 28), "28/02/1900"),
            (date(1900, 3, 1), date(1900, 3, 1)),
            (date(2024, 2, 29), date(2024, 2, 29)),
        ],
    )
    def test_of_a_day_is_a_day_of_excel_or_words(self, tmp_path, day, told):
        table = table_of((day, "x"))
        path, _ = write(tmp_path, "xlsx", table, frame_of(table, [(day, "x")]))
        found = rows(path)[1][0]
        assert (found.date() if isinstance(found, datetime) else found) == told

    def test_of_a_count_is_a_number_or_words(self, tmp_path):
        table = Table((column("n", "count"),))
        frame = frame_of(table, [("41",), ("20 à 49",), (None,), ("-1",)])
        path, _ = write(tmp_path, "xlsx", table, frame)
        assert [row[0] for row in rows(path)[1:]] == [41.0, "20 à 49", "", "-1"]

    def test_too_long_for_excel_says_that_it_was_cut(self, tmp_path):
        table = table_of(("a",))
        long_texts = [("é" * 40_000,), ("é" * xlsx.MOST_CHARACTERS,)]
        path, _ = write(tmp_path, "xlsx", table, frame_of(table, long_texts))
        cut, kept = (row[0] for row in rows(path)[1:])
        assert cut.endswith(xlsx.CUT)
        assert len(cut) == xlsx.MOST_CHARACTERS
        assert kept == "é" * xlsx.MOST_CHARACTERS


class TestAWorkbook:
    def test_has_the_manifest_on_a_sheet_of_its_own(self, tmp_path):
        table = table_of(("a",))
        facts = Facts(manifest={"Demandé par": "=Anne", "Référence": "42"})
        path, _ = write(tmp_path, "xlsx", table, frame_of(table, [("a",)]), facts=facts)
        assert rows(path, xlsx.MANIFEST) == [
            ["Demandé par", "=Anne"],
            ["Référence", "42"],
        ]

    def test_goes_on_over_another_sheet(self, tmp_path, monkeypatch):
        monkeypatch.setattr(xlsx, "MOST_ROWS", 3)
        table = table_of(("a",))
        cells = [(str(number),) for number in range(7)]
        batches = frame_of(table, cells[:2]), frame_of(table, cells[2:])
        path, count = write(tmp_path, "xlsx", table, *batches)
        assert count == 7
        found = sheets(path)
        names = ["Sociétés", "Sociétés 2", "Sociétés 3"]
        assert list(found) == [*names, "Manifeste"]
        told = [row[0] for name in names for row in found[name][1:]]
        assert told == [number for (number,) in cells]
        assert [found[name][0] for name in names] == [["c0"]] * 3

    def test_says_who_took_contacts_in_its_footer_and_properties(self, tmp_path):
        table = table_of(("a",))
        facts = Facts(watermark="Anne & Cie, 42")
        path, _ = write(tmp_path, "xlsx", table, frame_of(table, [("a",)]), facts=facts)
        with ZipFile(path) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
            assert "<oddFooter>&amp;LAnne &amp;&amp; Cie, 42</oddFooter>" in sheet
            assert "Anne &amp; Cie, 42" in book.read("docProps/core.xml").decode()
            assert 'state="frozen"' in sheet
            assert "<autoFilter " in sheet

    def test_without_any_row_is_still_one(self, tmp_path):
        table = table_of(("a", 1))
        path, count = write(tmp_path, "xlsx", table)
        assert count == 0
        assert rows(path) == [["c0", "c1"]]
