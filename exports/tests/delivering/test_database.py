"""A selection in the tables of a real database: all of it, or nothing."""

import pytest

from exports.delivering import DeliveryRefused, database
from exports.delivering.database_engine import Target
from exports.models import WriteMode
from exports.tests.delivering.database_rows import (
    KINDS,
    NAMES,
    ROWS,
    SHAPES,
    company,
    contact,
    counts,
    deliver,
    exercise,
    job_of,
)


class TestDelivering:
    def test_makes_its_tables_and_writes_every_row_as_it_is(self, ground):
        told = deliver(job_of(ROWS), ground.target())

        assert counts(told) == (25, 0, 0, 0)
        assert told["added"] == [f"ma_{name}" for name in SHAPES]
        found = ground.select(
            "SELECT siren, nom, chiffre_affaires, marge, date_creation, actif"
            " FROM ma_companies ORDER BY siren"
        )
        for row, cells in zip(ROWS, found, strict=True):
            siren, name, revenue, margin, born, active = cells
            assert (siren, name) == (row["siren"], row["nom"])
            assert revenue == row["chiffre_affaires"]
            assert round(float(margin), 2) == -12.34
            assert str(born) == row["date_creation"].isoformat()
            assert (None if active is None else bool(active)) == row["actif"]

    def test_says_in_the_manifest_who_sent_it_and_what_it_did(self, ground):
        deliver(job_of(ROWS), ground.target())

        told = ground.select("SELECT envoi, nom, valeur FROM ma_manifest")
        assert ("r1", "Demandé par", "Ana") in told
        assert ("r1", "Sociétés ajoutées", "25") in told

    def test_writes_nothing_the_second_time(self, ground):
        deliver(job_of(ROWS), ground.target())

        told = deliver(job_of(ROWS, reference="r2"), ground.target())

        assert counts(told) == (0, 0, 25, 0)

    def test_updates_by_siren_and_leaves_the_others(self, ground):
        deliver(job_of(ROWS), ground.target())
        changed = [company(1, nom="Autre"), company(2, chiffre_affaires=None)]

        told = deliver(job_of([*changed, company(99)], reference="r2"), ground.target())

        assert counts(told) == (1, 2, 0, 0)
        found = dict(ground.select("SELECT siren, nom FROM ma_companies"))
        assert len(found) == 26
        assert found["000000001"] == "Autre"

    def test_adds_only_what_is_absent(self, ground):
        deliver(job_of(ROWS), ground.target())
        rows = [company(1, nom="Autre"), company(99)]

        told = deliver(
            job_of(rows, reference="r2"), ground.target(mode=WriteMode.APPEND)
        )

        assert counts(told) == (1, 0, 1, 0)
        found = dict(ground.select("SELECT siren, nom FROM ma_companies"))
        assert found["000000001"] == ROWS[1]["nom"]
        assert len(found) == 26

    def test_replaces_everything(self, ground):
        deliver(job_of(ROWS), ground.target())
        rows = [company(1, nom="Autre"), company(2), company(99)]

        told = deliver(
            job_of(rows, reference="r2"), ground.target(mode=WriteMode.REPLACE)
        )

        assert counts(told) == (1, 1, 1, 23)
        found = dict(ground.select("SELECT siren, nom FROM ma_companies"))
        assert set(found) == {"000000001", "000000002", "000000099"}

    def test_keeps_exercises_and_contacts_of_its_companies_alone(self, ground):
        one, two = "000000001", "000000002"
        years = [exercise(one, 2023, 5), exercise(one, 2024, 6), exercise(two, 2024, 7)]
        people = [
            contact(one, "a@x.fr"),
            contact(one, "b@x.fr"),
            contact(two, "c@x.fr"),
        ]
        job = job_of([company(1), company(2)], financials=years, contacts=people)
        deliver(job, ground.target())

        later = job_of(
            [company(1)],
            financials=[exercise(one, 2024, 60)],
            contacts=[contact(one, "b@x.fr"), contact(one, "d@x.fr")],
            reference="r2",
        )
        deliver(later, ground.target())

        amount = next(e.name for e in SHAPES["financials"] if e.kind == "amount")
        found = sorted(ground.rows("financials", f"siren, {amount}"))
        assert found == [(one, 60), (two, 7)]
        found = ground.select("SELECT siren, valeur FROM ma_contacts ORDER BY 2")
        assert found == [(one, "b@x.fr"), (two, "c@x.fr"), (one, "d@x.fr")]

    def test_without_contacts_their_table_is_not_even_made(self, ground):
        job = job_of(
            ROWS, contacts=[contact("000000001", "a@x.fr")], with_contacts=False
        )
        deliver(job, ground.target())

        assert ground.tables() == ["companies", "financials", "manifest"]

    def test_replaced_without_contacts_none_stays_behind_its_company(self, ground):
        people = [contact("000000001", "a@x.fr"), contact("000000002", "b@x.fr")]
        deliver(job_of(ROWS, contacts=people), ground.target())

        deliver(
            job_of(ROWS[:2], with_contacts=False, reference="r2"),
            ground.target(mode=WriteMode.REPLACE),
        )

        assert ground.select("SELECT siren FROM ma_contacts") == [("000000001",)]

    def test_lists_the_columns_that_a_table_has_not_and_leaves_them(self, ground):
        ground.run(
            "CREATE TABLE ma_companies (siren VARCHAR(9) PRIMARY KEY,"
            " nom VARCHAR(200), a_nous VARCHAR(20))"
        )
        ground.run("INSERT INTO ma_companies VALUES ('000000001', 'x', 'gardé')")

        told = deliver(job_of(ROWS), ground.target())

        missing = set(KINDS) - {"siren", "nom"}
        assert set(told["missing"]) == {f"ma_companies.{name}" for name in missing}
        assert counts(told) == (24, 1, 0, 0)
        kept = ground.select(
            "SELECT nom, a_nous FROM ma_companies WHERE siren LIKE '%1'"
        )
        assert (NAMES[1], "gardé") in kept

    def test_a_delivery_whose_end_was_not_heard_of_is_not_made_again(self, ground):
        deliver(job_of(ROWS), ground.target())
        ground.run("DELETE FROM ma_companies WHERE siren = '000000001'")

        told = deliver(job_of(ROWS), ground.target())

        assert counts(told) == (25, 0, 0, 0)
        assert ground.select("SELECT count(*) FROM ma_companies") == [(24,)]

    def test_two_of_the_same_siren_in_a_table_are_refused(self, ground):
        ground.run("CREATE TABLE ma_companies (siren VARCHAR(9), nom VARCHAR(200))")
        ground.run("INSERT INTO ma_companies VALUES ('1', 'x'), ('1', 'y')")

        with pytest.raises(DeliveryRefused, match="plusieurs lignes"):
            deliver(job_of(ROWS), ground.target())
        assert ground.select("SELECT count(*) FROM ma_companies") == [(2,)]

    def test_a_table_without_siren_is_refused(self, ground):
        ground.run("CREATE TABLE ma_companies (nom VARCHAR(200))")
        with pytest.raises(DeliveryRefused, match="identifient"):
            deliver(job_of(ROWS), ground.target())

    def test_a_prefix_is_never_more_than_a_name(self, ground):
        with pytest.raises(DeliveryRefused, match="lettres minuscules"):
            deliver(job_of(ROWS), ground.target(prefix='x"; DROP TABLE y; --'))

    def test_tells_how_far_it_is(self, ground, monkeypatch):
        monkeypatch.setattr(database, "BEAT_S", 0.0)
        seen = []
        deliver(job_of(ROWS), ground.target(), lambda done, told: seen.append(done))
        assert [done for done in seen if done][:3] == [10, 20, 25]


