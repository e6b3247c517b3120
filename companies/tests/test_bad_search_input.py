"""Whatever stands in an address: a French message or a right answer, nothing ignored.

``FUZZ_EXAMPLES`` says how many random addresses are tried (``make fuzz``).
"""

import os
from urllib.parse import quote, urlencode

import pytest
from django.http import QueryDict
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companies import nomenclature
from companies.choices import EventKind, Status
from companies.models import TargetList
from companies.search.criteria import CONTACTS, RANGES
from companies.search.form import NOT_CRITERIA, SearchForm
from companies.search.sorts import SORTS
from companies.tests.makers import index_names, make_company

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
SIREN = "732829320"
PAGES = ("companies:list", "companies:count")


@pytest.fixture
def companies(db):
    made = make_company("MÉCANIQUE DU LAC", siren=SIREN, target={"revenue": 5_000_000})
    make_company("BOULANGERIE", naf="10.71C", commune="69381")
    index_names()
    return made


def refusals(query):
    form = SearchForm(QueryDict(query))
    form.is_valid()
    return form.in_words()


class TestRefusals:
    """By name, in French, with the field they are about."""

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("naf=ZZ", "NAF\u00a0: «\u00a0ZZ\u00a0»\u00a0: inconnu du référentiel."),
            ("naf=25&naf=ZZ&naf=YY", "«\u00a0ZZ\u00a0», «\u00a0YY\u00a0»"),
            ("region=999", "région"),
            ("departement=2C", "département"),
            ("commune=00000", "commune"),
            ("tranche=99", "effectif"),
            ("forme=0", "forme juridique"),
            ("statut=ouvert", "«\u00a0ouvert\u00a0»"),
            ("contact=fax", "«\u00a0fax\u00a0»"),
            ("inconnus=ville", "«\u00a0ville\u00a0»"),
            ("fermees=peut-etre", "peut-etre"),
            ("siren=12345678", "neuf chiffres"),
            ("siren=12345678a", "neuf chiffres"),
            ("tri=hasard", "tri"),
            ("ca_min=50&ca_max=3", "le maximum est plus petit que le minimum"),
            ("ca_min=abc", "chiffre d’affaires, minimum\u00a0: «\u00a0abc\u00a0»"),
            ("ca_min=1e9", "n’est pas un nombre"),
            ("ca_min=NaN", "n’est pas un nombre"),
            ("ca_min=Infinity", "n’est pas un nombre"),
            ("ca_min=" + "9" * 5000, "hors limites"),
            ("ca_max=" + "0" * 5000 + ".1", "hors limites"),
            ("ca_min=1.1234567", "6 décimales au plus"),
            ("ca_min=3&ca_min=5", "une seule valeur est attendue"),
            ("q=lac&q=forge", "une seule valeur est attendue"),
            ("attractivite_min=101", "de 0 à 100"),
            ("couverture_max=-1", "de 0 à 100"),
            ("dirigeant_min=12,5", "un nombre entier est attendu"),
            ("age_min=" + "9" * 400, "hors limites"),
            ("evenement_du=hier", "n’est pas une date"),
            ("q=" + "a" * 10_000, "10000 caractères, 200 au plus"),
            ("q=%00", "caractères illisibles"),
            ("naf=%00", "inconnu du référentiel"),
            ("nafs=25", "«\u00a0nafs\u00a0» n’est pas un critère\u00a0: «\u00a0naf"),
            ("ca_mini=3", "«\u00a0ca_min\u00a0»\u00a0?"),
            ("couleur=rouge", "«\u00a0couleur\u00a0» n’est pas un critère"),
            ("%00=%00", "n’est pas un critère"),
        ],
    )
    def test_name_what_is_wrong_and_its_cure(self, query, words):
        assert words in " ".join(refusals(query))

    def test_a_lone_surrogate_is_no_text(self):
        data = QueryDict(mutable=True)
        data.setlist("q", ["\ud800"])
        data.setlist("naf", ["\udfff"])
        form = SearchForm(data)
        assert not form.is_valid()
        assert all(sentence.encode() for sentence in form.in_words())

    def test_five_hundred_unknown_codes_are_counted(self):
        sentence = refusals("&".join(f"naf=X{n}" for n in range(500)))[0]
        assert "et 495 autres" in sentence
        assert len(sentence) < 200

    @pytest.mark.parametrize(
        "query",
        [
            "utm_source=lettre&gclid=1&fbclid=2",
            "curseur=x&colonnes=nom&recherche=y&retour=/",
            "ca_min=&ca_max=+&naf=&q=",
            "naf=25&naf=25",
            "ca_min=3&ca_min=3",
            "ca_min=3,5&ca_max=1%C2%A0000",
            "ca_min=%E2%88%921",
            "naf=6920Z&departement=2a",
            "fermees=0",
            "siren=732 829 320",
        ],
    )
    def test_what_can_be_read_is_read(self, query):
        assert refusals(query) == []


