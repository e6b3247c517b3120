"""A backup is whole, sealed and signed, or it is not there."""

import errno
import io
import json
import os

import pytest
from django.core.management import CommandError, call_command

from accounts import audit, trail
from accounts.models import AuditEntry, Session
from accounts.tests.people import verified_client
from companies import contacts
from companies.models import Opposition
from exports import files as exports
from mainsite.backup import manifest, restoring, sealed, taking
from mainsite.backup.sealed import CannotOpen, NoKey, Reader, Writer
from mainsite.lib.tests.folders import keep_in

OLD, NEW = "k1:" + "a" * 43, "k2:" + "b" * 43
PIECE = 1 << 20


@pytest.fixture(autouse=True)
def keys(settings):
    settings.BACKUP_KEY = [OLD]


def seal(plain, purpose="p"):
    target = io.BytesIO()
    writer = Writer(target, purpose=purpose)
    writer.write(plain)
    writer.close()
    return target.getvalue()


def opened(sealed_bytes, purpose="p"):
    return Reader(io.BytesIO(sealed_bytes), purpose=purpose).read()


class TestASealedStream:
    @pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7])
    def test_gives_back_what_went_in(self, size):
        plain = os.urandom(size)
        reader = Reader(io.BytesIO(seal(plain)), purpose="p")

        assert reader.read(10) + reader.read() == plain

    def test_never_looks_twice_the_same(self):
        assert seal(b"x") != seal(b"x")

    @pytest.mark.parametrize("place", [0, 9, 60, -20, -1])
    def test_does_not_open_when_a_byte_differs(self, place):
        altered = bytearray(seal(b"confidential"))
        altered[place] ^= 1

        with pytest.raises(CannotOpen):
            opened(bytes(altered))

    def test_does_not_open_when_its_end_is_missing(self):
        whole = seal(os.urandom(2 * PIECE))

        for end in (len(whole) - 1, PIECE + 200, 40):
            with pytest.raises(CannotOpen):
                opened(whole[:end])

    def test_does_not_open_when_pieces_changed_places_or_something_follows(self):
        whole = seal(os.urandom(2 * PIECE + 1))
        start, step = whole.index(b"\n", 8) + 1, PIECE + 21
        first, second = whole[start:][:step], whole[start + step :][:step]
        swapped = whole[:start] + second + first + whole[start + 2 * step :]

        for wrong in (swapped, whole + b"x"):
            with pytest.raises(CannotOpen):
                opened(wrong)

    def test_does_not_open_as_another_part(self):
        with pytest.raises(CannotOpen):
            opened(seal(b"x", "files"), "database")

    def test_opens_under_a_key_that_is_no_longer_the_first(self, settings):
        whole = seal(b"x")
        settings.BACKUP_KEY = [NEW, OLD]

        assert opened(whole) == b"x"
        settings.BACKUP_KEY = [NEW]
        with pytest.raises(CannotOpen, match="k1"):
            opened(whole)

    @pytest.mark.parametrize("given", [[], ["court"], ["k1:court"]])
    def test_is_not_made_without_a_real_key(self, settings, given):
        settings.BACKUP_KEY = given

        with pytest.raises(NoKey):
            seal(b"x")


FAKE = """#!/bin/sh
case "$1" in --version) echo "pg_dump (PostgreSQL) 99.1"; exit 0;; esac
echo "$@" > {told}.arguments
env > {told}.environment
printf 'PGDMP canary'
exit {code}
"""


@pytest.fixture
def program(settings, tmp_path):
    """A pg_dump of ours, which notes how it was called."""

    def make(code=0):
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        path = folder / "pg_dump"
        path.write_text(FAKE.format(told=tmp_path / "told", code=code))
        path.chmod(0o755)
        settings.PG_BIN_DIR = str(folder)
        return tmp_path

    return make


