"""Bad files from the door to the report: the sentence, its row, nothing by halves."""

import csv
import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from accounts.tests.people import verified_client
from companies.imports import refused_file
from companies.imports.forms import FIELD
from companies.imports.models import Import
from companies.imports.tests.makers import ran, receive, tried
from companies.imports.tests.test_import_reading import added, workbook
from companies.models import Company
from companies.tests.makers import make_company, next_siren
from mainsite.lib.tests.folders import keep_in
from tests.hostile.bad_files import rezipped

pytestmark = pytest.mark.django_db

HEADER = ["siren", "nom", "capital"]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture(autouse=True)
def upload_folder(settings, tmp_path):
    return keep_in(settings, "uploads", tmp_path / "uploads")


@pytest.fixture
def web(analyst):
    return verified_client(analyst)


def with_locked_parts(book):
    """As a zip program does it, rather than Excel: a bit on each part."""
    locked, entry = bytearray(book), book.find(b"PK\x01\x02")
    while entry >= 0:
        locked[entry + 8] |= 1
        entry = book.find(b"PK\x01\x02", entry + 1)
    return bytes(locked)


def sent(web, data, name):
    data = data.encode() if isinstance(data, str) else data
    given = {"objet": "companies", "fichier": SimpleUploadedFile(name, data)}
    return web.post(reverse("companies:imports:new"), given)


def page_of(imp, web, name="reading"):
    return web.get(reverse(f"companies:imports:{name}", args=[imp.public_id])).text


def refused_rows(imp):
    """As the person gets them: the line and why, beside the cells of the file."""
    text = "".join(refused_file.lines(imp)).removeprefix("\ufeff")
    _titles, *rows = csv.reader(io.StringIO(text), delimiter=";")
    return [tuple(row[-2:]) for row in rows]


