"""SIRENs pasted in the search: what is read, what is refused, the address they get."""

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from companies import pasting
from companies.models import Company, PastedSirens, Register, Target
from companies.pasting import Refused, Why
from companies.search import phrase
from companies.search.form import SearchForm
from companies.tests.makers import make_company, next_siren
from mainsite.lib.siren import is_valid_siren

PASTE = "/societes/coller/"


@pytest.fixture
def registered(monkeypatch):
    """Every SIREN is in the register."""
    monkeypatch.setattr(pasting, "_unknown", lambda found: [])


@pytest.mark.usefixtures("registered")
class TestRead:
    @pytest.mark.parametrize(
        "text",
        [
            "732829320",
            "732 829 320",
            "732\u00a0829\u00a0320",
            "732.829.320",
            "73282932000074",
            "732 829 320 00074",
            "SIREN\n732829320",
            "Mécanique du Lac;732829320;74000 Annecy",
            "\t732829320\r\n\r\n",
            '"732829320",',
            "FR 732829320",
        ],
    )
    def test_nine_digits_among_anything(self, text):
        assert pasting.read(text) == pasting.Reading(("732829320",), (), 0)

    @pytest.mark.parametrize("between", [" ", ",", ";", "\n", "\t", " | ", " et ", "/"])
    def test_whatever_separates_them(self, between):
        text = between.join(["732829320", "552081317", "552 032 534"])
        assert pasting.read(text).sirens == ("732829320", "552081317", "552032534")
        assert not pasting.read(text).refused

    @pytest.mark.parametrize(
        ("line", "text", "why"),
        [
            ("732829321", "732829321", Why.WRONG_KEY),
            ("000000000", "000000000", Why.WRONG_KEY),
            ("73282932", "73282932", Why.WRONG_LENGTH),
            ("7328293201", "7328293201", Why.WRONG_LENGTH),
            ("5480119", "5480119", Why.WRONG_LENGTH),
            ("5480119 ", "5480119", Why.WRONG_LENGTH),
            ("Mécanique du Lac", "Mécanique du Lac", Why.NO_NUMBER),
            ("732829320, 55208131", "55208131", Why.WRONG_LENGTH),
        ],
    )
    def test_what_is_no_siren_is_told_with_its_line(self, line, text, why):
        reading = pasting.read(f"552081317\n\n{line}")
        assert reading.refused == (Refused(3, text, why),)

    def test_a_lost_zero_is_guessed_and_not_repaired(self):
        siren = next(
            text
            for number in range(10_000_000, 10_000_010)
            if is_valid_siren(text := f"0{number}")
        )
        refused = pasting.read(siren[1:]).refused
        assert refused == (Refused(1, siren[1:], Why.LOST_ZERO),)

    def test_once_each_in_their_order(self):
        reading = pasting.read("552081317 732829320 552081317")
        assert reading == pasting.Reading(("552081317", "732829320"), (), 1)

    def test_ten_thousand_lines_take_a_moment(self):
        sirens = [next_siren() for _ in range(10_000)]
        assert pasting.read("\n".join(sirens)).sirens == tuple(sirens)

    @pytest.mark.parametrize(
        "text", ["", "\x00", "\ud800", "é" * 10_000, "1" * 100_000]
    )
    def test_anything_else_gives_nobody(self, text):
        assert pasting.read(text).sirens == ()


