"""What is read back is what was stored; a full disk leaves nothing."""

import csv as reader
import io
import json
import resource
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from companies.models import Company, Note
from companies.tests.makers import make_company
from exports import asked, content
from exports.formats import WRITERS, Facts, xlsx
from exports.profiles import Table, table
from exports.tests.frames import column, frame_of, write
from mainsite.lib.sheets.writing import FORMULA_STARTS

SHAPE = Table(
    (
        column("siren"),
        column("texte"),
        column("montant", "amount"),
        column("points", "points"),
        column("jour", "date"),
    ),
    has_french_dates=True,
)
# Neither what PostgreSQL cannot hold, nor what XML cannot.
LETTERS = st.characters(
    codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"
)
STARTS = st.sampled_from([*FORMULA_STARTS, "", '"', ";", "0", "é"])
TEXTS = st.builds(
    lambda start, text: start + text, STARTS, st.text(LETTERS, max_size=40)
)
ROWS = st.lists(
    st.tuples(
        st.from_regex(r"[0-9]{9}", fullmatch=True),
        st.none() | TEXTS,
        st.none() | st.integers(-(10**15), 10**15),
        st.none() | st.decimals(-1000, 1000, places=2),
        st.none() | st.dates(date(1700, 1, 1), date(2100, 1, 1)),
    ),
    max_size=5,
)


def without_empties(row):
    """An empty text is unknown, as an empty cell is."""
    return tuple(None if cell == "" else cell for cell in row)


def from_csv(path):
    content = path.read_bytes().decode("utf-8-sig")
    for line in list(reader.reader(io.StringIO(content, newline=""), delimiter=";"))[
        1:
    ]:
        siren, text, amount, points, day = (cell or None for cell in line)
        yield (
            siren,
            # As an import does: one apostrophe before what would be run.
            text[1:] if text and text.startswith("'") and text[1:2] in FORMULA_STARTS
            else text,
            amount and int(amount),
            points and Decimal(points.replace(",", ".")),
            day and date(int(day[6:]), int(day[3:5]), int(day[:2])),
        )  # fmt: skip


def from_xlsx(path):
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(xlsx.SHEET)
    for siren, text, amount, points, day in sheet.to_python()[1:]:
        yield (
            siren,
            text or None,
            None if amount == "" else int(amount),
            None if points == "" else Decimal(str(round(points, 2))),
            None if day == ""
            else date(int(day[6:]), int(day[3:5]), int(day[:2]))
            if isinstance(day, str)
            else day,
        )  # fmt: skip


def from_jsonl(path):
    for line in path.read_text("utf-8").split("\n"):
        if line:
            told = json.loads(line)
            told["points"] = told["points"] and Decimal(str(told["points"]))
            told["jour"] = told["jour"] and date.fromisoformat(told["jour"])
            yield tuple(told.values())


def from_parquet(path):
    yield from zip(*(each.to_pylist() for each in pq.read_table(path)), strict=True)


@pytest.mark.parametrize(
    ("format_", "read"),
    [
        ("csv", from_csv),
        ("xlsx", from_xlsx),
        ("jsonl", from_jsonl),
        ("parquet", from_parquet),
    ],
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=ROWS)
def test_any_row_comes_back_the_same(tmp_path, format_, read, rows):
    rows = [(s, t.replace("\r", "") if t and format_ == "xlsx" else t, *r)
            for s, t, *r in rows]  # fmt: skip
    path, _ = write(tmp_path, format_, SHAPE, frame_of(SHAPE, rows))
    told = [
        tuple(
            0 if cell is None and not index else cell for index, cell in enumerate(row)
        )
        for row in read(path)
    ]
    expected = [without_empties(row) for row in rows]
    assert [without_empties(row) for row in told] == expected
    path.unlink()


def test_companies_come_back_the_same(desk, tmp_path):
    names = [
        "=SOMME(A1)",
        "+33 SARL",
        "-12",
        "@X",
        "L’ÉTÉ « 2 »",
        'A;"B"',
        "007",
        "\tX",
    ]
    made = {make_company(name, address=name).siren: name for name in names}
    shape = table("rapide")
    wish = asked.of_query("", desk_id=desk.pk).search
    path = tmp_path / "export.csv"
    WRITERS["csv"](
        path, shape, content.read(shape, wish, desk_id=desk.pk), facts=Facts()
    )
    lines = io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")
    for told in reader.DictReader(lines, delimiter=";"):
        name = made.pop(told["siren"])
        kept = name if name[0] not in FORMULA_STARTS else f"'{name}"
        assert told["nom_entreprise"] == told["adresse"] == kept
        assert told["date_creation"] == "1998-03-02"
    assert made == {}
    assert Company.objects.count() == len(names)


@contextmanager
def full_after(size):
    """No file of this process can grow beyond that: the system says so as it writes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("format_", "profile"),
    [
        ("csv", "analyse"),
        ("xlsx", "analyse"),
        ("jsonl", "complet"),
        ("parquet", "complet"),
        ("sql", "sql"),
        ("sqlite", "sql"),
        ("pdf", "profil"),
    ],
)
def test_a_disk_that_fills_up_is_said_and_nothing_stays(
    known, analyst, tmp_path, format_, profile
):
    for number in range(20):
        # What no format compresses.
        text = "".join(chr(0x4E00 + (number * 7919 + place * 104_729) % 20_000)
                       for place in range(1500))  # fmt: skip
        Note.objects.create(
            desk=analyst.desk, siren=known.siren, author=analyst, text=text
        )
    shape = table(profile)
    wish = asked.of_query("", desk_id=analyst.desk_id).search
    batches = content.read(shape, wish, desk_id=analyst.desk_id)
    path = tmp_path / "export"
    path.touch()
    with pytest.raises(OSError, match=r"."), full_after(15_000):
        WRITERS[format_](path, shape, batches, facts=Facts())
    assert list(tmp_path.iterdir()) == []
