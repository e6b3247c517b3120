"""Register files in, rows out: layouts, formats, authority of the sources, faults."""

import gzip
import zipfile
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from companies import registry
from companies.models import Company, Establishment, NameWord, Register, Target
from companies.nomenclature import naf_codes, places
from companies.registry import Reason, keys
from companies.registry.cells import place, text, trade_name
from companies.registry.files import open_table
from companies.registry.known_layouts import LAYOUTS, recognise
from companies.registry.loading import load_files
from companies.registry.places import find
from companies.tests.sirene_rows import DORAS, MILLOT, as_csv, site, unit
from mainsite.lib import siren as rules


@pytest.fixture
def write(tmp_path):
    def write(*rows, name="fichier.csv", encoding="utf-8", separator=","):
        path = tmp_path / name
        path.write_text(as_csv(*rows, separator=separator), encoding=encoding)
        return path

    return write


def load_one(path):
    return registry.load([path]).files[0]


# Keys and cells


@given(st.integers(0, 10**9 - 1), st.integers(0, 10**5 - 1))
def test_keys_are_those_of_the_common_rules(number, nic):
    siren = f"{number:09d}"
    siret = f"{siren}{nic:05d}"
    assert keys.is_siren(siren) == rules.is_valid_siren(siren)
    assert keys.is_siret(siret) == rules.is_valid_siret(siret)


@pytest.mark.parametrize("siret", ["35600000049837", "35600000000048", "", "abc"])
def test_post_offices_and_nonsense_follow_the_common_rules(siret):
    assert keys.is_siret(siret) == rules.is_valid_siret(siret)


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ('"CONVERSAT FORGES"', "CONVERSAT FORGES"),
        ("***GLAXO SMITH KLINE***", "GLAXO SMITH KLINE"),
        ("  LES CANARDS D'AUZAN ", "LES CANARDS D'AUZAN"),
        ("***", ""),
        ("[ND]", ""),
    ],
)
def test_signs_lose_their_ornaments(dirty, clean):
    assert trade_name(dirty) == clean


def test_text_cannot_break_a_copy_line():
    assert text("a\tb\nc \\N  d") == "a b c N d"


@pytest.mark.parametrize(
    ("code", "postal_code", "name", "found"),
    [
        ("01134", "", "", "01134"),
        ("", "75001", "PARIS 1", "75101"),
        ("", "75001", "PARIS", "75101"),
        ("", "75116", "PARIS 16", "75116"),
        ("", "", "PARIS", None),
        ("", "53003", "LAVAL CEDEX", "53130"),
        ("", "42000", "ST ETIENNE", "42218"),
        ("", "20000", "AJACCIO CEDEX 1", "2A004"),
        ("", "97400", "SAINT DENIS", "97411"),
        ("", "", "SAINT-DENIS", None),
        ("", "78320", "VERRIERE (LA)", "78644"),
        ("", "14500", "VIRE", "14762"),
        ("", "01290", "", None),
        ("99999", "57000", "METZ", "57463"),
    ],
)
def test_a_place_is_found_or_left_unknown(code, postal_code, name, found):
    place = find(code, postal_code, name)
    assert (place and place.code) == found


def test_an_unknown_place_keeps_its_words():
    assert place("99123", "NULLE PART") == "99123\t\tNULLE PART\t"


def test_every_layout_is_recognised_by_its_own_columns():
    for layout in LAYOUTS:
        assert recognise(layout.required) is layout


# The stock files


