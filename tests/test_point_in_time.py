"""Back to a moment before somebody's mistake: what docs/backup.md says was done here.

PostgreSQL archives its log, a base backup is taken while it works, rows are deleted by
mistake, the machine is lost; another one goes back to the second before the mistake.
"""

import os
import shutil
import subprocess
import time

import psycopg
import pytest

from deploy.local.postgres import Postgres
from deploy.local.state import State
from mainsite.backup import programs

pytestmark = pytest.mark.faults

ROLE = "ma_backup"


class Archived(Postgres):
    """With a role that may take base backups, as the administrator makes it."""

    def _prepare_once(self):
        super()._prepare_once()
        hba = self._footing.data / "pg_hba.conf"
        line = f"host replication {ROLE} 127.0.0.1/32 scram-sha-256\n"
        if line in hba.read_text():
            return
        hba.write_text(hba.read_text() + line)
        self._run(
            *("postgres", "--single", "-D", str(self._footing.data), "postgres"),
            typed=f"CREATE ROLE {ROLE} LOGIN REPLICATION PASSWORD '{self.password}';\n",
        )

    @property
    def password(self):
        return self._state.secret(f"postgres.{ROLE}")

    @property
    def data(self):
        return self._footing.data

    @property
    def owner(self):
        return self._footing.owner

    @property
    def port(self):
        return self._port


def server(var, **settings):
    (var / "log").mkdir(parents=True, exist_ok=True)
    return Archived(var=var, state=State(var / "servers.json"), settings=settings)


@pytest.fixture
def archive(tmp_path):
    """On another disk than the database's; PostgreSQL's account writes there."""
    folder = tmp_path / "archive"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


def ask(one, statement):
    with psycopg.connect(one.environment()["DATABASE_OWNER_URL"]) as session:
        cursor = session.execute(statement)
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


def until(happens, seconds=30):
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def run(*command, **environment):
    answer = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr


def test_a_mistake_is_undone_to_the_second(tmp_path, archive, monkeypatch):
    old = server(
        tmp_path / "old",
        archive_mode="on",
        archive_command=f"test ! -f {archive}/%f && cp %p {archive}/%f",
        archive_timeout="1s",
    )
    old.start()
    new = None
    try:
        ask(old, "CREATE TABLE kept (what text)")
        ask(old, "INSERT INTO kept VALUES ('before the base backup')")
        base = tmp_path / "base"
        monkeypatch.setattr(programs, "server_version", lambda: 18)
        run(
            *(programs.find("pg_basebackup"), "--pgdata", str(base)),
            *("--wal-method=none", "--checkpoint=fast", "--no-password"),
            *("--host", "127.0.0.1", "--port", str(old.port), "--username", ROLE),
            PGPASSWORD=old.password,
        )
        ask(old, "INSERT INTO kept VALUES ('after it')")
        [moment] = ask(old, "SELECT now()::text")
        time.sleep(1)
        ask(old, "DELETE FROM kept")
        [last] = ask(old, "SELECT pg_walfile_name(pg_current_wal_lsn())")
        until(lambda: (archive / last).exists())
        old.process.kill()
        old.process.wait()
        shutil.rmtree(tmp_path / "old" / "postgres", ignore_errors=True)

        run(programs.find("pg_verifybackup"), "--no-parse-wal", str(base))
        # The passwords are in the database: the new launcher has to know them.
        (tmp_path / "new").mkdir()
        shutil.copy(tmp_path / "old" / "servers.json", tmp_path / "new")
        new = server(
            tmp_path / "new",
            restore_command=f"cp {archive}/%f %p",
            recovery_target_time=moment,
            recovery_target_action="promote",
        )
        began = time.monotonic()
        shutil.copytree(base, new.data)
        (new.data / "recovery.signal").touch()
        _give(new)
        new.start()
        took = time.monotonic() - began

        assert ask(new, "SELECT what FROM kept ORDER BY 1") == [
            "after it",
            "before the base backup",
        ]
        # It leaves the recovery by itself, and goes on living.
        until(lambda: ask(new, "SELECT pg_is_in_recovery()") == [False])
        ask(new, "INSERT INTO kept VALUES ('since')")
        assert took < 30
    finally:
        for one in (old, new):
            if one is not None:
                one.stop()


def _give(one):
    """To PostgreSQL's account, where the launcher runs it under another one."""
    if one.owner:
        for path in (one.data, *one.data.rglob("*")):
            os.chown(path, *one.owner)
