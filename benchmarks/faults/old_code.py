"""The old release serves; the new one's migrations are applied beside it (F15).

    python old_code.py OLD NEW

OLD and NEW are folders of the code. A database of its own is migrated by the old code,
which then answers pages without a pause while the new code migrates it. Exit 1, and
what was answered, when any page was not right.
"""

import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

NAME = "trial_old_code"
SEED = """
from accounts.tests.people import make_desk, make_user, verified_client
from companies.tests.makers import index_names, make_company
for number in range(7):
    make_company(f"MÉCANIQUE {number}", target={"revenue": (number + 2) * 10**6})
index_names()
analyst = make_user("analyste@cabinet.example", desk=make_desk("Mécanique"))
print("SESSION", verified_client(analyst).cookies["session"].value)
"""
PATHS = ("/", "/?q=mecanique", "/viviers/", "/exports/", "/imports/")
AROUND_S = 1.5


def main(old: Path, new: Path) -> int:
    env = dict(os.environ) | _database()
    env["PORT"] = str(int(env["PORT"]) + 1)
    _manage(old, env, "migrate", "--verbosity", "0")
    said = _manage(old, env, "shell", "--no-imports", "-c", SEED)
    cookie = "session=" + said.rpartition("SESSION ")[2].strip()
    gunicorn = [sys.executable, "-m", "gunicorn", "mainsite.wsgi"]
    web = subprocess.Popen(  # noqa: S603
        [*gunicorn, "-c", "deploy/gunicorn.conf.py"], cwd=old, env=env
    )
    try:
        address = f"http://127.0.0.1:{env['PORT']}"
        _wait(address)
        answers: Counter[int] = Counter()
        over = threading.Event()
        readers = [
            threading.Thread(target=_read, args=(address, cookie, answers, over))
            for _ in range(2)
        ]
        for reader in readers:
            reader.start()
        time.sleep(AROUND_S)
        _manage(new, env, "migrate", "--verbosity", "0")
        time.sleep(AROUND_S)
        over.set()
        for reader in readers:
            reader.join()
    finally:
        web.terminate()
        web.wait(20)
    sys.stdout.write(f"{dict(answers)}\n")
    return 0 if set(answers) == {200} else 1


def _database() -> dict[str, str]:
    owner = os.environ["DATABASE_OWNER_URL"]
    with psycopg.connect(owner, autocommit=True) as line:
        name = sql.Identifier(NAME)
        line.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        line.execute(sql.SQL("CREATE DATABASE {}").format(name))
    names = ("DATABASE_URL", "DATABASE_OWNER_URL")
    return {
        name: urlunsplit(urlsplit(os.environ[name])._replace(path=f"/{NAME}"))
        for name in names
    }


def _manage(folder: Path, env: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(  # noqa: S603
        command, cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def _wait(address: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the old code does not start")


def _read(
    address: str, cookie: str, answers: Counter[int], over: threading.Event
) -> None:
    turn = 0
    while not over.is_set():
        path = PATHS[turn % len(PATHS)]
        request = urllib.request.Request(address + path)  # noqa: S310
        request.add_header("Cookie", cookie)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                answer.read()
                answers[answer.status] += 1
        except urllib.error.HTTPError as error:
            answers[error.code] += 1
        except OSError:
            answers[0] += 1
        turn += 1


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:3])))
