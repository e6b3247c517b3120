"""Every profile in every format, from a database; contacts where they may be."""

import json
import os
import shutil
import sqlite3
import subprocess
from collections import Counter
from datetime import date, timedelta
from functools import partial
from urllib.parse import urlsplit

import psycopg
import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from companies import contacts
from companies.choices import ContactKind, OpposedThing, OppositionReason, Source
from companies.contacts import ContactFact, fingerprints
from companies.models import Contact, Note, Opposition, Register
from companies.tests.makers import make_company
from exports import asked, content
from exports.formats import WRITERS, Facts
from exports.profiles import FORMATS, TABLES, TRACE, table
from exports.snapshot import snapshot
from exports.tests.conftest import make_accounts

MARK = "Extrait par a@example.org le 23/11/2026, référence 42"


def wish(desk, query="tri=nom"):
    return asked.of_query(query, desk_id=desk.pk).search


def export(tmp_path, desk, profile, format_, *, query="tri=nom", tally=None, **choices):
    """The file of one export, and how many companies it was said to hold."""
    shape = table(profile, **choices)
    found = content.read(
        shape,
        wish(desk, query),
        with_contacts=choices.get("with_contacts", False),
        desk_id=desk.pk,
        tally=tally,
    )
    path = tmp_path / f"export.{format_}"
    facts = Facts(
        manifest={"Demandé par": "Anne", "Référence": "42"},
        is_sandbox=True,
        watermark=choices.get("watermark", ""),
    )
    with snapshot():
        rows = WRITERS[format_](path, shape, found, facts=facts)
    return path, rows


def make_contact(siren, value, kind=ContactKind.EMAIL, *, days_ago=1, **fields):
    personal = bool(fields.get("full_name"))
    contacts.record_contacts(
        contacts=[
            ContactFact(
                siren=siren,
                kind=kind,
                value=value,
                source=Source.PAPPERS,
                collected_at=timezone.now() - timedelta(days=days_ago),
                is_personal=personal,
                lawful_basis="LIA-2026-1" if personal else "",
                licence="contrat 7",
                **fields,
            )
        ]
    )


@pytest.mark.parametrize(
    ("profile", "format_"), [(p, f) for p, formats in FORMATS.items() for f in formats]
)
def test_every_profile_is_written_in_each_of_its_formats(
    known, desk, tmp_path, profile, format_
):
    make_company("AUTRE", band="", created_on=None)
    path, rows = export(tmp_path, desk, profile, format_)
    assert rows == 2
    assert path.stat().st_size > 100


def test_each_table_says_each_name_once_and_what_it_means():
    for found in TABLES.values():
        assert len(set(found.names)) == len(found.names)
        assert all(column.meaning for column in found.columns)


class TestComplet:
    def test_gives_each_figure_its_source_and_its_day(self, known, desk, tmp_path):
        make_accounts(
            known.siren,
            2025,
            13_000_000,
            provenance={"revenue": ["inpi_bce", "2026-05-01"]},
        )
        path, _ = export(tmp_path, desk, "complet", "jsonl")
        [told] = map(json.loads, path.read_text().splitlines())
        assert told["chiffre_affaires"] == 13_000_000
        assert told["chiffre_affaires_source"] == "INPI, ratios financiers"
        assert told["chiffre_affaires_lu_le"] == "2026-05-01"
        assert told["resultat_net"] is told["resultat_net_source"] is None
        assert told["chiffre_affaires_n1"] == 12_000_000
        assert told["siren"] == "005520135"
        assert told["score_ma"] == 84.5
        assert told["adresse"] == "12 RUE DES FORGES"
        assert told["adresse_source"] == "INSEE, Sirene"
        assert told["actualite_libelle"] == "Dépôt des comptes 2024 (bac à sable)"

    def test_hides_what_leads_to_a_person_in_partial_diffusion(
        self, known, desk, tmp_path
    ):
        Register.objects.update(flags=Register.ACTIVE | Register.PARTIAL)
        path, _ = export(tmp_path, desk, "complet", "jsonl")
        [told] = map(json.loads, path.read_text().splitlines())
        hidden = (
            *("siret_siege", "adresse", "latitude", "longitude", "dirigeant_principal"),
            *("dirigeant_annee_naissance", "dirigeant_depuis", "actualite_libelle"),
            *("identite_desaccords", "adresse_source", "siret_siege_source"),
        )
        assert {name: told[name] for name in hidden} == dict.fromkeys(hidden)
        assert told["diffusion_partielle"] is True

    def test_is_typed_in_parquet_with_the_manifest_inside(self, known, desk, tmp_path):
        path, _ = export(tmp_path, desk, "complet", "parquet")
        found = pq.read_table(path)
        types = {field.name: str(field.type) for field in found.schema}
        assert types["siren"] == "string"
        assert types["date_creation"] == "date32[day]"
        assert types["chiffre_affaires"] == "int64"
        assert types["score_ma"] == "decimal128(18, 2)"
        assert json.loads(found.schema.metadata[b"manifeste"])["Référence"] == "42"
        assert found["date_creation"].to_pylist() == [date(1998, 3, 2)]
        assert (
            pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"
        )


