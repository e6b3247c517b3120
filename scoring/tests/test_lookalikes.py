"""Lookalikes: exact, inside the search, said in words, and refused in words."""

import math
import os
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pytest
from django.db import connection
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from companies import nomenclature
from companies.models import AnnualAccounts, Target
from companies.search import engine
from companies.search.criteria import Bounds, Criteria
from companies.search.index import likeness, store
from companies.search.index.build import build
from companies.tests import registers
from companies.tests.makers import make_company
from companies.tests.test_search_index import EMPTIED
from scoring.gather import debt_ratio
from scoring.lookalikes import find, profiles, traits, wording
from scoring.lookalikes.traits import TRAITS, WHOLE

# `make fuzz` tries thousands.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "12"))

ACCOUNTS = """
    INSERT INTO annual_accounts (siren, closed_on, account_type, revenue, net_income,
        ebitda, equity, financial_debt, is_closing_estimated, is_confidential,
        is_sandbox, has_unit_jump, provenance, disagreements)
    SELECT t.siren, make_date(2025 - back, 12, 31), kind,
        CASE WHEN random() < .8 THEN (t.revenue * (.6 + random()))::bigint END,
        t.net_income, NULL,
        CASE WHEN random() < .8 THEN ((random() - .2) * 3000000)::bigint END,
        CASE WHEN random() < .8 THEN (random() * 2000000)::bigint END,
        false, false, true, false, '{}', '{}'
    FROM target t, generate_series(0, 2) back, unnest(ARRAY['C', 'K']) kind
    WHERE random() < .7
"""


def fill():
    registers.fill(count=1200)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(.3)")
        cursor.execute(ACCOUNTS)
        cursor.execute(
            "UPDATE target SET ebitda = (net_income * (1 + random()))::bigint"
        )


@pytest.fixture(scope="class")
def register(django_db_setup, django_db_blocker, tmp_path_factory):
    """Twelve hundred companies in an index, some of them told anew since."""
    folder = tmp_path_factory.mktemp("search")
    with django_db_blocker.unblock(), override_settings(SEARCH_INDEX_DIR=folder):
        fill()
        build()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE target SET revenue = 4000000 WHERE siren % 11 = 0")
            cursor.execute("DELETE FROM target WHERE siren % 97 = 0")
        yield
        with connection.cursor() as cursor:
            for table in ("annual_accounts", *EMPTIED.split(",")):
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608


def search(**criteria):
    return engine.search(Criteria(**criteria), sort="nom", desk_id=None)


# The plain way: company after company, trait after trait


def value(name, step):
    scale = likeness.SCALES[name]
    return float(scale.values[step - 1])


def years(days):
    now = (timezone.localdate() - date(1970, 1, 1)).days
    return max((now - days) / 365.25, 0)


def apart(name, one, other):
    """Of two known steps; None when what they stand for is out of bounds."""
    if name == "naf":
        codes = [nomenclature.naf_by_id()[step] for step in (one, other)]
        for level, far in (
            ("code", 0),
            ("class_", 0.1),
            ("group", 0.2),
            ("division", 0.4),
            ("section", 0.75),
        ):
            if getattr(codes[0], level) == getattr(codes[1], level):
                return far
        return 1
    if name == "place":
        region = [
            nomenclature.region_of(likeness.departments()[s - 1]) for s in (one, other)
        ]  # noqa: E501
        return 0 if one == other else 0.4 if region[0] == region[1] else 1
    if name == "band":
        return min(abs(one - other) / 4, 1)
    a, b = value(name, one), value(name, other)
    if name == "born":
        ages = [timezone.localdate().year - each for each in (a, b)]
        if any(not 16 <= age <= 100 for age in ages):
            return None
        return min(abs(a - b) / 25, 1)
    spans = {"net_margin": 0.2, "growth": 0.4, "ebitda_margin": 0.25, "debt": 0.6}
    if name in spans:
        return min(abs(a - b) / spans[name], 1)
    if name == "equity":
        a, b = math.asinh(a / 20_000), math.asinh(b / 20_000)
        return min(abs(a - b) / math.log(20), 1)
    if name in ("created", "appointed"):
        a, b = years(a) + 3, years(b) + 3
    span = {"revenue": 8}.get(name, 6)
    return min(abs(math.log(a) - math.log(b)) / math.log(span), 1)


