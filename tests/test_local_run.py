"""The supervisor of bin/run, with small programs in the product's place."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings

from deploy.local import environment, judge, leftovers, run, supervisor
from deploy.local.children import is_alive
from deploy.local.messages import LocalError
from deploy.local.processes import Process, product
from deploy.local.servers import Servers
from deploy.local.signals import bell
from deploy.local.supervisor import Supervisor, pause_after


def program(code, **more):
    return Process(**{"name": "web", "command": (sys.executable, "-c", code)} | more)


SLEEPER = "import time; time.sleep(60)"


@pytest.fixture
def supervise(tmp_path):
    with bell() as ours:
        made = []

        def make(*processes):
            one = Supervisor(
                processes,
                env={**os.environ, leftovers.VARIABLE: str(tmp_path)},
                logs=tmp_path,
                folder=tmp_path,
                bell=ours,
            )
            made.append(one)
            return one

        make.bell = ours
        yield make
        ours.asked = 2
        for one in made:
            one.stop()


def until(happens, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


class TestSupervisor:
    def test_starts_a_fallen_process_again(self, supervise, tmp_path, capsys):
        code = (
            "open('starts', 'a').write('x'); print('last words'); raise SystemExit(3)"
        )
        ours = supervise(program(code))
        ours.start()
        starts = tmp_path / "starts"

        def started_twice():
            ours.look()
            return starts.exists() and len(starts.read_text()) == 2

        until(started_twice)
        said = capsys.readouterr()
        assert "web s’est arrêté (code 3)" in said.err
        assert "web | last words" in said.err
        assert "nouvel essai dans 1 s" in said.out

    def test_gives_up_when_the_web_falls_at_once(self, supervise, monkeypatch):
        monkeypatch.setattr(supervisor, "_LONGEST_PAUSE_S", 0.05)
        ours = supervise(program("raise SystemExit(1)", essential=True))
        ours.start()

        with pytest.raises(LocalError, match="web ne tient pas : 5 arrêts"):
            ours.watch(Servers())

    def test_never_gives_up_on_a_worker(self, supervise, monkeypatch, tmp_path):
        monkeypatch.setattr(supervisor, "_LONGEST_PAUSE_S", 0.01)
        code = "open('starts', 'a').write('x')"
        ours = supervise(program(code, name="worker-1"))
        ours.start()
        starts = tmp_path / "starts"

        def started_often():
            ours.look()
            return starts.exists() and len(starts.read_text()) > 6

        until(started_often)

    def test_stops_at_a_signal(self, supervise):
        ours = supervise(program(SLEEPER), program(SLEEPER, name="worker-1"))
        ours.start()
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM)).start()

        ours.watch(Servers())
        ours.stop()

        assert not ours.is_running("web")
        assert not ours.is_running("worker-1")

    def test_a_deaf_process_is_killed_after_its_time(self, supervise, monkeypatch):
        monkeypatch.setattr(supervisor, "_INSISTENCE_S", 0.1)
        deaf = f"import signal; signal.signal(15, signal.SIG_IGN); {SLEEPER}"
        ours = supervise(program(deaf, patience_s=0.3))
        ours.start()
        time.sleep(0.3)

        ours.stop()

        assert not ours.is_running("web")

    @pytest.mark.parametrize(
        ("falls", "pause_s"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (50, 30)]
    )
    def test_waits_longer_after_each_fall(self, falls, pause_s):
        assert pause_after(falls) == pause_s


class TestLeftovers:
    def test_of_a_killed_run_are_put_down(self, tmp_path):
        marked = {**os.environ, leftovers.VARIABLE: str(tmp_path)}
        left = subprocess.Popen([sys.executable, "-c", SLEEPER], env=marked)
        other = subprocess.Popen([sys.executable, "-c", SLEEPER])
        until(lambda: _environ(left) != _environ(None))

        assert leftovers.put_down(str(tmp_path)) == 1

        assert left.wait(5) == -signal.SIGTERM
        assert is_alive(other.pid)
        other.kill()
        other.wait()


def _environ(process):
    pid = "self" if process is None else process.pid
    return Path(f"/proc/{pid}/environ").read_bytes()


class TestEnvironment:
    def test_secrets_are_made_once_and_kept_private(self, tmp_path, monkeypatch):
        for name in ("SECRET_KEY", "FIELD_KEY", "PEPPER"):
            monkeypatch.delenv(name, raising=False)

        first = environment.local(tmp_path)

        assert environment.local(tmp_path) == first
        assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600
        assert len(first["SECRET_KEY"]) == 64
        assert len(first["FIELD_KEY"]) == 44

    def test_what_is_given_wins(self, tmp_path, monkeypatch):
        monkeypatch.setenv("SECRET_KEY", "mine")

        assert "SECRET_KEY" not in environment.local(tmp_path)


class TestRun:
    def test_says_which_port_to_try(self, monkeypatch):
        monkeypatch.setattr(run, "_LEFTOVER_S", 0)
        monkeypatch.setattr(run.state, "is_free", lambda port: False)

        with pytest.raises(LocalError, match="PORT=8001 bin/run"):
            run._check_port(8000)

    def test_refuses_a_port_that_is_none(self, monkeypatch):
        monkeypatch.setenv("PORT", "huit mille")

        with pytest.raises(LocalError, match="huit mille"):
            run._port()

    def test_its_list_has_the_whole_product(self):
        names = [one.name for one in product(sandbox_port=1, sandbox_folder="x")]

        workers = [name for name in names if name.startswith("worker-")]
        assert names == ["web", *workers, "scheduler", "index", "sandbox"]

    def test_every_queue_has_a_worker_and_who_waits_has_one_alone(self):
        told = {
            one.name: one.command[one.command.index("work") + 1 :]
            for one in product(sandbox_port=1, sandbox_folder="x")
            if one.name.startswith("worker-")
        }
        assert told.pop("worker-interactive") == ("interactive",)
        # Behind the pages, each of the others.
        assert {each[-2:] for each in told.values()} == {("--nice", "5")}
        given = ["interactive", *(name for each in told.values() for name in each[:-2])]
        assert sorted(given) == sorted(settings.RQ_QUEUES)


class TestJudge:
    @pytest.mark.parametrize(
        ("summary", "allowed", "complaints"),
        [
            ({"shared": {"played": 9}}, False, 0),
            ({"shared": {"skipped": 9}}, False, 1),
            ({"shared": {"skipped": 9}}, True, 0),
            ({"browser": {"skipped": 3}, "shared": {"played": 9}}, True, 2),
            ({"office": {"skipped": 3}}, False, 2),
            ({"office": {}, "browser": {}}, False, 2),
            ({"mariadb": {"skipped": 3}}, False, 0),
        ],
    )
    def test_counts_what_was_left_out(self, summary, allowed, complaints):
        summary = {"browser": {"played": 3}, "office": {"played": 2}} | summary
        found = judge.complaints(summary, allow_no_shared=allowed)
        assert len(found) == complaints
