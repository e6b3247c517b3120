import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from enrichment.models import Answer, Batch, Call, Item, Provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sources")]
GET_PAGES = ("batch", "watch", "refused_lines", "failures")
POST_PAGES = ("start", "cancel", "pause", "resume", "retry", "take_up")


def url(name, batch):
    return reverse(f"enrichment:{name}", args=[batch.public_id])


def page(response):
    return response.content.decode()


def post_list(client, text="", **fields):
    return client.post(reverse("enrichment:new"), {"sirens": text} | fields)


def upload(client, data, name="cibles.csv"):
    return post_list(client, file=SimpleUploadedFile(name, data))


class TestWhoMay:
    def test_the_desk_sees_its_batches_and_strangers_see_nothing(
        self, analyst, colleague_client, stranger_client, draft, sirens
    ):
        batch = draft(analyst, sirens(1))
        for name in GET_PAGES:
            assert colleague_client.get(url(name, batch)).status_code == 200
            assert stranger_client.get(url(name, batch)).status_code == 404
        for name in POST_PAGES:
            assert stranger_client.post(url(name, batch)).status_code == 404
        assert "Traitement de surface" not in page(
            stranger_client.get(reverse("enrichment:batches"))
        )

    def test_a_reader_reads_and_starts_nothing(
        self, analyst, reader_client, draft, sirens
    ):
        batch = draft(analyst, sirens(1))
        for name in GET_PAGES:
            assert reader_client.get(url(name, batch)).status_code == 200
        for name in POST_PAGES:
            assert reader_client.post(url(name, batch)).status_code == 403
        one = reverse("enrichment:enrich_one", args=[sirens(1)[0]])
        assert reader_client.post(one).status_code == 403
        assert post_list(reader_client, sirens(1)[0]).status_code == 403
        assert reader_client.get(reverse("enrichment:new")).status_code == 403
        assert Batch.objects.count() == 1

    def test_nobody_and_half_way_are_sent_away(
        self, client, half_way_client, analyst, draft, sirens
    ):
        batch = draft(analyst, sirens(1))
        for who in (client, half_way_client):
            for name in GET_PAGES:
                assert who.get(url(name, batch)).status_code == 302
            for name in POST_PAGES:
                assert who.post(url(name, batch)).status_code == 302
            assert post_list(who, sirens(2)[1]).status_code == 302
        assert Batch.objects.count() == 1

    def test_the_upload_keeps_its_csrf_guard(self, analyst):
        from accounts.tests.people import verified_client

        strict = verified_client(analyst, enforce_csrf_checks=True)
        assert post_list(strict, "552100554").status_code == 403

    @pytest.mark.parametrize("name", POST_PAGES)
    def test_a_get_changes_nothing(self, analyst, analyst_client, draft, sirens, name):
        batch = draft(analyst, sirens(1))
        assert analyst_client.get(url(name, batch)).status_code == 405


