"""Hundreds of clients on twenty connections: PgBouncer in transaction mode, for real.

`make load` brings a thousand and two thousand.
"""

import os
import subprocess
import sys
import time

import psycopg
import pytest

from deploy.pgbouncer import files
from deploy.pgbouncer.files import PoolerError, Server, Sizes
from mainsite.lib.database_sessions import SETTINGS, Kind
from tests.pooling import (
    PROJECT,
    Pooler,
    find_pgbouncer,
    make_data,
    start_clients,
)

OPEN, ACTIVE = 320, 80


@pytest.fixture
def database_url(transactional_db):
    from django.db import connection

    given = connection.settings_dict
    there = f"{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}"
    return f"postgresql://{there}/{given['NAME']}"


@pytest.fixture
def pooler(database_url):
    if find_pgbouncer() is None:
        # CI installs it: there, its absence is a failure and not an excuse.
        assert not os.environ.get("CI"), "pgbouncer is not installed"
        pytest.skip("pgbouncer absent (Debian : apt-get install pgbouncer)")
    running = Pooler(database_url)
    yield running
    running.stop()


class TestThroughPgBouncer:
    def test_hundreds_of_clients_and_no_error(self, pooler):
        data = make_data(people=ACTIVE // 2, batches=10, items=200)
        web = start_clients(
            pooler.url("ma_web"),
            data,
            kind="web",
            open=OPEN // 2,
            active=ACTIVE // 2,
            rounds=1,
            acts=["sign-in"] * 5 + ["list"] * 14 + ["export"],
        )
        jobs = start_clients(
            pooler.url("ma_jobs"),
            data,
            kind="jobs",
            open=OPEN // 2,
            active=ACTIVE // 2,
            rounds=2,
            acts=["ledger"] * 19 + ["export"],
        )
        most = self.watch(pooler, web, jobs)
        reports = [web.report(), jobs.report()]
        assert [report["errors"] for report in reports] == [{}, {}]
        assert sum(report["open"] for report in reports) == OPEN + ACTIVE
        assert reports[0]["seen"] == {"sign-in": 10, "list": 28, "export": 2}
        assert reports[1]["seen"] == {"ledger": 76, "export": 4}
        # The lock held: nobody got what somebody else had.
        assert reports[1]["leased"] == 380
        assert reports[1]["leased_twice"] == 0
        assert most["clients"] > OPEN
        assert most["servers"] <= pooler.sizes.web_pool + pooler.sizes.jobs_pool

    def watch(self, pooler, *processes):
        """The most clients and the most connections to PostgreSQL there ever were."""
        most = {"clients": 0, "servers": 0}
        while any(process.is_running() for process in processes):
            pools = [
                pool
                for pool in pooler.console("SHOW POOLS")
                if "ma_" in pool["database"]
            ]
            now = {
                "clients": sum(p["cl_active"] + p["cl_waiting"] for p in pools),
                "servers": sum(
                    p[state]
                    for p in pools
                    for state in ("sv_active", "sv_idle", "sv_used")
                ),
            }
            most = {name: max(most[name], now[name]) for name in most}
            time.sleep(0.5)
        return most

    @pytest.mark.parametrize("kind", [Kind.WEB, Kind.JOBS])
    def test_a_session_hears_what_its_kind_wants(self, pooler, kind):
        for name, wanted in SETTINGS[kind].items():
            sql = f"SELECT setting FROM pg_settings WHERE name = '{name}'"  # noqa: S608
            assert pooler.ask(sql, f"ma_{kind}") == wanted

    def test_what_one_client_says_locally_is_not_heard_by_the_next(self, pooler):
        with psycopg.connect(pooler.url(), prepare_threshold=None) as one:
            one.execute("SET LOCAL statement_timeout = 0")
            assert one.execute("SHOW statement_timeout").fetchone()[0] == "0"
        for _ in range(5):
            assert pooler.ask("SHOW statement_timeout") == "5s"

    def test_a_long_statement_is_ended(self, pooler):
        with pytest.raises(psycopg.errors.QueryCanceled):
            pooler.ask("SET LOCAL statement_timeout = 50; SELECT pg_sleep(2)")

    def test_opens_with_the_secret_that_postgresql_keeps(self, database_url, pooler):
        """No password on the pooler's disk: the client's proof opens the server too."""
        server = Server.from_url(database_url)
        with psycopg.connect(database_url, autocommit=True) as connection:
            secret = connection.pgconn.encrypt_password(
                server.password.encode(), server.user.encode(), b"scram-sha-256"
            ).decode()
            # The same password under a salt that we know: nobody notices.
            connection.execute(f"ALTER ROLE {server.user} PASSWORD '{secret}'")
        other = Pooler(database_url, scram_secret=secret)
        try:
            assert server.password not in (other.folder / "userlist.txt").read_text()
            assert other.ask("SELECT current_user") == server.user
        finally:
            other.stop()


class TestScript:
    def run(self, folder, **environment):
        return subprocess.run(
            [sys.executable, "-m", "deploy.pgbouncer", str(folder)],
            env=os.environ | environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_writes_both_files_for_their_owner_alone(self, database_url, tmp_path):
        answer = self.run(tmp_path, DATABASE_URL=database_url)
        assert answer.returncode == 0, answer.stderr
        password = Server.from_url(database_url).password
        assert password not in answer.stdout
        assert password not in (tmp_path / "pgbouncer.ini").read_text()
        assert password in (tmp_path / "userlist.txt").read_text()
        for name in ("pgbouncer.ini", "userlist.txt"):
            assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
        assert "${" not in (tmp_path / "pgbouncer.ini").read_text()

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"PGBOUNCER_WEB_POOL": "5000"}, "PostgreSQL n’en accepte que"),
            ({"PGBOUNCER_WEB_POOL": "beaucoup"}, "ce n’est pas un nombre"),
            ({"PGBOUNCER_SCRAM_SECRET": "md5abc"}, "SCRAM-SHA-256$"),
            ({"DATABASE_URL": ""}, "DATABASE_URL manque"),
        ],
    )
    def test_refuses_with_a_sentence(self, database_url, tmp_path, given, said):
        answer = self.run(tmp_path, **{"DATABASE_URL": database_url} | given)
        assert answer.returncode == 1
        assert said in answer.stderr
        assert "Traceback" not in answer.stderr
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("most", [0, 200])
    def test_only_a_newer_pgbouncer_hears_of_prepared_statements(self, most, tmp_path):
        text = files.configuration(
            Server.from_url("postgresql://ma_app:x@db/ma"),
            Sizes(max_prepared=most),
            listen="127.0.0.1",
            listen_port=6432,
            auth_file=tmp_path,
        )
        assert ("max_prepared_statements = 200" in text) is bool(most)

    def test_a_name_cannot_add_a_line(self):
        server = Server.from_url("postgresql://ma_app:x@db/ma%0Aadmin_users%20=%20x")
        with pytest.raises(PoolerError):
            files.configuration(
                server, Sizes(), listen="", listen_port=1, auth_file=PROJECT
            )