class TestContacts:
    @pytest.fixture
    def reached(self, known):
        # The opposition list is asked when they are recorded, and again when read.
        make_contact(known.siren, "contact@forge.example")
        make_contact(
            known.siren, "claire@forge.example", full_name="Claire MARTIN", title="PDG"
        )
        make_contact(known.siren, "+33450000001", ContactKind.PHONE)
        return known

    def line(self, tmp_path, desk, **choices):
        path, _ = export(
            tmp_path, desk, "complet", "jsonl", with_contacts=True, **choices
        )
        [told] = map(json.loads, path.read_text().splitlines())
        return told

    def test_are_empty_when_they_were_not_asked_for(self, reached, desk):
        for profile in ("rapide", "excel"):
            shape = table(profile)
            held = [each.name for each in shape.columns if each.is_contact]
            [batch] = content.batches(wish(desk), shape.columns, desk_id=desk.pk)
            assert len(held) == 2
            assert batch.select(held).null_count().row(0) == (1, 1)
        for profile in ("analyse", "complet", "airtable"):
            assert not table(profile).has_contacts

    def test_name_one_person_and_never_mix_two(self, reached, desk, tmp_path):
        told = self.line(tmp_path, desk)
        assert told["contact"] == "Claire MARTIN"
        assert told["contact_fonction"] == "PDG"
        assert told["email"] == "claire@forge.example"
        assert told["email_source"] == "Pappers"
        assert told["telephone"] == "+33450000001"
        assert told["contacts_total"] == 3

    def test_leave_out_who_was_not_told_in_time(self, reached, desk, tmp_path):
        # Her month has passed; nobody has told her.
        late = timezone.now() - timedelta(days=40)
        Contact.objects.filter(is_personal=True).update(collected_at=late)
        tally = Counter()
        told = self.line(tmp_path, desk, tally=tally)
        assert told["contact"] is None
        assert told["email"] == "contact@forge.example"
        assert tally == {
            "emails": 1, "phones": 1, "withheld": 1, "opposed": 0, "refused": 0
        }  # fmt: skip

    def test_leave_out_who_objects(self, reached, desk, tmp_path):
        Opposition.objects.create(
            kind=OpposedThing.COMPANY,
            fingerprint=fingerprints.of_company(reached.siren),
            reason=OppositionReason.OBJECTION,
            source="ops",
        )
        tally = Counter()
        told = self.line(tmp_path, desk, tally=tally)
        assert told["email"] is told["telephone"] is told["contacts_total"] is None
        assert tally["emails"] == 0
        assert tally["refused"] == 1

    def test_of_the_sandbox_say_so(self, known, desk, tmp_path):
        make_contact(known.siren, "x@forge.example", is_sandbox=True)
        assert self.line(tmp_path, desk)["email"] == "x@forge.example (bac à sable)"

    def test_put_who_took_them_on_every_row(self, reached, desk, tmp_path):
        told = self.line(tmp_path, desk, watermark=MARK)
        assert list(told)[-1] == TRACE
        assert told[TRACE] == MARK
        with sqlite3.connect(
            export(tmp_path, desk, "sql", "sqlite", with_contacts=True, watermark=MARK)[
                0
            ]
        ) as db:
            for name in ("companies", "contacts"):
                found = db.execute(f"SELECT DISTINCT {TRACE} FROM {name}").fetchall()  # noqa: S608
                assert found == [(MARK,)]

    def test_make_a_table_of_a_database(self, reached, desk, tmp_path):
        path, _ = export(tmp_path, desk, "sql", "sqlite", with_contacts=True)
        with sqlite3.connect(path) as db:
            found = db.execute("SELECT siren, valeur, nom FROM contacts").fetchall()
        assert ("005520135", "claire@forge.example", "Claire MARTIN") in found
        assert len(found) == 3
        path.unlink()
        path, _ = export(tmp_path, desk, "sql", "sqlite")
        with sqlite3.connect(path) as db:
            assert db.execute("SELECT count(*) FROM contacts").fetchone() == (0,)