class TestGivingAList:
    def test_leads_to_a_draft_that_shows_each_fate(self, analyst_client, companies):
        good = companies(2)
        text = f"siren;nom\n{good[0]};A\n{good[1]};B\n123456789;C\n;D\n{good[0]};E\n"
        response = post_list(analyst_client, text)
        batch = Batch.objects.get()
        assert response.url == batch.get_absolute_url()
        shown = page(analyst_client.get(response.url))
        assert "clé de Luhn fausse" in shown
        assert "1234567<mark>89</mark>" in shown
        assert "doublon de la ligne 2" in shown
        assert "SIREN absent" in shown
        assert "2 + 0 + 3 = 5" in shown
        assert "point-virgule" in shown

    def test_a_file_gives_its_name(self, analyst_client, companies):
        data = f"Société,SIRET\nÉlan,{companies(1)[0]}00018\n".encode("cp1252")
        upload(analyst_client, data, name="cibles_AURA.csv")
        batch = Batch.objects.filter(name="cibles_AURA.csv").first()
        assert batch is None or batch.detected["encoding"] == "cp1252"

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (b"", "Cette liste est vide."),
            (b"PK\x03\x04zip", "classeur Excel"),
            (bytes(range(256)) * 4, "pas du texte"),
            (b"nom;ville\nA;B\nC;D\n", "Aucune colonne"),
            (b"siren\nABC\n", "Aucune ligne n’est un SIREN"),
            (b"siren;n\n552100554;\xc3\xa9\n775670417;\xe9\n", "À la ligne 3"),
        ],
    )
    def test_a_bad_file_is_told_so_and_nothing_is_kept(
        self, analyst_client, data, sentence
    ):
        response = upload(analyst_client, data)
        assert response.status_code == 422
        assert sentence in page(response)
        assert not Batch.objects.exists()

    @pytest.mark.parametrize("name", ["cibles.xlsx", "cibles.exe", "cibles"])
    def test_a_name_that_no_list_has_is_told_so(self, analyst_client, name):
        response = upload(analyst_client, b"siren\n732829320\n", name)

        assert response.status_code == 422
        assert "enregistrez la feuille en CSV" in page(response)
        assert not Batch.objects.exists()

    def test_too_large_is_refused_before_it_is_read(self, analyst_client, settings):
        settings.UPLOAD_MAX_BYTES = -5 * 1024 * 1024
        response = upload(analyst_client, b"siren\n552100554\n")
        assert response.status_code == 413
        assert "dépasse 200\u00a0Mo" in page(response)

    def test_a_file_just_over_the_limit_is_refused(self, analyst_client, settings):
        settings.UPLOAD_MAX_BYTES = 10
        response = upload(analyst_client, b"siren\n552100554\n")
        assert response.status_code == 422
        assert "dépasse 200\u00a0Mo" in page(response)

    def test_nothing_given_is_told_so(self, analyst_client):
        response = post_list(analyst_client, "  \n ")
        assert response.status_code == 422
        assert "Collez des SIREN" in page(response)

    def test_evil_cells_are_shown_escaped(self, analyst_client, companies):
        text = f"siren;nom\n{companies(1)[0]};A\n<script>alert(1)</script>;B\n"
        shown = page(analyst_client.get(post_list(analyst_client, text).url))
        assert "<script>alert" not in shown
        assert "&lt;" in shown

    def test_one_siren_can_be_brought_along(self, analyst_client):
        form = analyst_client.get(reverse("enrichment:new") + "?siren=552100554")
        assert "552100554" in page(form)


class TestFromTheList:
    def test_ticked_companies_become_a_draft(self, analyst_client, companies):
        numbers = companies(3)
        response = analyst_client.post(
            reverse("enrichment:new"), {"siren": numbers[:2], "requete": ""}
        )
        batch = Batch.objects.get()
        assert response.url == batch.get_absolute_url()
        assert batch.lines_read == 2

    def test_nothing_ticked_goes_back(self, analyst_client):
        response = analyst_client.post(reverse("enrichment:new"), {"siren": ""})
        assert response.url == reverse("companies:list")

    def test_one_company(self, analyst_client, companies):
        [siren] = companies(1)
        response = analyst_client.post(reverse("enrichment:enrich_one", args=[siren]))
        assert "Ateliers" in page(analyst_client.get(response.url))

    def test_a_false_key_is_no_company(self, analyst_client):
        one = reverse("enrichment:enrich_one", args=["123456789"])
        assert analyst_client.post(one).status_code == 404


