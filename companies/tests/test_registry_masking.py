"""Partial diffusion and sole traders: product.md, rules 6 and 10."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command

from companies import registry
from companies.models import Company, Edition, Officer, Register, Target
from companies.registry import Reason
from companies.tests.sirene_rows import DORAS, MILLOT, as_csv, site, unit

pytestmark = pytest.mark.django_db
TRADER = {
    "categorieJuridiqueUniteLegale": "1000",
    "denominationUniteLegale": "",
    "nomUniteLegale": "MARTIN",
    "nomUsageUniteLegale": "DURAND",
    "prenomUsuelUniteLegale": "CAMILLE",
    "denominationUsuelle1UniteLegale": "CHEZ CAMILLE",
}


@pytest.fixture
def load(tmp_path):
    def load(units=(), sites=(), **options):
        paths = []
        for name, rows in (("unites.csv", units), ("sites.csv", sites)):
            if rows:
                paths.append(tmp_path / name)
                paths[-1].write_text(as_csv(*rows))
        return registry.load(paths, **options)

    return load


def place():
    return Company.objects.values_list("address", "latitude", "longitude").get()


def located(**given):
    return site(latitude="46.2", longitude="4.9", **given)


@pytest.mark.parametrize("status", ["P", "N"])
def test_a_partial_company_has_neither_address_nor_coordinates(load, status):
    load([unit(statutDiffusionUniteLegale=status)], [located()])
    assert place() == ("", None, None)
    assert Company.objects.get().commune == "Crottet"


def test_a_partial_site_has_no_coordinates(load):
    hidden = dict.fromkeys(
        ["typeVoieEtablissement", "libelleVoieEtablissement"], "[ND]"
    )
    load([unit()], [located(statutDiffusionEtablissement="P", **hidden)])
    assert place() == ("", None, None)


def test_its_sites_alone_bring_nothing_back(load):
    load([unit(statutDiffusionUniteLegale="P")])
    load(sites=[located()])
    assert place() == ("", None, None)


def test_becoming_partial_forgets_persons(load):
    load([unit()], [located()])
    assert place() != ("", None, None)
    Target.objects.create(
        siren=DORAS,
        leader_name="Camille Durand",
        leader_birth_year=1960,
        leader_since=date(2001, 1, 1),
        has_email=True,
        has_phone=True,
    )
    seen = {"retrieved_at": datetime(2026, 1, 1, tzinfo=UTC), "source": "pappers"}
    Officer.objects.create(siren=DORAS, surname="Durand", role="Président", **seen)
    Officer.objects.create(
        siren=DORAS, surname="HOLDING", role="Président", is_company=True, **seen
    )
    load([unit(statutDiffusionUniteLegale="P")])
    assert place() == ("", None, None)
    assert Company.objects.get().name == "DORAS"
    assert Register.objects.get().flags & Register.PARTIAL
    assert Officer.objects.get().is_company
    target = Target.objects.get()
    assert (target.leader_name, target.leader_birth_year, target.leader_since) == (
        "",
        None,
        None,
    )
    assert (target.has_email, target.has_phone) == (False, False)
    assert target.flags & Register.PARTIAL


def test_closed_companies_are_kept(load):
    load([unit(etatAdministratifUniteLegale="C")])
    assert not Company.objects.get().is_active


class TestSoleTraders:
    def test_are_left_out_unless_asked_for(self, load):
        report = load([unit(**TRADER)])
        assert report.left_out == {Reason.INDIVIDUAL: 1}

    def test_are_named_when_they_are_diffused(self, load):
        load([unit(**TRADER)], [site()], individuals=True)
        company = Company.objects.get()
        assert (company.name, company.trade_name) == ("CAMILLE DURAND", "CHEZ CAMILLE")
        assert company.address == "28 AVENUE DE MARBOZ"
        assert Register.objects.get().legal_form == 1000

    def test_are_nameless_when_they_are_not(self, load):
        load(
            [unit(**TRADER, statutDiffusionUniteLegale="P")],
            [located()],
            individuals=True,
        )
        company = Company.objects.get()
        assert (company.name, company.trade_name, company.acronym) == ("", "", "")
        assert place() == ("", None, None)
        flags = Register.objects.get().flags
        assert flags & Register.PARTIAL
        assert not flags & Register.HAS_NAME

    def test_are_masked_by_a_load_that_leaves_them_out(self, load):
        load([unit(**TRADER)], [located()], individuals=True)
        hidden = dict.fromkeys(["nomUniteLegale", "nomUsageUniteLegale"], "[ND]")
        report = load([unit(**TRADER | hidden, statutDiffusionUniteLegale="P")])
        assert report.files[0].companies_masked == 1
        assert report.left_out == {Reason.INDIVIDUAL: 1}
        company = Company.objects.get()
        assert (company.name, company.diffusion, company.address) == ("", "P", "")
        assert "DURAND" not in company.folded_name

    def test_come_beside_legal_persons(self, load):
        report = load(
            [
                unit(**TRADER),
                unit(MILLOT)
                | dict.fromkeys(TRADER, "")
                | {
                    "denominationUniteLegale": "MILLOT",
                    "categorieJuridiqueUniteLegale": "5710",
                },
            ],
            individuals=True,
            edition=Edition.COMPLETE,
        )
        assert report.written == 2
        assert Company.objects.get(siren=MILLOT).name == "MILLOT"

    def test_need_the_units_file(self, tmp_path):
        path = tmp_path / "sites.csv"
        path.write_text(as_csv(site()))
        with pytest.raises(CommandError, match="--personnes-physiques"):
            call_command("load_registry", path, "--personnes-physiques")
