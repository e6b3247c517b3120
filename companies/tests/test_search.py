"""The one search function: what it finds, in which order, and how many."""

from datetime import date

import pytest
from django.http import QueryDict
from django.utils import timezone

from companies.models import Pursuit
from companies.search import cursor, engine, phrase
from companies.search.form import SearchForm
from companies.tests.makers import index_names, make_company

pytestmark = pytest.mark.django_db


def found(query, *, desk=None):
    form = SearchForm(QueryDict(query))
    form.is_valid()
    return engine.search(form.criteria, sort=form.sort, desk_id=desk and desk.pk)


def names_of(query, *, desk=None):
    return [row.name for row in engine.page(found(query, desk=desk)).rows]


@pytest.fixture
def companies(db):
    made = {
        "lake": make_company("MÉCANIQUE DU LAC", target={"revenue": 5_000_000}),
        "audit": make_company(
            "CABINET AUDIT EXCELLENCE",
            naf="69.20Z",
            commune="75108",
            band="21",
            legal_form="5499",
            created_on=date(2015, 6, 1),
            target={"revenue": None, "score": "71.5", "score_state": 1},
        ),
        "bakery": make_company(
            "BOULANGERIE DES ÉRABLES",
            naf="10.71C",
            commune="69381",
            band="",
            legal_form="",
            created_on=None,
        ),
        "closed": make_company("ANCIENNE FORGE", is_active=False),
    }
    index_names()
    return made


class TestNames:
    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("mecanique lac", "MÉCANIQUE DU LAC"),
            ("Mécaniqué", "MÉCANIQUE DU LAC"),
            ("érable", "BOULANGERIE DES ÉRABLES"),
            ("boulangrie", "BOULANGERIE DES ÉRABLES"),
            ("cabinet excelence", "CABINET AUDIT EXCELLENCE"),
        ],
    )
    def test_accents_prefixes_and_typos(self, companies, typed, expected):
        assert names_of(f"q={typed}") == [expected]

    def test_a_siren_a_siret_and_the_beginning_of_a_siren(self, companies):
        siren = companies["lake"].siren
        for typed in (siren, f"{siren[:3]} {siren[3:6]} {siren[6:]}", f"{siren}00012"):
            assert names_of(f"q={typed}") == ["MÉCANIQUE DU LAC"]
        assert "MÉCANIQUE DU LAC" in names_of(f"q={siren[:6]}")

    def test_nine_digits_keep_the_other_filters(self, companies):
        assert names_of(f"q={companies['lake'].siren}&naf=69") == []

    @pytest.mark.parametrize(
        "typed", ["%", "_", "'", "\\", "a'b", "&|!", ":*", "(", "é" * 200, "<b>", "\t"]
    )
    def test_odd_signs_find_nothing_and_break_nothing(self, companies, typed):
        query = QueryDict(mutable=True)
        query["q"] = typed
        form = SearchForm(query)
        form.is_valid()
        search = engine.search(form.criteria, sort="nom", desk_id=None)
        assert engine.total(search) == len(engine.page(search).rows)

    def test_a_correction_is_told(self, companies):
        assert found("q=boulangrie").corrected == (("boulangrie", ("boulangerie",)),)


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("naf=C", {"lake", "bakery"}),
            ("naf=25", {"lake"}),
            ("naf=25.62B&naf=69.20Z", {"lake", "audit"}),
            # The most specific choice replaces the level above it.
            ("naf=C&naf=10", {"bakery"}),
            ("region=84", {"lake", "bakery"}),
            ("region=84&departement=69", {"bakery"}),
            ("departement=74", {"lake"}),
            ("commune=75108", {"audit"}),
            ("tranche=21", {"audit"}),
            ("tranche=21&tranche=inconnu", {"audit", "bakery"}),
            ("forme=5499", {"audit"}),
            ("forme=inconnu", {"bakery"}),
            ("age_min=20", {"lake"}),
            ("age_max=15", {"audit"}),
            ("age_max=15&inconnus=age", {"audit", "bakery"}),
            ("ca_min=3&ca_max=10", {"lake"}),
            ("ca_min=3&inconnus=ca", {"lake", "audit"}),
            ("ca_min=6", set()),
            ("attractivite_min=71", {"audit"}),
            ("attractivite_min=72", set()),
            ("attractivite_min=10&inconnus=attractivite", {"audit", "lake"}),
            ("", {"lake", "audit", "bakery"}),
            ("fermees=1", {"lake", "audit", "bakery", "closed"}),
        ],
    )
    def test_each_criterion(self, companies, query, expected):
        wanted = {companies[key].name for key in expected}
        search = found(query)
        assert {row.name for row in engine.page(search).rows} == wanted
        assert engine.total(search) == engine.summary(search).total == len(wanted)

    def test_a_bound_is_included_to_the_euro(self, companies):
        assert names_of("ca_min=5&ca_max=5") == ["MÉCANIQUE DU LAC"]
        assert names_of("ca_min=5.000001") == []

    def test_status_is_the_readers_desks(self, companies, analyst, stranger):
        Pursuit.objects.create(
            desk=analyst.desk,
            siren=companies["lake"].siren,
            status="contacte",
            since=timezone.now(),
        )
        assert names_of("statut=contacte", desk=analyst.desk) == ["MÉCANIQUE DU LAC"]
        assert names_of("statut=contacte", desk=stranger.desk) == []
        assert "MÉCANIQUE DU LAC" in names_of("statut=prospect", desk=stranger.desk)

    def test_the_never_enriched_are_counted_apart(self, companies):
        search = found("region=84&ca_min=1")
        assert engine.total(search) == 1
        assert engine.never_enriched(search) == 1

    def test_an_unknown_code_is_refused_by_name(self):
        form = SearchForm(QueryDict("naf=ZZ&ca_min=9&ca_max=2"))
        assert not form.is_valid()
        assert any("ZZ" in sentence for sentence in form.in_words())
        assert any("maximum" in sentence for sentence in form.in_words())


