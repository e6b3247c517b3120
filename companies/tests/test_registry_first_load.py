"""The first load writes straight into empty tables what the comparing load would."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from companies import registry
from companies.models import Company, Establishment, LoadState, Register, RegistryLoad
from companies.registry import Reason, indexes, keys, lock
from companies.tests.sirene_rows import DORAS, MILLOT, as_csv, site, unit

PROJECT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.django_db(transaction=True)
TABLES = ("company", "register", "establishment")


def siret(siren, rank=1):
    return next(s for n in range(10) if keys.is_siret(s := f"{siren}{rank:04d}{n}"))


def sirens(count):
    found, number = [], 30_000_000
    while len(found) < count:
        number += 7
        found += [s for n in range(10) if keys.is_siren(s := f"{number}{n}")]
    return found


def write(folder, units, sites=()):
    """As INSEE calls them."""
    paths = [folder / "StockUniteLegale_utf8.csv"]
    paths[0].write_text(as_csv(*units))
    if sites:
        paths.append(folder / "StockEtablissement_utf8.csv")
        paths[1].write_text(as_csv(*sites))
    return paths


def stored():
    """Every row of the three tables, the moment of writing apart."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                f"SELECT (to_jsonb(t) - 'registered_at')::text FROM {table} t"  # noqa: S608
            )
            found[table] = sorted(cursor.fetchall())
    return found


def index_names():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = ANY (%s) ORDER BY 1",
            [list(TABLES)],
        )
        return cursor.fetchall()


def changes():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_change")
        return cursor.fetchone()[0]


def clear():
    for model in (Establishment, Register, Company, RegistryLoad):
        model.objects.all().delete()


def awkward():
    """Duplicates, strangers, closed, partial, nameless, and rows that are left out."""
    one, two, three, four, five, six, seven = sirens(7)
    units = [
        unit(one, nicSiegeUniteLegale="", etatAdministratifUniteLegale="C"),
        unit(one, denominationUsuelle1UniteLegale="ENSEIGNE", sigleUniteLegale="D"),
        unit(two, statutDiffusionUniteLegale="P", trancheEffectifsUniteLegale="NN"),
        unit(three, denominationUniteLegale=" ", denominationUsuelle1UniteLegale="X"),
        unit(four, denominationUniteLegale=" "),
        unit(five, categorieJuridiqueUniteLegale="1000"),
        unit(six, denominationUsuelle1UniteLegale="DORAS", nicSiegeUniteLegale="9"),
        unit("123456789"),
        unit(seven, activitePrincipaleUniteLegale="80.1Z"),
    ]
    sites = [
        site("01585179300479"),
        site(siret(one), etablissementSiege="false"),
        site(siret(one, 2), etatAdministratifEtablissement="F"),
        site(siret(one, 3), codeCommuneEtablissement="01053"),
        site(siret(one, 3), etablissementSiege="false"),
        site(siret(two), latitude="46.2", longitude="4.9"),
        site(siret(three), etablissementSiege="false"),
        site(siret(five)),
        site(siret(six), activitePrincipaleEtablissement=""),
        site(siret(seven)),
        site("99999999999999"),
    ]
    head = dict.fromkeys(["latitude", "longitude"], "")
    return units, [head | each for each in sites]


def counts(report):
    return [
        (
            file.read,
            file.written,
            +file.left_out,
            file.companies_new,
            file.establishments_new,
        )
        for file in report.files
    ]


@pytest.mark.parametrize("chunk_rows", [1, 2, 50_000])
def test_it_is_the_comparing_load_only_faster(tmp_path, chunk_rows):
    paths = write(tmp_path, *awkward())
    before = index_names()
    first = registry.load(paths, chunk_rows=chunk_rows)
    assert first.is_initial
    assert all(file.is_balanced for file in first.files)
    copied = stored()
    assert index_names() == before
    clear()
    with transaction.atomic():
        compared = registry.load(paths)
    assert not compared.is_initial
    assert stored() == copied
    assert counts(compared) == counts(first)
    assert registry.load(paths).written == 0


def test_units_alone_then_their_sites(tmp_path):
    units, sites = awkward()
    paths = write(tmp_path, units, sites)
    registry.load(paths[:1])
    registry.load(paths[1:])
    later = stored()
    clear()
    registry.load(paths)
    assert stored() == later


@pytest.mark.parametrize("file", ["units", "sites"])
def test_rows_out_of_order_are_compared_from_there_on(tmp_path, file):
    some = sirens(20)
    units = [unit(siren) for siren in some]
    sites = [site(siret(siren)) for siren in some]
    rows = units if file == "units" else sites
    rows[3], rows[17] = rows[17], rows[3]
    report = registry.load(write(tmp_path, units, sites), chunk_rows=4)
    assert all(each.is_balanced for each in report.files)
    assert [each.read for each in report.files] == [20, 20]
    assert Company.objects.exclude(address="").count() == 20
    assert Establishment.objects.count() == 20
    assert len(index_names()) > len(TABLES)


def test_a_company_made_meanwhile_is_no_obstacle(tmp_path):
    some = sirens(9)

    def somebody_writes(report):
        Company.objects.get_or_create(
            siren=some[7], defaults={"name": "X", "registered_at": timezone.now()}
        )

    paths = write(tmp_path, [unit(siren) for siren in some])
    report = registry.load(paths, chunk_rows=3, report=somebody_writes)
    assert (report.written, report.unchanged) == (9, 0)
    assert not Company.objects.filter(name="X").exists()