class TestThePreview:
    def test_tells_cost_reuse_and_what_the_register_lacks(
        self, analyst, analyst_client, companies, sirens, draft
    ):
        companies(2)
        numbers = sirens(4)
        call = Call.objects.create(siren=numbers[0], source="pappers", state="paid")
        Answer.objects.create(
            siren=numbers[0],
            source="pappers",
            call=call,
            status="found",
            raw=b"{}",
            sha256="a" * 64,
            http_status=200,
            fetched_at=timezone.now(),
            expires_at=timezone.now() + timedelta(days=1),
        )
        batch = draft(analyst, numbers)
        shown = page(analyst_client.get(batch.get_absolute_url()))
        assert "0,30\u00a0€" in shown
        assert "0,10\u00a0€" in shown
        assert "Absentes du registre" in shown

    def test_a_source_without_a_price_is_off(
        self, analyst, analyst_client, sirens, draft
    ):
        Provider.objects.get(pk="pappers").prices.all().delete()
        batch = draft(analyst, sirens(1))
        assert "prix à renseigner" in page(analyst_client.get(url("batch", batch)))
        response = analyst_client.post(
            url("start", batch), {"sources": ["pappers"], "cap_eur": "1"}
        )
        assert response.status_code == 422
        batch.refresh_from_db()
        assert batch.state == "draft"

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"cap_eur": "1"}, "au moins une source"),
            ({"sources": "pappers", "cap_eur": ""}, "sans plafond"),
            ({"sources": "pappers", "cap_eur": "-1"}, "form-errors"),
            ({"sources": "pappers", "cap_eur": "beaucoup"}, "form-errors"),
            ({"sources": "inconnue", "cap_eur": "1"}, "ne peut pas être choisie"),
        ],
    )
    def test_a_wrong_start_is_explained(
        self, analyst, analyst_client, sirens, draft, fields, sentence
    ):
        batch = draft(analyst, sirens(1))
        response = analyst_client.post(url("start", batch), fields)
        assert response.status_code == 422
        assert sentence in page(response)
        batch.refresh_from_db()
        assert batch.state == "draft"

    def test_starting_takes_a_french_amount(
        self, analyst, analyst_client, sirens, draft
    ):
        batch = draft(analyst, sirens(1))
        form = {"sources": ["recherche_entreprises", "pappers"], "cap_eur": "12,50"}
        for _click in range(2):
            response = analyst_client.post(url("start", batch), form)
            assert response.url == batch.get_absolute_url()
        batch.refresh_from_db()
        assert (batch.state, batch.cap_eur) == ("running", Decimal("12.50"))
        assert batch.started_by == analyst


class TestProgress:
    @pytest.fixture
    def batch(self, analyst, companies, start):
        batch = start(analyst, companies(4), cap=Decimal(1))
        paid = Item.objects.filter(batch=batch, source="pappers").order_by("position")
        free = Item.objects.filter(batch=batch, source="recherche_entreprises")
        free.update(state="done")
        ids = list(paid.values_list("pk", flat=True))
        paid.filter(pk=ids[0]).update(state="done")
        paid.filter(pk=ids[1]).update(state="failed", reason="timeout")
        paid.filter(pk=ids[2]).update(state="not_bought", reason="cap")
        return batch

    def test_shows_the_parts_the_reasons_and_the_price_of_a_retry(
        self, batch, analyst_client
    ):
        shown = page(analyst_client.get(batch.get_absolute_url()))
        assert "3 / 4" in shown
        assert "Délai dépassé" in shown
        assert "Plafond du lot atteint" in shown
        assert "au plus 0,10\u00a0€" in shown
        assert "Lot lancé" in shown

    def test_asks_again_only_while_something_can_change(self, batch, analyst_client):
        assert "hx-trigger" in page(analyst_client.get(url("batch", batch)))
        Item.objects.filter(state="waiting").update(state="done")
        Batch.objects.update(state="done", ended_at=timezone.now())
        shown = page(analyst_client.get(url("batch", batch)))
        assert 'id="batch-progress">' in shown

    @pytest.mark.parametrize(
        ("seconds", "pace"), [(0, "250ms"), (4, "500ms"), (11, "2s")]
    )
    def test_asks_less_and_less_often(self, batch, analyst_client, seconds, pace):
        Batch.objects.update(started_at=timezone.now() - timedelta(seconds=seconds))
        assert f"every {pace}" in page(analyst_client.get(url("batch", batch)))

    def test_the_partial_is_a_piece_of_the_page(self, batch, analyst_client):
        headers = {"HX-Request": "true", "HX-Target": "batch-progress"}
        piece = analyst_client.get(url("watch", batch), headers=headers)
        text = page(piece).strip()
        assert text.startswith('<div id="batch-progress"')
        assert "<html" not in text
        assert "HX-Target" in piece["Vary"]

    def test_speaks_every_ten_percent_only(self, batch, analyst_client):
        headers = {"HX-Request": "true", "HX-Target": "batch-progress"}
        watch = url("watch", batch)
        assert "70\u00a0%" in page(analyst_client.get(watch, headers=headers))
        again = page(analyst_client.get(watch + "?dit=70", headers=headers))
        assert "batch-said" not in again

    def test_watching_keeps_no_session_alive(self, batch, analyst_client):
        before = analyst_client.session["seen_at"]
        session = analyst_client.session
        session["seen_at"] = before - 600
        session.save()
        analyst_client.get(url("watch", batch))
        assert analyst_client.session["seen_at"] == before - 600
        analyst_client.get(url("batch", batch))
        assert analyst_client.session["seen_at"] > before - 600

    def test_its_queries_do_not_grow_with_the_batch(
        self, analyst, analyst_client, companies, start, django_assert_max_num_queries
    ):
        batch = start(analyst, companies(60), cap=Decimal(10))
        Item.objects.filter(batch=batch, source="pappers").update(
            state="failed", reason="timeout"
        )
        analyst_client.get(url("batch", batch))
        with django_assert_max_num_queries(16):
            analyst_client.get(url("batch", batch))

    def test_cancel_and_retry_answer_with_the_page(self, batch, analyst_client):
        assert analyst_client.post(url("retry", batch)).url == batch.get_absolute_url()
        assert not Item.objects.filter(state="failed").exists()
        assert analyst_client.post(url("cancel", batch)).url == batch.get_absolute_url()
        batch.refresh_from_db()
        assert batch.state == "cancelled"


