import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from companies.imports.reading import detecting, working
from mainsite.lib.sheets.decoding import SheetError

KNOWN = {"siren", "nom", "ca", "ville"}
HEADER, ROWS = (
    ["siren", "nom", "ville"],
    [
        ["552100554", "Élan; l’œuvre", "Nîmes"],
        ["775670417", "Façade", "Orléans"],
    ],
)


def detect(path, name="liste.csv", **chosen):
    return detecting.detect(path, name=name, known=KNOWN, chosen=chosen)


def read(path, name="liste.csv", **chosen):
    found = detect(path, name, **chosen).as_dict()
    source = working.make(path, path.with_suffix(".arrow"), found)
    rows = []
    for batch in source.batches():
        for row in batch.to_pylist():
            cells = [row[working.column(i)] for i in range(source.width)]
            rows.append((row["line"], cells, row["odd"]))
    return found, rows


def write(tmp_path, data):
    path = tmp_path / "upload"
    path.write_bytes(data)
    return path


def text_of(separator=";", end="\n"):
    rows = [HEADER, *ROWS]
    quoted = [[f'"{c}"' if separator in c else c for c in row] for row in rows]
    return end.join(separator.join(row) for row in quoted) + end


def workbook(rows, *, sheets=("Feuille1",), options=None):
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, options or {})
    for name in sheets:
        sheet = book.add_worksheet(name)
        if name == sheets[-1]:
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    sheet.write(number, place, cell)
    book.close()
    return data.getvalue()


class TestText:
    @pytest.mark.parametrize(
        ("codec", "told"),
        [
            ("utf-8", "utf-8"),
            ("utf-8-sig", "utf-8-sig"),
            ("cp1252", "cp1252"),
            ("utf-16", "utf-16"),
            ("utf-16-le", "utf-16-le"),
            ("utf-16-be", "utf-16-be"),
        ],
    )
    @pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
    def test_is_read_in_its_encoding_and_separator(
        self, tmp_path, codec, told, separator
    ):
        path = write(tmp_path, text_of(separator).encode(codec))
        found, rows = read(path)
        assert (found["encoding"], found["separator"]) == (told, separator)
        assert found["titles"] == HEADER
        assert [cells for _, cells, _ in rows] == ROWS
        assert "Élan" in found["sample"]

    def test_of_latin_9_has_its_euro(self, tmp_path):
        path = write(tmp_path, "siren;nom\n552100554;Cœur à 3 €\n".encode("iso8859-15"))
        found, rows = read(path)
        assert found["encoding"] == "iso8859-15"
        assert rows[0][1][1] == "Cœur à 3 €"

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_numbers_lines_as_a_person_sees_them(self, tmp_path, end):
        data = f'siren;nom{end}1;"a{end}b"{end}{end}2;c{end}'
        _, rows = read(write(tmp_path, data.encode()))
        assert [line for line, _, _ in rows] == [2, 5]

    def test_keeps_ragged_rows_apart_with_their_cells(self, tmp_path):
        _, rows = read(write(tmp_path, b"siren;nom\n1;a\n2\n3;b;c\n"))
        assert rows[0] == (2, ["1", "a"], None)
        assert [(line, odd) for line, _, odd in rows[1:]] == [
            (3, '["2"]'),
            (4, '["3", "b", "c"]'),
        ]

    def test_of_a_working_file_maps_nothing(self, tmp_path):
        path = write(tmp_path, text_of().encode())
        source = working.make(path, tmp_path / "made.arrow", detect(path).as_dict())
        for _ in source.batches():
            assert "made.arrow" not in Path("/proc/self/maps").read_text()

    def test_without_a_header_keeps_its_first_row(self, tmp_path):
        found, rows = read(write(tmp_path, b"552100554;Acme\n775670417;Beta\n"))
        assert found["header_row"] == 0
        assert len(rows) == 2

    def test_finds_a_header_below_a_title(self, tmp_path):
        data = b"Extraction du jour;;\nsiren;nom;ville\n552100554;A;B\n"
        found, rows = read(write(tmp_path, data))
        assert found["header_row"] == 2
        assert [line for line, _, _ in rows] == [3]

    def test_tells_titles_that_come_twice(self, tmp_path):
        found = detect(write(tmp_path, b"siren;nom;nom\n552100554;A;B\n"))
        assert found.duplicates == ("nom",)

    def test_an_unclosed_quote_far_down_tells_its_line(self, tmp_path):
        good = "552100554;Acme\n" * 900_000
        data = f'siren;nom\n{good}552100554;"Acme\n' + "552100554;Acme\n" * 1000
        with pytest.raises(SheetError) as refused:
            read(write(tmp_path, data.encode()))
        assert (refused.value.code, refused.value.line) == ("open_quote", 900_002)

    def test_a_quote_that_swallows_a_row_is_refused(self, tmp_path):
        data = b'siren;nom;ville\n1;"abc;x\n2;"def";y\n'
        with pytest.raises(SheetError) as refused:
            read(write(tmp_path, data))
        assert (refused.value.code, refused.value.line) == ("open_quote", 2)

    @pytest.mark.parametrize(
        ("data", "code", "line"),
        [
            (b"", "empty", 0),
            (b" \n \n", "empty", 0),
            (b"siren;nom\n", "header_only", 0),
            (b"siren;nom\n1;a\n2;\x00b\n", "nul", 3),
            (
                "siren;nom\n1;é\n".encode() + "2;é\n".encode("cp1252"),
                "mixed_encoding",
                3,
            ),
            (b"siren;nom\n1;\xed\xa0\x80\n", "mixed_encoding", 2),
            (";".join("a" * 5000).encode() + b"\n", "too_many_columns", 1),
            (b"siren;nom\n1;" + b"x" * 40_000 + b"\n", "cell_too_long", 2),
            (b"%PDF-1.7", "binary", 0),
        ],
    )
    def test_that_is_bad_is_refused_with_its_line(self, tmp_path, data, code, line):
        with pytest.raises(SheetError) as refused:
            read(write(tmp_path, data))
        assert (refused.value.code, refused.value.line) == (code, line)

    def test_is_read_as_the_person_says(self, tmp_path):
        data = b"a;b,c\n1;2,3\n"
        found, rows = read(write(tmp_path, data), separator=",", header_row=0)
        assert [cells for _, cells, _ in rows] == [["a;b", "c"], ["1;2", "3"]]
        assert found["titles"] == ["", ""]


