"""Saved searches: tabs with an address of their own, one's own or shared."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from companies import grid, saved_searches
from companies.addresses import ListAddress
from companies.models import SavedSearch
from companies.search.criteria import Bounds, Criteria
from companies.tests.makers import make_company

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Target": "univers"}


@pytest.fixture
def companies(db):
    return [
        make_company(f"SOCIÉTÉ {n}", target={"revenue": n * 10**6}) for n in range(3)
    ]


def address(**fields):
    fields.setdefault("sort", "-ca")
    return ListAddress(criteria=Criteria(ca=Bounds(low=1)), **fields)


@pytest.fixture
def saved(analyst):
    return saved_searches.save(name="Plus de 1 M€", address=address(), by=analyst)


@pytest.fixture
def shared(saved, analyst):
    saved_searches.share(saved=saved, is_shared=True, by=analyst)
    return saved


def url_of(saved, name="saved_search"):
    return reverse(f"companies:{name}", args=[saved.public_id])


def page(answer):
    return answer.content.decode().replace("\u00a0", " ")


class TestSave:
    def post(self, browser, **fields):
        data = {"nom": "Les grandes", "requete": "ca_min=1&tri=-ca", **fields}
        return browser.post(reverse("companies:save_search"), data)

    def test_keeps_filters_sort_and_columns(self, analyst, analyst_client):
        answer = self.post(
            analyst_client, requete="ca_min=1&tri=-ca&colonnes=siege.ca&curseur=x"
        )
        kept = SavedSearch.objects.get()
        assert answer["Location"] == url_of(kept)
        assert (kept.query, kept.columns) == ("ca_min=1&tri=-ca", ["siege", "ca"])
        assert (kept.owner, kept.desk, kept.is_shared) == (analyst, analyst.desk, False)

    def test_keeps_no_choice_of_the_usual_columns(self, analyst_client):
        self.post(analyst_client)
        assert SavedSearch.objects.get().columns == []

    def test_leaves_a_trace(self, analyst_client):
        self.post(analyst_client, partagee="on")
        assert AuditEntry.objects.filter(action="search_saved").count() == 1
        assert AuditEntry.objects.filter(action="search_shared").count() == 1

    @pytest.mark.parametrize("name", ["", " ", "x" * 81, "PLUS de 1 M€"])
    def test_refuses_a_name_where_it_was_typed(
        self, saved, companies, analyst_client, name
    ):
        answer = self.post(analyst_client, nom=name)
        assert answer.status_code == 422
        text = page(answer)
        assert "err-line" in text
        assert "SOCIÉTÉ 2" in text
        assert SavedSearch.objects.count() == 1

    def test_keeps_no_search_that_was_not_understood(
        self, saved, companies, analyst_client
    ):
        """Without its refused criterion it would find more than was asked."""
        data = {"requete": "ca_min=1&naf=99.99X"}
        assert self.post(analyst_client, **data).status_code == 422
        assert (
            analyst_client.post(url_of(saved, "update_search"), data).status_code == 422
        )
        assert SavedSearch.objects.get().query == saved.query

    def test_lets_a_colleague_have_the_same_name(self, saved, colleague_client):
        self.post(colleague_client, nom="Plus de 1 M€")
        assert SavedSearch.objects.count() == 2

    def test_is_not_for_readers(self, reader_client):
        assert self.post(reader_client).status_code == 403
        assert "Enregistrer cette recherche" not in page(reader_client.get("/"))


class TestOpen:
    def test_applies_the_search_in_its_tab(self, saved, companies, analyst_client):
        text = page(analyst_client.get(url_of(saved)))
        assert "SOCIÉTÉ 2" in text
        assert "SOCIÉTÉ 0" not in text
        assert f'<a href="{url_of(saved)}" aria-current="page"' in text
        assert "modifiée" not in text

    def test_is_a_piece_of_the_page_for_htmx(self, saved, companies, analyst_client):
        piece = page(analyst_client.get(url_of(saved), headers=HTMX)).strip()
        assert piece.startswith('<div id="univers"')
        assert 'aria-current="page"' in piece

    def test_stays_current_from_page_to_page(self, saved, companies, analyst_client):
        text = page(analyst_client.get(url_of(saved)))
        assert f"recherche={saved.public_id}" in text
        answer = analyst_client.get(
            "/", {"ca_min": "1", "tri": "-ca", "recherche": saved.public_id}
        )
        assert f'<a href="{url_of(saved)}" aria-current="page"' in page(answer)
        assert "modifiée" not in page(answer)

    def test_shows_its_columns(self, analyst, companies, analyst_client):
        columns = ("siege", "ca", "maj")
        saved = saved_searches.save(
            name="Colonnes", address=address(columns=columns), by=analyst
        )
        text = page(analyst_client.get(url_of(saved)))
        assert "Mise à jour" in text
        assert 'class="c-ef"' not in text
        assert "modifiée" not in text

    @pytest.mark.parametrize(
        "change",
        [{"ca_min": "2"}, {"tri": "nom"}, {"colonnes": "ca"}, {"departement": "74"}],
    )
    def test_says_that_it_was_modified(self, saved, companies, analyst_client, change):
        query = {"ca_min": "1", "tri": "-ca", "recherche": saved.public_id, **change}
        text = page(analyst_client.get("/", query))
        assert "modifiée" in text
        assert url_of(saved, "update_search") in text

    def test_names_the_codes_that_are_no_longer_known(
        self, saved, companies, analyst_client
    ):
        SavedSearch.objects.update(query="naf=99.99X&ca_min=1&tri=-ca")
        text = page(analyst_client.get(url_of(saved)))
        assert "99.99X" in text
        assert 'aria-current="page"' in text
        assert "modifiée" in text

    def test_has_a_page_for_each_cursor(self, saved, companies, analyst_client):
        answer = analyst_client.get(url_of(saved), {"curseur": "x"})
        assert "voici la première" in page(answer)

    def test_is_ones_own_until_it_is_shared(
        self, saved, analyst, colleague_client, stranger_client, reader_client
    ):
        for browser in (colleague_client, stranger_client, reader_client):
            assert browser.get(url_of(saved)).status_code == 404
            assert "Plus de 1 M€" not in page(browser.get("/"))
        saved_searches.share(saved=saved, is_shared=True, by=analyst)
        for browser in (colleague_client, reader_client):
            assert browser.get(url_of(saved)).status_code == 200
            assert "Plus de 1 M€" in page(browser.get("/"))
        assert stranger_client.get(url_of(saved)).status_code == 404

    def test_of_another_in_an_address_is_no_tab(self, saved, stranger_client):
        answer = stranger_client.get("/", {"recherche": saved.public_id})
        assert answer.status_code == 200
        assert "Plus de 1 M€" not in page(answer)

    @pytest.mark.parametrize("word", ["x", "é" * 36, "-" * 36, "a" * 36])
    def test_that_is_none_is_no_tab(self, analyst_client, word):
        answer = analyst_client.get("/", {"recherche": word})
        assert answer.status_code == 200

    def test_beyond_six_are_in_a_menu_and_the_current_in_sight(
        self, analyst, analyst_client
    ):
        kept = [
            saved_searches.save(name=f"Recherche {n}", address=address(), by=analyst)
            for n in range(9)
        ]
        text = page(analyst_client.get(url_of(kept[8])))
        assert "et 2 autres" in text
        before_menu = text.partition("et 2 autres")[0]
        assert "Recherche 8" in before_menu
        assert "Recherche 7" not in before_menu


class TestChange:
    def test_keeps_what_the_list_shows_now(self, saved, analyst_client):
        data = {"requete": "ca_min=5&tri=nom&colonnes=ca.statut"}
        answer = analyst_client.post(url_of(saved, "update_search"), data)
        assert answer["Location"] == url_of(saved)
        saved.refresh_from_db()
        assert (saved.query, saved.columns) == ("ca_min=5&tri=nom", ["ca", "statut"])

    def test_renames(self, saved, analyst_client):
        analyst_client.post(url_of(saved, "rename_search"), {"nom": "Autre nom"})
        saved.refresh_from_db()
        assert saved.name == "Autre nom"

    def test_keeps_its_name_when_another_bears_it(self, saved, analyst, analyst_client):
        saved_searches.save(name="Prise", address=address(), by=analyst)
        url = url_of(saved, "rename_search")
        answer = analyst_client.post(url, {"nom": "PRISE"}, follow=True)
        assert "porte déjà ce nom" in page(answer)
        saved.refresh_from_db()
        assert saved.name == "Plus de 1 M€"

    def test_shares_and_keeps_to_oneself_again(self, saved, analyst_client):
        url = url_of(saved, "share_search")
        analyst_client.post(url, {"partagee": "1"})
        saved.refresh_from_db()
        assert saved.is_shared
        analyst_client.post(url)
        saved.refresh_from_db()
        assert not saved.is_shared
        assert AuditEntry.objects.filter(action="search_unshared").count() == 1

    def test_is_deleted_once_it_was_asked_again(self, saved, analyst_client):
        url = url_of(saved, "delete_search")
        assert "Supprimer « Plus de 1 M€ »" in page(analyst_client.get(url))
        assert SavedSearch.objects.exists()
        answer = analyst_client.post(url, follow=True)
        assert "est supprimée" in page(answer)
        assert not SavedSearch.objects.exists()
        assert AuditEntry.objects.filter(action="search_deleted").count() == 1

    @pytest.mark.parametrize(
        "name", ["update_search", "rename_search", "share_search", "delete_search"]
    )
    def test_is_its_owners_alone(
        self, shared, colleague_client, reader_client, stranger_client, name
    ):
        data = {"nom": "Volée", "requete": "tri=nom"}
        url = url_of(shared, name)
        assert colleague_client.post(url, data).status_code == 403
        assert reader_client.post(url, data).status_code == 403
        assert stranger_client.post(url, data).status_code == 404
        kept = SavedSearch.objects.get()
        assert (kept.name, kept.query) == ("Plus de 1 M€", shared.query)
        assert kept.is_shared

    def test_of_a_colleague_is_copied(self, shared, colleague, colleague_client):
        text = page(colleague_client.get(url_of(shared)))
        assert "Enregistrer sous…" in text
        assert url_of(shared, "rename_search") not in text
        data = {"nom": "La mienne", "requete": shared.query}
        colleague_client.post(reverse("companies:save_search"), data)
        copy = SavedSearch.objects.get(owner=colleague)
        assert (copy.query, copy.is_shared) == (shared.query, False)


class TestColumns:
    def test_are_the_readers_choice(self, companies, analyst_client):
        text = page(analyst_client.get("/", {"colonnes": ["siren", "effectif"]}))
        assert 'class="c-si"' in text
        assert 'class="c-naf' not in text
        assert "colonnes=siren.effectif" in text

    @pytest.mark.parametrize("choice", ["", "x", "é.<b>", "." * 500])
    def test_that_are_none_are_the_usual_ones(self, companies, analyst_client, choice):
        text = page(analyst_client.get("/", {"colonnes": choice}))
        assert 'class="c-naf' in text
        assert "&amp;colonnes=" not in text

    @pytest.mark.parametrize("name", grid.COLUMNS)
    def test_each_can_stand_alone(self, companies, analyst_client, name):
        make_company("NUE", band="", naf="", commune="", created_on=None, target={})
        make_company("NON ÉVALUABLE", target={"score_state": 2, "missing": "accounts"})
        answer = analyst_client.get("/", {"colonnes": name})
        assert answer.status_code == 200
        text = page(answer)
        column = grid.COLUMNS[name]
        assert f'class="{column.css}"' in text
        cells = {
            row.count("<td") + row.count("<th")
            for row in text.partition("<tbody>")[2].split("</tr>")[:5]
        }
        assert cells == {len(grid.widths([name]))}

    def test_follow_the_filters_and_the_bar(self, companies, analyst_client):
        text = page(analyst_client.get("/", {"colonnes": "ca.maj"}))
        assert '<input type="hidden" name="colonnes" value="ca.maj">' in text

    def test_names_never_act_as_markup(self, analyst_client):
        make_company('<b>"GRAS" & CIE</b>', target={})
        text = page(analyst_client.get("/"))
        assert "&lt;b&gt;&quot;GRAS&quot; &amp; CIE&lt;/b&gt;" in text
        assert "<b>&quot;" not in text
