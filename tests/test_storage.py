"""Every stored file goes through STORAGES: with one that has no folder, all works.

What the code writes elsewhere is listed here, with why.
"""

import ast
from pathlib import Path

import pytest
from django.conf import settings as ours
from django.core.files.base import ContentFile

from companies.imports import files as uploads
from exports import files as exports
from mainsite.lib.storage import names_in

APPS = ("accounts", "companies", "enrichment", "scoring", "exports", "mainsite")
# Where a file is opened to be written, or a folder is made.
WRITERS = {
    "accounts/trail.py": "the anchors, outside of the database and of the storages",
    "companies/contacts/journal.py": "outside of the database, as the anchors",
    "companies/imports/files.py": "this machine's copy, before it is handed over",
    "companies/search/index/build.py": "of each machine, can be built again",
    "enrichment/sandbox/served.py": "a program of its own, for demos and tests",
    "exports/files.py": "made on this machine, before it is handed over",
    "exports/formats/csv.py": "under the name that exports.files gives",
    "exports/formats/jsonl.py": "under the name that exports.files gives",
    "exports/formats/parquet.py": "under the name that exports.files gives",
    "exports/formats/pdf/fonts.py": "a temporary folder",
    "exports/formats/pdf/writing.py": "under the name that exports.files gives",
    "exports/formats/sql_file.py": "under the name that exports.files gives",
    "exports/storage.py": "the folder that ops declared as a destination",
    "mainsite/backup/aftermath.py": "the anchors, once what does not fit is aside",
    "mainsite/backup/taking.py": "backups, in BACKUP_DIR",
    "mainsite/management/commands/boot.py": "the welcome text of bin/run",
    "scoring/learning/files.py": "where a command was told to; kept in the database",
    "scoring/registry/storing.py": "a temporary folder; kept in the database",
    "scoring/rulesets/build.py": "a tool of developers, in the sources",
}


@pytest.fixture
def elsewhere(settings, tmp_path):
    """Storages that this machine has no folder of."""
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = settings.STORAGES | {"exports": memory, "uploads": memory}
    settings.EXPORT_DIR = tmp_path / "exports"
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return tmp_path


class TestAStorageElsewhere:
    def test_takes_an_export_whole_and_leaves_nothing_here(self, elsewhere):
        written = exports.write(
            lambda path: path.write_bytes(b"siren\n"), suffix=".csv"
        )

        assert names_in("exports") == [written.name]
        assert list((elsewhere / "exports").iterdir()) == []
        with exports.read(written.name) as file:
            assert file.read() == b"siren\n"
        exports.remove(written.name)
        with pytest.raises(FileNotFoundError):
            exports.read(written.name)

    def test_gives_an_upload_to_the_machine_that_reads_it(self, elsewhere):
        kept = uploads.keep(ContentFile(b"siren;nom\n"))

        assert names_in("uploads") == [kept.name]
        assert list((elsewhere / "uploads").iterdir()) == []
        assert uploads.path_of(kept.name).read_bytes() == b"siren;nom\n"
        uploads.remove(kept.name)
        assert not uploads.path_of(kept.name).exists()
        assert names_in("uploads") == []

    def test_takes_nothing_of_a_file_that_failed(self, elsewhere):
        def fail(path):
            path.write_bytes(b"half")
            raise RuntimeError

        with pytest.raises(RuntimeError):
            exports.write(fail, suffix=".csv")

        assert names_in("exports") == []
        assert list((elsewhere / "exports").iterdir()) == []


class TestFolders:
    def test_files_are_readable_by_us_only(self, settings, tmp_path):
        from mainsite.lib.tests.folders import keep_in

        folder = keep_in(settings, "exports", tmp_path / "exports")
        written = exports.write(lambda path: path.write_bytes(b"x"), suffix=".csv")

        assert (folder / written.name).stat().st_mode & 0o777 == 0o600
        assert folder.stat().st_mode & 0o777 == 0o700


_NAMES = {"write_bytes", "write_text", "mkdir", "makedirs", "copyfile"}


def _writes(path):
    """Whether a call opens a file to write it, or names one to be written."""
    calls = (
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    )
    return any(_is_write(call) for call in calls)


def _is_write(call):
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name != "open":
        return name in _NAMES
    given = [*call.args, *(each.value for each in call.keywords)]
    words = [str(each.value) for each in given if isinstance(each, ast.Constant)]
    opens = any(set(word) & set("wxa") and len(word) < 4 for word in words)
    return opens or "O_CREAT" in ast.unparse(call)


def test_no_other_code_writes_files():
    found = {
        str(path.relative_to(ours.BASE_DIR))
        for app in APPS
        for path in Path(ours.BASE_DIR, app).rglob("*.py")
        if not {"tests", "migrations"} & set(path.parts)
        and _writes(path)
        and path.name != "settings_test.py"
    }

    assert found == set(WRITERS)