class TestPlan:
    @pytest.mark.parametrize("mode", WriteMode)
    def test_says_what_the_delivery_then_does(self, ground, mode):
        deliver(job_of(ROWS), ground.target())
        rows = [company(1, nom="Autre"), company(2), company(99)]
        job = job_of(rows, reference="r2")

        plan = database.plan(job, ground.target(mode=mode))
        before = ground.select("SELECT count(*) FROM ma_companies")
        told = deliver(job, ground.target(mode=mode))

        assert before == [(25,)]
        planned = (plan.created, plan.changed, plan.left, plan.removed)
        assert planned == counts(told)
        assert plan.changes == ({} if mode == WriteMode.APPEND else {"nom": 1})

    def test_makes_no_table(self, ground):
        plan = database.plan(job_of(ROWS), ground.target())

        assert (plan.rows, plan.created) == (25, 25)
        assert plan.added == tuple(f"ma_{name}" for name in SHAPES)
        assert ground.tables() == []


class TestFaults:
    def test_a_delivery_that_is_stopped_leaves_nothing_partial(
        self, ground, monkeypatch
    ):
        monkeypatch.setattr(database, "BEAT_S", 0.0)
        deliver(job_of(ROWS[:5]), ground.target())

        class Stopped(Exception):
            pass

        def beat(done, told):
            if done >= 20:
                raise Stopped

        with pytest.raises(Stopped):
            deliver(job_of(ROWS, reference="r2"), ground.target(), beat)

        assert ground.select("SELECT count(*) FROM ma_companies") == [(5,)]
        told = deliver(job_of(ROWS, reference="r2"), ground.target())
        assert counts(told) == (20, 0, 5, 0)

    def test_our_own_failure_rises_as_it_is_and_leaves_nothing(self, ground):
        def batches():
            yield from job_of(ROWS[:10]).batches()
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            deliver(job_of(ROWS, batches=batches), ground.target())
        held = [ground.rows(name) for name in ground.tables()]
        assert not any(held)

    def test_says_what_answers(self, ground):
        assert "seront créées" in database.check(ground.target())
        deliver(job_of(ROWS), ground.target())
        assert "ma_companies" in database.check(ground.target())

    @pytest.mark.parametrize("address", ["", "ftp://x/y", "sqlite:///relative.db"])
    def test_an_address_that_is_not_one_is_said_without_it(self, address):
        with pytest.raises(DeliveryRefused, match="forme attendue"):
            deliver(job_of(ROWS), Target(address=address))