@pytest.mark.django_db
def test_a_unit_and_its_head_office_make_a_company(write):
    paths = [write(site(), name="sites.csv"), write(unit(), name="unites.csv")]
    report = registry.load(paths)
    assert all(file.is_balanced for file in report.files)
    company = Company.objects.get(siren=DORAS)
    assert (company.name, company.legal_form, company.naf_code) == (
        "DORAS",
        "5710",
        "46.73A",
    )
    assert (company.siret, company.commune, company.postal_code) == (
        "01585179300479",
        "Crottet",
        "01290",
    )
    assert company.address == "28 AVENUE DE MARBOZ"
    assert (company.headcount_band, company.headcount_year) == ("41", 2022)
    row = Register.objects.get(siren=DORAS)
    assert row.geo == places()["01134"].id
    assert row.naf == naf_codes()["46.73A"].id
    assert (row.headcount, row.legal_form, row.created_on) == (
        500,
        5710,
        date(1958, 1, 1),
    )
    assert row.flags == Register.ACTIVE | Register.HAS_NAME
    assert Establishment.objects.get().flags == (
        Establishment.ACTIVE | Establishment.HEAD_OFFICE
    )
    assert NameWord.objects.filter(word="doras").exists()


@pytest.mark.django_db
def test_the_same_files_again_write_nothing(write):
    paths = [write(unit(), name="unites.csv"), write(site(), name="sites.csv")]
    registry.load(paths)
    before = Company.objects.values().get()
    report = registry.load(paths)
    assert (report.written, report.unchanged) == (0, 2)
    assert Company.objects.values().get() == before


@pytest.mark.django_db
def test_a_new_edition_replaces_and_a_target_follows(write):
    registry.load([write(unit(), name="unites.csv")])
    Target.objects.create(siren=DORAS)
    newer = unit(
        denominationUniteLegale="DORAS MENEO",
        etatAdministratifUniteLegale="C",
        dateDebut="2026-05-31",
        trancheEffectifsUniteLegale="NN",
    )
    report = load_one(write(newer))
    assert (report.companies_new, report.companies_updated) == (0, 1)
    company = Company.objects.get()
    assert (company.name, company.is_active, company.closed_on) == (
        "DORAS MENEO",
        False,
        date(2026, 5, 31),
    )
    assert (company.headcount_band, company.headcount_year) == ("", None)
    target = Target.objects.get()
    assert (target.flags, target.headcount) == (Register.HAS_NAME, None)
    assert target.folded_name.startswith("DORAS MENEO")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "told"),
    [("sirene", {}), ("import", {"name": "sirene", "naf_code": "sirene"})],
)
def test_what_the_register_replaces_is_its_own_word(write, source, told):
    registry.load([write(unit(), name="unites.csv"), write(site(), name="sieges.csv")])
    Company.objects.update(
        source=source,
        name="D’UN FICHIER",
        naf_code="01.11Z",
        website="doras.example",
        provenance={
            "name": ["import", "2024-01-01"],
            "website": ["import", "2024-01-02"],
        },
    )

    registry.load([write(unit(), name="unites.csv"), write(site(), name="sieges.csv")])

    company = Company.objects.get()
    assert company.name == "DORAS"
    kept = {field: said[0] for field, said in company.provenance.items()}
    assert kept == {**told, "website": "import"}
    assert company.provenance["website"][1] == "2024-01-02"


@pytest.mark.django_db
def test_rows_are_left_out_for_a_reason_each(write):
    report = load_one(
        write(
            unit(),
            unit(denominationUniteLegale="DORAS BIS"),
            unit("123456789"),
            unit(MILLOT, categorieJuridiqueUniteLegale="1000"),
            unit(MILLOT, denominationUniteLegale="", nomUniteLegale="MILLOT"),
            unit(MILLOT, denominationUniteLegale="[ND]"),
            unit(MILLOT, denominationUniteLegale=""),
        )
    )
    assert report.left_out == {
        Reason.DUPLICATE: 1,
        Reason.INVALID_SIREN: 1,
        Reason.INDIVIDUAL: 2,
        Reason.NOT_DIFFUSED: 1,
        Reason.NO_NAME: 1,
    }
    assert (report.read, report.written) == (7, 1)
    assert report.is_balanced