@pytest.fixture
def place(settings, tmp_path, monkeypatch, program, db):
    program()
    keep_in(settings, "exports", tmp_path / "exports")
    keep_in(settings, "uploads", tmp_path / "uploads")
    settings.AUDIT_ANCHOR_FILE = tmp_path / "apart" / "audit.jsonl"
    settings.OPPOSITION_FILE = tmp_path / "apart" / "oppositions.jsonl"
    monkeypatch.setattr(taking, "_snapshot", lambda: "1-2-3")
    monkeypatch.setattr(taking, "_NAME", "%Y%m%dT%H%M%S%f")
    return tmp_path / "backups"


def take(place, keep=0):
    return taking.take(folder=place, keep=keep).folder


def left_in(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


class TestTaking:
    def test_seals_all_and_says_what(self, place):
        kept = exports.write(lambda path: path.write_text("Durand"), suffix=".csv")
        made = take(place)

        told = restoring.check(made)
        assert told.files[f"exports/{kept.name}"]["bytes"] == 6
        assert told.rows["accounts_installation"] == 1
        assert left_in(made) == ["database.sealed", "files.sealed", "manifest.json"]
        for path in made.iterdir():
            assert path.stat().st_mode & 0o077 == 0 or path.name == manifest.FILE
            assert b"canary" not in path.read_bytes()
            assert b"Durand" not in path.read_bytes()

    def test_gives_no_secret_as_an_argument(self, place, tmp_path, settings):
        take(place)

        password = settings.DATABASES["default"]["PASSWORD"]
        arguments = (tmp_path / "told.arguments").read_text()
        environment = (tmp_path / "told.environment").read_text()
        assert password not in arguments
        assert f"PGPASSWORD={password}" in environment
        for name in ("SECRET_KEY", "FIELD_KEY", "PEPPER", "BACKUP_KEY"):
            assert name not in environment

    def test_leaves_nothing_when_pg_dump_fails(self, place, program):
        program(code=1)
        with pytest.raises(CommandError, match="pg_dump n’a pas abouti"):
            call_command("backup", folder=place)

        assert left_in(place) == []

    def test_says_that_the_disk_is_full_and_keeps_those_of_before(
        self, place, monkeypatch
    ):
        before = take(place)

        def full(_descriptor):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(CommandError, match="plein"):
            call_command("backup", folder=place)

        assert left_in(place) == [before.name]
        restoring.check(before)

    def test_takes_away_what_a_killed_one_left(self, place):
        (place / ".77.part").mkdir(parents=True)
        made = take(place)

        assert left_in(place) == [made.name]

    def test_keeps_the_last_ones(self, place):
        made = [take(place, keep=2) for _ in range(3)]

        assert left_in(place) == [path.name for path in made[1:]]

    def test_is_alone(self, place):
        place.mkdir()
        with taking._alone(place), pytest.raises(CommandError, match="en cours"):
            call_command("backup", folder=place)

    def test_wants_a_program_as_new_as_the_server(self, place, settings):
        settings.PG_BIN_DIR = "/nonexistent"

        with pytest.raises(CommandError, match="PG_BIN_DIR"):
            call_command("backup", folder=place)


class TestChecking:
    @pytest.mark.parametrize("part", ["database.sealed", "files.sealed"])
    def test_finds_an_altered_part(self, place, part):
        made = take(place)
        data = bytearray((made / part).read_bytes())
        data[len(data) // 2] ^= 1
        (made / part).write_bytes(data)

        with pytest.raises(CommandError, match="son empreinte diffère"):
            call_command("restore", made, check=True)

    def test_finds_an_altered_manifest(self, place):
        made = take(place)
        whole = json.loads((made / manifest.FILE).read_text())
        whole["manifest"]["rows"]["opposition"] = 12
        (made / manifest.FILE).write_text(json.dumps(whole))

        with pytest.raises(CommandError, match="altéré"):
            call_command("restore", made, check=True)

    def test_wants_the_key_that_sealed_it(self, place, settings):
        made = take(place)
        settings.BACKUP_KEY = [NEW]
        with pytest.raises(CommandError, match="« k1 »"):
            call_command("restore", made, check=True)
        settings.BACKUP_KEY = ["k1:" + "c" * 43]
        with pytest.raises(CommandError, match="altéré"):
            call_command("restore", made, check=True)

    def test_refuses_another_kind_of_installation(self, place, settings):
        made = take(place)
        settings.PROVIDERS = "live"

        with pytest.raises(CommandError, match="sandbox"):
            call_command("restore", made, check=True)

    def test_refuses_a_backup_of_a_newer_version(self, place, monkeypatch):
        facts = manifest.facts
        monkeypatch.setattr(
            manifest,
            "facts",
            lambda: {**facts(), "migrations": [["accounts", "9999_later"]]},
        )

        with pytest.raises(CommandError, match="plus récente"):
            call_command("restore", take(place), check=True)

    def test_refuses_what_is_no_backup(self, tmp_path):
        with pytest.raises(CommandError, match="pas une sauvegarde"):
            call_command("restore", tmp_path, check=True)


class TestRestoring:
    def test_wants_the_opposition_list_of_today(self, place):
        with pytest.raises(CommandError, match="liste d’opposition"):
            call_command("restore", take(place))

    def test_wants_an_empty_database(self, place, settings):
        settings.OPPOSITION_FILE.parent.mkdir()
        settings.OPPOSITION_FILE.write_text("")

        with pytest.raises(CommandError, match="pas vide"):
            call_command("restore", take(place))

    def test_brings_back_the_files_that_are_not_there(self, place):
        gone = exports.write(lambda path: path.write_text("un"), suffix=".csv")
        there = exports.write(lambda path: path.write_text("deux"), suffix=".csv")
        made = take(place)
        exports.remove(gone.name)

        done = restoring.restore_files(made, restoring.check(made))

        assert (done.written, done.kept) == (1, 1)
        with exports.read(gone.name) as file:
            assert file.read() == b"un"
        exports.remove(there.name)

    def test_kept_files_are_sealed_under_their_own_name(self, place):
        """A sealed part of another backup does not pass for this one's."""
        one, other = take(place), take(place)
        (one / "files.sealed").write_bytes((other / "files.sealed").read_bytes())

        with pytest.raises(CannotOpen):
            restoring.check(one)


class TestARecoveredDatabase:
    """PostgreSQL went back to a moment by itself: docs/backup.md."""

    def test_is_settled_as_a_restored_one(self, place, settings, analyst, capsys):
        audit.record(actor=None, action="before")
        trail.seal()
        trail.anchor()
        contacts.oppose(by=None, source="desk", value="claire@forge.example")
        contacts.reconcile_oppositions()
        verified_client(analyst)
        anchor = json.loads(settings.AUDIT_ANCHOR_FILE.read_text())
        late = {**anchor, "seal": anchor["seal"] + 9}
        with settings.AUDIT_ANCHOR_FILE.open("a") as file:
            file.write(json.dumps(late) + "\n")
        Opposition.objects.all().delete()

        call_command("restore", recovered=True)

        told = capsys.readouterr().out
        assert "Oppositions reçues depuis : 1" in told
        assert "Ancres mises de côté : 1" in told
        assert Session.objects.count() == 0
        assert Opposition.objects.count() == 1
        assert AuditEntry.objects.filter(action="database.restored").count() == 1
        [aside] = settings.AUDIT_ANCHOR_FILE.parent.glob("*.before-restore-*")
        assert len(aside.read_text().splitlines()) == 2

    def test_is_told_apart_from_a_backup(self):
        for given in ({}, {"recovered": True, "backup": "/x"}):
            with pytest.raises(CommandError, match="--recovered"):
                call_command("restore", **given)


def test_a_short_read_is_whole_again():
    """Reads of any size give the same bytes."""
    plain = os.urandom(2 * PIECE + 3)
    reader = sealed.Reader(io.BytesIO(seal(plain)), purpose="p")
    pieces = iter(lambda: reader.read(10_240), b"")

    assert b"".join(pieces) == plain
