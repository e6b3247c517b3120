"""F16: the machine is gone; a backup, and what was kept apart, make another one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import audit, trail
from accounts.tests.people import enrolled, verified_client
from companies import contacts
from companies.contacts import ContactFact
from companies.models import Contact
from deploy.local.postgres import Postgres
from deploy.local.state import State
from enrichment.tests.conftest import make_draft, register, sirens
from exports import files as exports
from mainsite.lib.tests.folders import keep_in

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

PROJECT = Path(__file__).resolve().parent.parent
KEY = "k2:" + "b" * 43
EMAIL, OTHER = "claire@forge.example", "paul@forge.example"

# What somebody does first on the new machine; the password and the application are
# those of before.
COMES_BACK = """
import json
from django.db import ProgrammingError, connection
from django.test import Client
from django.urls import reverse
from accounts import trail
from accounts.models import Session, TotpDevice
from accounts.tests.people import PASSWORD, code_of
from companies.models import Contact, Opposition
from exports import files
told = {"sessions": Session.objects.count(), "contacts": Contact.objects.count()}
client = Client()
signed = client.post(reverse("accounts:sign_in"),
    {"email": "analyste@cabinet.example", "password": PASSWORD})
code = code_of(TotpDevice.objects.get())
passed = client.post(signed.url, {"token": code})
told["way"] = [signed.status_code, passed.status_code, passed.url]
told["batch"] = client.get("BATCH").status_code
told["oppositions"] = Opposition.objects.count()
told["faults"] = trail.verify().faults
told["file"] = files.read("FILE").read().decode()
# What the application could not change there, it cannot change here.
try:
    connection.cursor().execute("DELETE FROM accounts_auditentry")
except ProgrammingError as error:
    told["refused"] = str(error).splitlines()[0]
print("TOLD", json.dumps(told))
"""


# `make drill` plays it on more data, and its times are read.
COMPANIES = int(os.environ.get("DRILL_COMPANIES", "0"))
FIRST = 200_000_000
FILL = f"""
    INSERT INTO company (siren, name, trade_name, acronym, legal_form, naf_code,
        naf25_code, is_active, diffusion, headcount_band, category, website, address,
        postal_code, commune_code, commune, source, source_file, registered_at)
    SELECT {FIRST} + i, 'MECANIQUE ' || i, '', '', '5710', '25.61Z', '', true, 'O',
        '11', '', '', i || ' RUE DES FORGES', '69100', '69266', 'VILLEURBANNE',
        'sirene', '', now() FROM generate_series(1, %(count)s) i;
    INSERT INTO target (siren, geo, naf, flags, folded_name, revenue, score)
    SELECT {FIRST} + i, 1 + i %% 30000, 1 + i %% 700, 1, 'MECANIQUE ' || i, i,
        i %% 10000 FROM generate_series(1, %(count)s) i;
    INSERT INTO accounts_auditentry (at, action, resource)
    SELECT now() - i * interval '1 second', 'seen', 'company:' || {FIRST} + i
    FROM generate_series(1, %(count)s / 10) i