@pytest.mark.django_db
@pytest.mark.parametrize("vocabulary", ["NAP", "NAF1993", "NAFRev1", ""])
def test_an_old_nomenclature_is_not_naf_rev_2(write, vocabulary):
    load_one(write(unit(nomenclatureActivitePrincipaleUniteLegale=vocabulary)))
    assert Company.objects.get().naf_code == ""
    assert Register.objects.get().naf is None


@pytest.mark.django_db
def test_naf_2025_is_read_when_the_edition_has_it(write):
    load_one(write(unit(activitePrincipaleNAF25UniteLegale="46.83Y")))
    known = Company.objects.get().naf25_code
    load_one(write(unit()))
    assert Company.objects.get().naf25_code == known


@pytest.mark.django_db
def test_partial_diffusion_keeps_the_name_and_no_address(write):
    hidden = dict.fromkeys(
        [
            "numeroVoieEtablissement",
            "typeVoieEtablissement",
            "libelleVoieEtablissement",
        ],
        "[ND]",
    )
    registry.load(
        [
            write(unit(statutDiffusionUniteLegale="P"), name="unites.csv"),
            write(site(**hidden), name="sites.csv"),
        ]
    )
    company = Company.objects.get()
    assert (company.name, company.diffusion, company.address) == ("DORAS", "P", "")
    assert Register.objects.get().flags & Register.PARTIAL


@pytest.mark.django_db
def test_sites_alone_move_a_head_office_and_skip_strangers(write):
    load_one(write(unit()))
    moved = site(
        "01585179300917",
        codePostalEtablissement="01000",
        libelleCommuneEtablissement="BOURG-EN-BRESSE",
        codeCommuneEtablissement="01053",
    )
    report = load_one(write(moved, site("01625002900697"), name="sites.csv"))
    assert report.left_out == {Reason.NO_COMPANY: 1}
    company = Company.objects.get()
    assert (company.siret, company.commune_code) == ("01585179300917", "01053")
    assert Register.objects.get().geo == places()["01053"].id


@pytest.mark.django_db
def test_chunks_change_nothing(write):
    paths = [
        write(unit(), unit(MILLOT, nicSiegeUniteLegale="00056"), name="unites.csv"),
        write(
            site(),
            site("01585179300743", etablissementSiege="false"),
            site("00542002100056"),
            name="sites.csv",
        ),
    ]
    seen = []
    load_files(paths, chunk_rows=1, report=lambda report: seen.append(report.read))
    assert seen == sorted(seen)
    assert len(seen) > 2
    assert Company.objects.exclude(address="").count() == 2
    assert registry.load(paths).written == 0


# Layouts that know less


def employer(enseigne, commune="BOURG-EN-BRESSE", siret="01585179300917"):
    return {
        "siret": siret,
        "enseigne": enseigne,
        "commune": commune,
        "siren": siret[:9],
    }


@pytest.mark.django_db
def test_a_sign_names_a_company_until_its_legal_name_is_known(write):
    load_one(write(employer("***DORAS MENEO***")))
    company = Company.objects.get()
    assert (company.name, company.trade_name) == ("DORAS MENEO", "DORAS MENEO")
    assert (company.commune_code, company.siret) == ("01053", None)
    report = load_one(
        write({"siren": DORAS, "name": "DORAS (MENEO)", "workforce": "70"})
    )
    assert report.companies_updated == 1
    company = Company.objects.get()
    assert (company.name, company.trade_name) == ("DORAS", "DORAS MENEO")
    assert company.headcount_band == "21"


@pytest.mark.django_db
def test_a_poorer_file_fills_blanks_and_overwrites_nothing(write):
    registry.load([write(unit(), name="unites.csv"), write(site(), name="sites.csv")])
    load_one(write(employer("ENSEIGNE")))
    company = Company.objects.get()
    assert (company.name, company.commune, company.siret) == (
        "DORAS",
        "Crottet",
        "01585179300479",
    )
    assert company.trade_name == "ENSEIGNE"
    assert load_one(write(employer("ENSEIGNE"))).written == 0


