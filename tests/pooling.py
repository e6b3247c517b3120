"""PgBouncer for the time of a test, as deploy/pgbouncer writes it, and its data."""

import json
import os
import pwd
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from deploy.local import children
from deploy.local.state import State
from deploy.pgbouncer import files
from deploy.pgbouncer.files import Server, Sizes

PROJECT = Path(__file__).resolve().parent.parent
OPEN_FILES = 4096


def find_pgbouncer():
    """Debian keeps it out of an ordinary user's PATH."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class Pooler:
    """In a folder and under an account of its own: PgBouncer refuses root."""

    def __init__(self, url, *, sizes=None, scram_secret=""):
        self.server = Server.from_url(url)
        self.sizes = sizes or Sizes(web_pool=10, jobs_pool=10)
        self.folder = Path(tempfile.mkdtemp(prefix="ma-pgbouncer-"))
        self.port = State(self.folder / "ports.json").another_port("pgbouncer")
        self._log = self.folder / "pgbouncer.log"
        self._write(scram_secret)
        self._process = self._start()

    def _write(self, scram_secret):
        auth_file = self.folder / "userlist.txt"
        text = files.configuration(
            self.server,
            self.sizes,
            listen="127.0.0.1",
            listen_port=self.port,
            auth_file=auth_file,
        )
        (self.folder / "pgbouncer.ini").write_text(text)
        auth_file.write_text(files.userlist(self.server, scram_secret=scram_secret))
        auth_file.chmod(0o600)

    def _start(self):
        _allow_open_files()
        options = ()
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
            options = ("--user", str(nobody.pw_uid), str(nobody.pw_gid))
        process = children.start(
            [find_pgbouncer(), str(self.folder / "pgbouncer.ini")],
            death=signal.SIGKILL,
            log=self._log,
            options=options,
        )
        self._wait(process)
        return process

    def _wait(self, process):
        deadline = time.monotonic() + 20
        while True:
            try:
                return self.ask("SELECT 1")
            except psycopg.OperationalError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise AssertionError(children.tail(self._log)) from None
                time.sleep(0.05)

    def url(self, entry="ma_web"):
        server = self.server
        there = f"{server.user}:{server.password}@127.0.0.1:{self.port}"
        return f"postgresql://{there}/{entry}"

    def ask(self, sql, entry="ma_web"):
        with psycopg.connect(self.url(entry), prepare_threshold=None) as connection:
            return connection.execute(sql).fetchone()[0]

    def console(self, command):
        """Rows of PgBouncer's own console, which knows no transactions."""
        with psycopg.connect(
            self.url("pgbouncer"),
            autocommit=True,
            prepare_threshold=None,
            cursor_factory=psycopg.ClientCursor,
        ) as connection:
            cursor = connection.execute(command)
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def stop(self):
        children.stop(self._process, (signal.SIGINT, 2.0), (signal.SIGTERM, 2.0))
        shutil.rmtree(self.folder, ignore_errors=True)


def _allow_open_files():
    """A thousand clients are a thousand files, here and in PgBouncer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(OPEN_FILES, hard) if hard != resource.RLIM_INFINITY else OPEN_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


COMPANIES = 60


def make_data(*, people, batches, items):
    """What the clients of benchmarks.pooled read and write."""
    from accounts.models import User
    from accounts.tests.people import enrolled, make_desk, make_user, verified_client
    from companies.tests.makers import index_names, make_company
    from enrichment.models import Batch, Item

    desk = make_desk("Mécanique")
    made = [
        make_company(f"ATELIER {number:03d}", target={"revenue": number * 10**6})
        for number in range(COMPANIES)
    ]
    index_names()
    staff = [make_user(f"personne{n}@foule.example", desk=desk) for n in range(people)]
    for user in staff:
        enrolled(user)
    analyst = make_user("foule@cabinet.example", desk=desk)
    pks = []
    for _ in range(batches):
        batch = Batch.objects.create(
            desk=desk, created_by=analyst, name="Foule", state="running"
        )
        pks.append(batch.pk)
        Item.objects.bulk_create(
            Item(batch=batch, siren=f"{n:09d}", source="pappers", position=n)
            for n in range(items)
        )
    assert User.objects.count() == people + 1
    return {
        "people": [user.email for user in staff],
        "session": verified_client(analyst).cookies["session"].value,
        "first_company": made[0].name,
        "companies": COMPANIES,
        "batches": pks,
        "desk": desk.pk,
    }


class Clients:
    """A process of ``benchmarks.pooled``."""

    def __init__(self, process, said):
        self._process, self._said = process, said

    def is_running(self):
        return self._process.poll() is None

    def report(self):
        """Its last line."""
        self._process.wait(300)
        self._said.seek(0)
        said = self._said.read()
        self._said.close()
        assert self._process.returncode == 0, said[-3000:]
        return json.loads(said.splitlines()[-1])


def start_clients(url, data, *, kind, pooled=True, **asked):
    environment = os.environ | {
        "DATABASE_URL": url,
        "DATABASE_KIND": kind,
        "PGBOUNCER": "1" if pooled else "0",
        "DJANGO_SETTINGS_MODULE": "mainsite.settings_test",
        "PYTHONWARNINGS": "default",
    }
    # A file: a pipe that nobody reads while they work would stop them.
    said = tempfile.TemporaryFile("w+")  # noqa: SIM115  closed with the report
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.pooled", json.dumps(data | asked)],
        cwd=PROJECT,
        env=environment,
        stdout=said,
        stderr=subprocess.STDOUT,
    )
    return Clients(process, said)