class TestFiles:
    def test_refused_lines_come_back_in_their_own_columns(
        self, analyst_client, companies
    ):
        text = f"nom;siren\nÉlan;{companies(1)[0]}\n=1+1;ABC\nB;123456789\n"
        post_list(analyst_client, text)
        response = analyst_client.get(url("refused_lines", Batch.objects.get()))
        body = b"".join(response.streaming_content).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(body), delimiter=";"))
        assert rows == [
            ["nom", "siren", "ligne", "erreur"],
            ["'=1+1", "ABC", "3", "autre chose que des chiffres"],
            ["B", "123456789", "4", "clé de Luhn fausse"],
        ]

    def test_failures_name_the_company_and_the_reason(
        self, analyst, analyst_client, companies, start
    ):
        batch = start(analyst, companies(1))
        Item.objects.filter(source="pappers").update(state="failed", reason="timeout")
        response = analyst_client.get(url("failures", batch))
        body = b"".join(response.streaming_content).decode("utf-8-sig")
        [_titles, row] = csv.reader(io.StringIO(body), delimiter=";")
        assert row[1:] == ["Ateliers", "Pappers", "échec", "Délai dépassé"]


class TestSourcesOfACompany:
    def test_never_asked_is_said(self, analyst_client, companies):
        [siren] = companies(1)
        shown = page(analyst_client.get(reverse("enrichment:sources", args=[siren])))
        assert shown.count("jamais interrogée") == Provider.objects.count()

    def test_a_read_source_has_its_date_and_price(self, analyst_client, companies):
        [siren] = companies(1)
        call = Call.objects.create(
            siren=siren, source="pappers", state="paid", amount_eur="0.10"
        )
        Answer.objects.create(
            siren=siren,
            source="pappers",
            call=call,
            status="found",
            raw=b"{}",
            sha256="a" * 64,
            http_status=200,
            fetched_at=timezone.now() - timedelta(days=3),
            expires_at=timezone.now() - timedelta(days=2),
            is_sandbox=True,
        )
        shown = page(analyst_client.get(reverse("enrichment:sources", args=[siren])))
        assert "périmée" in shown
        assert "0,10\u00a0€" in shown
        assert "bac à sable" in shown

    def test_an_unknown_company_is_not_there(self, analyst_client):
        gone = reverse("enrichment:sources", args=["552100554"])
        assert analyst_client.get(gone).status_code == 404


class TestTheListOfBatches:
    def test_is_empty_in_words(self, analyst_client):
        shown = page(analyst_client.get(reverse("enrichment:batches")))
        assert "Aucun lot pour l’instant" in shown

    def test_goes_on_below(self, analyst, analyst_client, draft, sirens, monkeypatch):
        from enrichment import views

        monkeypatch.setattr(views, "BATCHES_PER_PAGE", 2)
        for number in range(3):
            draft(analyst, sirens(1), name=f"Lot numéro {number}")
        first = page(analyst_client.get(reverse("enrichment:batches")))
        assert "Lot numéro 2" in first
        assert "Lot numéro 0" not in first
        last = Batch.objects.order_by("pk")[1]
        address = f"{reverse('enrichment:batches')}?avant={last.pk}"
        assert "Lot numéro 0" in page(analyst_client.get(address))
