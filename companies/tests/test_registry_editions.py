"""Complete files and differences: what a file's silence says, and what it must not."""

import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from companies import registry
from companies.models import (
    Company,
    Edition,
    Establishment,
    Register,
    RegistryLoad,
    Target,
)
from companies.registry import Reason, keys
from companies.tests.sirene_rows import DORAS, MILLOT, as_csv, site, unit

pytestmark = pytest.mark.django_db
COMPLETE, DIFFERENCES = Edition.COMPLETE, Edition.DIFFERENCES
PROCESSED = "dateDernierTraitementUniteLegale"


def sirens(count):
    return [s for n in range(count * 11) if keys.is_siren(s := f"{300_000_000 + n}")][
        :count
    ]


@pytest.fixture
def write(tmp_path):
    def write(*rows, name="unites.csv"):
        path = tmp_path / name
        path.write_text(as_csv(*rows))
        return path

    return write


def load_one(path, **options):
    return registry.load([path], **options).files[0]


def is_open(siren):
    return (
        Company.objects.get(siren=siren).is_active,
        Register.objects.get(siren=siren).flags & Register.ACTIVE,
    )


class TestAComplete:
    def test_closes_what_disappeared_and_opens_what_comes_back(self, write):
        both = [unit(siren) for siren in sirens(100)]
        load_one(write(*both), edition=COMPLETE)
        gone = both[7]["siren"]
        Target.objects.create(siren=gone)
        fewer = write(*both[:7], *both[8:], name="suite.csv")
        report = load_one(fewer, edition=COMPLETE)
        assert (report.written, report.companies_closed) == (0, 1)
        assert is_open(gone) == (False, 0)
        assert Target.objects.get().flags & Register.ACTIVE == 0
        assert Company.objects.get(siren=gone).closed_on is None
        assert load_one(fewer, edition=COMPLETE).companies_closed == 0
        report = load_one(write(*both, name="retour.csv"), edition=COMPLETE)
        assert report.companies_updated == 1
        assert is_open(gone) == (True, 1)

    def test_closes_sites_too(self, write):
        load_one(write(unit()))
        some = [
            site(s, etablissementSiege="false")
            for n in range(10_000)
            if keys.is_siret(s := f"{DORAS}{n:05d}")
        ][:100]
        load_one(write(*some, name="sites.csv"), edition=COMPLETE)
        report = load_one(write(*some[1:], name="suite.csv"), edition=COMPLETE)
        assert report.establishments_closed == 1
        assert Establishment.objects.get(siret=some[0]["siret"]).flags == 0
        assert Establishment.objects.filter(flags=Establishment.ACTIVE).count() == 99

    def test_leaves_companies_open_whose_rows_are_left_out(self, write):
        load_one(write(unit()))
        hidden = unit(denominationUniteLegale="[ND]")
        report = load_one(write(hidden), edition=COMPLETE)
        assert report.left_out == {Reason.NOT_DIFFUSED: 1}
        assert (report.companies_closed, is_open(DORAS)) == (0, (True, 1))

    def test_with_too_few_rows_is_refused_and_changes_nothing(self, write, capsys):
        some = [unit(siren) for siren in sirens(100)]
        load_one(write(*some), edition=COMPLETE)
        before = list(Company.objects.order_by("siren").values())
        renamed = [row | {"denominationUniteLegale": "AUTRE"} for row in some[:97]]
        shrunk = write(*renamed, name="suite.csv")
        with pytest.raises(CommandError, match="--force-shrink"):
            call_command("load_registry", shrunk, "--complete")
        assert list(Company.objects.order_by("siren").values()) == before
        row = RegistryLoad.objects.get(state="refused")
        assert "97 lignes, pour 100" in row.error
        call_command("load_registry", shrunk, "--complete", "--force-shrink")
        assert Company.objects.filter(name="AUTRE").count() == 97
        assert Company.objects.filter(is_active=False).count() == 3
        assert "absentes du fichier, fermées" in capsys.readouterr().out

    def test_without_one_before_it_is_held_against_the_tables(self, write):
        load_one(write(*[unit(siren) for siren in sirens(100)]))
        with pytest.raises(registry.RegistryFileError, match="déjà en base"):
            load_one(write(*[unit(s) for s in sirens(97)]), edition=COMPLETE)
        others = [unit(siren) for siren in [MILLOT, *sirens(99)]]
        assert load_one(write(*others), edition=COMPLETE).companies_closed == 1

    def test_sole_traders_of_an_earlier_load_are_not_its_business(self, write):
        trader = unit(MILLOT, categorieJuridiqueUniteLegale="1000") | dict.fromkeys(
            ["prenomUsuelUniteLegale", "nomUsageUniteLegale"], ""
        )
        load_one(write(trader), individuals=True)
        load_one(write(unit()), edition=COMPLETE)
        assert is_open(MILLOT) == (True, 1)