@pytest.mark.django_db
class TestThePage:
    @pytest.mark.parametrize("page", PAGES)
    def test_lists_nobody_when_a_filter_is_refused(
        self, companies, analyst_client, page
    ):
        answer = analyst_client.get(reverse(page), {"naf": "ZZ", "ca_min": "1"})
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "«\u00a0ZZ\u00a0»" in text
        assert "MÉCANIQUE DU LAC" not in text

    def test_says_how_to_go_on_and_keeps_what_was_understood(
        self, companies, analyst_client
    ):
        text = analyst_client.get("/", {"naf": "ZZ", "ca_min": "1"}).content.decode()
        assert "Rien n’a été cherché" in text
        assert "CA de 1\u00a0M€ et plus" in text
        assert 'href="/?ca_min=1&amp;tri=-attractivite"' in text
        assert "Exporter" not in text.replace("/exports/", "")

    def test_marks_the_field_and_keeps_what_was_typed(self, companies, analyst_client):
        text = analyst_client.get("/?ca_min=50&ca_max=3").content.decode()
        field = text[text.index('id="f-ca_max"') :].partition(">")[0]
        assert 'value="3"' in field
        assert 'aria-invalid="true" aria-describedby="e-ca_max"' in field
        assert 'id="e-ca_max"' in text

    def test_shows_no_sign_of_what_was_typed_as_markup(self, companies, analyst_client):
        wrong = "<script>alert(1)</script>"
        for name in ("q", "naf", "ca_min", "evenement_du", wrong):
            text = analyst_client.get("/", {name: wrong}).content.decode()
            assert wrong not in text

    @pytest.mark.parametrize(
        "text", ["%", "_", "%%", "a%b_c", "\\", "'", '"', "%s", "{}"]
    )
    def test_signs_are_letters(self, companies, analyst_client, text):
        answer = analyst_client.get("/", {"q": text})
        assert answer.status_code == 200
        assert "MÉCANIQUE DU LAC" not in answer.content.decode()

    def test_five_hundred_naf_codes_are_an_ordinary_search(
        self, companies, analyst_client
    ):
        codes = [c for c in nomenclature.naf_levels() if len(c) == 6]
        chosen = [c for c in codes if c != "10.71C"][:499] + ["25.62B"]
        query = urlencode([("naf", code) for code in chosen])
        # What gunicorn takes of a first line.
        assert len(f"GET /?{query} HTTP/1.1") < 8190
        text = analyst_client.get(f"/?{query}").content.decode()
        assert "MÉCANIQUE DU LAC" in text
        assert "BOULANGERIE" not in text
        assert text.count('name="naf" value=') >= 500

    def test_contradictory_criteria_are_explained(self, companies, analyst_client):
        query = "?evenement=sale&sans_evenement=sale"
        answer = analyst_client.get(f"/{query}")
        assert answer.status_code == 200
        assert "se contredisent" in answer.content.decode()

    def test_nine_digits_keep_the_other_filters(self, companies, analyst_client):
        page = analyst_client.get("/", {"q": SIREN, "ca_min": "1"}).content.decode()
        assert "MÉCANIQUE DU LAC" in page
        assert "CA de 1\u00a0M€ et plus" in page
        page = analyst_client.get("/", {"q": SIREN, "ca_min": "6"}).content.decode()
        assert "Aucune société ne répond" in page

    def test_choices_are_kept_when_nothing_can_be_counted(
        self, companies, analyst_client, analyst
    ):
        kept = TargetList.objects.create(desk=analyst.desk, name="Forges")
        query = f"naf=25&region=84&statut=prospect&liste={kept.public_id}"
        text = analyst_client.get(f"/?{query}&forme=0").content.decode()
        for pair in query.split("&"):
            name, _, value = pair.partition("=")
            assert f'name="{name}" value="{value}"' in text


