import csv as reader
import io
from datetime import date
from decimal import Decimal

import pytest

from exports.formats import csv


def written(*rows, has_french_dates=True, header=("a", "b")):
    return b"".join(csv.encode(header, [rows], has_french_dates=has_french_dates))


def first_cell(cell, **kwargs):
    line = written((cell, "x"), **kwargs).decode("utf-8-sig").split("\r\n", 1)[1]
    return line.removesuffix(';"x"\r\n')


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", *"＝＋－＠"])
class TestAFormula:
    def test_is_neutralised_in_text(self, start):
        assert first_cell(f"{start}1+1") == f'"\'{start}1+1"'

    def test_is_left_alone_further_on(self, start):
        assert first_cell(f"a{start}1") == f'"a{start}1"'


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
        ("demi\ud800paire", '"demi?paire"'),
        ("−3", '"−3"'),
        (0, "0"),
        (-600_000, "-600000"),
        (12_000_000, "12000000"),
        (Decimal("84.50"), "84,50"),
        (Decimal("-5.00"), "-5,00"),
        (Decimal("1E+3"), "1000"),
        (date(2005, 1, 31), "31/01/2005"),
    ],
)
def test_a_cell(cell, expected):
    assert first_cell(cell) == expected


def test_dates_are_iso_where_the_profile_says_so():
    assert first_cell(date(2005, 1, 31), has_french_dates=False) == "2005-01-31"


def test_the_file_begins_with_its_mark_and_a_quoted_header():
    assert written() == b'\xef\xbb\xbf"a";"b"\r\n'


def test_what_is_read_back_is_what_was_written():
    rows = [("a\r\nb", 'x"y'), ("c;d", "é€"), ("'e", "  f")]
    content = written(*rows).decode("utf-8-sig")
    read = list(reader.reader(io.StringIO(content, newline=""), delimiter=";"))
    assert read == [["a", "b"], *map(list, rows)]


def test_no_group_of_rows_is_held_with_another():
    seen = []

    def groups():
        for number in range(3):
            seen.append(number)
            yield [(number, None)]

    pieces = csv.encode(["a", "b"], groups(), has_french_dates=True)
    next(pieces)
    next(pieces)
    assert seen == [0]
