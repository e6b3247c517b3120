"""docs/asvs.csv: every requirement of ASVS 5.0 level 1 and 2, and what shows it."""

import ast
import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# Levels of the requirements of each section, in their order, as published in 5.0.0.
SECTIONS = {
    "1.1": "22",
    "1.2": "1111122223",
    "1.3": "112222222223",
    "1.4": "222",
    "1.5": "123",
    "2.1": "122",
    "2.2": "112",
    "2.3": "12223",
    "2.4": "23",
    "3.1": "3",
    "3.2": "113",
    "3.3": "12223",
    "3.4": "11222233",
    "3.5": "11122333",
    "3.6": "3",
    "3.7": "22333",
    "4.1": "12233",
    "4.2": "23333",
    "4.3": "22",
    "4.4": "1222",
    "5.1": "2",
    "5.2": "112333",
    "5.3": "113",
    "5.4": "222",
    "6.1": "122",
    "6.2": "111111112222",
    "6.3": "11223333",
    "6.4": "112233",
    "6.5": "22222333",
    "6.6": "2223",
    "6.7": "33",
    "6.8": "2222",
    "7.1": "222",
    "7.2": "1111",
    "7.3": "22",
    "7.4": "11222",
    "7.5": "223",
    "7.6": "22",
    "8.1": "1233",
    "8.2": "1123",
    "8.3": "133",
    "8.4": "23",
    "9.1": "111",
    "9.2": "1222",
    "10.1": "22",
    "10.2": "223",
    "10.3": "22223",
    "10.4": "1111122222233333",
    "10.5": "22222",
    "10.6": "22",
    "10.7": "222",
    "11.1": "2233",
    "11.2": "22233",
    "11.3": "11233",
    "11.4": "1222",
    "11.5": "23",
    "11.6": "23",
    "11.7": "33",
    "12.1": "12233",
    "12.2": "11",
    "12.3": "22223",
    "13.1": "2333",
    "13.2": "222223",
    "13.3": "2233",
    "13.4": "1222233",
    "14.1": "22",
    "14.2": "12223333",
    "14.3": "122",
    "15.1": "12233",
    "15.2": "12233",
    "15.3": "1222222",
    "15.4": "3333",
    "16.1": "2",
    "16.2": "22222",
    "16.3": "2222",
    "16.4": "222",
    "16.5": "2223",
    "17.1": "23",
    "17.2": "22223333",
    "17.3": "22",
}
ASKED = {
    f"{section}.{number}": level
    for section, levels in SECTIONS.items()
    for number, level in enumerate(levels, start=1)
    if level in "12"
}
STATUSES = {"test", "configuration", "not_applicable", "not_met"}


def rows():
    with (ROOT / "docs/asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = rows()


def places(row):
    return [place for place in row["where"].split("; ") if place]


@cache
def names_in(path):
    """Tests of a file: ``name``, ``Class`` and ``Class::name``."""
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, functions):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            inside = [each.name for each in node.body if isinstance(each, functions)]
            found |= {node.name, *(f"{node.name}::{name}" for name in inside)}
    return {name for name in found if name.startswith(("test_", "Test"))}


def test_the_list_is_the_published_one():
    assert Counter(ASKED.values()) == {"1": 70, "2": 183}
    assert {row["id"]: row["level"] for row in ROWS} == ASKED
    assert [row["id"] for row in ROWS] == list(ASKED)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_what_shows_it_is_there(row):
    assert row["status"] in STATUSES
    for place in places(row):
        path, _, name = place.partition("::")
        assert (ROOT / path).is_file(), path
        if name:
            assert name in names_in(path), place
    if row["status"] == "test":
        assert places(row)
        for place in places(row):
            path = place.partition("::")[0]
            assert re.search(r"(^|/)test_\w+\.py$", path), place
            assert names_in(path), place
    elif row["status"] == "configuration":
        assert places(row)
    else:
        assert row["words"], "the reason is missing"
        assert row["status"] == "not_met" or not places(row)


def test_the_words_name_files_that_are_there():
    for row in ROWS:
        for path in re.findall(r"\b(?:[a-z_-]+/)+[\w.-]+\.(?:md|py)\b", row["words"]):
            assert (ROOT / path).is_file(), (row["id"], path)


def test_the_summary_is_that_of_the_list():
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    counts = Counter((row["status"], row["level"]) for row in ROWS)
    found = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \| (\d+) \|", page, re.MULTILINE)

    assert {status: (int(one), int(two)) for status, one, two, _ in found} == {
        status: (counts[status, "1"], counts[status, "2"]) for status in STATUSES
    }
    assert all(int(one) + int(two) == int(both) for _, one, two, both in found)
    section = page.partition("## Not met")[2].partition("\n## ")[0]
    told = re.findall(r"^\| (\d+\.\d+\.\d+) \|", section, re.MULTILINE)
    assert told == [row["id"] for row in ROWS if row["status"] == "not_met"]