@pytest.mark.django_db
def test_a_nameless_row_creates_no_company(write):
    report = load_one(write(employer("")))
    assert report.left_out == {Reason.NO_NAME: 1}
    assert not Company.objects.exists()


@pytest.mark.django_db
def test_a_nameless_row_waits_for_the_row_that_names_its_company(write):
    rows = [
        employer("", siret="01585179300743"),
        employer("MILLOT", siret="00542002100056"),
        employer("DORAS"),
    ]
    path = write(*rows)
    report = load_files([path], chunk_rows=1).files[0]
    assert report.is_balanced
    assert not report.left_out[Reason.NO_NAME]
    assert load_files([path], chunk_rows=1).written == 0


@pytest.mark.django_db
def test_a_lost_zero_is_given_back_and_told(write):
    row = employer("DORAS") | {"siret": "1585179300917", "siren": "15851793"}
    report = load_one(write(row))
    assert (report.repaired, report.written) == (1, 1)
    assert Company.objects.get().siren == DORAS


@pytest.mark.django_db
def test_a_closed_head_office_is_a_closed_company(write):
    load_one(
        write(
            {
                "siret": "01585179300479",
                "siren": DORAS,
                "etablissementSiege": "true",
                "codePostalEtablissement": "01290",
                "libelleCommuneEtablissement": "CROTTET",
                "etatAdministratifEtablissement": "F",
                "enseigne1Etablissement": "DORAS",
                "denominationUsuelleEtablissement": "",
                "activitePrincipaleEtablissement": "52.4C",
                "longitude": "4.9",
                "latitude": "46.2",
                "geo_adresse": "28 Avenue de Marboz 01290 Crottet",
            }
        )
    )
    company = Company.objects.get()
    assert (company.is_active, company.naf_code) == (False, "")
    assert company.address == "28 Avenue de Marboz"
    assert Establishment.objects.get().flags == Establishment.HEAD_OFFICE


# Formats


def zipped(path, *names):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, as_csv(unit()))
    return path


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_are_detected(write, encoding, separator):
    row = unit(denominationUniteLegale="ÉTABLISSEMENTS « ŒUVRE »")
    assert load_one(write(row, encoding=encoding, separator=separator)).written == 1
    assert Company.objects.get().name == "ÉTABLISSEMENTS « ŒUVRE »"


@pytest.mark.django_db
def test_gzip_and_zip_are_read(tmp_path):
    packed = tmp_path / "StockUniteLegale_utf8.csv.gz"
    packed.write_bytes(gzip.compress(as_csv(unit()).encode()))
    assert load_one(packed).written == 1
    again = zipped(tmp_path / "StockUniteLegale_utf8.zip", "StockUniteLegale_utf8.csv")
    assert load_one(again).unchanged == 1


@pytest.mark.django_db
def test_parquet_is_read_with_its_types(tmp_path):
    columns = {name: [value or None] for name, value in site().items()}
    columns["etablissementSiege"] = [True]
    load_one_csv = tmp_path / "unites.csv"
    load_one_csv.write_text(as_csv(unit()))
    units = {name: [value or None] for name, value in unit().items()}
    units["dateCreationUniteLegale"] = pa.array([date(1958, 1, 1)])
    units["anneeEffectifsUniteLegale"] = pa.array([2022], pa.int32())
    for name, table in (("unites", units), ("sites", columns)):
        pq.write_table(pa.table(table), tmp_path / f"{name}.parquet")
    report = registry.load([tmp_path / "unites.parquet", tmp_path / "sites.parquet"])
    assert report.written == 2
    company = Company.objects.get()
    assert (company.created_on, company.headcount_year) == (date(1958, 1, 1), 2022)
    assert load_one(load_one_csv).unchanged == 1


