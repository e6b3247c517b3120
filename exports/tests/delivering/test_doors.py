"""From an export to its destination, with the companies of our own database."""

import sqlite3
from contextlib import closing

import pytest

from accounts import installation
from exports import asked, delivering
from exports.models import Export, Format, Profile
from exports.profiles import TABLES
from exports.tests.delivering.airtable_rows import TOKEN, cells

CONTACTS = {
    "Contact_Principal",
    "Email_Contact",
    "Telephone_Contact",
    "LinkedIn_Contact",
}


def export_of(analyst, destination, profile, **given):
    wish = asked.of_query("", desk_id=analyst.desk_id)
    return Export.objects.create(
        desk=analyst.desk,
        created_by=analyst,
        profile=profile,
        format=Format.DELIVERY,
        destination=destination,
        query=wish.query,
        words=wish.words,
        columns=TABLES[profile].names,
        is_sandbox=installation.is_sandbox(),
        **given,
    )


def deliver(export):
    return delivering.deliver(export, beat=lambda done, progress: None)


@pytest.mark.usefixtures("known")
class TestAirtable:
    def test_receives_the_fields_of_the_profile(self, analyst, airtable, table):
        told = deliver(export_of(analyst, airtable, Profile.AIRTABLE))

        assert (told["created"], told["missing"], told["withheld"]) == (1, [], [])
        [row] = cells(table)
        assert row["SIREN"] == "005520135"
        assert row["CA_Actuel"] == 12_000_000
        assert row["Potentiel_Acquisition"] == "Très bon"
        assert row["Dirigeant_Principal"] == "Claire MARTIN (bac à sable)"
        assert not CONTACTS & {each.name for each in table.fields}

    def test_writes_nothing_the_second_time(self, analyst, airtable, sandbox):
        deliver(export_of(analyst, airtable, Profile.AIRTABLE))
        sandbox.log.clear()

        told = deliver(export_of(analyst, airtable, Profile.AIRTABLE))

        assert told["left"] == 1
        assert sandbox.count("write") == 0

    def test_a_dry_run_says_what_would_be_made(self, analyst, airtable, table):
        plan = delivering.plan(export_of(analyst, airtable, Profile.AIRTABLE))

        assert (plan.rows, plan.created) == (1, 1)
        assert len(plan.added) == 20
        assert not table.records

    def test_no_contact_goes_where_none_may(self, analyst, airtable, table):
        export = export_of(analyst, airtable, Profile.AIRTABLE, with_contacts=True)

        told = deliver(export)

        assert set(told["withheld"]) == CONTACTS
        assert not CONTACTS & {each.name for each in table.fields}

    def test_contacts_go_where_the_destination_takes_them(
        self, analyst, airtable, table
    ):
        airtable.takes_contacts = True
        airtable.save()
        export = export_of(analyst, airtable, Profile.AIRTABLE, with_contacts=True)

        deliver(export)

        assert {each.name for each in table.fields} >= CONTACTS

    def test_is_checked_in_a_sentence(self, airtable, monkeypatch):
        assert "Airtable répond" in delivering.check(airtable)
        monkeypatch.setenv("EXPORT_TARGET_BASE", "patWrong")
        assert "ne reconnaît pas le jeton" in delivering.check(airtable)
        monkeypatch.delenv("EXPORT_TARGET_BASE")
        assert "EXPORT_TARGET_BASE" in delivering.check(airtable)

    @pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL"])
    def test_no_other_secret_of_the_server_is_ever_sent(
        self, airtable, monkeypatch, sandbox, name
    ):
        monkeypatch.setenv(name, TOKEN)
        airtable.secret_name = name
        assert "EXPORT_TARGET_" in delivering.check(airtable)
        assert not sandbox.log

    def test_is_only_brought_up_to_date(self, analyst, airtable):
        airtable.mode = "replace"
        with pytest.raises(delivering.DeliveryRefused, match="mise à jour par SIREN"):
            deliver(export_of(analyst, airtable, Profile.AIRTABLE))


@pytest.mark.usefixtures("known")
class TestDatabase:
    def rows(self, tmp_path, statement):
        with closing(sqlite3.connect(tmp_path / "cibles.db")) as connection:
            return connection.execute(statement).fetchall()

    def test_receives_the_tables_of_the_profile(self, analyst, database, tmp_path):
        export = export_of(analyst, database, Profile.SQL)

        told = deliver(export)

        assert told["created"] == 1
        found = self.rows(tmp_path, "SELECT siren FROM ma_companies")
        assert found == [("005520135",)]
        years = self.rows(tmp_path, "SELECT cloture FROM ma_financials ORDER BY 1")
        assert [each[0][:4] for each in years] == ["2022", "2023", "2024", "2024"]
        told = self.rows(tmp_path, "SELECT DISTINCT envoi FROM ma_manifest")
        assert told == [(str(export.public_id),)]

    def test_a_second_one_leaves_what_is_the_same(self, analyst, database):
        deliver(export_of(analyst, database, Profile.SQL))
        told = deliver(export_of(analyst, database, Profile.SQL))
        assert (told["created"], told["updated"], told["left"]) == (0, 0, 1)

    def test_is_checked_in_a_sentence(self, database):
        assert "répond" in delivering.check(database)

    def test_one_that_is_out_of_service_receives_nothing(self, analyst, database):
        database.is_active = False
        with pytest.raises(delivering.DeliveryRefused, match="plus en service"):
            deliver(export_of(analyst, database, Profile.SQL))
