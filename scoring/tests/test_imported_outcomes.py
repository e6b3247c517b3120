"""Outcomes that desks bring by file are labels, on their own days."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from companies.imports.tests.kind_rows import make_import, undo, write
from companies.tests.makers import make_company
from scoring.outcomes import pipeline

SIGNED, LOST = "732829320", "957520448"


@pytest.fixture
def imp(analyst):
    make_company(siren=SIGNED)
    make_company(siren=LOST)
    found = make_import(analyst, "outcomes")
    write(
        found,
        {"siren": SIGNED, "outcome": "deal signé", "outcome_on": "12/03/2024"},
        {"siren": LOST, "outcome": "abandonné", "outcome_on": "01/02/2025"},
    )
    return found


def labels():
    found = pipeline.read(until=timezone.localdate())
    return {f"{each.siren:09d}": each for each in found}


class TestImportedOutcomes:
    def test_are_labels_known_on_the_day_of_the_file(self, imp):
        signed, lost = labels()[SIGNED], labels()[LOST]
        assert (signed.is_deal, signed.known_on) == (True, date(2024, 3, 12))
        assert signed.observed_on == signed.known_on - timedelta(days=1)
        assert (lost.is_deal, lost.known_on) == (False, date(2025, 2, 1))

    def test_teach_nothing_once_they_are_taken_back(self, imp):
        undo(imp)
        assert labels() == {}
