"""CSV and XLSX as LibreOffice opens them: cells typed as meant, none a formula."""

import shutil
import subprocess
import xml.etree.ElementTree as ET
from datetime import date
from decimal import Decimal
from zipfile import ZipFile

import pytest

from exports.tests.frames import frame_of, table_of, write

pytestmark = pytest.mark.office

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# « ; », « " », UTF-8, from line 1, columns as they come, French, quoted field as text,
# special numbers: dates are read as such.
CSV_IMPORT = "CSV:59,34,76,1,,1036,true,true"
EVIL = (
    "=1+1", "+1", "-1+2", "@SUM(A1)", "＝1+1", "＋1", "\t=1", "\r=1", "\n=1",
    '=HYPERLINK("http://x.example";"clic")', "=cmd|' /C calc'!A0", "=DDE(1;2;3)",
    '"=1+1"', ";=1", "<script>alert(1)</script>", "\u202e=1+1", "00123", "1e400",
    "x" * 32_767,
)  # fmt: skip
ROW = (
    "005520135", -600_000, Decimal("-5.25"), date(2005, 1, 31), "Œuvre d’été à Noël",
    "01000", date(2026, 12, 1), 12_000_000, "+33450000001",
)  # fmt: skip


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    return tmp_path_factory.mktemp("office")


@pytest.fixture
def opened(tmp_path, profile):
    """The cells of a file once opened: (type, value, formula, text) by row."""

    def make(path, *options):
        program = shutil.which("soffice") or shutil.which("libreoffice")
        command = [
            program, f"-env:UserInstallation=file://{profile}", "--headless",
            *(f"--infilter={each}" for each in options),
            "--convert-to", "ods", "--outdir", str(tmp_path), str(path),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        with ZipFile(path.with_suffix(".ods")) as book:
            return cells(ET.fromstring(book.read("content.xml")))  # noqa: S314

    return make


def cells(tree):
    [sheet, *_] = tree.iter(f"{TABLE}table")
    found = []
    for row in sheet.iter(f"{TABLE}table-row"):
        told = []
        for cell in row:
            times = int(cell.get(f"{TABLE}number-columns-repeated", "1"))
            kind = cell.get(f"{OFFICE}value-type")
            value = cell.get(f"{OFFICE}date-value") or cell.get(f"{OFFICE}value")
            text = "\n".join(words(each) for each in cell.findall(f"{TEXT}p"))
            told += [(kind, value, cell.get(f"{TABLE}formula"), text)] * min(times, 50)
        found.append(told)
    return found


def words(paragraph):
    told = paragraph.text or ""
    for each in paragraph:
        if each.tag == f"{TEXT}s":
            told += " " * int(each.get(f"{TEXT}c", "1"))
        told += "\t" if each.tag == f"{TEXT}tab" else words(each)
        told += each.tail or ""
    return told


@pytest.mark.parametrize(("format_", "options"), [("csv", [CSV_IMPORT]), ("xlsx", [])])
class TestWhatLibreOfficeOpens:
    def test_is_typed_as_meant(self, tmp_path, opened, format_, options):
        table = table_of(ROW, has_french_dates=True)
        path, _ = write(tmp_path, format_, table, frame_of(table, [ROW]))
        told = opened(path, *options)[1]
        kept = "'" if format_ == "csv" else ""
        assert [(kind, value) for kind, value, _, _ in told[:9]] == [
            ("string", None), ("float", "-600000"), ("float", "-5.25"),
            ("date", "2005-01-31"), ("string", None), ("string", None),
            ("date", "2026-12-01"), ("float", "12000000"), ("string", None),
        ]  # fmt: skip
        assert told[0][3] == "005520135"
        assert told[4][3] == "Œuvre d’été à Noël"
        assert told[5][3] == "01000"
        assert told[8][3] == f"{kept}+33450000001"

    def test_holds_no_formula(self, tmp_path, opened, format_, options):
        table = table_of(("a", "b"))
        rows = [(text, "témoin") for text in EVIL]
        path, _ = write(tmp_path, format_, table, frame_of(table, rows))
        told = [cell for row in opened(path, *options) for cell in row]
        witnesses = [cell for cell in told if cell[3] == "témoin"]
        assert len(witnesses) == len(EVIL)
        assert [cell for cell in told if cell[2] is not None] == []
        assert {cell[0] for cell in told} <= {"string", None}
