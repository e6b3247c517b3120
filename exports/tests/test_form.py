"""The page on which an export is chosen: what it shows, what it refuses."""

from hashlib import sha256

import pytest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from companies.tests.makers import make_company
from exports import definition
from exports.models import Export
from exports.profiles import FORMATS
from exports.tests.asking import content, read

NEW = "/exports/nouveau/"


@pytest.fixture
def companies(db):
    return [make_company(f"SOCIETE {number}") for number in range(3)]


class TestTheForm:
    def test_tells_how_many_and_with_which_criteria(self, companies, analyst_client):
        page = analyst_client.get(f"{NEW}?q=societe&tri=-ca").content.decode()
        assert "Exporter 3 sociétés" in page
        assert "chiffre d’affaires, décroissant" in page
        assert "nom_entreprise" in page
        assert "zéro de tête" in page
        assert "Passer au XLSX" in page

    def test_shows_the_first_rows_as_the_file_will_hold_them(self, analyst_client):
        make_company("=CMD()", target={"net_income": -600_000, "revenue": 5})
        data = {"tout": "1", "profil": "analyse"}
        page = analyst_client.post(NEW, data).content.decode()
        assert "<td>&#x27;=CMD()</td>" in page
        assert "<td>02/03/1998</td>" in page
        assert "tout l’export" in page

    def test_weighs_the_whole_by_its_first_rows(self, companies, analyst_client):
        page = analyst_client.get(f"{NEW}?q=societe").content.decode()
        data = {"tout": "1", "requete": "q=societe", "faire": "exporter"}
        data["profil"] = "rapide"
        body = content(analyst_client.post(NEW, data))
        assert f"environ {filesizeformat(len(body))}" in page
        assert "moins de 2 s" in page

    def test_changes_with_what_is_chosen_and_writes_nothing(
        self, companies, analyst_client
    ):
        data = {"tout": "1", "profil": "complet", "sortie": "jsonl"}
        htmx = {"HX-Request": "true", "HX-Target": "export-choice"}
        part = analyst_client.post(NEW, data, headers=htmx).content.decode()
        assert part.strip().startswith('<div id="export-choice"')
        assert "Parquet" in part
        assert "Une société par ligne" in part
        assert not Export.objects.exists()

    def test_keeps_the_columns_chosen_in_their_order(self, companies, analyst_client):
        data = {
            "tout": "1",
            "requete": "q=societe&tri=nom",
            "profil": "rapide",
            "ordre-rapide": ["ville", "siren", "statut"],
            "colonnes-rapide": ["ville", "siren"],
            "descendre": "ville",
        }
        page = analyst_client.post(NEW, data).content.decode()
        assert page.index('<th scope="col">siren') < page.index('<th scope="col">ville')
        del data["descendre"]
        every = definition.all_columns("rapide", with_contacts=False)
        data["ordre-rapide"] = list(dict.fromkeys([*data["ordre-rapide"], *every]))
        header, first, *_ = read(
            content(analyst_client.post(NEW, {**data, "faire": "exporter"}))
        )
        assert header == ["ville", "siren"]
        assert first[0] == "Annecy"

    def test_wants_a_column(self, companies, analyst_client):
        order = definition.all_columns("rapide", with_contacts=False)
        data = {"tout": "1", "ordre-rapide": order, "faire": "exporter"}
        answer = analyst_client.post(NEW, {**data, "profil": "rapide"})
        assert answer.status_code == 422
        assert "Gardez au moins une colonne" in answer.content.decode()

    def test_refuses_a_format_of_another_profile(self, companies, analyst_client):
        data = {"tout": "1", "profil": "excel", "sortie": "csv", "faire": "exporter"}
        answer = analyst_client.post(NEW, data)
        assert answer.status_code == 422
        assert "n’est pas offert pour ce profil" in answer.content.decode()
        assert not Export.objects.exists()

    def test_comes_from_rows_chosen_in_the_list(self, companies, analyst_client):
        chosen = [company.siren for company in companies[:2]]
        response = analyst_client.post(NEW, {"siren": chosen, "requete": "tri=nom"})
        assert response.status_code == 200
        assert "Exporter 2 sociétés" in response.content.decode()
        assert not Export.objects.exists()

    def test_comes_from_all_that_was_found(self, companies, analyst_client):
        data = {"tout": "1", "requete": "q=societe", "siren": companies[0].siren}
        response = analyst_client.post(NEW, data)
        assert "Exporter 3 sociétés" in response.content.decode()

    def test_goes_back_to_the_list_when_nothing_is_chosen(self, analyst_client):
        response = analyst_client.post(NEW, {"requete": "naf=25&bidon=1"})
        assert response.status_code == 302
        assert response["Location"] == "/?naf=25&tri=-attractivite"

    def test_has_no_button_when_nothing_is_found(self, analyst_client):
        page = analyst_client.get(f"{NEW}?q=introuvable").content.decode()
        assert "Rien à exporter" in page
        assert 'name="profil"' not in page

    def test_writes_nothing_when_nothing_is_found(self, analyst_client):
        data = {
            "tout": "1",
            "requete": "q=introuvable",
            "profil": "rapide",
            "faire": "exporter",
        }
        assert analyst_client.post(NEW, data).status_code == 422
        assert not Export.objects.exists()

    def test_refuses_an_unknown_profile(self, companies, analyst_client):
        response = analyst_client.post(
            NEW, {"tout": "1", "profil": "tout", "faire": "exporter"}
        )
        assert response.status_code == 422
        assert "n’est pas un profil" in response.content.decode()

    @pytest.mark.parametrize(
        ("query", "words"),
        [("ca_min=beaucoup", "beaucoup"), ("nafs=25", "n’est pas un critère")],
    )
    def test_writes_nothing_of_what_is_not_understood(
        self, companies, analyst_client, query, words
    ):
        """The list says why, beside the filter; nothing wider is exported."""
        data = {"tout": "1", "requete": query, "profil": "rapide", "faire": "exporter"}
        for answer in (
            analyst_client.get(f"{NEW}?{query}", follow=True),
            analyst_client.post(NEW, data, follow=True),
        ):
            assert answer.redirect_chain == [(f"/?{query}", 302)]
            assert answer.status_code == 422
            assert words in answer.content.decode()
        assert not Export.objects.exists()


class TestEveryFormat:
    @pytest.mark.parametrize(
        ("profile", "kind"),
        [(profile, kind) for profile, kinds in FORMATS.items() for kind in kinds],
    )
    def test_is_previewed_written_and_told(self, known, analyst_client, profile, kind):
        data = {"tout": "1", "profil": profile, "sortie": kind}
        page = analyst_client.post(NEW, data).content.decode()
        # The pages of a PDF are weighed by those made before.
        assert ("<dt>Taille</dt>" in page) is (kind != "pdf")
        answer = analyst_client.post(NEW, {**data, "faire": "exporter"})
        assert f"-bac-a-sable.{kind}" in answer["Content-Disposition"]
        export = Export.objects.get()
        assert sha256(content(answer)).hexdigest() == export.sha256
        assert export.rows_total == 1
        url = reverse("exports:manifest_json", args=[export.public_id])
        told = analyst_client.get(url).json()
        assert told["sha256"] == export.sha256
        assert told["format"] == kind
        assert [each["nom"] for each in told["colonnes"]] == export.columns
