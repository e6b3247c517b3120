"""How dossiers ended, by file: steps of the pipeline on their own days."""

from datetime import datetime

import pytest
from django.utils import timezone

from companies import pipeline
from companies.imports import kinds
from companies.imports.kinds.days import PARIS
from companies.imports.tests.kind_rows import make_import, refused, undo, write
from companies.models import Pursuit, PursuitChange, Target
from companies.tests.makers import make_company

SIREN, OTHER = "732829320", "957520448"


@pytest.fixture
def company(db):
    make_company("CHIMICOLOR", siren=OTHER)
    return make_company("MÉCANIQUE DU LAC", siren=SIREN)


@pytest.fixture
def imp(analyst, company):
    return make_import(analyst, "outcomes")


def outcome(word="gagné", on="12/03/2024", siren=SIREN, **more):
    return {"siren": siren, "outcome": word, "outcome_on": on, **more}


def today():
    return f"{timezone.localdate():%d/%m/%Y}"


def noted(siren=SIREN):
    """The steps of the history, by day."""
    steps = PursuitChange.objects.filter(siren=siren).order_by("at", "pk")
    return [
        (timezone.localtime(step.at, PARIS).date().isoformat(), step.before, step.after)
        for step in steps
    ]


class TestWhatItNeeds:
    def test_is_the_outcome_and_its_day(self):
        lacks = kinds.KINDS["outcomes"].lacks
        assert "issue" in lacks(["outcome_on"], {})
        assert "date" in lacks(["outcome"], {})
        assert lacks(["outcome", "outcome_on"], {}) == ""


class TestWriting:
    def test_moves_the_desks_pipeline_on_the_day_itself(self, imp, analyst):
        tally = write(imp, outcome("Deal signé"))

        assert (tally.read, tally.new) == (1, 1)
        assert tally.aliases == {"Deal signé → gagne": 1}
        pursuit = Pursuit.objects.get()
        assert (pursuit.desk, pursuit.status) == (analyst.desk, "gagne")
        assert pursuit.since == datetime(2024, 3, 12, 12, tzinfo=PARIS)
        assert noted() == [("2024-03-12", "prospect", "gagne")]
        assert Target.objects.filter(siren=SIREN).exists()

    def test_takes_the_order_of_days_not_of_lines(self, imp):
        write(imp, outcome("gagné", "12/03/2024"), outcome("perdu", "10/01/2023"))
        assert noted() == [
            ("2023-01-10", "prospect", "perdu"),
            ("2024-03-12", "perdu", "gagne"),
        ]
        assert Pursuit.objects.get().status == "gagne"

    def test_follows_a_step_of_the_same_day(self, imp, analyst):
        pipeline.set_status(siren=SIREN, status="negociation", by=analyst)
        tally = write(imp, outcome("perdu", on=today()))
        assert tally.updated == 1
        assert [after for _day, _before, after in noted()] == ["negociation", "perdu"]

    def test_a_trial_writes_nothing_and_says_the_same(self, imp):
        tried = write(imp, outcome(), is_trial=True)
        assert not Pursuit.objects.exists()
        assert tried.as_dict() == write(imp, outcome()).as_dict()

    def test_the_same_again_is_unchanged(self, imp):
        write(imp, outcome())
        tally = write(imp, outcome())
        assert (tally.unchanged, tally.new) == (1, 0)
        assert len(noted()) == 1

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (outcome(on=""), "no_outcome_date"),
            (outcome(on="mars 2024"), "date"),
            (outcome(on="2999-01-01"), "date_ahead"),
            (outcome("contacté"), "not_an_outcome"),
            (outcome("peut-être"), "not_an_outcome"),
            (outcome("écarté"), "no_reason"),
            (outcome(siren="552032534"), "unknown_company"),
            (outcome(siren=""), "empty"),
        ],
    )
    def test_refuses_one_fault_and_takes_the_other_row(self, imp, row, reason):
        tally = write(imp, row, outcome("perdu", siren=OTHER))
        assert refused(tally) == {2: reason}
        assert (tally.read, tally.new, tally.refused) == (2, 1, 1)
        assert set(Pursuit.objects.values_list("siren", flat=True)) == {OTHER}

    def test_never_goes_in_front_of_what_the_desk_noted_since(self, imp, analyst):
        pipeline.set_status(siren=SIREN, status="contacte", by=analyst)
        tally = write(imp, outcome())
        assert refused(tally) == {2: "later_step"}
        assert tally.refusals[0].hint == timezone.localdate().isoformat()
        assert Pursuit.objects.get(siren=SIREN).status == "contacte"

    def test_the_same_outcome_on_another_day_is_for_a_person_to_settle(self, imp):
        write(imp, outcome())
        tally = write(imp, outcome(on="13/03/2024"))
        assert refused(tally) == {2: "other_day"}
        assert tally.refusals[0].hint == "2024-03-12"

    def test_another_desk_sees_nothing_of_it(self, imp, stranger):
        write(imp, outcome())
        assert not Pursuit.objects.visible_to(stranger).exists()


class TestUndoing:
    def test_gives_back_the_status_before_and_its_history(self, imp, analyst):
        pipeline.set_status(siren=SIREN, status="negociation", by=analyst)
        before = Pursuit.objects.values().get()
        write(imp, outcome(on=today()), outcome(siren=OTHER))

        assert undo(imp) == 2
        assert Pursuit.objects.values().get(siren=SIREN) == before
        assert Pursuit.objects.get(siren=OTHER).status == "prospect"
        assert [after for _day, _before, after in noted()] == ["negociation"]
        assert noted(OTHER) == []

    def test_a_company_that_came_in_two_chunks_goes_all_the_way_back(self, imp):
        write(imp, outcome("perdu", "10/01/2023"))
        write(imp, outcome("gagné", "12/03/2024"))
        assert undo(imp) == 2
        assert Pursuit.objects.get().status == "prospect"
        assert noted() == []

    def test_leaves_what_somebody_moved_since(self, imp, analyst):
        write(imp, outcome())
        pipeline.set_status(siren=SIREN, status="prospect", by=analyst)
        assert undo(imp) == 0
        assert len(noted()) == 2
