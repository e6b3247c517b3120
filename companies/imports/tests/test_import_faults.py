import signal
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from companies.imports import files, jobs, keeping, services
from companies.imports.models import Import
from companies.imports.tests.makers import ran, receive, tried
from companies.imports.tests.workers import started
from companies.models import Company, Register
from companies.tests.makers import make_company, next_siren
from mainsite.lib.tests.folders import keep_in

ROWS = 7
HEADER = "siren;nom;capital;adresse;ville;cp\n"


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr("companies.imports.reading.working.BATCH", ROWS)
    monkeypatch.setattr("companies.imports.running.BATCH", ROWS)


def asked(by, data, **how):
    imp = tried(by, data, **how)
    services.ask_run(imp=imp, by=by)
    return imp


def content(sirens):
    names = ("name", "capital_eur", "address", "commune_code", "source")
    companies = Company.objects.filter(siren__in=sirens).order_by("siren")
    narrow = Register.objects.filter(siren__in=sirens).order_by("siren")
    return (
        list(companies.values_list(*names)),
        list(narrow.values_list("geo", "headcount", "flags")),
    )


def rows_of(sirens, name):
    lines = [
        f"{siren};{name};{n};1 rue;Annecy;74000\n" for n, siren in enumerate(sirens)
    ]
    return HEADER + "".join(lines)


@pytest.mark.django_db(transaction=True)
class TestAKilledWorker:
    def test_leaves_what_another_takes_up_as_if_nothing_had_been(self, analyst):
        sirens = [next_siren() for _ in range(20)]
        twins = [next_siren() for _ in range(20)]
        # The same company again in another chunk: the second worker must know it.
        data = rows_of([*sirens, sirens[0]], "ACME")
        imp = asked(analyst, data)
        with started(imp, ROWS, pause_s=30) as worker:
            try:
                assert worker.stdout.readline() == f"stored {ROWS}\n"
            finally:
                worker.send_signal(signal.SIGKILL)
        imp.refresh_from_db()
        assert (imp.state, imp.position) == ("running", ROWS)
        assert Company.objects.count() == ROWS
        Import.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
        assert keeping.revive() == [imp.pk]
        jobs.run(import_id=imp.pk)
        imp.refresh_from_db()
        twin = ran(analyst, rows_of([*twins, twins[0]], "ACME"))
        assert content(sirens) == content(twins)
        assert imp.state == twin.state == "done"
        told = ("read", "new", "updated", "unchanged", "refused", "reasons")
        assert {n: imp.counts[n] for n in told} == {n: twin.counts[n] for n in told}
        assert imp.chunks.count() == twin.chunks.count() == 3
        [refusal] = imp.refusals.filter(is_trial=False)
        assert (refusal.line, refusal.hint) == (22, "2")

    def test_thought_dead_stores_nothing_more(self, analyst):
        sirens = [next_siren() for _ in range(20)]
        imp = asked(analyst, rows_of(sirens, "ACME"))
        with started(imp, ROWS, pause_s=2) as slow:
            assert slow.stdout.readline() == f"stored {ROWS}\n"
            jobs.run(import_id=imp.pk)
        imp.refresh_from_db()
        assert imp.state == "done"
        assert imp.counts["read"] == imp.counts["new"] == 20
        assert imp.chunks.count() == 3


@pytest.mark.django_db(transaction=True)
class TestTwoImportsAtOnce:
    def test_of_the_same_companies_lose_nothing(self, analyst):
        old = [make_company(capital_eur=None).siren for _ in range(20)]
        new = [next_siren() for _ in range(20)]
        both = old + new
        one = "siren;nom;capital\n" + "".join(f"{s};UN;5\n" for s in both)
        two = "siren;nom;site internet\n" + "".join(
            f"{s};DEUX;www.a.fr\n" for s in reversed(both)
        )
        workers = [started(asked(analyst, data), ROWS, 0.01) for data in (one, two)]
        for worker in workers:
            worker.communicate(timeout=300)
            assert worker.returncode == 0
        assert set(Import.objects.values_list("state", flat=True)) == {"done"}
        found = Company.objects.values_list("capital_eur", "website")
        assert set(found) == {(5, "www.a.fr")}
        assert Company.objects.count() == Register.objects.count() == 40
        counts = Import.objects.values_list("counts", flat=True)
        assert sum(each["new"] for each in counts) == 20
        for each in counts:
            assert each["read"] == each["new"] + each["updated"] + each["unchanged"]


