"""The shipped sector table: how it is read, and that it can be built again."""

import json

import numpy as np
import pytest

from scoring.rules.ruleset import Ruleset
from scoring.rules.sectors import SectorTable, section_of
from scoring.rulesets import build

TABLE = SectorTable.from_json(
    json.dumps(
        {
            "measures": {
                "revenue": {
                    "bounds": [100],
                    "cells": {"62/0": [10, 20, 20, 40], "J/0": [1, 99], "J/1": [500]},
                }
            }
        }
    )
)


@pytest.mark.parametrize(
    ("division", "value", "expected"),
    [
        ("62", 5, (0, 1)),
        ("62", 20, (50, 1)),
        ("62", 99, (100, 1)),
        ("63", 50, (50, 2)),
        ("62", 500, (50, 2)),
        ("10", 50, (None, 0)),
        ("", 50, (None, 0)),
        ("62", np.nan, (None, 0)),
    ],
)
def test_ranks_in_the_division_else_in_the_section(division, value, expected):
    ranks, cells = TABLE.percentiles(
        "revenue", np.array([value]), np.array([division], "U2")
    )

    rank = None if np.isnan(ranks[0]) else ranks[0]
    assert (rank, cells[0]) == expected


@pytest.mark.parametrize(
    ("division", "section"),
    [("01", "A"), ("33", "C"), ("35", "D"), ("69", "M"), ("99", "U"), ("00", "")],
)
def test_finds_the_section_of_a_division(division, section):
    assert section_of(division) == section


def test_ships_no_cell_of_fewer_than_five_companies():
    measures = Ruleset.load("2.0").sectors.measures.values()

    cells = [cell for measure in measures for cell in measure.cells.values()]
    assert min(len(cell) for cell in cells) >= 5
    assert all(np.all(np.diff(cell) >= 0) for cell in cells)


@pytest.mark.shared
def test_the_open_files_give_the_shipped_table_again(shared_data, tmp_path):
    output = tmp_path / "sectors.json"

    build.main(shared_data, output)

    assert output.read_bytes() == build.OUTPUT.read_bytes()
