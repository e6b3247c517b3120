import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from companies import pipeline
from companies.models import (
    AnnualAccounts,
    Company,
    LegalEvent,
    Note,
    Officer,
    Pursuit,
    Register,
    SourceReading,
)

SIREN = "957520448"
PAGE = f"/societes/{SIREN}/"
STATUS, NOTES = f"{PAGE}statut/", f"{PAGE}notes/"
READ = "2026-11-03"


@pytest.fixture
def company(db):
    Register.objects.create(siren=SIREN)
    return Company.objects.create(
        siren=SIREN,
        name="CHIMICOLOR",
        naf_code="25.61Z",
        legal_form="5710",
        capital_eur=480_000,
        created_on=date(1975, 4, 2),
        headcount_band="21",
        headcount_year=2024,
        commune_code="01142",
        commune="DAGNEUX",
        postal_code="01120",
        registered_at=timezone.now(),
    )


def accounts(year, revenue, *, account_type="C", **fields):
    fields.setdefault("provenance", {"revenue": ["pappers", READ]})
    return AnnualAccounts.objects.create(
        siren=SIREN,
        closed_on=date(year, 12, 31),
        account_type=account_type,
        revenue=revenue,
        **fields,
    )


def officer(surname="SPÉCIMEN", **fields):
    fields.setdefault("role", "Président")
    return Officer.objects.create(
        siren=SIREN,
        surname=surname,
        source="pappers",
        retrieved_at=timezone.now(),
        **fields,
    )


def notice(kind, day, label=""):
    return LegalEvent.objects.create(
        siren=SIREN,
        kind=kind,
        occurred_on=day,
        label=label,
        source="pappers",
        source_id=f"{kind}-{day}",
    )


