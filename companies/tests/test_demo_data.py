"""The shipped demonstration: real companies, whole rows, loaded once and fast."""

import csv
import gzip
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from accounts import installation
from companies import facts
from companies.models import (
    AnnualAccounts,
    Company,
    Establishment,
    Register,
    SourceReading,
    Target,
)
from companies.nomenclature import departments, naf_codes, places, regions
from companies.registry import demo
from demo import accounts, build, choose
from demo.merging import Said, merge
from mainsite.lib.siren import is_valid_siren, is_valid_siret


def rows(name):
    path = build.DATA / f"{name}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


# What ships


def test_every_company_is_whole():
    companies = rows("companies")
    assert len(companies) > 20_000
    assert len({row["siren"] for row in companies}) == len(companies)
    for row in companies:
        assert is_valid_siren(row["siren"])
        assert row["name"].strip()
        assert row["naf_code"] in naf_codes()
        place = places()[row["commune_code"]]
        assert place.department in departments()
        assert place.region in regions()
        assert row["legal_form"][:1] not in {"1", "2"}
        assert not row["siret"] or is_valid_siret(row["siret"])


def test_unpublished_revenue_is_not_zero():
    exercises = rows("accounts")
    assert len(exercises) > 3_000
    assert "0" not in {row["revenue"] for row in exercises}
    assert {row["account_type"] for row in exercises} == {"C", "K", "S"}
    assert {row["siren"] for row in exercises} <= {
        r["siren"] for r in rows("companies")
    }


def test_what_ships_stays_small():
    assert sum(path.stat().st_size for path in build.DATA.iterdir()) < 15_000_000


@pytest.mark.shared
def test_the_same_sources_give_the_same_bytes(shared_data, tmp_path):
    build.build(shared_data, tmp_path)
    for path in build.DATA.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_what_to_try_first_fills_a_page():
    suggestions = demo.what_to_try_first()
    known = {row["siren"]: row for row in rows("companies")}
    assert len({one.siren for one in suggestions}) == 30
    assert all(known[one.siren]["name"] == one.name for one in suggestions)
    assert all(choose.fills_a_page(one.siren) for one in suggestions)
    sections = {
        naf_codes()[known[one.siren]["naf_code"]].section for one in suggestions
    }
    assert len(sections) >= 6


# How it is made


def said(file="a.csv", place_rank=1, name_rank=1, **values):
    return Said({"siren": "015851793", **values}, file, place_rank, name_rank)


PLACED = {"geo": "1", "commune_code": "01134", "postal_code": "01290"}


def test_the_head_office_places_a_company():
    row = merge(
        "015851793",
        [
            said(name="DORAS", naf_code="46.73A", siret="b", **PLACED),
            said(
                trade_name="MENEO",
                is_head="t",
                is_open="t",
                siret="h",
                naf_code="46.74A",
                place_rank=9,
                geo="2",
                commune_code="01053",
            ),
        ],
    )
    assert (row["name"], row["trade_name"]) == ("DORAS", "MENEO")
    assert (row["commune_code"], row["siret"], row["naf_code"]) == (
        "01053",
        "h",
        "46.74A",
    )


def test_a_branch_places_a_company_without_being_its_head_office():
    row = merge(
        "015851793", [said(trade_name="MENEO", naf_code="46.73A", siret="b", **PLACED)]
    )
    assert (row["name"], row["trade_name"], row["siret"]) == ("MENEO", "MENEO", "")


@pytest.mark.parametrize(
    "values",
    [
        {"naf_code": "46.73A"},
        {"naf_code": "46.73A", "name": "DORAS"} | {"geo": ""},
        {"name": "DORAS"} | PLACED,
        {"naf_code": "46.73A", "name": "ASS DE FAIT MARTIN"} | PLACED,
        {"naf_code": "46.73A", "trade_name": "PARCELLE 12 15500 MASSIAC"} | PLACED,
        {"naf_code": "46.73A", "name": "DORAS", "legal_form": "2210"} | PLACED,
        {"naf_code": "46.73A", "name": "DORAS", "is_open": "f"} | PLACED,
    ],
)
def test_a_company_that_is_not_whole_is_left_out(values):
    assert merge("015851793", [said(**values)]) is None


