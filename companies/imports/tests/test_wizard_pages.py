"""Each step is a page of its own; one reached too early leads to where it stands."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.tests.people import verified_client
from companies.imports import sentences, services
from companies.imports.kinds.words import REASONS
from companies.imports.models import Import, ImportState
from companies.imports.page import values
from companies.imports.tests.wizard_files import make_import, make_match, upload
from mainsite.lib.tests.folders import keep_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def upload_folder(settings, tmp_path):
    """Files of a test are its own."""
    return keep_in(settings, "uploads", tmp_path / "uploads")


@pytest.fixture
def web(analyst):
    return verified_client(analyst)


def address(name, imp=None):
    arguments = [imp.public_id] if imp else []
    return reverse(f"companies:imports:{name}", args=arguments)


def received(analyst, text=None, *, kind="companies", **fields):
    file = upload(**fields) if text is None else upload(text, **fields)
    return services.receive(file=file, kind=kind, by=analyst)


def said(answer):
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())


class TestHistory:
    def test_says_what_to_do_when_there_is_none(self, web):
        page = said(web.get(address("list")))
        assert "Aucun import pour l’instant" in page
        assert address("new") in page

    def test_tells_each_import_with_its_counts(self, web, analyst):
        imp = make_import(analyst, ImportState.DONE)
        page = said(web.get(address("list")))
        assert imp.file_name in page
        assert address("show", imp) in page

    def test_goes_on_below_a_number(self, web, analyst):
        imp = make_import(analyst, ImportState.DONE)
        page = said(web.get(address("list"), {"avant": imp.pk}))
        assert imp.file_name not in page

    def test_is_of_the_desk(self, stranger, analyst):
        make_import(analyst, ImportState.DONE)
        page = said(verified_client(stranger).get(address("list")))
        assert "Aucun import pour l’instant" in page


class TestSteps:
    @pytest.mark.parametrize(
        ("state", "step"),
        [
            ("draft", "reading"),
            ("checking", "trial"),
            ("checked", "trial"),
            ("running", "running"),
            ("done", "report"),
            ("undoing", "undo"),
            ("undone", "report"),
        ],
    )
    def test_the_import_leads_to_where_it_stands(self, web, analyst, state, step):
        imp = make_import(analyst, state)
        assert web.get(address("show", imp))["Location"] == address(step, imp)
        assert web.get(address(step, imp)).status_code == 200

    @pytest.mark.parametrize(
        ("state", "early", "step"),
        [
            ("draft", "trial", "reading"),
            ("draft", "running", "reading"),
            ("draft", "report", "reading"),
            ("draft", "matching", "reading"),
            ("draft", "undo", "reading"),
            ("checked", "running", "trial"),
            ("checked", "report", "trial"),
            ("checked", "matching", "trial"),
            ("running", "columns", "running"),
            ("running", "report", "running"),
            ("done", "columns", "report"),
            ("done", "trial", "report"),
            ("undone", "undo", "report"),
        ],
    )
    def test_a_step_reached_too_early_leads_there(
        self, web, analyst, state, early, step
    ):
        imp = make_import(analyst, state)
        assert web.get(address(early, imp))["Location"] == address(step, imp)

    def test_a_trial_that_failed_is_told_where_it_was_asked(self, web, analyst):
        imp = make_import(analyst, ImportState.FAILED, reason="Guillemet ouvert.")
        page = said(web.get(address("trial", imp)))
        assert "Guillemet ouvert." in page
        assert "Rien n’a été écrit" in page


class TestReading:
    def test_shows_what_was_detected_and_the_rows(self, web, analyst):
        imp = received(analyst)
        page = said(web.get(address("reading", imp)))
        for words in ("Windows-1252", "point-virgule", "MÉCANIQUE DU LAC", "virgule"):
            assert words in page

    def test_reads_again_as_the_person_says(self, web, analyst):
        imp = received(analyst)
        given = {
            "encodage": "cp1252",
            "separateur": ";",
            "entete": "0",
            "decimale": ".",
            "suite": "relire",
        }
        answer = web.post(address("reading", imp), given)
        assert answer["Location"] == address("reading", imp)
        imp.refresh_from_db()
        assert imp.detected["header_row"] == 0
        assert imp.detected["decimal"] == "."

    def test_says_why_it_cannot_be_read_so(self, web, analyst):
        imp = received(analyst)
        given = {
            "encodage": "utf-16",
            "separateur": ";",
            "entete": "1",
            "decimale": ",",
        }
        answer = web.post(address("reading", imp), given)
        assert answer.status_code == 422
        assert "encodage" in said(answer)

    def test_a_file_brought_before_is_told(self, web, analyst):
        earlier = received(analyst)
        Import.objects.filter(pk=earlier.pk).update(
            state="done", started_at=earlier.created_at
        )
        page = said(web.get(address("reading", received(analyst))))
        assert "Ce fichier est déjà connu" in page
        assert address("show", earlier) in page


class TestColumns:
    def test_shows_the_guess_with_samples(self, web, analyst):
        imp = received(analyst)
        page = web.get(address("columns", imp)).content.decode()
        assert '<option value="siren" selected data-app-no-rule>' in page
        assert "CLUSES" in page

    def test_wants_the_year_of_amounts(self, web, analyst):
        imp = received(analyst)
        answer = web.post(address("columns", imp), self.given(imp))
        assert answer.status_code == 422
        assert "exercice" in said(answer)

    def test_asks_for_the_dry_run(self, web, analyst):
        imp = received(analyst)
        given = {**self.given(imp), "exercice": "2024", "regle_4": "overwrite"}
        answer = web.post(address("columns", imp), given)
        assert answer["Location"] == address("trial", imp)
        imp.refresh_from_db()
        assert imp.state == ImportState.CHECKING
        assert imp.policies["headcount"] == "overwrite"
        assert imp.options["year"] == "2024"

    def test_of_outcomes_have_no_rule(self, web, analyst):
        page = said(web.get(address("columns", received(analyst, kind="outcomes"))))
        assert "Si une valeur est déjà connue" not in page
        assert "Les trois règles" not in page

    def test_one_field_is_one_column(self, web, analyst):
        imp = received(analyst)
        given = {**self.given(imp), "colonne_5": "siren"}
        answer = web.post(address("columns", imp), given)
        assert answer.status_code == 422
        assert "« SIREN » est déjà la colonne 1." in said(answer)

    def given(self, imp):
        return {f"colonne_{place}": code for place, code in imp.mapping.items()}


class TestMatching:
    def test_shows_candidates_with_none_chosen(self, web, analyst):
        imp = make_import(analyst, ImportState.CHECKED)
        make_match(imp)
        page = web.get(address("matching", imp)).content.decode()
        assert "DÉCOLLETAGE GIFFRE SERVICES" in page
        assert page.count('type="radio"') == 3
        assert " checked" not in page.partition("<main")[2].partition("</main>")[0]


class TestTrial:
    def test_says_what_would_change(self, web, analyst):
        page = said(web.get(address("trial", make_import(analyst, "checked"))))
        assert "2 + 1 + 1 + 2 = 6" in page
        assert "Importer 3 lignes" in page
        assert "effectif" in page

    def test_marks_what_was_refused_inside_the_value(self, web, analyst):
        imp = make_import(analyst, "checked")
        page = web.get(address("trial", imp)).content.decode()
        assert "7328293<mark>21</mark>" in page
        assert "<mark>chaud</mark>" in page

    def test_imports_nothing_when_nothing_would_change(self, web, analyst):
        counts = {"read": 1, "new": 0, "updated": 0, "unchanged": 1, "refused": 0}
        imp = make_import(analyst, "checked", trial=counts)
        page = said(web.get(address("trial", imp)))
        assert "Rien à importer" in page
        assert address("running", imp) not in page.partition("<main")[2]


class TestWork:
    def test_is_a_piece_of_its_page_while_it_goes_on(self, web, analyst):
        imp = make_import(analyst, "running", position=3)
        page = said(web.get(address("running", imp)))
        assert "3 / 6" in page
        headers = {"HX-Request": "true", "HX-Target": "import-progress"}
        piece = said(web.get(address("watch", imp), headers=headers))
        assert piece.startswith("<section")
        assert "3 / 6" in piece

    def test_leaves_for_the_report_when_it_is_over(self, web, analyst):
        imp = make_import(analyst, "done")
        answer = web.get(address("watch", imp), headers={"HX-Request": "true"})
        assert answer["HX-Redirect"] == address("report", imp)
        assert web.get(address("watch", imp))["Location"] == address("report", imp)

    def test_tells_a_rate_to_a_page_that_has_watched(self, web, analyst):
        """Each answer says when the page began to watch, so that the next one knows."""
        imp = make_import(analyst, "running", position=3)
        page = said(web.get(address("running", imp)))
        assert "lignes par seconde" not in page
        assert "partant=3" in page
        at = int(imp.created_at.timestamp()) - 60
        Import.objects.filter(pk=imp.pk).update(position=60_000, rows_total=90_000)
        given = {"depuis": at, "partant": 0, "dit": 10}
        headers = {"HX-Request": "true", "HX-Target": "import-progress"}
        piece = said(web.get(address("watch", imp), given, headers=headers))
        assert "lignes par seconde" in piece
        assert "moins d’une minute" in piece
        assert "60 % : 60 000 lignes sur 90 000" in piece
        assert f"depuis={at}" in piece

    def test_stops(self, web, analyst):
        imp = make_import(analyst, "running")
        web.post(address("stop", imp))
        imp.refresh_from_db()
        assert imp.wants_stop


class TestReport:
    def test_adds_up(self, web, analyst):
        page = said(web.get(address("report", make_import(analyst, "done"))))
        assert "2 + 1 + 1 + 2 = 6" in page
        assert "Voir les 3 sociétés" in page
        assert "Annuler cet import…" in page

    def test_the_refused_rows_come_back_in_the_files_own_columns(self, web, analyst):
        imp = make_import(analyst, "done")
        answer = web.get(address("refused", imp))
        lines = b"".join(answer.streaming_content).decode().splitlines()
        assert lines[0] == '\ufeff"siren";"nom";"statut";"ligne";"erreur"'
        assert lines[1].startswith('"732829321";"\'=HYPERLINK(1)";"-1 200,50";"3";')
        assert "« chaud »" in lines[2].replace("\u00a0", " ")

    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            ("outcomes", "Annuler rend au suivi son étape d’avant"),
            ("contacts", "Annuler retire les coordonnées"),
        ],
    )
    def test_says_of_each_kind_what_an_undo_would_do(self, web, analyst, kind, words):
        User.objects.update(may_read_contacts=True)
        imp = make_import(analyst, "done")
        Import.objects.filter(pk=imp.pk).update(kind=kind)
        page = said(web.get(address("report", imp)))
        assert words in page
        assert "sociétés nouvelles" not in page
        assert "Modifications par champ" not in page

    def test_an_undo_is_told_before_it_is_done(self, web, analyst):
        imp = make_import(analyst, "done")
        page = said(web.get(address("undo", imp)))
        assert "Ce qui sera rendu" in page
        web.post(address("undo", imp))
        imp.refresh_from_db()
        assert imp.state == ImportState.UNDOING


class TestRefusals:
    def test_of_every_kind_have_their_own_words(self):
        short = {str(sentences.SHORT[reason]) for reason in REASONS}
        assert len(short) == len(REASONS)


class TestValues:
    @pytest.mark.parametrize(
        ("value", "words"), [("12", "20 à 49"), ("n:12", "12"), ("", "")]
    )
    def test_a_number_of_people_is_not_the_code_of_a_band(self, value, words):
        assert values.said("headcount", value) == words
