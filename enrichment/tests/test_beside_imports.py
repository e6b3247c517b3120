"""An import and an enrichment that write the same companies at once."""

import json
import subprocess
import sys
from threading import Thread

import pytest
from django.conf import settings
from django.db import connection, connections

from companies.imports import jobs, services
from companies.imports.models import Import
from companies.imports.tests.makers import tried
from companies.imports.tests.workers import started
from companies.models import AnnualAccounts, Company, Register, SourceReading, Target
from enrichment import invariants, lane, recording
from enrichment.models import Item
from enrichment.tests.gates import open_gates
from enrichment.tests.test_lane import FREE, sandbox_body, store_answer
from mainsite.lib.tests.killing import PROJECT, environment, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

# An exercise that no source tells of.
YEAR, REVENUE = 2001, 77_000
REGISTERS = (FREE, "inpi_bce")
SOMEBODY_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"


def asked(by, sirens):
    lines = (f"{siren};IMPORTÉE;{REVENUE};www.a.fr\n" for siren in sirens)
    data = "siren;nom;ca;site internet\n" + "".join(lines)
    imp = tried(by, data, options={"year": str(YEAR)})
    services.ask_run(imp=imp, by=by)
    return imp


def run_import(imp):
    try:
        jobs.run(import_id=imp.pk)
    finally:
        connections.close_all()


def waits():
    with connection.cursor() as cursor:
        cursor.execute(SOMEBODY_WAITS)
        return cursor.fetchone()[0]


@pytest.fixture
def import_meanwhile(monkeypatch):
    """An import that runs once an enrichment has read what it will write upon."""
    threads = []

    def at_the_first_merge(imp):
        real = recording.merge

        def merge(*given):
            if not threads:
                threads.append(Thread(target=run_import, args=[imp]))
                threads[0].start()
                wait_until(lambda: not threads[0].is_alive() or waits(), seconds=30)
            return real(*given)

        monkeypatch.setattr(recording, "merge", merge)

    yield at_the_first_merge
    for thread in threads:
        thread.join(60)


def enriched(batch):
    open_gates()
    lane.run(batch.pk)


def assert_holds_both(siren):
    company = Company.objects.get(siren=siren)
    assert company.website == "www.a.fr"
    exercises = AnnualAccounts.objects.filter(siren=siren)
    imported = exercises.get(closed_on__year=YEAR)
    assert (imported.revenue, imported.provenance["revenue"][0]) == (REVENUE, "import")
    assert exercises.exclude(closed_on__year=YEAR).exists()
    assert SourceReading.objects.filter(siren=siren).exists()
    assert Target.objects.filter(siren=siren, revenue__isnull=False).exists()


class TestAnImportThatEndsInBetween:
    def test_loses_nothing_of_a_known_company(
        self, analyst, sandbox, companies, start, import_meanwhile
    ):
        [siren] = companies(1)
        batch = start(analyst, [siren], sources=REGISTERS)
        import_meanwhile(imp := asked(analyst, [siren]))
        enriched(batch)
        assert wait_until(lambda: _state(imp) == "done", seconds=30)
        assert_holds_both(siren)

    def test_loses_nothing_of_one_that_both_bring(
        self, analyst, sandbox, sirens, start, import_meanwhile
    ):
        [siren] = sirens(1)
        body = json.loads(sandbox_body(sandbox, siren))
        told = {"nom_raison_sociale": "ATELIERS NEUFS", "nature_juridique": "5710"}
        body["results"][0] |= told
        store_answer(siren, FREE, json.dumps(body).encode())
        batch = start(analyst, [siren], sources=REGISTERS)
        import_meanwhile(imp := asked(analyst, [siren]))
        enriched(batch)
        assert wait_until(lambda: _state(imp) == "done", seconds=30)
        assert_holds_both(siren)
        company = Company.objects.get(siren=siren)
        assert (company.name, company.source) == ("IMPORTÉE", "import")
        # What the import left blank, the source filled: in both rows.
        assert company.legal_form
        narrow = Register.objects.get(siren=siren)
        assert narrow.legal_form == int(company.legal_form)
        assert narrow.flags & Register.HAS_NAME


def _state(imp):
    return Import.objects.get(pk=imp.pk).state


class TestBothAtWork:
    def test_lose_nothing_and_give_nothing_up(self, analyst, sandbox, companies, start):
        numbers = companies(40)
        twin = start(analyst, numbers, sources=REGISTERS)
        enriched(twin)
        alone = _exercises()
        AnnualAccounts.objects.all().delete()
        Target.objects.all().delete()
        batch = start(analyst, numbers, sources=REGISTERS)
        # One begins by the last.
        imp = asked(analyst, numbers[::-1])
        with started(imp, 3, 0.01) as importing, enriching(batch, 3) as enrichment:
            said, _ = enrichment.communicate(timeout=120)
            importing.communicate(timeout=120)
        assert (importing.returncode, enrichment.returncode) == (0, 0), said
        assert "was not written" not in said
        assert _state(imp) == "done"
        states = set(Item.objects.filter(batch=batch).values_list("state", flat=True))
        assert states <= {"done", "reused"}
        for siren in numbers:
            assert_holds_both(siren)
        assert _exercises() == alone
        assert invariants.broken() == []


def _exercises():
    names = ("siren", "closed_on", "account_type", "revenue", "net_income")
    others = AnnualAccounts.objects.exclude(closed_on__year=YEAR)
    return sorted(others.values_list(*names))


def enriching(batch, most):
    module = "enrichment.tests.enriching_process"
    return subprocess.Popen(
        [sys.executable, "-m", module, str(batch.pk), str(most)],
        cwd=PROJECT,
        env=environment(settings.SANDBOX_URL, "mainsite.settings_test"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