@pytest.mark.django_db
class TestPaste:
    @pytest.fixture
    def lake(self):
        return make_company("MÉCANIQUE DU LAC", target={"revenue": 5_000_000})

    @pytest.fixture
    def thousands(self, lake):
        sirens = [next_siren() for _ in range(9_999)]
        Company.objects.bulk_create(
            [
                Company(siren=s, name=f"N{s}", registered_at=timezone.now())
                for s in sirens
            ]
        )
        Register.objects.bulk_create([Register(siren=s) for s in sirens])
        return [*sirens, lake.siren]

    def test_the_page_keeps_the_other_filters(self, analyst_client):
        page = analyst_client.get(PASTE, {"requete": "ca_min=3"}).content.decode()
        assert "CA de 3\u00a0M€ et plus" in page
        assert 'value="ca_min=3&amp;tri=-attractivite"' in page

    def test_a_few_are_in_the_address(self, lake, analyst_client):
        data = {"texte": lake.siren, "requete": "ca_min=3&tri=nom"}
        answer = analyst_client.post(PASTE, data, follow=True)
        url = f"/?ca_min=3&siren={lake.siren}&tri=nom"
        assert answer.redirect_chain == [(url, 302)]
        assert "MÉCANIQUE DU LAC" in answer.content.decode()
        assert not PastedSirens.objects.exists()

    def test_ten_thousand_have_a_short_address(self, thousands, analyst_client):
        data = {"texte": "\n".join(thousands), "requete": ""}
        answer = analyst_client.post(PASTE, data, follow=True)
        ((url, _),) = answer.redirect_chain
        assert len(url) < 100
        text = answer.content.decode()
        assert "10\u00a0000 SIREN collés" in text
        assert "10\u00a0000 sociétés" in text
        # A filter more: still among them.
        text = analyst_client.get(f"{url}&ca_min=3").content.decode()
        assert "MÉCANIQUE DU LAC" in text
        # Looked for, and nothing else: no target, no list.
        assert Target.objects.count() == 1

    def test_the_same_set_has_the_same_address(self, thousands, analyst_client):
        urls = {
            analyst_client.post(PASTE, {"texte": " ".join(order)})["Location"]
            for order in (thousands, thousands[::-1], thousands * 2)
        }
        assert len(urls) == 1
        assert PastedSirens.objects.count() == 1

    def test_another_desk_is_told_that_it_is_not_theirs(
        self, thousands, analyst_client, stranger_client, analyst
    ):
        kept = pasting.keep(sirens=tuple(thousands), by=analyst)
        url = f"/?collage={kept.public_id}"
        assert analyst_client.get(url).status_code == 200
        answer = stranger_client.get(url)
        assert answer.status_code == 422
        assert "recollez-la" in answer.content.decode()

    @pytest.mark.parametrize("value", ["x", "0" * 36, "\x00"])
    def test_what_is_no_paste_is_refused(self, analyst_client, value):
        answer = analyst_client.get("/", {"collage": value})
        assert answer.status_code == 422
        assert "recollez-la" in answer.content.decode()

    def test_wrong_lines_are_all_told_before_anything_is_sought(
        self, lake, analyst_client
    ):
        data = {"texte": f"{lake.siren}\n732829321\nvoir avec Paul\n732829320"}
        answer = analyst_client.post(PASTE, data)
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "732829321" in text
        assert "voir avec Paul" in text
        assert "absent du registre" in text
        answer = analyst_client.post(PASTE, {**data, "tel_quel": "1"}, follow=True)
        assert "MÉCANIQUE DU LAC" in answer.content.decode()

    @pytest.mark.parametrize("text", ["", "rien", "\x00"])
    def test_nothing_read_is_said(self, analyst_client, text):
        answer = analyst_client.post(PASTE, {"texte": text, "tel_quel": "1"})
        assert answer.status_code == 422
        assert "Aucun SIREN n’a été lu" in answer.content.decode()

    def test_too_many_are_refused_with_another_way(
        self, thousands, analyst_client, monkeypatch
    ):
        monkeypatch.setattr(pasting, "MOST", 9_000)
        answer = analyst_client.post(PASTE, {"texte": " ".join(thousands)})
        assert answer.status_code == 422
        assert "Importez-les" in answer.content.decode()

    def test_a_reader_may_search_too(self, lake, reader_client):
        assert reader_client.post(PASTE, {"texte": lake.siren}).status_code == 302

    def test_an_odd_search_beside_is_refused_in_the_list(self, lake, analyst_client):
        data = {"texte": lake.siren, "requete": "naf=ZZ"}
        answer = analyst_client.post(PASTE, data)
        assert answer.status_code == 422
        assert "«\u00a0ZZ\u00a0»" in answer.content.decode()

    def test_chosen_and_pasted_ones_do_not_go_together(self, thousands, analyst):
        kept = pasting.keep(sirens=tuple(thousands), by=analyst)
        query = f"collage={kept.public_id}&siren=732829320"
        form = SearchForm(QueryDict(query), desk_id=analyst.desk_id)
        assert not form.is_valid()

    def test_the_address_comes_back_whole(self, thousands, analyst):
        kept = pasting.keep(sirens=tuple(thousands), by=analyst)
        query = f"collage={kept.public_id}"
        form = SearchForm(QueryDict(query), desk_id=analyst.desk_id)
        assert form.is_valid()
        assert set(form.criteria.siren) == set(thousands)
        assert form.criteria.query() == query
        assert phrase.in_words(form.criteria) == "10\u00a0000 SIREN collés"
        assert form.criteria.without("collage").is_empty


def test_the_way_in_is_beside_the_filters(db, analyst_client):
    assert f'action="{reverse("companies:paste")}"' in (
        analyst_client.get("/").content.decode()
    )