def is_known(name, step):
    return step and (name != "born" or apart(name, step, step) is not None)


def plainly(seeds, candidates, most):
    """(siren, distance), the nearest first."""
    told = [
        {
            t.name: seed.steps[t.name]
            for t in TRAITS
            if is_known(t.name, seed.steps[t.name])
        }  # noqa: E501
        for seed in seeds
    ]
    weights = {trait.name: trait.weight for trait in TRAITS}
    found = []
    for each in candidates:
        distance = 0
        for name, weight in weights.items():
            cost = 0
            for seed in told:
                if name not in seed:
                    continue
                step = each.steps[name]
                far = apart(name, seed[name], step) if step else None
                share = weight / sum(weights[known] for known in seed)
                cost += (0.5 if far is None else far) * share
            distance += round(cost * (WHOLE / len(told)))
        found.append((distance, each.siren))
    return [(siren, distance) for distance, siren in sorted(found)[:most]]


CRITERIA = st.sampled_from(
    [
        {},
        {"naf": ("25",)},
        {"region": ("84", "11")},
        {"ca": Bounds(low=Decimal(1))},
        {"dirigeant": Bounds(low=Decimal(58), with_unknown=True)},
        {"fermees": True},
        {"departement": ("74",), "naf": ("25.62B",)},
    ]
)