def words(response):
    """The page as it is read: no tags, plain spaces."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def section(response, element_id):
    html = response.content.decode()
    return html[html.index(f'id="{element_id}"') :]


class TestIdentity:
    def test_says_who_the_company_is_in_words(self, company, analyst_client):
        response = analyst_client.get(PAGE)
        assert response.status_code == 200
        text = words(response)
        assert "Traitement et revêtement des métaux, à Dagneux, dans l’Ain" in text
        assert "957 520 448" in text
        assert "SAS, 480 000 €" in text
        assert "50 à 99 salariés (2024)" in text

    def test_says_unknown_and_never_zero(self, analyst_client):
        Company.objects.create(siren=SIREN, name="X", registered_at=timezone.now())
        text = words(analyst_client.get(PAGE))
        assert "Activité inconnue" in text
        assert "capital inconnu" in text
        assert "Aucune source de comptes n’a encore été lue" in text
        assert "Aucun dirigeant n’est connu" in text

    def test_says_that_a_company_is_closed(self, company, analyst_client):
        company.is_active, company.closed_on = False, date(2024, 6, 3)
        company.save()
        text = words(analyst_client.get(PAGE))
        assert "Société cessée le 3 juin 2024." in text

    def test_links_only_to_addresses_a_browser_may_follow(
        self, company, analyst_client
    ):
        for website, is_link in (
            ("www.chimicolor.fr", True),
            ("https://chimicolor.fr/", True),
            ("javascript:alert(1)", False),
            ("rien", False),
        ):
            Company.objects.update(website=website)
            html = analyst_client.get(PAGE).content.decode()
            assert ("nofollow" in html) is is_link

    @pytest.mark.parametrize(
        ("siren", "sentence"),
        [
            ("552100554", "Ce SIREN n’est pas dans le registre chargé."),
            ("123456789", "sa clé est fausse"),
        ],
    )
    def test_explains_a_company_that_is_not_here(self, analyst_client, siren, sentence):
        for response in (
            analyst_client.get(f"/societes/{siren}/"),
            analyst_client.post(f"/societes/{siren}/statut/"),
            analyst_client.post(f"/societes/{siren}/notes/"),
        ):
            assert response.status_code == 404
            assert sentence in words(response)

    def test_offers_to_enrich_only_a_siren_that_may_exist(
        self, analyst_client, reader_client
    ):
        offer = "Enrichir ce SIREN"
        assert offer in words(analyst_client.get("/societes/552100554/"))
        assert offer not in words(analyst_client.get("/societes/123456789/"))
        assert offer not in words(reader_client.get("/societes/552100554/"))


class TestWayBack:
    def test_is_the_list_as_the_address_says(self, company, analyst_client):
        response = analyst_client.get(PAGE, {"retour": "/?naf=C&tri=-ca"})
        assert 'href="/?naf=C&amp;tri=-ca"' in response.content.decode()
        assert "Retour à la liste" in words(response)

    def test_is_the_list_the_reader_came_from(self, company, analyst_client):
        response = analyst_client.get(
            PAGE, headers={"referer": "http://testserver/?q=a"}
        )
        assert 'href="/?q=a"' in response.content.decode()

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "https://pirate.example/?q=a",
            "//pirate.example/?q=a",
            "javascript:alert(1)",
            "/compte/?q=a",
            "http://testserver.pirate.example/?q=a",
            "http://[",
        ],
    )
    def test_never_leads_elsewhere(self, company, analyst_client, elsewhere):
        response = analyst_client.get(
            PAGE, {"retour": elsewhere}, headers={"referer": elsewhere}
        )
        assert response.context["way_back"] == reverse("companies:list")

    def test_survives_a_status(self, company, analyst_client):
        response = analyst_client.post(
            STATUS, {"status": "contacte", "retour": "/?naf=C"}
        )
        assert response.url == f"{PAGE}?retour=%2F%3Fnaf%3DC#suivi"


class TestAccounts:
    def test_shows_one_type_and_links_to_the_others(self, company, analyst_client):
        accounts(2025, 12_431_870)
        accounts(2025, 16_904_220, account_type="K")
        own = words(analyst_client.get(PAGE))
        assert "12 431 870" in own
        assert "16 904 220" not in own
        group = words(analyst_client.get(PAGE, {"comptes": "K"}))
        assert "16 904 220" in group
        assert "12 431 870" not in group
        assert words(analyst_client.get(PAGE, {"comptes": "Z"})) == own

    def test_tells_confidential_from_unknown_from_absent(self, company, analyst_client):
        accounts(2022, None)
        accounts(2024, None, is_confidential=True)
        accounts(2025, 9)
        html = section(analyst_client.get(PAGE), "h-accounts")
        for word in ("inconnu", "absent", "confid."):
            assert word in html

    def test_says_that_what_was_read_gave_nothing(self, company, analyst_client):
        SourceReading.objects.create(
            siren=SIREN,
            source="pappers",
            retrieved_at=timezone.now(),
            status="not_found",
        )
        text = words(analyst_client.get(PAGE))
        assert "Aucun exercice n’a été trouvé dans les sources lues : Pappers" in text

    def test_explains_a_disagreement_in_the_margin(self, company, analyst_client):
        accounts(
            2025,
            12_431_870,
            disagreements={"revenue": {"recherche_entreprises": 12_532_000}},
        )
        response = analyst_client.get(PAGE)
        assert 'href="#note-1"' in response.content.decode()
        assert 'id="note-1"' in response.content.decode()
        assert "Recherche d’entreprises 12 532 000 €. Retenu : Pappers." in words(
            response
        )

    def test_marks_figures_of_the_sandbox(self, company, analyst_client):
        accounts(2025, 1, is_sandbox=True)
        assert "Réponse du bac à sable" in words(analyst_client.get(PAGE))


class TestOfficers:
    def test_show_role_and_age_and_that_it_is_by_the_year(
        self, company, analyst_client
    ):
        year = timezone.localdate().year - 64
        officer(first_name="Bernard", birth_year=year, since=date(1999, 3, 1))
        officer("CABINET TÉMOIN", role="Commissaire aux comptes", is_company=True)
        html = section(analyst_client.get(PAGE), "h-officers")
        assert "Bernard SPÉCIMEN" in html
        assert ">64<" in html
        assert "Âge atteint cette année" in html
        assert 'class="legal">CABINET TÉMOIN' in html

    def test_fold_a_long_list(self, company, analyst_client):
        for number in range(13):
            officer(f"NOM{number:02d}", rank=number)
        assert "3 autres" in words(analyst_client.get(PAGE))

    def test_of_a_company_of_partial_diffusion_are_not_shown(
        self, company, analyst_client
    ):
        Company.objects.update(diffusion="P", address="3 RUE PRIVÉE")
        officer("SECRET", first_name="Jean", birth_year=1950)
        notice("leader_change", date(2024, 3, 4), "Jean SECRET nommé gérant")
        response = analyst_client.get(PAGE)
        assert "SECRET" not in response.content.decode()
        assert "PRIVÉE" not in response.content.decode()
        assert "aucun champ personnel n’est affiché" in words(response)
        assert "Changement de dirigeant" in words(response)


class TestChronology:
    def test_merges_notices_statuses_and_readings(
        self, company, analyst, analyst_client
    ):
        accounts(2024, 1)
        accounts(2025, 2)
        notice("accounts_filed", date(2026, 6, 30), "Dépôt des comptes 2025")
        pipeline.set_status(siren=SIREN, status="contacte", by=analyst)
        html = section(analyst_client.get(PAGE), "chronology")
        places = [
            html.index(text)
            for text in (
                "Statut\u00a0: prospect → contacté",
                "Comptes 2024 à 2025 relevés",
                "Dépôt des comptes 2025",
                "Création de la société",
            )
        ]
        assert sorted(places[1:]) == places[1:]

    def test_folds_after_twelve(self, company, analyst_client):
        for year in range(2005, 2025):
            notice("accounts_filed", date(year, 6, 30))
        assert "9 faits plus anciens" in words(analyst_client.get(PAGE))

    def test_gives_a_notice_its_words_once(self, company, analyst_client):
        notice("accounts_filed", date(2025, 6, 30), "Dépôt des comptes 2024")
        assert words(analyst_client.get(PAGE)).count("Dépôt des comptes") == 1


class TestFollow:
    def test_starts_as_a_prospect_of_nobody(self, company, analyst_client):
        assert "Statut Prospect Suivie par personne" in words(analyst_client.get(PAGE))

    def test_moves_with_a_plain_form(self, company, analyst, analyst_client):
        response = analyst_client.post(STATUS, {"status": "contacte"}, follow=True)
        assert response.redirect_chain == [(f"{PAGE}#suivi", 302)]
        assert f"Statut Contacté Suivie par {analyst}" in words(response)

    def test_takes_the_words_of_other_tools(self, company, analyst_client):
        analyst_client.post(STATUS, {"status": "en discussion"})
        assert Pursuit.objects.get().status == "negociation"

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"status": "ecarte"}, "Dites pourquoi la société est écartée."),
            ({"status": "en_sommeil"}, "Donnez le jour où la société se réveille."),
            (
                {"status": "en_sommeil", "wake_on": "2020-01-01"},
                "Le réveil doit être un jour à venir.",
            ),
            (
                {"status": "en_sommeil", "wake_on": "31 février"},
                "Cette date n’existe pas.",
            ),
            ({"status": "chaud"}, "n’en fait pas partie"),
            ({}, "obligatoire"),
        ],
    )
    def test_comes_back_with_what_is_missing(
        self, company, analyst_client, given, sentence
    ):
        response = analyst_client.post(STATUS, given)
        assert response.status_code == 422
        assert sentence in words(response)
        assert '<details class="change" open>' in response.content.decode()
        assert not Pursuit.objects.exists()

    def test_opens_its_form_on_the_status_that_is_asked(self, company, analyst_client):
        html = analyst_client.get(PAGE, {"statut": "ecarte"}).content.decode()
        assert '<details class="change" open>' in html
        assert '<option value="ecarte" selected>' in html
        html = analyst_client.get(PAGE, {"statut": "chaud"}).content.decode()
        assert '<details class="change">' in html

    def test_shows_a_hostile_reason_as_text(self, company, analyst_client):
        reason = "<img src=x hx-get=/compte/>"
        analyst_client.post(STATUS, {"status": "ecarte", "reason": reason})
        html = analyst_client.get(PAGE).content.decode()
        assert reason not in html
        assert "&lt;img src=x hx-get=/compte/&gt;" in html


class TestNotes:
    def test_are_added_with_a_plain_form(self, company, analyst, analyst_client):
        response = analyst_client.post(NOTES, {"text": "Reçoit <b>volontiers</b>."})
        assert response.url == f"{PAGE}#notes-panel"
        html = analyst_client.get(PAGE).content.decode()
        assert "<p hx-disable>Reçoit &lt;b&gt;volontiers&lt;/b&gt;.</p>" in html

    def test_refuse_nothing_and_too_much(self, company, analyst_client):
        for text in (" ", "x" * 5_001, "a\x00b"):
            assert analyst_client.post(NOTES, {"text": text}).status_code == 422
        assert not Note.objects.exists()

    def test_fold_after_three(self, company, analyst, analyst_client):
        for number in range(5):
            pipeline.add_note(siren=SIREN, text=f"note {number}", by=analyst)
        assert "2 notes plus anciennes" in words(analyst_client.get(PAGE))


class TestDesks:
    def test_colleagues_share_what_strangers_never_see(
        self, company, analyst, colleague_client, stranger_client
    ):
        pipeline.set_status(
            siren=SIREN, status="ecarte", reason="secret de bureau", by=analyst
        )
        pipeline.add_note(siren=SIREN, text="note de bureau", by=analyst)
        mine = words(colleague_client.get(PAGE))
        assert "secret de bureau" in mine
        assert "note de bureau" in mine
        theirs = stranger_client.get(PAGE)
        assert theirs.status_code == 200
        assert "de bureau" not in words(theirs)
        assert "Suivie par personne" in words(theirs)
        assert "Statut :" not in words(theirs)

    def test_a_reader_looks_and_does_not_touch(self, company, reader_client):
        response = reader_client.get(PAGE)
        assert response.status_code == 200
        assert "Changer le statut" not in words(response)
        assert "Ajouter la note" not in words(response)
        assert reader_client.post(STATUS, {"status": "contacte"}).status_code == 403
        assert reader_client.post(NOTES, {"text": "x"}).status_code == 403
        assert not Pursuit.objects.exists()

    def test_nobody_comes_in_without_the_second_factor(self, company, half_way_client):
        for client in (Client(), half_way_client):
            for response in (
                client.get(PAGE),
                client.post(STATUS, {"status": "contacte"}),
                client.post(NOTES, {"text": "x"}),
            ):
                assert response.status_code == 302
                assert response.url.startswith("/compte/")

    def test_verbs_are_what_they_say(self, company, analyst_client):
        assert analyst_client.post(PAGE).status_code == 405
        assert analyst_client.get(STATUS).status_code == 405
        assert analyst_client.get(NOTES).status_code == 405


class TestPartials:
    @pytest.mark.parametrize("name", ["pursuit-panel", "notes-panel"])
    def test_are_pieces_of_their_page(self, company, analyst, analyst_client, name):
        pipeline.set_status(siren=SIREN, status="contacte", by=analyst)
        pipeline.add_note(siren=SIREN, text="bonjour", by=analyst)
        page = analyst_client.get(PAGE)
        piece = analyst_client.get(
            PAGE, headers={"HX-Request": "true", "HX-Target": name}
        )
        assert "<html" not in piece.content.decode()
        own = _without_token(piece).split('<div id="chronology"')[0]
        assert own.strip() in _without_token(page)
        assert "HX-Target" in piece["Vary"]

    def test_a_status_brings_the_chronology_along(self, company, analyst_client):
        headers = {"HX-Request": "true", "HX-Target": "pursuit-panel"}
        answer = analyst_client.post(
            STATUS, {"status": "contacte"}, headers=headers, follow=True
        )
        html = answer.content.decode()
        assert '<div id="chronology" hx-swap-oob="true">' in html
        assert "prospect → contacté" in html

    def test_a_refused_status_comes_back_as_its_panel(self, company, analyst_client):
        headers = {"HX-Request": "true", "HX-Target": "pursuit-panel"}
        answer = analyst_client.post(STATUS, {"status": "ecarte"}, headers=headers)
        assert answer.status_code == 422
        assert "<html" not in answer.content.decode()
        assert "Dites pourquoi" in answer.content.decode()


def _without_token(response):
    return re.sub(
        r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode()
    )


class TestCost:
    def test_is_thirteen_queries_whatever_is_known(
        self, company, analyst, colleague, analyst_client, django_assert_max_num_queries
    ):
        for year in range(2018, 2026):
            accounts(year, year)
        for number in range(20):
            officer(f"NOM{number}")
            day = date(2020, 1, 1) + timedelta(days=number)
            notice("modification", day)
        for person in (analyst, colleague):
            pipeline.add_note(siren=SIREN, text="bonjour", by=person)
            pipeline.set_status(
                siren=SIREN, status="ecarte", reason=f"dit {person}", by=person
            )
        analyst_client.get(PAGE)
        with django_assert_max_num_queries(13):
            analyst_client.get(PAGE)