EVIL = (
    "\\.\n\\! touch x",
    "'); DROP TABLE companies; --",
    "tab\tet\\t retour\r\nfin",
    '=HYPERLINK("http://x")',
    "\u202egnp.exe",
    "é" * 40_000,
    "\\N",
    '"',
)


class TestADatabase:
    """What psql and sqlite3 read back is what was stored, whatever it looks like."""

    @pytest.fixture
    def stored(self, known, analyst):
        for text in EVIL:
            Note.objects.create(
                desk=analyst.desk, siren=known.siren, author=analyst, text=text
            )
        [batch] = content.batches(
            wish(analyst.desk), table("complet").columns, desk_id=analyst.desk_id
        )
        told = batch["notes"][0]
        assert all(text.replace("\r\n", "\n") in told for text in EVIL)
        return told

    def test_sqlite_holds_the_same(self, stored, desk, tmp_path):
        path, _ = export(tmp_path, desk, "sql", "sqlite")
        with sqlite3.connect(path) as db:
            told = db.execute("SELECT notes, score_ma, date_creation FROM companies")
            assert told.fetchone() == (stored, 84.5, "1998-03-02")
            years = db.execute(
                "SELECT cloture, chiffre_affaires FROM financials"
                " WHERE type_comptes = 'comptes sociaux' ORDER BY cloture"
            )
            assert years.fetchall() == [
                ("2022-12-31", 10_000_000),
                ("2023-12-31", 11_000_000),
                ("2024-12-31", 12_000_000),
            ]
            manifest = dict(db.execute("SELECT * FROM manifest").fetchall())
            assert manifest["Référence"] == "42"

    def test_psql_restores_the_script(self, stored, desk, tmp_path, emptied):
        path, _ = export(tmp_path, desk, "sql", "sql")
        restore(emptied, path)
        with psycopg.connect(emptied) as db:
            told = db.execute(
                "SELECT notes, score_ma::text, date_creation FROM companies"
            )
            assert told.fetchone() == (stored, "84.50", date(1998, 3, 2))
            assert db.execute("SELECT count(*) FROM financials").fetchone() == (4,)
            reference = db.execute(
                "SELECT valeur FROM manifest WHERE nom = 'Référence'"
            )
            assert reference.fetchone() == ("42",)
            [(key,)] = db.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid = 'companies'::regclass AND contype = 'p'"
            ).fetchall()
            assert key == "PRIMARY KEY (siren)"


@pytest.fixture
def emptied(worker_id):
    """The address of a database with nothing in it."""
    owner = urlsplit(os.environ["DATABASE_OWNER_URL"])
    name = f"restored_{worker_id}"
    with psycopg.connect(owner.geturl(), autocommit=True) as db:
        db.execute(f"DROP DATABASE IF EXISTS {name}")
        db.execute(f"CREATE DATABASE {name}")
        yield owner._replace(path=f"/{name}").geturl()
        db.execute(f"DROP DATABASE {name} WITH (FORCE)")


def restore(address, path):
    if program := shutil.which("psql"):
        command = [
            program,
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-f",
            str(path),
            address,
        ]
        subprocess.run(command, check=True)
    else:
        as_psql_does(address, path)


def as_psql_does(address, path):
    """A statement at a time, COPY fed with the lines down to ``\\.``."""
    lines, statement = iter(path.read_bytes().split(b"\n")), b""
    with psycopg.connect(address) as db:
        for line in lines:
            statement += line + b"\n"
            if line.startswith(b"COPY "):
                with db.cursor().copy(line.rstrip(b";")) as copy:
                    for row in iter(partial(next, lines), b"\\."):
                        copy.write(row + b"\n")
            elif not line.endswith(b";"):
                continue
            elif statement.strip() not in (b"BEGIN;", b"COMMIT;"):
                db.execute(statement)
            statement = b""
