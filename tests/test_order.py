"""The order in which the suite is played: conftest.py."""

from pathlib import Path

import pytest

from conftest import _long_first

LONG = {
    "tests/browser/test_one.py": 2,
    "tests/browser/test_two.py": 1,
    "tests/test_enrichment_faults.py": 1,
    "tests/test_killed.py": 2,
}


class Item:
    def __init__(self, file, number):
        self.nodeid, self.path = f"{file}::test_{number}", Path(file)

    def get_closest_marker(self, name):
        return "killed" in self.nodeid or None


def suite():
    files = {**{f"a/test_{n}.py": 10 for n in range(6)}, **LONG, "z/test_z.py": 7}
    return [Item(file, n) for file, count in files.items() for n in range(count)]


def shares(items, processes):
    """As xdist cuts them."""
    left = list(items)
    for others in range(processes, 0, -1):
        share = len(left) // others
        yield [item.nodeid.split("::")[0] for item in left[:share]]
        del left[:share]


@pytest.mark.parametrize("processes", [1, 2, 3, 4, 50])
def test_loses_none_and_plays_none_twice(processes):
    items = suite()
    dealt = _long_first(items, processes)
    assert sorted(item.nodeid for item in dealt) == sorted(i.nodeid for i in items)


def test_each_process_begins_with_what_is_long():
    first, second, third = shares(_long_first(suite(), 3), 3)
    assert first[0] == "tests/test_enrichment_faults.py"
    # One product for all that a browser looks at.
    assert set(second[:3]) == {file for file in LONG if "browser" in file}
    assert third[:2] == ["tests/test_killed.py"] * 2
    assert not {*first[1:], *second[3:], *third[2:]} & set(LONG)