def assert_nothing_written(upload_folder, *, files=0):
    assert not Company.objects.exists()
    with connection.cursor() as cursor:
        for table in ("register", "target", "import_chunk", "import_change"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table
    assert len(list(upload_folder.glob("*"))) == files


class TestRefusedAtTheDoor:
    @pytest.mark.parametrize(
        ("make", "sentence"),
        [
            (
                lambda book: rezipped(
                    book, {"xl/worksheets/sheet1.xml": b"<row>" + b" " * 300_000_000}
                ),
                "Décompressé, ce classeur serait démesuré",
            ),
            (
                lambda book: OLE + "EncryptedPackage".encode("utf-16-le"),
                "protégé par un mot de passe",
            ),
            (lambda book: with_locked_parts(book), "protégé par un mot de passe"),
            (
                lambda book: added(
                    book, "xl/worksheets/sheet9.xml", b'<c r="XFD1048576"/>'
                ),
                "plus de 200\u00a0colonnes",
            ),
        ],
        ids=["bomb", "password", "password_of_the_parts", "too_wide"],
    )
    def test_with_its_sentence_and_not_kept(self, web, upload_folder, make, sentence):
        data = make(workbook([HEADER, [next_siren(), "ACME", 1]]))
        answer = sent(web, data, "cibles.xlsx")
        assert answer.status_code == 422
        assert sentence in answer.text
        assert not Import.objects.exists()
        assert_nothing_written(upload_folder)


class TestAnUnclosedQuote:
    def test_at_row_900_000_fails_the_trial_with_its_row(self, analyst, upload_folder):
        good = f"{next_siren()};ACME;1\n" * 900_000
        data = f'siren;nom;capital\n{good}{next_siren()};"ACME;2\n' + good[:500]
        imp = tried(analyst, data)
        assert imp.state == "failed"
        assert imp.reason == (
            "Ligne 900\u00a0002\u00a0: un guillemet ouvert n’est pas refermé."
        )
        assert_nothing_written(upload_folder, files=1)


class TestAWorkbookOfTwentySheets:
    def book(self):
        data = io.BytesIO()
        with xlsxwriter.Workbook(data) as made:
            for number in range(1, 21):
                sheet = made.add_worksheet(f"Feuille {number}")
                sheet.write_row(0, 0, HEADER)
                sheet.write_row(1, 0, [next_siren(), f"SOCIÉTÉ {number}", 1])
        return data.getvalue()

    def test_tells_how_many_and_brings_the_one_that_was_chosen(self, analyst, web):
        imp = receive(analyst, self.book(), name="cibles.xlsx")
        page = page_of(imp, web)
        assert "Feuilles en tout" in page
        assert all(f"Feuille {number}" in page for number in range(1, 21))
        choose = reverse("companies:imports:reading", args=[imp.public_id])
        chosen = {"feuille": "Feuille 20", "entete": "1", "decimale": ","}
        assert web.post(choose, chosen).status_code == 302
        imp.refresh_from_db()
        assert (imp.detected["sheet"], imp.state) == ("Feuille 20", "draft")

    def test_brings_nothing_of_the_others(self, analyst):
        imp = ran(analyst, self.book(), name="cibles.xlsx")
        assert imp.counts["read"] == imp.counts["new"] == 1
        assert Company.objects.get().name == "SOCIÉTÉ 1"


class TestAMisnamedFile:
    def test_is_read_for_what_it_is_and_says_so(self, analyst, web):
        siren = next_siren()
        data = f"siren;nom;capital\n{siren};ACME;1\n"
        imp = ran(analyst, data, name="cibles.xlsx")
        assert (imp.state, imp.counts["new"]) == ("done", 1)
        draft = receive(analyst, data + f"{next_siren()};B;2\n", name="cibles.xlsx")
        assert "porte le nom d’un classeur et contient du texte" in page_of(draft, web)


class TestMarksThatTurnTheText:
    def test_are_taken_out_and_told(self, analyst):
        siren = next_siren()
        turned = f"\u202e{siren[:3]}\u200f{siren[3:]}\u202c"
        data = f"siren;nom;capital\n{turned};AC\u202eME \u2067LAC\u2069;1\n"
        imp = ran(analyst, data)
        assert Company.objects.get().siren == siren
        assert Company.objects.get().name == "ACME LAC"
        assert imp.counts["repairs"]["marks"] >= 1
        assert imp.counts["refused"] == 0


class TestOldDays:
    def test_of_1726_are_taken_and_of_1599_refused_with_their_row(self, analyst):
        old, older = next_siren(), next_siren()
        imp = ran(
            analyst,
            "siren;nom;date_creation\n"
            f"{old};SAINT-GOBAIN;04/05/1726\n{older};TROP TÔT;31/12/1599\n",
        )
        assert Company.objects.get().created_on.isoformat() == "1726-05-04"
        assert refused_rows(imp) == [
            ("3", "date de création «\u00a031/12/1599\u00a0»\u00a0: avant 1600")
        ]


class TestTitlesThatComeTwice:
    DATA = "siren;nom;nom;capital\n{};PREMIER;SECOND;1\n"

    def test_are_told_and_only_one_is_read(self, analyst, web):
        imp = receive(analyst, self.DATA.format(next_siren()))
        assert "Deux colonnes portent le même titre\u00a0: «\u00a0nom\u00a0»" in (
            page_of(imp, web)
        )
        assert list(imp.mapping.values()).count("name") == 1
        ran(analyst, self.DATA.format(next_siren()))
        assert Company.objects.get().name == "PREMIER"

    def test_cannot_both_be_the_same_field(self, analyst, web, upload_folder):
        imp = receive(analyst, self.DATA.format(next_siren()))
        codes = ("siren", "name", "name", "capital")
        answer = web.post(
            reverse("companies:imports:columns", args=[imp.public_id]),
            {f"{FIELD}_{place}": code for place, code in enumerate(codes)},
        )
        assert answer.status_code == 422
        assert "est déjà la colonne 2." in answer.text
        assert_nothing_written(upload_folder, files=1)


class TestOneCompanyFiveHundredTimes:
    def test_is_written_once_and_every_other_row_names_the_first(
        self, analyst, monkeypatch
    ):
        monkeypatch.setattr("companies.imports.reading.working.BATCH", 64)
        monkeypatch.setattr("companies.imports.running.BATCH", 64)
        siren, other = next_siren(), make_company().siren
        rows = [f"{siren};NOM {n};{n}\n" for n in range(1, 501)]
        data = "siren;nom;capital\n" + f"{other};X;1\n" + "".join(rows)
        imp = ran(analyst, data)
        assert (imp.counts["new"], imp.counts["refused"]) == (1, 499)
        company = Company.objects.get(siren=siren)
        assert (company.name, company.capital_eur) == ("NOM 1", 1)
        assert refused_rows(imp) == [
            (str(line), "doublon de la ligne 3") for line in range(4, 503)
        ]
        again = ran(analyst, data)
        assert again.counts["unchanged"] == 2