class TestWorkbook:
    def test_is_read_as_text_whatever_its_name(self, tmp_path):
        data = workbook([HEADER, [552100554, "Élan", 1234.5], ["00123", "B", 1.125]])
        found, rows = read(write(tmp_path, data), "liste.csv")
        assert (found["format"], found["is_misnamed"]) == ("xlsx", True)
        assert [cells for _, cells, _ in rows] == [
            ["552100554", "Élan", "1234.5"],
            ["00123", "B", "1.1250"],
        ]

    def test_formulas_are_their_value(self, tmp_path):
        data = io.BytesIO()
        book = xlsxwriter.Workbook(data)
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["siren", "ca"])
        sheet.write_string(1, 0, "552100554")
        sheet.write_formula(1, 1, "=1+1", None, 2)
        book.close()
        _, rows = read(write(tmp_path, data.getvalue()), "a.xlsx")
        assert rows[0][1] == ["552100554", "2"]

    def test_of_many_sheets_the_first_that_is_not_empty(self, tmp_path):
        names = [f"F{n}" for n in range(20)]
        path = write(tmp_path, workbook([HEADER, *ROWS], sheets=names))
        found, rows = read(path, "a.xlsx")
        assert (found["sheet"], len(found["sheets"]), len(rows)) == ("F19", 20, 2)
        with pytest.raises(SheetError) as refused:
            detect(path, "a.xlsx", sheet="F3")
        assert refused.value.code == "empty"

    def test_rows_below_blank_ones_keep_their_number(self, tmp_path):
        data = workbook([[], [], HEADER, [], ROWS[0]])
        found, rows = read(write(tmp_path, data), "a.xlsx")
        assert found["header_row"] == 3
        assert [line for line, _, _ in rows] == [5]

    def test_dates_are_days(self, tmp_path):
        from datetime import datetime

        data = io.BytesIO()
        book = xlsxwriter.Workbook(data, {"default_date_format": "dd/mm/yyyy"})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["siren", "date"])
        sheet.write_string(1, 0, "552100554")
        sheet.write_datetime(1, 1, datetime(1998, 3, 2))
        book.close()
        _, rows = read(write(tmp_path, data.getvalue()), "a.xlsx")
        assert rows[0][1][1] == "1998-03-02"

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda data: data[: len(data) // 2], "damaged_workbook"),
            (lambda _: zipped({"a.txt": b"x"}), "not_a_workbook"),
            (lambda d: added(d, "xl/vbaProject.bin", b"x"), "macros"),
            (
                lambda d: added(d, "xl/externalLinks/externalLink1.xml", b"x"),
                "external_links",
            ),
            (
                lambda d: added(d, "xl/e.xml", b'<!DOCTYPE a [<!ENTITY b "c">]>'),
                "entities",
            ),
            (lambda d: added(d, "xl/bomb.xml", b" " * 60_000_000), "unpacks_too_big"),
            (
                lambda d: added(d, "xl/worksheets/sheet9.xml", b'<c r="XFD1048576"/>'),
                "too_many_columns",
            ),
            (
                lambda d: added(
                    d, "xl/worksheets/sheet9.xml", b'<c s="1" r="AA1048576"/>'
                ),
                "too_many_cells",
            ),
            (
                lambda d: added(d, *[x for n in range(250) for x in (f"p{n}", b"")]),
                "too_many_parts",
            ),
            (
                lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
                "old_workbook",
            ),
            (
                lambda _: (
                    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
                    + "EncryptedPackage".encode("utf-16-le")
                ),
                "password",
            ),
        ],
    )
    def test_that_is_not_a_plain_one_is_refused(self, tmp_path, change, code):
        data = change(workbook([HEADER, *ROWS]))
        with pytest.raises(SheetError) as refused:
            detect(write(tmp_path, data), "a.xlsx")
        assert refused.value.code == code

    def test_a_part_longer_than_it_says_is_refused(self, tmp_path):
        data = added(workbook([HEADER]), "xl/lie.xml", b" " * 5000)
        told, true = (2).to_bytes(4, "little"), (5000).to_bytes(4, "little")
        with pytest.raises(SheetError):
            detect(write(tmp_path, data.replace(true, told)), "a.xlsx")

    def test_a_csv_named_so_is_read_as_text(self, tmp_path):
        found, rows = read(write(tmp_path, text_of().encode()), "liste.xlsx")
        assert (found["format"], found["is_misnamed"], len(rows)) == ("csv", True, 2)


def zipped(parts):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return data.getvalue()


def added(data, *parts):
    packed_into = io.BytesIO(data)
    with zipfile.ZipFile(packed_into, "a", zipfile.ZIP_DEFLATED) as packed:
        for name, content in zip(parts[::2], parts[1::2], strict=True):
            packed.writestr(name, content)
    return packed_into.getvalue()