"""


def fill(count):
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(FILL, {"count": count})


def tell(words):
    if COMPANIES:
        sys.stdout.write(f"\n{words}")


@pytest.fixture
def apart(settings, tmp_path):
    """Another disk: what the loss of the machine leaves."""
    folder = tmp_path / "apart"
    settings.AUDIT_ANCHOR_FILE = folder / "audit.jsonl"
    settings.OPPOSITION_FILE = folder / "oppositions.jsonl"
    return folder


@pytest.fixture
def old(settings, tmp_path, apart):
    """The environment of commands on the machine that is about to be lost."""
    keep_in(settings, "exports", tmp_path / "old" / "exports")
    keep_in(settings, "uploads", tmp_path / "old" / "uploads")
    return _environment(
        tmp_path / "old",
        apart,
        DATABASE_URL=_this_database("DATABASE_URL"),
        DATABASE_OWNER_URL=_this_database("DATABASE_OWNER_URL"),
    )


@pytest.fixture
def new(tmp_path, apart):
    """An empty server, with the roles and extensions that its administrator made."""
    var = tmp_path / "new"
    (var / "log").mkdir(parents=True)
    server = Postgres(var=var, state=State(var / "servers.json"), throwaway=True)
    server.start()
    yield _environment(var, apart, **server.environment())
    server.stop()


def _environment(var, apart, **addresses):
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "mainsite.settings_test",
        "VAR_DIR": str(var),
        "AUDIT_ANCHOR_FILE": str(apart / "audit.jsonl"),
        "OPPOSITION_FILE": str(apart / "oppositions.jsonl"),
        "BACKUP_DIR": str(apart / "backups"),
        "BACKUP_KEY": KEY,
        "PYTHONWARNINGS": "default",
        **addresses,
    }


def _this_database(variable):
    name = connection.settings_dict["NAME"]
    return urlsplit(os.environ[variable])._replace(path=f"/{name}").geturl()


def manage(environment, *arguments):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def record(siren, value):
    contacts.record_contacts(
        contacts=[
            ContactFact(
                siren=siren,
                kind="email",
                value=value,
                source="kaspr",
                collected_at=timezone.now(),
                lawful_basis="LIA-2026-01",
                licence="Kaspr",
                is_personal=True,
                full_name=value.partition("@")[0],
                title="Directrice",
                answer_id=1,
            )
        ]
    )


def backup_of(old, apart):
    answer = manage(old, "backup")
    tell(answer.stdout)
    assert answer.returncode == 0, answer.stderr
    [made] = (path for path in (apart / "backups").iterdir() if path.is_dir())
    return made


def test_a_lost_machine_is_made_again(analyst, old, new, apart, tmp_path):
    fill(COMPANIES)
    enrolled(analyst)
    siren = register(sirens(3))[0]
    batch = make_draft(analyst, sirens(3))
    for value in (EMAIL, OTHER):
        record(siren, value)
    kept = exports.write(lambda path: path.write_text("siren\n"), suffix=".csv")
    trail.seal()
    trail.anchor()
    made = backup_of(old, apart)

    # Nothing of it can be read where it lies.
    sealed = b"".join(path.read_bytes() for path in made.iterdir())
    assert b"PGDMP" not in sealed
    assert analyst.email.encode() not in sealed

    # Life goes on, then the machine is lost.
    contacts.oppose(by=None, source="desk", value=EMAIL)
    verified_client(analyst)
    audit.record(actor=analyst, action="late")
    trail.seal()
    trail.anchor()
    assert Contact.objects.count() == 1
    shutil.rmtree(tmp_path / "old")

    answer = manage(new, "restore", str(made))

    tell(answer.stdout)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    for words in (
        "Oppositions reçues depuis : 2",
        "contacts et pistes effacés : 1",
        "Perdu : tout ce qui a été écrit après le",
        "Ancres mises de côté : 1",
        "La trace d’audit est entière, le grand livre est juste.",
    ):
        assert words in answer.stdout, answer.stdout
    for secret in (KEY, "b" * 43, *_passwords(new)):
        assert secret not in answer.stdout + answer.stderr
    address = reverse("enrichment:batch", args=[batch.public_id])
    script = COMES_BACK.replace("BATCH", address).replace("FILE", kept.name)
    said = manage(new, "shell", "--no-imports", "-c", script)
    assert "TOLD " in said.stdout, said.stderr
    assert json.loads(said.stdout.partition("TOLD ")[2]) == {
        "sessions": 0,
        "contacts": 1,
        "way": [302, 302, reverse("companies:list")],
        "batch": 200,
        "oppositions": 2,
        "faults": [],
        "file": "siren\n",
        "refused": "permission denied for table accounts_auditentry",
    }
    # A second time, the database is not empty: it has to be said.
    replaced = manage(new, "restore", str(made), "--replace")
    assert replaced.returncode == 0, replaced.stdout + replaced.stderr


def _passwords(environment):
    names = ("DATABASE_URL", "DATABASE_OWNER_URL")
    return [urlsplit(environment[name]).password for name in names]
