"""Who may bring a file, what is refused at the door, and what a doubt becomes."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.tests.people import verified_client
from companies.imports import refused_file, services
from companies.imports.matching.models import MatchState
from companies.imports.models import ImportState
from companies.imports.page import work
from companies.imports.tests.test_import_reading import workbook
from companies.imports.tests.wizard_files import make_import, make_match, upload
from companies.models import PastedSirens
from companies.tests.makers import make_company
from mainsite.lib.tests.folders import keep_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def upload_folder(settings, tmp_path):
    return keep_in(settings, "uploads", tmp_path / "uploads")


@pytest.fixture
def web(analyst):
    return verified_client(analyst)


def address(name, imp=None):
    arguments = [imp.public_id] if imp else []
    return reverse(f"companies:imports:{name}", args=arguments)


class TestTheDoor:
    def test_takes_a_file_to_its_reading(self, web):
        given = {"objet": "companies", "fichier": upload()}
        answer = web.post(address("new"), given)
        assert answer["Location"].endswith("/lecture/")

    def test_keeps_a_file_that_is_none_out(self, web, upload_folder):
        file = upload("%PDF-1.7 …", name="rapport.csv")
        answer = web.post(address("new"), {"objet": "companies", "fichier": file})
        assert answer.status_code == 422
        assert "ni du texte ni un classeur" in answer.content.decode()
        assert not list(upload_folder.glob("*"))

    @pytest.mark.parametrize(
        "name", ["cibles.exe", "cibles.csv.html", "cibles", ".csv"]
    )
    def test_takes_only_names_that_end_as_its_files_do(self, web, upload_folder, name):
        given = {"objet": "companies", "fichier": upload(name=name)}
        answer = web.post(address("new"), given)
        assert answer.status_code == 422
        assert "doit finir par .csv" in answer.text
        assert not list(upload_folder.glob("*"))

    @pytest.mark.parametrize(
        ("name", "data", "words"),
        [
            ("cibles.XLSX", b"siren;nom\n", "nom d’un classeur et contient du texte"),
            ("cibles.xls", b"siren;nom\n", "nom d’un classeur et contient du texte"),
            ("cibles.csv", None, "nom d’un texte et contient un classeur"),
            ("cibles.csv", b"siren;nom\n", ""),
            ("cibles.xlsx", None, ""),
        ],
    )
    def test_tells_of_a_content_that_the_name_denies(self, web, name, data, words):
        if data is None:
            data = workbook([["siren", "nom"], ["552100554", "ACME"]])
        else:
            data += b"552100554;ACME\n"
        file = SimpleUploadedFile(name, data)
        answer = web.post(
            address("new"), {"objet": "companies", "fichier": file}, follow=True
        )
        assert answer.status_code == 200
        assert ("Vérifiez que c’est le bon" in answer.text) == bool(words)
        assert words in answer.text

    def test_wants_a_file(self, web):
        answer = web.post(address("new"), {"objet": "companies"})
        assert answer.status_code == 422
        assert "Choisissez un fichier." in answer.content.decode()

    def test_refuses_what_is_too_large_before_reading_it(self, web, settings):
        settings.UPLOAD_MAX_BYTES = -1_000_000
        answer = web.post(address("new"), {"objet": "companies", "fichier": upload()})
        assert answer.status_code == 413
        assert "200\u00a0Mo" in answer.content.decode()

    def test_contacts_are_for_who_may_read_them(self, web, analyst):
        given = {"objet": "contacts", "fichier": upload()}
        assert web.post(address("new"), given).status_code == 422
        analyst.may_read_contacts = True
        analyst.save()
        given = {"objet": "contacts", "fichier": upload()}
        assert web.post(address("new"), given).status_code == 302

    def test_their_rows_too(self, web, analyst):
        imp = make_import(analyst, "done", kind="contacts")
        assert web.get(address("report", imp)).status_code == 403
        assert address("show", imp) not in web.get(address("list")).content.decode()

    @pytest.mark.parametrize("door", ["running", "trial", "stop", "forget", "undo"])
    def test_is_closed_to_readers_and_strangers(self, analyst, reader, stranger, door):
        imp = make_import(analyst, "checked")
        assert verified_client(reader).post(address(door, imp)).status_code == 403
        assert verified_client(stranger).post(address(door, imp)).status_code == 404
        imp.refresh_from_db()
        assert imp.state == ImportState.CHECKED

    def test_an_import_that_wrote_nothing_is_forgotten(self, web, analyst):
        imp = services.receive(file=upload(), kind="companies", by=analyst)
        web.post(address("forget", imp))
        assert web.get(address("show", imp)).status_code == 404

    def test_one_that_wrote_is_not(self, web, analyst):
        imp = make_import(analyst, "done")
        web.post(address("forget", imp))
        assert web.get(address("report", imp)).status_code == 200


class TestDoubts:
    def test_are_decided_by_choice(self, web, analyst):
        make_company("DÉCOLLETAGE DU GIFFRE", siren="957520448")
        imp = make_import(analyst, "checked")
        one, other, left = (make_match(imp, line) for line in (2, 3, 4))
        given = {f"ligne-{one.pk}": "957520448", f"ligne-{other.pk}": "aucune"}
        web.post(address("matching", imp), given)
        for match in (one, other, left):
            match.refresh_from_db()
        assert (one.state, one.siren) == (MatchState.CONFIRMED, "957520448")
        assert (other.state, other.siren) == (MatchState.REJECTED, None)
        assert left.state == MatchState.DOUBTFUL

    def test_take_no_company_that_was_not_proposed(self, web, analyst):
        imp = make_import(analyst, "checked")
        match = make_match(imp)
        given = {f"ligne-{match.pk}": "356000000"}
        assert web.post(address("matching", imp), given).status_code == 422
        match.refresh_from_db()
        assert match.state == MatchState.DOUBTFUL

    def test_decided_after_the_trial_are_told_beside_its_figures(self, web, analyst):
        imp = make_import(analyst, "checked")
        make_match(imp, state=MatchState.CONFIRMED, siren="957520448")
        imp.trial["reasons"] = {"doubtful": 1}
        imp.save()
        page = web.get(address("trial", imp)).content.decode()
        assert "Vos choix ne sont pas encore dans ces chiffres" in page


class TestTheRefusedRows:
    def test_keep_what_they_have_beyond_the_header_behind_the_reason(self, analyst):
        imp = make_import(analyst, "done")
        imp.refusals.filter(line=3).update(cells=["1", "2", "3", "4"])
        lines = "".join(refused_file.lines(imp)).splitlines()
        assert lines[1].startswith('"1";"2";"3";"3";"')
        assert lines[1].endswith(';"4"')

    def test_show_more_on_demand(self, web, analyst):
        imp = make_import(analyst, "done")
        rows = [
            type(imp.refusals.first())(
                of=imp, is_trial=False, line=n, reason="empty", cells=["", "", ""]
            )
            for n in range(10, 40)
        ]
        imp.refusals.model.objects.bulk_create(rows)
        imp.counts["refused"] = 32
        imp.save()
        page = web.get(address("report", imp)).content.decode()
        assert page.count('<tr id="ligne-') == 10
        assert "?refus=110#refus" in page
        page = web.get(address("report", imp), {"refus": 110}).content.decode()
        assert page.count('<tr id="ligne-') == 32


class TestTheCompanies:
    def test_are_found_in_the_list(self, web, analyst):
        imp = make_import(analyst, "done")
        imp.chunks.create(number=0, rows=2, new_sirens=[732829320, 5520135])
        imp.changes.create(siren="957520448", before={}, after={})
        answer = web.post(address("companies", imp))
        kept = PastedSirens.objects.get(desk=analyst.desk)
        assert kept.sirens == [5520135, 732829320, 957520448]
        assert str(kept.public_id) in answer["Location"]


class TestTheProgress:
    def test_tells_a_rate_and_a_range_once_it_was_watched(self, analyst):
        imp = make_import(analyst, "running", position=30_000, rows_total=100_000)
        seen = work.Seen(at_s=int(work.look(imp).now_s) - 60, done=0, decile=20)
        now = work.look(imp, seen)
        assert 480 < now.per_s <= 500
        assert now.left == "1 à 4\u00a0min"
        assert now.says
        assert now.poll_ms == work.LATER_MS

    def test_says_neither_at_first(self, analyst):
        imp = make_import(analyst, "running", position=30_000, rows_total=100_000)
        now = work.look(imp)
        assert (now.per_s, now.left, now.poll_ms) == (0, "", work.SOON_MS)
