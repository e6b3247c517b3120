"""The criteria of the search: what each finds, its way to an address and back."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.utils import timezone

from companies import nomenclature
from companies.choices import EventKind, Source
from companies.models import Establishment, LegalEvent, ListEntry, TargetList
from companies.search import days, engine, pairs, phrase
from companies.search.criteria import Bounds, Criteria
from companies.search.form import SearchForm
from companies.tests.makers import make_company

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 3, 1)


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr(days, "today", lambda: TODAY)
    return TODAY


def read(query, *, desk=None):
    form = SearchForm(QueryDict(query), desk_id=desk and desk.pk)
    assert form.is_valid(), form.in_words()
    return form


def found(query, *, desk=None):
    form = read(query, desk=desk)
    search = engine.search(form.criteria, sort=form.sort, desk_id=desk and desk.pk)
    names = {row.name for row in engine.page(search).rows}
    assert engine.total(search) == len(names)
    return names


def refusals(query, *, desk=None):
    form = SearchForm(QueryDict(query), desk_id=desk and desk.pk)
    assert not form.is_valid()
    return " ".join(form.in_words())


def event(company, kind, day):
    LegalEvent.objects.create(
        siren=company.siren,
        kind=kind,
        occurred_on=day,
        label="",
        source=Source.SIRENE,
        source_id=f"{kind}{day}",
    )


@pytest.mark.django_db
class TestLeader:
    @pytest.fixture(autouse=True)
    def leaders(self, today):
        make_company(
            "JEUNE",
            target={
                "leader_birth_year": 1990,
                "leader_since": date(2024, 3, 2),
            },
        )
        make_company(
            "ANCIEN",
            target={
                "leader_birth_year": 1960,
                "leader_since": date(2006, 3, 1),
            },
        )
        make_company("SECRET", target={})
        make_company("REGISTRE")

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("dirigeant_min=36&dirigeant_max=36", {"JEUNE"}),
            ("dirigeant_min=37", {"ANCIEN"}),
            # The anniversary is tomorrow: one whole year only.
            ("anciennete_max=1", {"JEUNE"}),
            ("anciennete_min=2", {"ANCIEN"}),
            # And this one is today.
            ("anciennete_min=20&anciennete_max=20", {"ANCIEN"}),
            ("anciennete_min=21", set()),
            ("anciennete_min=21&inconnus=anciennete", {"SECRET"}),
            ("dirigeant_max=40&inconnus=dirigeant", {"JEUNE", "SECRET"}),
        ],
    )
    def test_age_and_tenure_in_whole_years(self, query, expected):
        assert found(query) == expected

    def test_a_29_february_is_a_year_older_on_the_28th_like_in_postgresql(self):
        leap = date(2024, 2, 29)
        assert days.years_before(leap, 1) == date(2023, 2, 28)
        assert days.years_before(leap, 4) == date(2020, 2, 29)
        assert days.years_before(leap, 5000) == date(1, 2, 28)


@pytest.mark.django_db
class TestFreshness:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("maj_max=0", {"AUJOURD’HUI"}),
            ("maj_min=1&maj_max=1", {"HIER"}),
            ("maj_min=1", {"HIER", "VIEILLE"}),
            ("maj_max=30", {"AUJOURD’HUI", "HIER"}),
            ("maj_min=36500", set()),
            ("maj_max=0&inconnus=maj", {"AUJOURD’HUI", "JAMAIS"}),
        ],
    )
    def test_counts_days_of_paris(self, today, query, expected):
        midnight = datetime(2026, 3, 1, 0, 0, tzinfo=PARIS)
        for name, moment in (
            ("AUJOURD’HUI", midnight),
            # Still the 28th in Paris, and so it is in London.
            ("HIER", midnight - timedelta(seconds=1)),
            ("VIEILLE", midnight - timedelta(days=400)),
            ("JAMAIS", None),
        ):
            make_company(name, target={"enriched_at": moment})
        assert found(query) == expected


@pytest.mark.django_db
class TestEvents:
    @pytest.fixture(autouse=True)
    def published(self):
        sold = make_company("VENDUE", target={})
        event(sold, EventKind.SALE, date(2025, 6, 30))
        event(sold, EventKind.ACCOUNTS_FILED, date(2024, 6, 30))
        event(make_company("JUGÉE", target={}), EventKind.PROCEEDING, date(2025, 1, 1))
        make_company("CALME", target={})
        make_company("REGISTRE")

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("evenement=sale", {"VENDUE"}),
            ("evenement=sale&evenement=proceeding", {"VENDUE", "JUGÉE"}),
            ("evenement=sale&evenement_du=2025-06-30", {"VENDUE"}),
            ("evenement=sale&evenement_du=01/07/2025", set()),
            ("evenement=sale&evenement_au=2025-06-30", {"VENDUE"}),
            ("evenement=sale&evenement_au=2025-06-29", set()),
            ("evenement=accounts_filed&evenement_du=2025-01-01", set()),
            # Nothing is known of the events of what was never enriched.
            ("sans_evenement=sale", {"JUGÉE", "CALME"}),
            ("sans_evenement=sale&sans_evenement=proceeding", {"CALME"}),
            (
                "sans_evenement=sale&evenement_du=2026-01-01",
                {"VENDUE", "JUGÉE", "CALME"},
            ),
            ("evenement=accounts_filed&sans_evenement=sale", set()),
            (
                "evenement=accounts_filed&sans_evenement=sale&evenement_au=2024-12-31",
                {"VENDUE"},
            ),
        ],
    )
    def test_of_any_kind_wanted_and_of_none_excluded(self, query, expected):
        assert found(query) == expected

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("evenement_du=2025-01-01", "choisissez une annonce"),
            (
                "evenement=sale&evenement_du=2025-02-01&evenement_au=2025-01-01",
                "précède le début",
            ),
            ("evenement=sale&evenement_du=2025-02-30", "2025-02-30"),
            ("evenement=vente", "vente"),
        ],
    )
    def test_a_wrong_period_or_kind_is_refused(self, query, words):
        assert words in refusals(query)


@pytest.mark.django_db
class TestContact:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("contact=email", {"MAIL", "DEUX"}),
            ("contact=telephone", {"TEL", "DEUX"}),
            ("contact=telephone&contact=email", {"DEUX"}),
        ],
    )
    def test_all_that_is_chosen_is_wanted(self, query, expected):
        make_company("MAIL", target={"has_email": True})
        make_company("TEL", target={"has_phone": True})
        make_company("DEUX", target={"has_email": True, "has_phone": True})
        make_company("RIEN", target={})
        assert found(query) == expected


@pytest.mark.django_db
class TestLists:
    @pytest.fixture
    def lists(self, analyst):
        made = {}
        for name in ("Aciers", "Bois"):
            made[name] = TargetList.objects.create(desk=analyst.desk, name=name)
        for name, lists in (
            ("LAMINOIR", ["Aciers"]),
            ("CHARPENTE", ["Aciers", "Bois"]),
            ("ÉTUDE", []),
        ):
            company = make_company(name, target={})
            for each in lists:
                ListEntry.objects.create(list=made[each], siren=company.siren)
        make_company("REGISTRE")
        return {name: str(each.public_id) for name, each in made.items()}

    def test_in_any_of_the_chosen_ones(self, lists, analyst):
        query = f"liste={lists['Bois']}&liste={lists['Aciers']}"
        assert found(query, desk=analyst.desk) == {"LAMINOIR", "CHARPENTE"}

    def test_in_none_of_them_and_then_the_register_counts_too(self, lists, analyst):
        names = found(f"hors_liste={lists['Bois']}", desk=analyst.desk)
        assert names == {"LAMINOIR", "ÉTUDE", "REGISTRE"}

    def test_in_one_and_not_in_the_other(self, lists, analyst):
        query = f"liste={lists['Aciers']}&hors_liste={lists['Bois'].upper()}"
        assert found(query, desk=analyst.desk) == {"LAMINOIR"}

    def test_another_desks_list_is_unknown(self, lists, stranger):
        for name in ("liste", "hors_liste"):
            words = refusals(f"{name}={lists['Bois']}", desk=stranger.desk)
            assert "à votre équipe" in words

    @pytest.mark.parametrize(
        "value", ["x", "0", "00000000-0000-0000-0000-000000000000"]
    )
    def test_what_is_no_list_is_refused_by_name(self, analyst, value):
        assert value[:30] in refusals(f"liste={value}", desk=analyst.desk)

    def test_the_condition_itself_belongs_to_the_desk(self, lists, stranger):
        for criteria, count in (
            (Criteria(liste=(lists["Bois"],)), 0),
            (Criteria(hors_liste=(lists["Bois"],)), 4),
        ):
            search = engine.search(criteria, sort="nom", desk_id=stranger.desk_id)
            assert engine.total(search) == count

    def test_are_said_by_their_names(self, lists, analyst):
        query = f"liste={lists['Aciers']}&hors_liste={lists['Bois']}"
        words = phrase.in_words(read(query, desk=analyst.desk).criteria)
        assert words == "dans «\u00a0Aciers\u00a0», hors de «\u00a0Bois\u00a0»"


@pytest.mark.django_db
class TestPlace:
    @pytest.fixture(autouse=True)
    def sites(self):
        lyon = make_company("LYONNAISE", commune="69381")
        annecy = make_company("ANNÉCIENNE", commune="74010", target={})
        for number, (company, commune, flags) in enumerate(
            [(lyon, "69381", 3), (annecy, "74010", 3), (annecy, "69381", 1)]
        ):
            self.place(company, number, commune, flags)
        closed = make_company("PARTIE", commune="74010")
        self.place(closed, 1, "69381", 0)

    def place(self, company, number, commune, flags):
        Establishment.objects.create(
            siret=f"{company.siren}{number:05d}",
            siren=company.siren,
            geo=nomenclature.places()[commune].id,
            flags=flags,
        )

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("departement=69", {"LYONNAISE"}),
            ("departement=69&lieu=siege", {"LYONNAISE"}),
            ("departement=69&lieu=etablissement", {"LYONNAISE", "ANNÉCIENNE"}),
            ("commune=69381&lieu=etablissement", {"LYONNAISE", "ANNÉCIENNE"}),
            ("commune=69382&lieu=etablissement", set()),
            ("departement=74&lieu=etablissement", {"ANNÉCIENNE"}),
            ("region=84&lieu=etablissement&ca_min=0&inconnus=ca", {"ANNÉCIENNE"}),
            # Alone it says nothing of anywhere.
            ("lieu=etablissement", {"LYONNAISE", "ANNÉCIENNE", "PARTIE"}),
        ],
    )
    def test_of_the_head_office_or_of_any_open_establishment(self, query, expected):
        assert found(query) == expected

    def test_an_odd_place_of_places_is_refused(self):
        assert "«\u00a0partout\u00a0»" in refusals("lieu=partout")


class TestBounds:
    @pytest.mark.parametrize(
        ("bounds", "scale", "expected"),
        [
            (Bounds(Decimal("70.005"), Decimal("70.005")), 100, (7001, 7000)),
            (Bounds(Decimal("-0.5"), Decimal("-0.5")), 1, (0, -1)),
            (Bounds(Decimal(3), None), 1_000_000, (3_000_000, None)),
            (Bounds(Decimal(10) ** 30, -(Decimal(10) ** 30)), 1, (2**62, -(2**62))),
        ],
    )
    def test_let_in_nothing_outside_of_them(self, bounds, scale, expected):
        assert bounds.whole(scale) == expected


FULL = (
    "q=lac&naf=25&naf=69.20Z&region=84&departement=69&commune=74010&lieu=etablissement"
    "&tranche=inconnu&forme=5710&statut=gagne&ca_min=-3.5&ca_max=50.25"
    "&attractivite_min=10&cedabilite_max=90.5&couverture_min=40&dirigeant_min=58"
    "&anciennete_min=10&anciennete_max=30&maj_max=30&age_min=10"
    "&avis_min=60"
    "&evenement=sale&evenement=closing&sans_evenement=proceeding"
    "&evenement_du=2024-01-01&evenement_au=2026-12-31&contact=email&contact=telephone"
    "&fermees=1&siren=732829320&inconnus=ca&inconnus=anciennete&inconnus=maj"
)


class TestAddress:
    @pytest.mark.parametrize("query", ["", *FULL.split("&")[2:20], FULL])
    def test_gives_the_same_search_again(self, query):
        if query.startswith("sans_") or "evenement_" in query:
            query = f"{query}&evenement=sale"
        first = read(query).criteria
        assert read(first.query()).criteria == first
        # The same search has one address, however it was typed.
        assert read(first.query()).criteria.query() == first.query()

    def test_every_field_of_the_criteria_is_in_the_full_one(self):
        criteria = read(FULL).criteria
        empty = Criteria()
        left = {
            name
            for name in Criteria.__slots__
            if getattr(criteria, name) == getattr(empty, name)
        }
        assert left == {"liste", "hors_liste", "collage", "list_names"}

    def test_the_words_say_each_criterion_and_each_chip_takes_it_away(self):
        criteria = read(FULL).criteria
        chips = phrase.chips(criteria)
        for chip in chips:
            assert chip.without != criteria
            assert len(phrase.chips(chip.without)) < len(chips)
        left = criteria
        while chips := phrase.chips(left):
            left = chips[0].without
        assert left.is_empty

    @pytest.mark.parametrize(
        ("query", "needs_target"),
        [
            ("naf=25&age_min=3&fermees=1&statut=gagne&lieu=etablissement", False),
            ("ca_min=1", True),
            ("anciennete_min=1", True),
            ("maj_max=1", True),
            ("evenement=sale", True),
            ("sans_evenement=sale", True),
            ("contact=email", True),
        ],
    )
    def test_tells_what_the_register_cannot_know(self, query, needs_target):
        criteria = read(query).criteria
        assert criteria.needs_target is needs_target
        assert not criteria.register_only.needs_target

    def test_lists_too_and_their_absence_not(self):
        assert Criteria(liste=("x",)).needs_target
        assert not Criteria(hors_liste=("x",)).needs_target
        assert Criteria(hors_liste=("x",)).register_only.hors_liste == ("x",)


class TestWords:
    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("anciennete_min=10", "dirigeant en poste depuis 10\u00a0ans au moins"),
            ("anciennete_max=1", "dirigeant en poste depuis 1\u00a0an au plus"),
            (
                "anciennete_min=5&anciennete_max=9",
                "dirigeant en poste depuis 5 à 9\u00a0ans",
            ),
            ("maj_max=30", "mise à jour il y a 30\u00a0jours au plus"),
            ("ca_min=-1,5", "CA de \u22121,5\u00a0M€ et plus"),
            ("evenement=sale", "cession de fonds publiée"),
            (
                "evenement=sale&evenement=other&evenement_du=2025-01-01",
                "cession de fonds publiée ou autre annonce"
                " depuis le 1er\u00a0janvier 2025",
            ),
            (
                "sans_evenement=closing&sans_evenement=proceeding"
                "&evenement_du=2025-01-01&evenement_au=2025-12-31",
                "sans radiation ni procédure collective ouverte"
                " du 1er\u00a0janvier 2025 au 31\u00a0décembre 2025",
            ),
            ("contact=email", "avec e-mail"),
            (
                "departement=69&lieu=etablissement",
                "un établissement 69 Rhône",
            ),
            ("lieu=etablissement", "toutes les sociétés actives"),
            ("naf=6920z", "69.20Z Activités comptables"),
        ],
    )
    def test_are_french(self, query, words):
        assert phrase.in_words(read(query).criteria) == words

    def test_name_a_few_of_many(self):
        codes = [code for code in nomenclature.naf_levels() if len(code) == 6][:500]
        criteria = read("&".join(f"naf={code}" for code in codes)).criteria
        chips = phrase.chips(criteria)
        assert len(chips) == 9
        assert chips[-1].words == "492 autres codes NAF"
        assert len(chips[-1].without.naf) == 8


class TestContradictions:
    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("evenement=sale&sans_evenement=sale", "même annonce"),
            ("dirigeant_max=30&anciennete_min=31", "plus d’années"),
        ],
    )
    def test_are_explained(self, query, words):
        assert words in " ".join(pairs.contradictions(read(query).criteria))

    @pytest.mark.parametrize(
        "query",
        [
            "",
            "evenement=sale&evenement=closing&sans_evenement=sale",
            "dirigeant_max=30&anciennete_min=31&inconnus=anciennete",
        ],
    )
    def test_are_not_seen_everywhere(self, query):
        assert pairs.contradictions(read(query).criteria) == []

    def test_of_a_list_wanted_and_not(self):
        criteria = Criteria(liste=("a",), hors_liste=("a", "b"))
        assert "vivier" in pairs.contradictions(criteria)[0]


def test_now_is_the_day_of_paris():
    assert days.today() == timezone.localtime(timezone=PARIS).date()