class TestFacets:
    def test_a_facet_ignores_its_own_choice(self, companies):
        options = engine.summary(found("naf=69.20Z")).facets.naf
        counts = {option.value: option.count for option in options}
        assert counts["C"] == 2
        assert counts["M"] == 1

    def test_a_facet_follows_the_other_choices(self, companies):
        options = engine.summary(found("region=84")).facets.naf
        assert {option.value for option in options} == {"C"}

    def test_a_chosen_level_shows_the_one_below(self, companies):
        facets = engine.summary(found("region=84&departement=74")).facets
        places = {(option.name, option.value) for option in facets.place}
        assert {("region", "84"), ("departement", "74"), ("commune", "74010")} <= places


SORTS = (
    "nom",
    "siege",
    "naf",
    "attractivite",
    "cedabilite",
    "couverture",
    "ca",
    "resultat",
    "effectif",
    "age",
    "dirigeant",
    "forme",
    "statut",
    "maj",
)


class TestPages:
    @pytest.fixture
    def many(self, db):
        for number in range(23):
            revenue = None if number % 4 == 0 else (number % 5) * 1_000_000
            make_company(
                f"SOCIÉTÉ {number % 7}",
                created_on=None if number % 6 == 0 else date(1990 + number, 1, 1),
                target={"revenue": revenue} if number % 3 else None,
            )

    @pytest.mark.parametrize("sort", [s + n for n in SORTS for s in ("", "-")])
    def test_every_sort_shows_each_company_once_both_ways(self, many, sort):
        search = found(f"tri={sort}")
        forth, position, last = [], None, None
        while True:
            page = engine.page(search, position, size=5)
            forth += [row.siren for row in page.rows]
            last = page
            position = page.next
            if position is None:
                break
        assert len(forth) == len(set(forth)) == 23
        back = [row.siren for row in reversed(last.rows)]
        position = last.previous
        while position is not None:
            page = engine.page(search, position, size=5)
            back += [row.siren for row in reversed(page.rows)]
            position = page.previous
        assert back == forth[::-1]
        assert [
            r.siren for rows in engine.stream(search, batch=4) for r in rows
        ] == forth

    @pytest.mark.parametrize("sort", ["ca", "-ca"])
    def test_the_unknown_comes_last_in_both_directions(self, many, sort):
        revenues = [row.revenue for row in engine.page(found(f"tri={sort}")).rows]
        known = [revenue for revenue in revenues if revenue is not None]
        assert revenues[: len(known)] == sorted(known, reverse=sort[0] == "-")
        assert set(revenues[len(known) :]) == {None}

    @pytest.mark.parametrize("text", ["x", "W10", "bm90IGpzb24", "é", "A" * 3000])
    def test_a_wrong_cursor_is_the_first_page(self, text):
        with pytest.raises(cursor.WrongCursor):
            cursor.parse(text, sort="nom")

    @pytest.mark.parametrize(
        ("sort", "key"), [("-ca", 1), ("ca", None), ("nom", "MÉCANIQUE")]
    )
    def test_a_cursor_comes_back_whole(self, sort, key):
        position = cursor.Cursor(sort, key, 123456782, backwards=True)
        assert cursor.parse(str(position), sort=sort) == position

    @pytest.mark.parametrize(
        "position",
        [
            cursor.Cursor("nom", "A", 123456782),
            cursor.Cursor("-ca", "A", 123456782),
            cursor.Cursor("-ca", 2**70, 123456782),
            cursor.Cursor("-ca", 1, 10**9),
            cursor.Cursor("-ca", "1.5", 123456782),
        ],
    )
    def test_a_forged_cursor_or_that_of_another_sort_is_told_apart(self, position):
        with pytest.raises(cursor.WrongCursor):
            cursor.parse(str(position), sort="-ca")


class TestWords:
    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("", "toutes les sociétés actives"),
            ("ca_min=3&ca_max=50&inconnus=ca", "CA de 3 à 50\u00a0M€ ou non publié"),
            ("dirigeant_min=59", "dirigeant de 59\u00a0ans et plus"),
            ("region=84&statut=gagne", "en Auvergne-Rhône-Alpes, statut\u00a0: gagné"),
            ("tranche=12&tranche=21", "20 à 49 ou 50 à 99\u00a0salariés"),
        ],
    )
    def test_the_search_is_told_in_french(self, query, words):
        form = SearchForm(QueryDict(query))
        form.is_valid()
        assert phrase.in_words(form.criteria) == words

    def test_the_query_string_gives_the_same_search_again(self):
        query = (
            "q=lac&naf=25&region=84&departement=69&tranche=inconnu&forme=5710&ca_min=3"
            "&ca_max=50.5&age_min=10&fermees=1&inconnus=ca&inconnus=age&statut=gagne"
        )
        first = SearchForm(QueryDict(query))
        first.is_valid()
        second = SearchForm(QueryDict(first.criteria.query()))
        second.is_valid()
        assert second.criteria == first.criteria