# Faults


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="introuvable"):
        call_command("load_registry", tmp_path / "absent.csv")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "fichier vide"),
        (b"\n \n", "fichier vide"),
        (b"\x89PNG\r\n\x00\x00\x00\rIHDR", "binaire"),
        (b"un seul mot\nun autre\n", "une seule colonne"),
        (b"siren,ville\n015851793,Metz\n", "il y manque"),
        (b"\x1f\x8b\x08\x00", "tronqu"),
        (b"PK\x03\x04 coup", "tronqu"),
        (b"PAR1 coup", "tronqu"),
        (b'[{"siren": 1', "JSON illisible"),
    ],
)
@pytest.mark.django_db
def test_an_unreadable_file_is_refused_in_words(tmp_path, content, words):
    path = tmp_path / "donnees"
    path.write_bytes(content)
    with pytest.raises(registry.RegistryFileError, match=words):
        registry.load([path])


def test_an_archive_of_several_files_is_refused(tmp_path):
    path = zipped(tmp_path / "tout.zip", "a.csv", "b.csv")
    with pytest.raises(registry.RegistryFileError, match="contient 2 CSV"):
        registry.load([path])
    path = zipped(tmp_path / "classeur.xlsx", "xl/workbook.xml")
    with pytest.raises(registry.RegistryFileError, match="aucun CSV"):
        registry.load([path])


@pytest.mark.django_db
def test_a_second_file_is_looked_at_before_the_first_is_written(write):
    with pytest.raises(registry.RegistryFileError, match="non reconnues"):
        registry.load([write(unit()), write({"a": "1", "b": "2"}, name="autre.csv")])
    assert not Company.objects.exists()


@pytest.mark.django_db
def test_a_truncated_file_keeps_its_whole_chunks_and_can_be_resumed(tmp_path):
    # Longer than what is looked at before anything is loaded.
    name = "ÉTABLISSEMENTS " * 150
    sirens = [s for n in range(10_000) if keys.is_siren(s := f"0158{n:05d}")]
    rows = as_csv(*(unit(s, denominationUniteLegale=name) for s in sirens))
    whole = gzip.compress(rows.encode(), 0)
    path = tmp_path / "stock.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(
        registry.LoadInterruptedError, match="rien n’est fait"
    ) as raised:
        load_files([path], chunk_rows=100)
    stored = Company.objects.count()
    assert 0 < stored < len(sirens)
    assert raised.value.report.written == stored
    path.write_bytes(whole)
    report = load_one(path)
    assert (report.written, report.unchanged) == (len(sirens) - stored, stored)


@pytest.mark.django_db
def test_a_row_of_another_width_is_left_out(tmp_path):
    path = tmp_path / "stock.csv"
    path.write_text(as_csv(unit()) + "005420021,O\r\n")
    report = load_one(path)
    assert report.left_out == {Reason.MALFORMED: 1}
    assert report.is_balanced


@pytest.mark.django_db
def test_the_command_tells_the_counts_in_french(write, capsys):
    call_command("load_registry", write(unit(), unit("123456789")))
    out = capsys.readouterr().out
    assert "INSEE, StockUniteLegale" in out
    assert "SIREN absent ou de clé fausse" in out


# Real files

NOT_COMPANIES = {
    "groupes_defense_entreprises.csv",
    "sirene_comptes_commune_naf.csv.gz",
    "sirene_comptes_departement_naf.csv.gz",
}


@pytest.mark.shared
@pytest.mark.django_db
def test_every_real_file_balances_and_loads_once(shared_data):
    folder = shared_data / "registry"
    for path in sorted(folder.iterdir()):
        if path.name in NOT_COMPANIES:
            with open_table(path) as table:
                assert recognise(table.header) is None
            continue
        first = load_one(path)
        assert first.is_balanced, path.name
        assert first.written, path.name
        again = load_one(path)
        assert again.is_balanced, path.name
        assert again.written == 0, path.name
    assert Company.objects.count() == Register.objects.count()
    assert not Company.objects.filter(name="").exists()