class TestDifferences:
    def test_change_their_rows_and_nothing_else(self, write):
        some = sirens(50)
        load_one(write(*[unit(siren) for siren in some]), edition=COMPLETE)
        daily = write(
            unit(some[3], denominationUniteLegale="AUTRE"), unit(MILLOT), name="j.csv"
        )
        report = load_one(daily, edition=DIFFERENCES)
        assert (report.companies_new, report.companies_updated) == (1, 1)
        assert Company.objects.filter(is_active=True).count() == 51

    @pytest.mark.shared
    def test_come_as_pages_of_the_api(self, shared_data):
        folder = shared_data / "api_samples" / "sirene_insee"
        report = load_one(folder / "siren_maj_20191208.json")
        assert (report.edition, report.is_balanced) == ("différences", True)
        assert report.companies_new == 12
        company = Company.objects.get(siren="194300398")
        assert company.name == "LYCEE POLYVALENT EMMANUEL CHABRIER"
        assert (company.naf_code, company.legal_form) == ("85.31Z", "7331")
        assert load_one(folder / "siren_maj_20191208.json").written == 0

    def test_of_the_api_replace_what_the_register_had(self, write, tmp_path):
        load_one(write(unit()))
        page = tmp_path / "page.json"
        period = {
            "dateFin": None,
            "dateDebut": "2026-05-31",
            "etatAdministratifUniteLegale": "C",
            "denominationUniteLegale": "DORAS",
            "categorieJuridiqueUniteLegale": "5710",
            "nicSiegeUniteLegale": "00479",
        }
        older = period | {"dateFin": "2026-05-30", "denominationUniteLegale": "VIEUX"}
        changed = {"siren": DORAS, "periodesUniteLegale": [older, period]}
        page.write_text(
            json.dumps({"header": {"total": 1}, "unitesLegales": [changed]})
        )
        assert load_one(page).companies_updated == 1
        company = Company.objects.get()
        assert (company.is_active, company.closed_on) == (False, date(2026, 5, 31))
        with pytest.raises(registry.RegistryFileError, match="jamais complète"):
            load_one(page, edition=COMPLETE)


class TestDetection:
    @pytest.mark.parametrize(
        ("name", "edition"),
        [
            ("StockUniteLegale_utf8.csv", COMPLETE),
            ("stockunitelegale.csv", COMPLETE),
            ("StockUniteLegale_2026-11-23_differences.csv", DIFFERENCES),
            ("unites_quotidien.csv", DIFFERENCES),
            ("extrait.csv", DIFFERENCES),
        ],
    )
    def test_goes_by_the_name(self, write, name, edition):
        assert load_one(write(unit(), name=name)).edition == edition.label

    def test_then_by_the_size(self, write):
        some = [unit(siren) for siren in sirens(100)]
        load_one(write(*some, name="StockUniteLegale_utf8.csv"))
        report = load_one(write(*some[:99], name="novembre.csv"))
        assert (report.edition, report.companies_closed) == ("complet", 1)

    def test_then_by_the_days_it_was_processed(self, write):
        some = [unit(siren) | {PROCESSED: "2026-11-22T10:00:00"} for siren in sirens(9)]
        load_one(write(*some, name="StockUniteLegale_utf8.csv"))
        report = load_one(write(*some[:3], name="novembre.csv"))
        assert (report.edition, report.companies_closed) == ("différences", 0)

    def test_then_asks(self, write):
        some = [unit(siren) for siren in sirens(9)]
        load_one(write(*some, name="StockUniteLegale_utf8.csv"))
        with pytest.raises(CommandError, match="Précisez --complete .* --differences"):
            call_command("load_registry", write(*some[:3], name="novembre.csv"))
        assert RegistryLoad.objects.count() == 1


class TestTheReport:
    def test_is_one_line_of_json_on_demand(self, write, capsys):
        call_command("load_registry", write(unit(), unit("123456789")), "--json")
        report = json.loads(capsys.readouterr().out)
        (file,) = report["files"]
        assert (file["read"], file["written"], file["companies_new"]) == (2, 1, 1)
        assert file["left_out"] == {"INVALID_SIREN": 1}

    def test_tells_a_failure_too(self, write, tmp_path, capsys):
        path = tmp_path / "coupe.csv"
        # Longer than what is looked at before anything is loaded.
        rows = [unit(s, sigleUniteLegale="X" * 900) for s in sirens(1500)]
        last = as_csv(unit(denominationUniteLegale="\xc9")).splitlines()[1]
        path.write_bytes(as_csv(*rows).encode() + last.encode("cp1252"))
        with pytest.raises(CommandError, match="--encoding"):
            call_command("load_registry", path, "--json", "--encoding", "utf-8")
        report = json.loads(capsys.readouterr().out)
        assert "rien n’est fait deux fois" in report["error"]
        row = RegistryLoad.objects.get()
        assert row.state == "stopped"
        assert "utf-8" in row.error
        assert report["files"][0]["read"] == row.rows_read

    def test_stays_in_the_administration(self, write, ops_client):
        load_one(write(unit(), name="StockUniteLegale_utf8.csv"))
        page = ops_client.get(reverse("admin:companies_registryload_changelist"))
        assert "StockUniteLegale_utf8.csv" in page.content.decode()