@pytest.mark.django_db
class TestCount:
    def test_is_exact_and_only_that(
        self, companies, analyst_client, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(6):
            answer = analyst_client.get(reverse("companies:count"), {"ca_max": "9"})
        assert "Voir la société" in answer.content.decode()
        answer = analyst_client.get(reverse("companies:count"))
        assert "Voir les 2 sociétés" in answer.content.decode()
        answer = analyst_client.get(reverse("companies:count"), {"ca_min": "9"})
        assert "aucune société" in answer.content.decode()


# Random addresses

NAMES = [*SearchForm.base_fields]
BOUNDS = [f"{name}_{end}" for name in RANGES for end in ("min", "max")]
SENSIBLE = {
    "naf": st.sampled_from(sorted(nomenclature.naf_levels())),
    "region": st.sampled_from(sorted(nomenclature.region_ranges())),
    "departement": st.sampled_from(sorted(nomenclature.department_ranges())),
    "commune": st.sampled_from(["69381", "74010", "75108", "2A004"]),
    "lieu": st.sampled_from(["siege", "etablissement"]),
    "statut": st.sampled_from(Status.values),
    "evenement": st.sampled_from(EventKind.values),
    "sans_evenement": st.sampled_from(EventKind.values),
    "evenement_du": st.dates().map(str),
    "evenement_au": st.dates().map(str),
    "contact": st.sampled_from(CONTACTS),
    "inconnus": st.sampled_from(RANGES),
    "fermees": st.sampled_from(["1", "0", "oui"]),
    "tri": st.sampled_from([sign + name for name in SORTS for sign in ("", "-")]),
    "siren": st.from_regex("[0-9]{9}", fullmatch=True),
    **{name: st.integers(0, 120).map(str) for name in BOUNDS},
}
ODD = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["%", "_", "\x00", "'", "1e999999999", "-0", "٣", "1_0", "0x1", "+"]
    ),
    st.integers().map(str),
    st.floats().map(str),
)


@st.composite
def pairs(draw):
    name = draw(st.sampled_from([*NAMES, *BOUNDS]) | st.text(max_size=12))
    values = ODD if draw(st.integers(0, 3)) == 0 else SENSIBLE.get(name, ODD)
    return name, draw(values)


ADDRESSES = st.lists(pairs(), max_size=8)


def encoded(given):
    # A lone surrogate cannot be sent; a browser sends its replacement.
    return "&".join(
        f"{quote(name.encode('utf-8', 'replace'))}"
        f"={quote(value.encode('utf-8', 'replace'))}"
        for name, value in given
    )


def says_nothing(name, value, form):
    """What changes nothing by its own meaning, and may."""
    meaning = value.strip()
    if not meaning or name in NOT_CRITERIA or name.startswith(("utm_", "mc_", "pk_")):
        return True
    return (
        (name == "lieu" and meaning == "siege")
        or (name == "fermees" and meaning in ("0", "off", "false", "non"))
        or (name == "inconnus" and not getattr(form.criteria, meaning, None))
    )


class TestFuzz:
    @given(ADDRESSES)
    @settings(max_examples=EXAMPLES * 5, deadline=None)
    def test_every_value_is_refused_or_counts(self, given):
        data = QueryDict(encoded(given))
        whole = SearchForm(data)
        if not whole.is_valid():
            assert whole.in_words()
            assert all(sentence.encode() for sentence in whole.in_words())
            whole.criteria.query().encode()
            return
        for name in data:
            for value in data.getlist(name):
                if says_nothing(name, value, whole):
                    continue
                less = data.copy()
                left = list(data.getlist(name))
                less.setlist(name, [other for other in left if other != value])
                fewer = SearchForm(less)
                fewer.is_valid()
                if name == "tri":
                    assert whole.sort == value
                elif not same_code_twice(whole, name, left):
                    assert fewer.criteria != whole.criteria, (name, value)
        again = SearchForm(QueryDict(whole.criteria.query()))
        assert again.is_valid(), again.in_words()
        assert again.criteria == whole.criteria

    @given(ADDRESSES)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @pytest.mark.django_db
    def test_the_pages_never_break(self, companies, analyst_client, given):
        query = encoded(given)
        for page in PAGES:
            answer = analyst_client.get(f"{reverse(page)}?{query}")
            is_fine = SearchForm(QueryDict(query)).is_valid()
            assert answer.status_code == (200 if is_fine else 422)
            assert answer.content.decode()


def same_code_twice(form, name, values):
    """« 6920Z » and « 69.20Z » are one code: one of them may go."""
    cleaned = form.cleaned_data.get(name)
    return isinstance(cleaned, list) and len(cleaned) < len(set(values))
