import os
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import psycopg
import pytest

from exports.airtable_sandbox.app import Token, make_sandbox
from exports.airtable_sandbox.bases import Base, new_id
from exports.airtable_sandbox.serving import serving
from exports.delivering import airtable_api
from exports.delivering.airtable_api import Place
from exports.models import Destination
from exports.tests.delivering.airtable_rows import TOKEN
from exports.tests.delivering.databases import Ground, Server
from mainsite.lib.limiter import terms as gate_terms


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    """The pace and the pauses of Airtable belong to the benchmark and one test here."""
    monkeypatch.setattr(airtable_api, "PER_S", 100.0)
    monkeypatch.setattr(airtable_api, "PAUSE_S", 0.3)
    monkeypatch.setattr(gate_terms, "NOTICE_S", 0.0)


@pytest.fixture
def sandbox():
    made = make_sandbox(per_s=1000, penalty_s=0.2)
    made.tokens[TOKEN] = Token()
    return made


@pytest.fixture
def base(sandbox):
    made = Base(new_id("app"))
    sandbox.bases[made.id] = made
    return made


@pytest.fixture
def table(base):
    made = base.add_table("Cibles")
    made.add_field({"name": "SIREN", "type": "singleLineText"})
    return made


@pytest.fixture
def place(sandbox, base, table):
    with serving(sandbox) as url:
        yield Place(url=url, base=base.id, table="Cibles", token=TOKEN)


@pytest.fixture
def airtable(settings, monkeypatch, place):
    settings.AIRTABLE_URL = place.url
    monkeypatch.setenv("EXPORT_TARGET_BASE", TOKEN)
    return Destination.objects.create(
        name="Prospects",
        kind="airtable",
        secret_name="EXPORT_TARGET_BASE",
        place=place.base,
        table=place.table,
    )


@pytest.fixture
def database(monkeypatch, tmp_path):
    path = tmp_path / "cibles.db"
    monkeypatch.setenv("EXPORT_TARGET_FILE", f"sqlite:///{path}")
    return Destination.objects.create(
        name="Entrepôt",
        kind="database",
        secret_name="EXPORT_TARGET_FILE",
        table="ma_",
    )


@pytest.fixture(scope="session")
def postgres(worker_id):
    owner = urlsplit(os.environ["DATABASE_OWNER_URL"])
    name = f"target_{worker_id}"
    with closing(psycopg.connect(owner.geturl(), autocommit=True)) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    address = owner._replace(path=f"/{name}").geturl()
    ground = Ground(address, lambda: psycopg.connect(address))
    yield ground
    with closing(psycopg.connect(owner.geturl(), autocommit=True)) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("mariadb"))
    with closing(server.connect()) as connection:
        connection.cursor().execute("CREATE DATABASE target CHARACTER SET utf8mb4")
    yield server
    server.stop()


@pytest.fixture(
    params=[
        "postgres",
        "sqlite",
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def ground(request, tmp_path):
    if request.param == "sqlite":
        path = tmp_path / "cibles.db"
        yield Ground(f"sqlite:///{path}", lambda: sqlite3.connect(path))
        return
    if request.param == "postgres":
        made = request.getfixturevalue("postgres")
    else:
        server = request.getfixturevalue("mariadb_server")
        address = f"mysql://root@127.0.0.1:{server.port}/target"
        made = Ground(address, lambda: server.connect(database="target"))
    yield made
    made.clear()
