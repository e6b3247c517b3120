"""PostgreSQL is restarted, cleanly and with -9, while gunicorn answers searches."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from deploy.local import children
from deploy.local.postgres import Postgres
from deploy.local.state import State

pytestmark = pytest.mark.faults

PROJECT = Path(__file__).resolve().parent.parent
COMPANIES = 7
PATHS = ("/", "/?tri=-ca", "/?q=mecanique&naf=25", "/?region=84&ca_min=1")
# Longer than a page waits for a connection.
OUTAGE_S = 4.0
# security.md, F4: errors during the outage and five seconds more.
RECOVERY_S = 5.0
# Between two questions of the same person: about the fall and the return, and later on.
OFTEN_S, SELDOM_S = 0.1, 0.25

SEED = f"""
from accounts.tests.people import make_desk, make_user, verified_client
from companies.tests.makers import index_names, make_company
for number in range({COMPANIES}):
    make_company(f"MÉCANIQUE {{number}}", target={{"revenue": (number + 2) * 10**6}})
index_names()
analyst = make_user("analyste@cabinet.example", desk=make_desk("Mécanique"))
print("SESSION", verified_client(analyst).cookies["session"].value)
"""


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    """A server of this module's own: nobody else's is ever stopped."""
    var = tmp_path_factory.mktemp("restart")
    (var / "log").mkdir()
    # Not a throwaway one: what was committed has to be there after a kill.
    server = Postgres(var=var, state=State(var / "servers.json"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def environment(postgres, tmp_path_factory):
    var = tmp_path_factory.mktemp("web")
    (var / "static").mkdir()
    return (
        os.environ
        | postgres.environment()
        | {
            "DJANGO_SETTINGS_MODULE": "mainsite.settings_test",
            "VAR_DIR": str(var),
            "WEB_WORKERS": "2",
            "WEB_POOL_SIZE": "8",
            "PYTHONWARNINGS": "default",
            "PORT": str(State(var / "ports.json").another_port("web")),
        }
    )


@pytest.fixture(scope="module")
def cookie(environment):
    manage(environment, "migrate", "--verbosity", "0")
    said = manage(environment, "shell", "--no-imports", "-c", SEED)
    return "session=" + re.search(r"SESSION (\S+)", said)[1]


def manage(environment, *arguments):
    answer = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


class Web:
    """gunicorn as it runs in production, and a few people who never stop asking."""

    def __init__(self, environment, cookie):
        self.address = f"http://127.0.0.1:{environment['PORT']}"
        self._cookie = cookie
        self.log = Path(environment["VAR_DIR"]) / "web.log"
        command = [sys.executable, "-m", "gunicorn", "mainsite.wsgi"]
        self.process = children.start(
            [*command, "-c", "deploy/gunicorn.conf.py"],
            death=signal.SIGTERM,
            log=self.log,
            environment=environment,
            folder=PROJECT,
        )
        self.answers = []
        self.pause_s = OFTEN_S
        self._asking = True
        self._people = []

    def get(self, path):
        request = urllib.request.Request(self.address + path)
        request.add_header("Cookie", self._cookie)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), dict(error.headers)

    def is_up(self):
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    def start_asking(self, people=4):
        self._people = [
            threading.Thread(target=self._ask, args=(turn,)) for turn in range(people)
        ]
        for person in self._people:
            person.start()

    def _ask(self, turn):
        while self._asking:
            path = PATHS[turn % len(PATHS)]
            try:
                answer = self.get(path)
            except OSError as error:
                answer = (0, repr(error), {})
            self.answers.append((time.monotonic(), path, *answer))
            turn += 1
            time.sleep(self.pause_s)

    def workers(self):
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return sorted(task.read_text().split())

    def stop(self):
        self._asking = False
        for person in self._people:
            person.join()
        children.stop(self.process, (signal.SIGTERM, 10.0))


@pytest.fixture
def web(environment, cookie):
    running = Web(environment, cookie)
    until(running.is_up, seconds=30)
    yield running
    running.stop()


def until(happens, seconds):
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def stop_cleanly(postgres):
    postgres.stop()


def kill(postgres):
    postgres.process.kill()
    postgres.process.wait()


@pytest.mark.parametrize("fall", [stop_cleanly, kill])
def test_searches_get_a_french_page_or_the_right_answer(web, postgres, fall):
    workers = web.workers()
    web.start_asking()
    until(lambda: len(web.answers) > 40, seconds=30)
    fell_at = time.monotonic()
    fall(postgres)
    time.sleep(OUTAGE_S)
    postgres.start()
    back_at = time.monotonic()
    until(lambda: time.monotonic() - back_at > RECOVERY_S / 4, seconds=20)
    web.pause_s = SELDOM_S
    until(lambda: time.monotonic() - back_at > RECOVERY_S + 1, seconds=20)
    # The same processes from the beginning to the end.
    assert web.workers() == workers
    web.stop()
    assert web.process.returncode == 0
    judge(web.answers, fell_at, back_at)


def judge(answers, fell_at, back_at):
    seen = Counter(status for _, _, status, _, _ in answers)
    assert set(seen) == {200, 503}, [
        text[:2000] for _, _, status, text, _ in answers if status not in (200, 503)
    ]
    for at, path, status, text, headers in answers:
        assert "Traceback" not in text
        assert "OperationalError" not in text
        if status == 200:
            assert re.search(rf"\b{COMPANIES}\s+sociétés\b", text), path
            continue
        assert re.search("pas (pu être|été) lue|ne répond pas", text), text[:3000]
        assert headers["Cache-Control"] == "no-store"
        # A page that was being made when it fell may say so a little later.
        assert fell_at - 0.1 <= at <= back_at + RECOVERY_S, (at - back_at, text[:500])
    assert [status for at, _, status, _, _ in answers if at < fell_at - 0.1]
