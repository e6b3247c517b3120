"""The sandbox as a process of its own, and batches ready to start."""

import io
import json
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.utils import timezone

from companies.models import Company, Register
from enrichment import services
from enrichment.intake import read
from enrichment.models import Provider
from enrichment.sources import ensure_rows
from enrichment.tests.gates import open_gates

PROJECT = Path(__file__).resolve().parent.parent.parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sandbox:
    """The running program, and the ways to disturb it."""

    def __init__(self, folder):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        command = [sys.executable, "-m", "enrichment.sandbox", "--port", str(self.port)]
        self.log = (folder / "sandbox.log").open("ab")
        self.process = subprocess.Popen(
            [*command, "--var", str(folder)],
            cwd=PROJECT,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        self._offset = 0
        self._wait()

    def _wait(self):
        deadline = time.monotonic() + 20
        while True:
            try:
                return self.ask("/_sandbox/health")
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.1)

    def ask(self, path, *, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def plan(self, **faults):
        """Faults by SIREN: `plan(**{siren: "500"})`; a list is played once."""
        self.ask("/_sandbox/faults", body=faults)

    def slow(self, latency_ms):
        self.ask("/_sandbox/latency", body={"latency_ms": latency_ms})

    def leave(self, source, units):
        """So many units are left in its only pool."""
        left = self.ask("/_sandbox/health")["tokens_left"][source]
        granted = 100_000 - int(float(left)) + units
        self.ask("/_sandbox/tokens", body={source: granted})

    def fresh(self):
        self.ask("/_sandbox/faults", method="DELETE")
        self.ask("/_sandbox/tokens", body={"pappers": None})
        self.slow(0)
        self._offset = self.ask("/_sandbox/served?since=0")["next"]

    def served(self):
        """What it served since the test began."""
        return self.ask(f"/_sandbox/served?since={self._offset}")["served"]

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory):
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield sandbox
    sandbox.close()


@pytest.fixture
def sources(db):
    """The rows of a new installation: some tests change them."""
    Provider.objects.all().delete()
    ensure_rows()
    open_gates()


@pytest.fixture
def sandbox(sandbox_process, settings, sources):
    settings.SANDBOX_URL = sandbox_process.url
    sandbox_process.fresh()
    return sandbox_process


def sirens(count, first=100_000):
    """SIREN with right keys that nobody was given on purpose."""
    found = []
    number = first
    while len(found) < count:
        text = f"9{number:07d}"
        total = sum(
            sum(divmod(int(digit) * 2, 10)) if place % 2 == 1 else int(digit)
            for place, digit in enumerate(text)
        )
        found.append(f"{text}{-total % 10}")
        number += 1
    return found


def register(numbers, **fields):
    """Rows of the register for these SIREN."""
    given = {"name": "Ateliers", "postal_code": "69100", "naf_code": "25.61Z"} | fields
    now = timezone.now()
    Company.objects.bulk_create(
        Company(siren=siren, registered_at=now, **given) for siren in numbers
    )
    Register.objects.bulk_create(Register(siren=siren) for siren in numbers)
    return numbers


def make_draft(by, numbers, name="Traitement de surface"):
    text = "siren\n" + "\n".join(numbers)
    reading = read(io.BytesIO(text.encode()))
    return services.make_batch(by=by, name=name, reading=reading)


def started(by, numbers, *, sources=("recherche_entreprises", "pappers"), cap=None):
    batch = make_draft(by, numbers)
    services.start_batch(batch=batch, by=by, sources=sources, cap_eur=cap)
    batch.refresh_from_db()
    return batch


@pytest.fixture
def companies(db):
    """So many companies of the register."""
    return lambda count, **fields: register(sirens(count), **fields)


@pytest.fixture
def draft():
    return make_draft


@pytest.fixture
def start():
    return started


@pytest.fixture(name="sirens")
def some_sirens():
    return sirens
