"""Whoever takes an import back is killed half-way, and another ends it."""

import json
import signal
import subprocess
import sys
from datetime import date, timedelta

import django_rq
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from companies.imports import jobs, services
from companies.imports.models import Import
from companies.imports.tests.makers import ran, undone
from companies.imports.tests.workers import QUEUES, work
from companies.models import AnnualAccounts, Pursuit, Register, Target
from companies.tests.makers import make_company, next_siren
from mainsite.lib.tests.killing import PROJECT, environment

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

OLD, NEW = 20, 14
CHUNK, PART = 7, 25
HEADER = "siren;nom;capital;naf;ca;resultat;dirigeant;statut;notes;email\n"
POLICIES = {"name": "overwrite", "revenue": "overwrite", "status": "overwrite"}
# When something last moved: giving it back is such a moment.
MOMENTS = {"target": ["enriched_at"], "pursuit": ["since"]}
TABLES = (
    *("company", "register", "target", "annual_accounts", "officer"),
    *("pursuit", "note", "contact"),
)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr("companies.imports.reading.working.BATCH", CHUNK)
    monkeypatch.setattr("companies.imports.running.BATCH", CHUNK)


def known(desk):
    """Companies that have figures and, one in two, a place in the pipeline."""
    day = date(2023, 12, 31)
    figures = {"revenue": 10, "revenue_year": 2023, "accounts_closed_on": day}
    sirens = [make_company(target=figures).siren for _ in range(OLD)]
    for narrow in (Register, Target):
        narrow.objects.update(flags=Register.ACTIVE | Register.HAS_NAME)
    for siren in sirens:
        AnnualAccounts.objects.create(
            siren=siren,
            closed_on=day,
            account_type="C",
            revenue=10,
            provenance={"revenue": ["inpi_bce", "2024-01-01"]},
        )
    for siren in sirens[::2]:
        Pursuit.objects.create(
            desk=desk, siren=siren, status="contacte", since=timezone.now()
        )
    return sirens


def file_of(sirens):
    lines = (
        f"{siren};NOUVEAU {n};{n};6831Z;{n};7;Anne MARTIN;client;Bien;a{n}@lac.fr\n"
        for n, siren in enumerate(sirens)
    )
    return HEADER + "".join(lines)


def rows_of(table, sirens):
    """All that a table holds of these companies, whatever its columns are."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT to_jsonb(t) - %s::text[] FROM {table} t"
            " WHERE siren = ANY (%s) ORDER BY siren, to_jsonb(t)::text",
            [MOMENTS.get(table, []), [int(siren) for siren in sirens]],
        )
        return [row if isinstance(row, dict) else json.loads(row) for (row,) in cursor]


def content(sirens):
    return {table: rows_of(table, sirens) for table in TABLES}


def brought(analyst):
    """An import of known and new companies, with what was there before it."""
    sirens = [*known(analyst.desk), *(next_siren() for _ in range(NEW))]
    before = content(sirens)
    imp = ran(analyst, file_of(sirens), policies=POLICIES, options={"year": "2023"})
    assert (imp.counts["new"], imp.counts["updated"]) == (NEW, OLD)
    assert all(now != before[table] for table, now in content(sirens).items())
    return imp, sirens, before


def take_jobs():
    """How many jobs were waiting: whoever had them is dead."""
    return sum(django_rq.get_queue(name).empty() for name in QUEUES)


def killed_in_part(imp, number):
    """A worker killed once a part is done, and before it is committed."""
    module = "companies.imports.tests.undoing_process"
    with subprocess.Popen(
        [sys.executable, "-m", module, str(imp.pk), str(PART)],
        cwd=PROJECT,
        env=environment("", "mainsite.settings_test")
        | {"VAR_DIR": str(settings.VAR_DIR)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as worker:
        try:
            for part in range(1, number):
                assert worker.stdout.readline() == f"part {part}\n"
                worker.stdin.write("\n")
            assert worker.stdout.readline() == f"part {number}\n"
        finally:
            worker.send_signal(signal.SIGKILL)


@pytest.mark.parametrize(
    ("number", "removed"), [(3, 0), (9, 1)], ids=["giving_back", "removing"]
)
def test_a_killed_undo_ends_as_if_nothing_had_been(
    analyst, empty_queues, number, removed
):
    imp, sirens, before = brought(analyst)
    services.ask_undo(imp=imp, by=analyst)
    take_jobs()
    killed_in_part(imp, number)
    imp.refresh_from_db()
    assert imp.state == "undoing"
    assert imp.counts["undo"].get("removed", 0) == removed
    assert content(sirens)["company"] != before["company"]
    jobs.sweep()
    assert not take_jobs()
    Import.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    jobs.sweep()
    said = work()
    imp.refresh_from_db()
    assert imp.state == "undone", said
    assert content(sirens) == before
    assert not imp.changes.exists()
    twin, *_ = brought(analyst)
    assert imp.counts["undo"] == undone(twin, analyst).counts["undo"]
