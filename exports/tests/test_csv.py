import csv as reader
import io
from datetime import date
from decimal import Decimal

import pytest

from exports.formats import WRITERS, Facts
from exports.profiles import Table
from exports.tests.frames import column, frame_of, table_of, write


@pytest.fixture
def written(tmp_path):
    """The bytes of a file of these rows."""

    def make(*rows, names=None, **options):
        table = table_of(rows[0] if rows else ("", ""), names=names, **options)
        path, count = write(tmp_path, "csv", table, frame_of(table, rows))
        assert count == len(rows)
        return path.read_bytes()

    return make


@pytest.fixture
def first_cell(written):
    def make(cell, **options):
        options.setdefault("has_french_dates", True)
        content = written((cell, "x"), **options).decode("utf-8-sig")
        return content.split("\r\n", 1)[1].removesuffix(';"x"\r\n')

    return make


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", *"＝＋－＠"])
class TestAFormula:
    def test_is_neutralised_in_text(self, first_cell, start):
        assert first_cell(f"{start}1+1") == f'"\'{start}1+1"'

    def test_is_left_alone_further_on(self, first_cell, start):
        assert first_cell(f"a{start}1") == f'"a{start}1"'

    def test_is_neutralised_in_a_header(self, written, start):
        head = written(names=[f"{start}1", "b"]).decode("utf-8-sig")
        assert head == f'"\'{start}1";"b"\r\n'


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, ""),
        ("", ""),
        ("005520135", '"005520135"'),
        ("01000", '"01000"'),
        ('FONDERIE "LE 3"', '"FONDERIE ""LE 3"""'),
        ("a;b", '"a;b"'),
        ("ligne 1\nligne 2", '"ligne 1\nligne 2"'),
        ("nul\x00ici", '"nulici"'),
        ("\x00=1", '"\'=1"'),
        ("−3", '"−3"'),
        ('"=1"', '"""=1"""'),
        ("\u202e=1", '"\u202e=1"'),
        ("<script>alert(1)</script>", '"<script>alert(1)</script>"'),
        (0, "0"),
        (-600_000, "-600000"),
        (12_000_000, "12000000"),
        (Decimal("84.50"), "84,50"),
        (Decimal("-5.00"), "-5,00"),
        (Decimal("1E+3"), "1000,00"),
        (45.25, "45,25"),
        (date(2005, 1, 31), "31/01/2005"),
        (date(1726, 1, 31), "31/01/1726"),
        (True, '"oui"'),
        (False, '"non"'),
    ],
)
def test_a_cell(first_cell, cell, expected):
    assert first_cell(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("41", "41"),
        ("0", "0"),
        ("20 à 49", '"20 à 49"'),
        ("-1+1", '"\'-1+1"'),
        (None, ""),
    ],
)
def test_a_count_is_a_number_or_words(tmp_path, cell, expected):
    table = Table((column("n", "count"), column("x")))
    path, _ = write(tmp_path, "csv", table, frame_of(table, [(cell, "x")]))
    line = path.read_bytes().decode("utf-8-sig").split("\r\n")[1]
    assert line == f'{expected};"x"'


def test_dates_are_iso_where_the_profile_says_so(first_cell):
    assert first_cell(date(2005, 1, 31), has_french_dates=False) == "2005-01-31"


def test_the_file_begins_with_its_mark_and_a_quoted_header(written):
    assert written(names=["a", "b"]) == b'\xef\xbb\xbf"a";"b"\r\n'


def test_what_is_read_back_is_what_was_written(written):
    rows = [("a\r\nb", 'x"y'), ("c;d", "é€"), ("'e", "  f"), ("z" * 100_000, "g")]
    content = written(*rows).decode("utf-8-sig")
    # The module refuses a field beyond 131,072 characters, which none is.
    read = list(reader.reader(io.StringIO(content, newline=""), delimiter=";"))
    assert read == [["c0", "c1"], *map(list, rows)]


def test_no_batch_is_held_with_another(tmp_path):
    table = table_of(("a",))
    sizes = []

    def batches():
        for number in range(3):
            sizes.append((tmp_path / "export.csv").stat().st_size)
            yield frame_of(table, [(str(number) * 100_000,)])

    WRITERS["csv"](tmp_path / "export.csv", table, batches(), facts=Facts())
    assert sizes[0] < sizes[1] < sizes[2]
