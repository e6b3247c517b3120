"""A selection in Airtable, against a table that has Airtable's own limits."""

import weakref
from decimal import Decimal

import pytest

from exports.airtable_sandbox.app import Token
from exports.delivering import (
    TooLong,
    airtable,
    airtable_api,
    airtable_counts,
)
from exports.delivering.terms import no_beat
from exports.tests.delivering.airtable_rows import (
    KINDS,
    ROWS,
    TOKEN,
    cells,
    company,
    deliver,
    frame_of,
    job_of,
    sirens,
)


class TestDelivering:
    def test_writes_each_company_once_with_typed_cells(self, sandbox, table, place):
        told = deliver(job_of(ROWS), place)

        assert (told["created"], told["updated"], told["left"]) == (25, 0, 0)
        assert sirens(table) == [row["SIREN"] for row in ROWS]
        assert cells(table)[0] == {
            "SIREN": "000000000",
            "Nom_Entreprise": "FONDERIE 0",
            "CA_Actuel": 1_000_000,
            "Score_MA": 84.5,
            "Marge_Nette": -0.1234,
            "Date_Creation": "1987-03-02",
            "Statut_Prospect": "Prospect",
            "Notes_Commerciales": "Appel\nà refaire",
            "Lien_Pappers": "https://example.org/",
        }
        assert sandbox.count("write") == 3

    def test_makes_the_missing_fields_with_their_types(self, table, place):
        told = deliver(job_of(ROWS[:1]), place)

        types = {each.name: each.type for each in table.fields}
        assert types == {
            "SIREN": "singleLineText",
            "Nom_Entreprise": "singleLineText",
            "CA_Actuel": "currency",
            "Score_MA": "number",
            "Marge_Nette": "percent",
            "Date_Creation": "date",
            "Statut_Prospect": "singleSelect",
            "Notes_Commerciales": "multilineText",
            "Lien_Pappers": "url",
        }
        assert set(told["added"]) == set(KINDS) - {"SIREN"}
        assert "En sommeil" in table.field("Statut_Prospect").choices

    def test_writes_nothing_the_second_time(self, sandbox, place):
        deliver(job_of(ROWS), place)
        sandbox.log.clear()

        told = deliver(job_of(ROWS), place)

        assert (told["created"], told["updated"], told["left"]) == (0, 0, 25)
        assert sandbox.count("write") == 0

    def test_writes_only_what_differs(self, sandbox, table, place):
        deliver(job_of(ROWS), place)
        sandbox.log.clear()
        changed = [company(0, CA_Actuel=None), company(1, Score_MA=Decimal("1"))]

        told = deliver(job_of([*changed, *ROWS[2:]]), place)

        assert (told["created"], told["updated"], told["left"]) == (0, 2, 23)
        assert sandbox.count("write") == 1
        assert "CA_Actuel" not in cells(table)[0]
        assert cells(table)[1]["Score_MA"] == 1

    def test_keeps_what_people_added_beside_it(self, table, place):
        deliver(job_of(ROWS), place)
        note = table.add_field({"name": "À nous", "type": "singleLineText"})
        first = next(iter(table.records.values()))
        first.cells[note.id] = "rappeler"
        other = table.create([{"fields": {"SIREN": "999"}}], typecast=False)[0]

        deliver(job_of([company(0, CA_Actuel=5), *ROWS[1:]]), place)

        assert first.cells[note.id] == "rappeler"
        assert other.id in table.records

    def test_finds_a_company_whose_siren_was_typed_with_spaces(self, table, place):
        table.create([{"fields": {"SIREN": "000 000 003"}}], typecast=False)

        told = deliver(job_of(ROWS), place)

        assert (told["created"], told["updated"]) == (24, 1)
        assert sirens(table) == [row["SIREN"] for row in ROWS]

    def test_leaves_alone_and_names_a_company_that_is_there_twice(self, table, place):
        twice = [{"fields": {"SIREN": "000000003"}}] * 2
        table.create(twice, typecast=False)

        told = deliver(job_of(ROWS), place)

        assert told["refusals"] == {
            "000000003": "présente plusieurs fois dans la table"
        }
        assert told["created"] == 24

    def test_lists_the_fields_that_its_token_may_not_make(self, sandbox, table, place):
        scopes = {"data.records:read", "data.records:write", "schema.bases:read"}
        sandbox.tokens[TOKEN] = Token(scopes=frozenset(scopes))

        told = deliver(job_of(ROWS), place)

        assert set(told["missing"]) == set(KINDS) - {"SIREN"}
        assert cells(table)[0] == {"SIREN": "000000000"}

    def test_works_with_a_token_that_may_not_see_the_fields(
        self, sandbox, table, place
    ):
        table.add_field({"name": "Nom_Entreprise", "type": "singleLineText"})
        scopes = {"data.records:read", "data.records:write"}
        sandbox.tokens[TOKEN] = Token(scopes=frozenset(scopes))

        told = deliver(job_of(ROWS), place)

        assert told["created"] == 25
        assert set(told["missing"]) == set(KINDS) - {"SIREN", "Nom_Entreprise"}
        assert cells(table)[0]["Nom_Entreprise"] == "FONDERIE 0"

    def test_leaves_out_a_field_of_a_type_that_cannot_hold_the_column(
        self, table, place
    ):
        table.force_field("Nom_Entreprise", "formula", {})
        table.add_field(
            {"name": "Date_Creation", "type": "number", "options": {"precision": 0}}
        )

        told = deliver(job_of(ROWS), place)

        assert set(told["missing"]) == {"Nom_Entreprise", "Date_Creation"}
        assert told["created"] == 25

    def test_writes_into_the_types_that_people_chose(self, sandbox, table, place):
        table.add_field({"name": "CA_Actuel", "type": "singleLineText"})
        table.add_field({"name": "Date_Creation", "type": "singleLineText"})
        choices = {"choices": [{"name": "Gagné"}]}
        table.add_field(
            {"name": "Statut_Prospect", "type": "singleSelect", "options": choices}
        )

        deliver(job_of(ROWS), place)
        sandbox.log.clear()
        deliver(job_of(ROWS), place)

        shown = cells(table)[0]
        assert (shown["CA_Actuel"], shown["Date_Creation"]) == ("1000000", "1987-03-02")
        assert shown["Statut_Prospect"] == "Prospect"
        assert sandbox.count("write") == 0

    def test_a_line_that_is_refused_takes_no_other_along(self, table, place):
        class Picky(str):
            __slots__ = ()

        refusing = table.add_field({"name": "Lien_Pappers", "type": "url"})
        kept = refusing.cell

        def cell(value, *, typecast):
            if value == "refusé":
                return kept(12, typecast=False)
            return kept(value, typecast=typecast)

        refusing.cell = cell
        rows = [*ROWS[:7], company(7, Lien_Pappers="refusé"), *ROWS[8:]]

        told = deliver(job_of(rows), place)

        assert told["refusals"] == {
            "000000007": "une valeur ne convient pas à son champ"
        }
        assert told["created"] == 24
        assert "000000007" not in sirens(table)

    def test_cuts_a_text_that_no_cell_can_hold_and_says_so(self, table, place):
        deliver(job_of([company(1, Notes_Commerciales="n" * 100_001)]), place)

        note = cells(table)[0]["Notes_Commerciales"]
        assert len(note) == 100_000
        assert note.endswith(" […]")

    def test_lines_that_are_too_long_together_go_apart(self, table, place):
        rows = [company(n, Notes_Commerciales="n" * 99_999) for n in range(10)]

        told = deliver(job_of(rows), place)

        assert (told["created"], told["refused"]) == (10, 0)
        assert len(table.records) == 10

    def test_tells_how_far_it_is(self, place, monkeypatch):
        monkeypatch.setattr(airtable, "BEAT_S", 0.0)
        seen = []

        deliver(job_of(ROWS), place, lambda done, told: seen.append((done, told)))

        assert seen[0][0] == 0
        assert seen[-1][0] == 25
        assert seen[-1][1]["created"] == 25

    def test_stops_when_its_beat_says_so(self, table, place, monkeypatch):
        monkeypatch.setattr(airtable, "BEAT_S", 0.0)

        class Stopped(Exception):
            pass

        def beat(done, told):
            if done >= 10:
                raise Stopped

        rows = [company(number) for number in range(400)]
        with pytest.raises(Stopped):
            deliver(job_of(rows), place, beat)
        assert len(table.records) < 400