@pytest.mark.django_db
class TestNearest:
    @given(
        numbers=st.lists(st.integers(1, 1190), min_size=1, max_size=4, unique=True),
        criteria=CRITERIA,
    )
    @settings(deadline=None, max_examples=EXAMPLES)
    def test_is_what_comparing_one_by_one_gives(self, register, numbers, criteria):
        seeds = [f"{300_000_000 + 7 * number:09d}" for number in numbers]
        asked = search(**criteria)
        found = find.lookalikes(seeds, asked)
        inside = {int(siren) for siren in engine.sirens(asked, most=5000)}
        known = profiles.read(sorted(inside | {int(s) for s in seeds}))
        own = [known[int(siren)] for siren in seeds]
        others = [known[each] for each in inside - {int(s) for s in seeds}]
        assert found.candidates == len(others)
        told = [
            (int(each.row.siren), round((100 - each.similarity) * WHOLE / 100))
            for each in found.lookalikes
        ]
        assert told == plainly(own, others, find.MOST)

    def test_the_index_tells_what_the_database_does(self, register):
        """Every step of every company, those that changed since the build too."""
        for block in store.current().blocks:
            rows = np.flatnonzero(
                np.unpackbits(block.present.view(np.uint8), bitorder="little")
            )  # noqa: E501
            known = profiles.read(block["siren"][rows].tolist())
            for row in rows.tolist():
                now = known[int(block["siren"][row])].steps
                assert traits.steps_of(block._of, row) == now

    def test_without_an_index_the_database_is_read(self, register, tmp_path):
        seed, asked = "300000070", search(naf=("25",))
        indexed = find.lookalikes([seed], asked)
        with override_settings(SEARCH_INDEX_DIR=tmp_path):
            assert find.lookalikes([seed], asked) == indexed

    def test_without_an_index_too_many_are_not_read(
        self, register, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(find, "MOST_READ", 10)
        with (
            override_settings(SEARCH_INDEX_DIR=tmp_path),
            pytest.raises(find.SearchIsNotReady, match="en construction"),
        ):
            find.lookalikes(["300000070"], search())


def accounts(company, year, kind="C", **figures):
    AnnualAccounts.objects.create(
        siren=company.siren,
        closed_on=date(year, 12, 31),
        account_type=kind,
        **figures,
    )


@pytest.mark.django_db
class TestFigures:
    def figures(self, company):
        return profiles.read([int(company.siren)])[int(company.siren)].figures

    @pytest.mark.parametrize(
        ("revenues", "expected"),
        [
            ({2025: 1_210_000, 2024: 900_000, 2023: 1_000_000}, 0.1),
            ({2025: 1_200_000, 2024: 1_000_000}, 0.2),
            ({2025: 1_200_000, 2022: 1_000_000}, None),
            ({2025: 1_200_000, 2024: 0}, None),
        ],
    )
    def test_growth_is_by_year(self, revenues, expected):
        company = make_company(target={"revenue": 1_200_000})
        for year, revenue in revenues.items():
            accounts(company, year, revenue=revenue)
        growth = self.figures(company).get("growth")
        assert growth == (expected and pytest.approx(expected))

    def test_growth_never_crosses_account_types(self):
        company = make_company(target={"revenue": 1_200_000})
        accounts(company, 2025, revenue=1_200_000)
        accounts(company, 2024, "K", revenue=9_000_000)
        assert "growth" not in self.figures(company)

    @pytest.mark.parametrize(
        ("equity", "debt"),
        [(900_000, 300_000), (-50_000, 300_000), (0, 10), (5, None), (None, 5)],
    )
    def test_debt_is_that_of_the_scores(self, equity, debt):
        company = make_company(target={})
        accounts(company, 2025, revenue=1, equity=equity, financial_debt=debt)
        expected = debt_ratio(AnnualAccounts.objects.get())
        assert self.figures(company).get("debt") == (
            expected and pytest.approx(expected)
        )

    def test_a_revenue_of_zero_is_unknown(self):
        company = make_company(target={"revenue": 0, "net_income": 5})
        assert not {"revenue", "net_margin"} & set(self.figures(company))

    def test_no_one_is_older_than_a_hundred(self):
        company = make_company(target={"leader_birth_year": 1890})
        seed = profiles.read([int(company.siren)])[int(company.siren)]
        compared = traits.compare([seed.steps], timezone.localdate())
        assert "born" not in compared.tables


def test_weights_are_percents_of_the_whole():
    assert sum(trait.weight for trait in TRAITS) == 100


def test_nothing_known_compares_with_nothing():
    nobody = dict.fromkeys((trait.name for trait in TRAITS), 0)
    assert traits.compare([nobody], timezone.localdate()) is None


@pytest.fixture
def workshop():
    """A company with figures, one much like it, one far away and one unpublished."""
    common = {"leader_birth_year": 1962, "leader_since": date(2004, 1, 1)}
    seed = make_company(
        "TÔLERIE DU LAC",
        target={"revenue": 3_900_000, "net_income": 300_000, **common},
    )
    close = make_company(
        "CHAUDRONNERIE MARTIN",
        naf="25.62A",
        target={"revenue": 4_100_000, "net_income": 40_000, **common},
    )
    far = make_company(
        "BOULANGERIE BRETONNE",
        naf="10.71C",
        commune="35238",
        band="01",
        target={"revenue": 200_000, "net_income": 5_000},
    )
    silent = make_company("MÉCANIQUE MUETTE")
    return seed, close, far, silent


@pytest.mark.django_db
class TestWords:
    def test_say_what_is_shared_and_what_is_far(self, workshop):
        seed, close, far, silent = workshop
        found = find.lookalikes([seed.siren], search())
        assert [each.row.name for each in found.lookalikes] == [
            close.name,
            silent.name,
            far.name,
        ]
        first, unpublished, last = found.lookalikes
        assert first.words.shared[:3] == [
            "même classe NAF 25.62",
            "chiffre d’affaires proche (4,1\u00a0M€ contre 3,9\u00a0M€)",
            "même département (Haute-Savoie)",
        ]
        assert first.words.different == []
        assert first.compared == 100
        assert unpublished.words.unknown[0] == "chiffre d’affaires"
        assert unpublished.compared < 60
        assert last.words.different[0].startswith("activité (NAF 10.71C contre NAF")
        assert 0 <= last.similarity < first.similarity <= 100

    def test_of_several_seeds_say_how_many_share(self, workshop):
        seed, close, far, silent = workshop
        third = make_company("USINAGE DES ALPES", target={"revenue": 5_000_000})
        found = find.lookalikes([seed.siren, close.siren, far.siren], search())
        first = found.lookalikes[0]
        assert first.row.siren == third.siren
        assert "même département (Haute-Savoie), comme 2 des 3" in first.words.shared
        text = " ".join(first.words.shared + first.words.different)
        assert "contre 3,9\u00a0M€ en médiane" in text

    def test_of_seeds_that_differ_say_how_few_are_so(self, workshop):
        seed, _, far, _ = workshop
        bakery = make_company("AUTRE FOURNIL", naf="10.71C", commune="35238", band="01")
        found = find.lookalikes([seed.siren, far.siren, bakery.siren], search())
        words = {each.row.name: each.words for each in found.lookalikes}
        assert words["MÉCANIQUE MUETTE"].different[:2] == [
            "activité (comme 1 des 3 seulement)",
            "lieu (comme 1 des 3 seulement)",
        ]

    def test_without_accounts_say_so(self, workshop):
        silent = workshop[-1]
        found = find.lookalikes([silent.siren], search())
        assert found.is_register_only
        assert found.lookalikes[0].compared == 100
        assert "chiffre d’affaires" in found.without

    def test_in_english(self, workshop):
        with translation.override("en"):
            found = find.lookalikes([workshop[0].siren], search())
        shared = found.lookalikes[0].words.shared
        assert "similar revenue (€4.1m against €3.9m)" in shared


PAGE = "/semblables/"


@pytest.mark.django_db
class TestPages:
    def test_the_page_holds_each_company_with_its_words(self, workshop, analyst_client):
        seed, close, *_ = workshop
        text = analyst_client.get(PAGE, {"comme": seed.siren}).text
        assert close.name in text
        assert "chiffre d’affaires proche" in text
        assert "les plus proches parmi 3 comparées" in text
        assert 'id="selection"' in text

    def test_a_reader_selects_nothing(self, workshop, reader_client):
        text = reader_client.get(PAGE, {"comme": workshop[0].siren}).text
        assert workshop[1].name in text
        assert 'id="selection"' not in text

    def test_criteria_hold_and_are_kept_on_the_way_back(self, workshop, analyst_client):
        seed, close, far, silent = workshop
        query = {"comme": seed.siren, "region": "53"}
        page = analyst_client.get(PAGE, query)
        assert far.name in page.text
        assert close.name not in page.text
        assert page.context["list_url"] == f"/?region=53&siren={far.siren}"
        assert page.context["chips"][0][1] == f"/semblables/?comme={seed.siren}"

    def test_a_company_is_looked_at_inside_the_list_it_came_from(
        self, workshop, analyst_client
    ):
        seed, close, far, _ = workshop
        url = reverse("scoring:company_lookalikes", args=[seed.siren])
        headers = {"HX-Request": "true", "HX-Target": "lookalikes"}
        piece = analyst_client.get(
            url, {"retour": "/?region=53&tri=nom"}, headers=headers
        ).text
        assert piece.strip().startswith('<div id="lookalikes"')
        assert far.name in piece
        assert close.name not in piece
        elsewhere = analyst_client.get(
            url, {"retour": "https://ailleurs.example/?naf=A"}
        )
        assert close.name in elsewhere.text
        nowhere = analyst_client.get(url, {"retour": "http://["})
        assert close.name in nowhere.text

    def test_the_company_page_opens_it(self, workshop, analyst_client):
        seed = workshop[0]
        text = analyst_client.get(reverse("companies:company", args=[seed.siren])).text
        assert reverse("scoring:company_lookalikes", args=[seed.siren]) in text

    def test_a_selection_becomes_an_address(self, workshop, analyst_client):
        sirens = [each.siren for each in workshop[:2]]
        page = analyst_client.post(
            "/semblables/selection/",
            {"siren": sirens, "requete": "naf=25&tri=-ca&colonnes=siren"},
        )
        assert page.status_code == 302
        assert sorted(page.url.partition("?")[2].split("&")) == sorted(
            [*(f"comme={siren}" for siren in sirens), "naf=25"]
        )
        text = analyst_client.get(page.url).text
        assert workshop[3].name in text

    def test_no_more_than_twenty(self, analyst_client):
        for number in range(21):
            make_company(f"SOCIÉTÉ {number}")
        page = analyst_client.post(
            "/semblables/selection/", {"tout": "1", "requete": "q=societe"}, follow=True
        )
        assert page.redirect_chain == [("/?q=societe&tri=nom", 302)]
        assert "21 sociétés choisies" in page.text

    def test_an_empty_selection_is_said(self, analyst_client):
        page = analyst_client.post("/semblables/selection/", {}, follow=True)
        assert "Aucune société n’est sélectionnée." in page.text

    @pytest.mark.parametrize(
        ("query", "status", "words"),
        [
            ("", 422, "Choisissez au moins une société."),
            ("comme=12", 422, "un SIREN a neuf chiffres"),
            ("comme=732829320", 422, "Pas dans le registre chargé"),
            ("comme={seed}&naf=ZZ", 422, "ZZ"),
            ("comme={seed}&q=introuvable", 200, "Aucune autre société ne répond"),
            ("comme={bare}", 422, "il n’y a rien à comparer"),
        ],
    )
    def test_says_why_nothing_is_found(
        self, workshop, analyst_client, query, status, words
    ):
        bare = make_company("RIEN", naf="", commune="", created_on=None, band="")
        address = query.format(seed=workshop[0].siren, bare=bare.siren)
        page = analyst_client.get(f"{PAGE}?{address}")
        assert page.status_code == status
        assert words in page.text

    def test_more_than_twenty_seeds_are_refused(self, analyst_client):
        query = "&".join(f"comme={300_000_000 + n}" for n in range(21))
        page = analyst_client.get(f"{PAGE}?{query}")
        assert page.status_code == 422
        assert "21 sociétés choisies" in page.text

    def test_closed_companies_are_left_out_unless_asked_for(
        self, workshop, analyst_client
    ):
        closed = make_company("TÔLERIE FERMÉE", is_active=False)
        query = {"comme": workshop[0].siren}
        assert closed.name not in analyst_client.get(PAGE, query).text
        assert closed.name in analyst_client.get(PAGE, query | {"fermees": "1"}).text

    def test_takes_few_queries(
        self, workshop, analyst_client, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(20):
            analyst_client.get(PAGE, {"comme": workshop[0].siren})


@pytest.mark.django_db(transaction=True)
class TestFreshness:
    def test_a_company_that_changed_is_compared_as_it_is(
        self, workshop, settings, tmp_path
    ):
        settings.SEARCH_INDEX_DIR = tmp_path / "search"
        build()
        seed, close, *_ = workshop
        before = find.lookalikes([seed.siren], search()).lookalikes[0]
        Target.objects.filter(siren=close.siren).update(
            revenue=90_000_000, leader_since=date.today() - timedelta(days=30)
        )
        after = find.lookalikes([seed.siren], search()).lookalikes
        again = {each.row.siren: each for each in after}[close.siren]
        assert again.similarity < before.similarity
        assert "chiffre d’affaires" in again.words.different[0]


def test_two_departements_of_a_region_are_told_apart():
    places = likeness.departments()
    steps = [places.index(code) + 1 for code in ("44", "49")]
    assert [wording.department(step) for step in steps] == [
        "Loire-Atlantique",
        "Maine-et-Loire",
    ]
    told = [
        wording._said("place", [SimpleNamespace(steps={"place": step})], date.today())
        for step in steps
    ]
    assert told == ["Loire-Atlantique", "Maine-et-Loire"]