def test_nothing_is_logged_as_a_change(tmp_path):
    before = changes()
    registry.load(write(tmp_path, [unit()], [site()]))
    assert changes() == before
    registry.load(write(tmp_path, [unit(denominationUniteLegale="AUTRE")]))
    assert changes() > before


def test_broken_rows_are_counted_once(tmp_path):
    path = write(tmp_path, [unit(siren) for siren in sirens(6)])[0]
    path.write_text(path.read_text() + "trop,court\n")
    report = registry.load([path], chunk_rows=2)
    assert report.files[0].left_out == {Reason.MALFORMED: 1}
    assert report.files[0].is_balanced
    row = RegistryLoad.objects.get()
    assert (row.rows_read, row.rows_left_out, row.position) == (7, 1, 6)


# Killed, refused, and looked at meanwhile


@pytest.fixture
def start(tmp_path):
    """The command as a process of its own, on the tests' database."""
    given = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**given)
    env = os.environ | {
        "DATABASE_URL": url,
        "REDIS_URL": settings.REDIS_URL,
        "DJANGO_SETTINGS_MODULE": "mainsite.settings_test",
    }
    started = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, "manage.py", "load_registry", *map(str, arguments)],
            cwd=PROJECT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_for(what, patience_s=60):
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.02)
    raise AssertionError("it never happened")


def large(folder, count=1_500):
    some = sirens(count)
    return write(
        folder,
        [unit(siren) for siren in some],
        [site(siret(siren, n)) for siren in some for n in (1, 2)],
    )


def is_under_way():
    return RegistryLoad.objects.filter(chunks__gte=3, state="running").exists()


def test_a_killed_first_load_goes_on_from_its_last_chunk(tmp_path, start):
    paths, before = large(tmp_path), index_names()
    process = start(*paths, "--chunk-rows", 20)
    wait_for(is_under_way)
    process.send_signal(signal.SIGKILL)
    process.wait()
    units = RegistryLoad.objects.get(file_name=paths[0].name)
    assert 0 < units.position == Company.objects.count() < 1_500
    assert (units.state, units.is_initial) == (LoadState.RUNNING, True)
    assert units.dropped_indexes
    assert len(index_names()) == len(TABLES)

    report = json.loads(start(*paths, "--json").communicate()[0])

    assert report["initial"] is True
    assert report["files"][0]["resumed_at"] == units.position
    assert [file["read"] for file in report["files"]] == [1_500, 3_000]
    assert [file["written"] for file in report["files"]] == [1_500, 3_000]
    assert Company.objects.exclude(address="").count() == 1_500
    assert Establishment.objects.count() == 3_000
    assert index_names() == before
    assert set(RegistryLoad.objects.values_list("state", flat=True)) == {"done"}
    assert RegistryLoad.objects.count() == 2


def test_a_killed_comparing_load_goes_on_too(tmp_path, start):
    registry.load(write(tmp_path, [unit(MILLOT)]))
    folder = tmp_path / "suite"
    folder.mkdir()
    paths = large(folder)
    process = start(*paths, "--chunk-rows", 20, "--differences")
    wait_for(is_under_way)
    process.send_signal(signal.SIGKILL)
    process.wait()
    units = RegistryLoad.objects.get(file_name=paths[0].name, state="running")
    report = json.loads(start(*paths, "--differences", "--json").communicate()[0])
    assert report["files"][0]["resumed_at"] == units.position > 0
    assert report["files"][0]["companies_new"] == 1_500
    assert Company.objects.count() == 1_501
    assert Establishment.objects.count() == 3_000


def test_another_file_after_a_kill_finds_the_indexes_again(tmp_path, start):
    before = index_names()
    process = start(*large(tmp_path), "--chunk-rows", 20)
    wait_for(is_under_way)
    process.send_signal(signal.SIGKILL)
    process.wait()
    folder = tmp_path / "autre"
    folder.mkdir()
    report = registry.load(write(folder, [unit(DORAS)]), force_shrink=True)
    assert not report.is_initial
    assert index_names() == before
    assert not any(RegistryLoad.objects.values_list("dropped_indexes", flat=True))


def test_a_second_load_at_once_is_refused(tmp_path):
    path = write(tmp_path, [unit()])[0]
    with (
        lock.only_one_load(),
        pytest.raises(CommandError, match="Un autre chargement .* en cours"),
    ):
        call_command("load_registry", path)
    assert not RegistryLoad.objects.exists()
    assert registry.load([path]).written == 1


@pytest.mark.parametrize("arguments", [(), ("--differences",)])
def test_the_list_answers_meanwhile(tmp_path, start, analyst_client, arguments):
    if arguments:
        registry.load(write(tmp_path, [unit(MILLOT)], [site("00542002100056")]))
    folder = tmp_path / "suite"
    folder.mkdir()
    process = start(*large(folder, 3_000), "--chunk-rows", 200, *arguments)
    wait_for(is_under_way)
    answered = 0
    while process.poll() is None:
        began = time.monotonic()
        page = analyst_client.get(reverse("companies:list"))
        assert page.status_code == 200
        assert time.monotonic() - began < 5
        answered += 1
        # Whole or not at all: never a company without the line it is found by.
        assert not Register.objects.exclude(
            siren__in=Company.objects.values("siren")
        ).exists()
        assert not Company.objects.filter(address="").exists()
    assert process.returncode == 0
    assert answered > 2


def test_without_the_owner_the_indexes_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "DATABASE_OWNER_URL", "")
    before = index_names()
    seen = []
    report = registry.load(
        write(tmp_path, [unit()], [site()]),
        report=lambda _: seen.append(index_names()),
    )
    assert report.written == 2
    assert seen == [before]
    assert indexes.drop(RegistryLoad.objects.first().pk) is False