class TestPlan:
    def test_counts_what_would_happen_and_writes_nothing(self, sandbox, table, place):
        deliver(job_of(ROWS), place)
        sandbox.log.clear()
        rows = [
            company(0, CA_Actuel=7),
            company(1, CA_Actuel=7),
            *ROWS[2:],
            company(99),
        ]

        plan = airtable.plan(job_of(rows), place)

        assert (plan.rows, plan.created, plan.changed, plan.left) == (26, 1, 2, 23)
        assert plan.changes == {"CA_Actuel": 2}
        assert plan.missing == ()
        assert sandbox.count("write") == 0
        assert len(table.records) == 25

    def test_names_the_fields_that_would_be_made(self, table, place):
        plan = airtable.plan(job_of(ROWS), place)

        assert set(plan.added) == set(KINDS) - {"SIREN"}
        assert plan.created == 25
        assert [each.name for each in table.fields] == ["SIREN"]

    def test_says_the_same_as_the_delivery_that_follows(self, place):
        deliver(job_of(ROWS[:10]), place)

        plan = airtable.plan(job_of(ROWS), place)
        told = deliver(job_of(ROWS), place)

        assert plan.created == told["created"] == 15
        assert plan.left == told["left"] == 10

    def test_holds_one_batch_of_ours_at_a_time(self, place):
        alive = []

        def batches():
            for number in range(5):
                frame = frame_of([company(number)])
                alive.append(weakref.ref(frame))
                yield frame
                del frame
                assert sum(each() is not None for each in alive) <= 1

        plan = airtable.plan(job_of([], batches=batches), place)

        assert plan.created == 5

    def test_counts_all_that_are_there_twice_and_names_some(
        self, table, place, monkeypatch
    ):
        monkeypatch.setattr(airtable_counts, "NAMED", 2)
        twice = [{"fields": {"SIREN": row["SIREN"]}} for row in ROWS[:3] * 2]
        table.create(twice, typecast=False)

        plan = airtable.plan(job_of(ROWS), place)

        assert (plan.refused_count, len(plan.refused)) == (3, 2)
        assert plan.rows == 25

    def test_is_not_waited_for_when_the_table_takes_too_long(self, place, monkeypatch):
        monkeypatch.setattr(airtable, "BEAT_S", 0.0)
        monkeypatch.setattr(airtable_api, "HASTE_S", 0.0)
        with pytest.raises(TooLong):
            airtable.plan(job_of(ROWS), place)
        plan = airtable.plan(job_of(ROWS), place, beat=no_beat)
        assert plan.created == 25