def read_accounts(*amounts):
    given = [
        {
            "siren": "015851793",
            "date_cloture_exercice": f"20{18 + year}-12-31",
            "type_bilan": kind,
            "ca": revenue,
            "resultat_net": net,
        }
        for year, (kind, revenue, net) in enumerate(amounts)
    ]
    return accounts.read(given, revenue="ca", net_income="resultat_net")


def test_a_zero_says_not_published():
    found = read_accounts(("C", "0.0", "0"), ("C", "0", "-12.0"), ("C", "5.0", "0"))
    assert list(found.values()) == [
        accounts.Exercise(None, -12),
        accounts.Exercise(5, 0),
    ]


def test_thousands_among_euros_are_flagged_inside_one_type():
    found = read_accounts(("C", "2000000", ""), ("C", "2100", ""), ("K", "3000000", ""))
    assert accounts.unit_jumps(found) == {("015851793", "2019-12-31", "C")}


# How it is loaded


@pytest.mark.django_db
def test_the_demonstration_loads_once():
    assert not demo.demo_is_loaded()
    report = demo.load_demo()
    assert demo.demo_is_loaded()
    assert report.companies == Company.objects.count() == len(rows("companies"))
    assert report.establishments == Establishment.objects.count()
    assert report.accounts == AnnualAccounts.objects.count() == len(rows("accounts"))
    assert report.targets == Target.objects.count()
    assert Register.objects.filter(geo=None).count() == 0
    assert Register.objects.filter(naf=None).count() == 0
    again = demo.load_demo()
    assert (again.companies, again.establishments, again.accounts, again.targets) == (
        0,
        0,
        0,
        0,
    )


@pytest.mark.django_db
def test_a_target_stands_on_the_exercise_the_product_would_choose():
    demo.load_demo()
    targets = list(Target.objects.order_by("siren"))
    for target in targets[::25]:
        exercises = [
            facts.Accounts(
                closed_on=row.closed_on,
                account_type=row.account_type,
                amounts={"revenue": row.revenue} if row.revenue is not None else {},
            )
            for row in AnnualAccounts.objects.filter(siren=target.siren)
        ]
        told = facts.latest_figures(exercises)
        assert target.revenue == (told.revenue if told else None)
        assert target.revenue_year == (told.closed_on.year if told else None)
        assert target.accounts_closed_on == facts.latest_filing(exercises).closed_on
        assert target.geo == Register.objects.get(siren=target.siren).geo


@pytest.mark.django_db
def test_each_figure_says_where_it_comes_from():
    demo.load_demo()
    row = AnnualAccounts.objects.exclude(revenue=None).first()
    day = demo.COLLECTED_AT.date().isoformat()
    assert row.provenance["revenue"] == ["inpi_bce", day]
    assert row.closed_on < date(2026, 1, 1)
    readings = SourceReading.objects.filter(siren=row.siren)
    assert {reading.source for reading in readings} == {"sirene", "inpi_bce"}
    assert not AnnualAccounts.objects.filter(is_sandbox=True).exists()


@pytest.mark.django_db
def test_a_live_database_refuses_it(monkeypatch):
    monkeypatch.setattr(installation, "is_sandbox", lambda: False)
    with pytest.raises(CommandError, match="live"):
        call_command("load_demo")
    assert not Company.objects.exists()


@pytest.mark.django_db
def test_the_command_names_what_to_try_first(capsys):
    call_command("load_demo")
    out = capsys.readouterr().out
    assert all(one.siren in out for one in demo.what_to_try_first())