@pytest.mark.django_db
class TestTheSweep:
    def test_gives_up_what_kills_workers(self, analyst):
        imp = asked(analyst, rows_of([next_siren()], "ACME"))
        long_ago = timezone.now() - timedelta(hours=1)
        Import.objects.update(heartbeat_at=long_ago, attempt=imp.attempt + 5)
        assert keeping.revive() == []
        imp.refresh_from_db()
        assert imp.state == "failed"
        assert "Interrompu cinq fois" in imp.reason

    def test_leaves_the_living_alone(self, analyst):
        asked(analyst, rows_of([next_siren()], "ACME"))
        assert keeping.revive() == []


@pytest.mark.django_db
class TestStopping:
    def test_is_between_two_chunks_and_goes_on_later(self, analyst, monkeypatch):
        from companies.imports import running

        sirens = [next_siren() for _ in range(20)]
        imp = asked(analyst, rows_of(sirens, "ACME"))
        look_around = running._look_around

        def stopping(imp):
            services.stop(imp=imp, by=analyst)
            look_around(imp)

        with monkeypatch.context() as patched:
            patched.setattr(running, "_look_around", stopping)
            jobs.run(import_id=imp.pk)
        imp.refresh_from_db()
        assert (imp.state, imp.position) == ("stopped", ROWS)
        services.ask_run(imp=imp, by=analyst)
        jobs.run(import_id=imp.pk)
        imp.refresh_from_db()
        assert (imp.state, imp.counts["new"]) == ("done", 20)


@pytest.mark.django_db
class TestAFileThatCannotBeRead:
    def test_to_its_end_fails_with_a_sentence_and_writes_nothing(self, analyst):
        data = rows_of([next_siren() for _ in range(80)], "ACME")
        imp = tried(analyst, data + f'{next_siren()};"ouvert\n')
        assert imp.state == "failed"
        assert "82" in imp.reason
        assert not Company.objects.exists()
        assert list(settings.UPLOAD_DIR.glob(f"{imp.path}.*")) == []

    def test_at_all_is_refused_at_the_door_and_not_kept(
        self, analyst, settings, tmp_path
    ):
        # Of its own: other processes of the suite keep files in the usual one.
        folder = keep_in(settings, "uploads", tmp_path / "uploads")
        with pytest.raises(services.ImportRefused):
            receive(analyst, b"%PDF-1.7 \x00\x01")
        assert list(folder.glob("*")) == []
        assert not Import.objects.exists()

    def test_any_more_says_so(self, analyst):
        imp = tried(analyst, rows_of([next_siren()], "ACME"))
        files.remove(imp.path)
        with pytest.raises(services.ImportRefused):
            services.ask_run(imp=imp, by=analyst)


@pytest.mark.django_db
class TestExpiry:
    def test_takes_files_and_cells_and_leaves_the_history(self, analyst):
        imp = ran(analyst, rows_of([next_siren()], "ACME") + "123;x;;;;\n")
        assert files.path_of(imp.path).exists()
        Import.objects.update(expires_at=timezone.now() - timedelta(days=1))
        path = files.path_of(imp.path)
        jobs.delete_expired()
        imp.refresh_from_db()
        assert (imp.path, path.exists()) == ("", False)
        refusal = imp.refusals.get(is_trial=False)
        assert (refusal.cells, refusal.value, refusal.reason) == (
            [],
            "",
            "wrong_length",
        )
