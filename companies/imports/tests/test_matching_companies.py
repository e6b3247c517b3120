"""Which company a row is about: sure, to be decided, or none; and who decides."""

import random

import pytest

from accounts.models import AuditEntry
from companies import nomenclature
from companies.imports.matching import candidates, services, spots
from companies.imports.matching.candidates import Sought
from companies.imports.matching.models import ImportMatch
from companies.imports.matching.wording import likeness
from companies.imports.tests.kind_rows import make_import
from companies.models import Establishment
from companies.tests.makers import make_company

pytestmark = pytest.mark.django_db


def match(*names, code="", town=""):
    row = Sought(2, names, spots.read(code, town))
    return services.match([row])[0]


@pytest.fixture
def lac():
    return make_company("MÉCANIQUE DU LAC", commune="74010", trade_name="MECALAC")


class TestMatch:
    @pytest.mark.parametrize(
        ("name", "code", "town"),
        [
            ("Sarl mecanique du LAC", "74000", "ANNECY"),
            ("MECANIQUE LAC", "", "Annecy"),
            ("Mécalac", "74000", ""),
            ("MECANIQUE DU LAC (MECALAC)", "74940", "ANNECY"),
            ("MÉCANIQUE DU LAC", "", ""),
        ],
    )
    def test_the_same_name_at_the_same_place_is_sure(self, lac, name, code, town):
        verdict = match(name, code=code, town=town)
        assert (verdict.state, verdict.siren) == ("sure", lac.siren)

    def test_a_site_there_is_as_good_as_the_seat(self, lac):
        place = nomenclature.places()["57463"]
        row = {"code": "57000", "town": "METZ"}
        assert match("MECANIQUE DU LAC", **row).state == "doubtful"
        Establishment.objects.create(
            siret=f"{lac.siren}00025", siren=lac.siren, geo=place.id
        )
        assert match("MECANIQUE DU LAC", **row).siren == lac.siren

    def test_two_of_the_name_in_one_town_are_for_a_person(self, lac):
        make_company("SAS MECANIQUE DU LAC", commune="74010")
        verdict = match("MECANIQUE DU LAC", town="Annecy")
        assert (verdict.state, verdict.siren) == ("doubtful", None)
        assert len(verdict.candidates) == 2

    def test_the_same_name_in_another_departement_is_no_rival(self, lac):
        make_company("MECANIQUE DU LAC", commune="57463")
        assert match("MECANIQUE DU LAC", town="Annecy").siren == lac.siren
        assert match("MECANIQUE DU LAC").state == "doubtful"

    @pytest.mark.parametrize(
        "name",
        ["MECANIQUE DU LAC HOLDING", "SCI MECANIQUE DU LAC", "MECANIQUE DU LAC 2"],
    )
    def test_another_company_of_the_family_is_never_sure(self, lac, name):
        assert match(name, town="Annecy").state == "doubtful"

    @pytest.mark.parametrize("name", ["BOULANGERIE MARTIN", "???", "LA"])
    def test_a_name_that_nobody_bears_finds_nobody(self, lac, name):
        verdict = match(name, town="Annecy")
        assert (verdict.state, verdict.candidates) == ("none", ())

    def test_a_closed_or_masked_company_without_name_is_not_found(self):
        make_company("", legal_form="1000")
        assert match("MECANIQUE DU LAC").state == "none"

    def test_says_why_in_words(self, lac):
        verdict = match("MECANIQUE DU LAC", town="Annecy")
        said = likeness(verdict.candidates[0].as_dict())
        assert said == "100\u00a0%, même nom, même commune"


class TestBatches:
    def test_the_register_read_in_pieces_gives_the_same(self, lac, monkeypatch):
        draw = random.Random(3)  # noqa: S311
        words = ["ALPIN", "BOIS", "METAL", "LAC", "SAVOIE", "MECANIQUE", "DUVAL"]
        for _ in range(40):
            make_company(" ".join(draw.sample(words, 2)), commune="74010")
        rows = [
            Sought(line, (" ".join(draw.sample(words, 2)),), spots.read("", "Annecy"))
            for line in range(2, 40)
        ]
        whole = services.match(rows)
        beats = []
        monkeypatch.setattr(candidates.register, "BATCH", 7)
        assert services.match(rows, beat=beats.append) == whole
        assert beats[-1] == 41


@pytest.fixture
def imp(analyst):
    return make_import(analyst, "companies", state="checked")


@pytest.fixture
def doubtful(imp, lac):
    other = make_company("SAS MECANIQUE DU LAC", commune="74010")
    shown = [{"siren": c.siren, "name": c.name, "score": 1} for c in (lac, other)]
    return [
        ImportMatch.objects.create(
            of=imp, line=line, name="X", state="doubtful", candidates=shown
        )
        for line in (2, 3)
    ]


class TestDecide:
    def test_a_person_says_which_or_none(self, imp, doubtful, lac, analyst):
        choices = {doubtful[0].pk: lac.siren, doubtful[1].pk: None}
        assert services.decide(imp=imp, choices=choices, by=analyst) == 2

        first, second = ImportMatch.objects.order_by("line")
        assert (first.state, first.siren, first.decided_by) == (
            "confirmed",
            lac.siren,
            analyst,
        )
        assert (second.state, second.siren) == ("rejected", None)
        assert AuditEntry.objects.get(action="import_matched").details == {
            "confirmed": 1,
            "rejected": 1,
        }

    def test_any_company_of_the_register_may_be_the_one(self, imp, doubtful, analyst):
        third = make_company("TOUT AUTRE NOM")
        services.decide(imp=imp, choices={doubtful[0].pk: third.siren}, by=analyst)
        assert services.counts(imp)["confirmed"] == 1

    @pytest.mark.parametrize(
        ("siren", "word"), [("123456789", "n’existe pas"), ("552032534", "registre")]
    )
    def test_what_is_no_company_is_refused_and_changes_nothing(
        self, imp, doubtful, analyst, lac, siren, word
    ):
        choices = {doubtful[0].pk: lac.siren, doubtful[1].pk: siren}
        with pytest.raises(services.MatchRefused, match=word):
            services.decide(imp=imp, choices=choices, by=analyst)
        assert services.counts(imp)["doubtful"] == 2

    def test_a_line_of_another_import_is_refused(self, imp, doubtful, analyst, lac):
        other = make_import(analyst, "companies", state="checked")
        with pytest.raises(services.MatchRefused):
            services.decide(imp=other, choices={doubtful[0].pk: lac.siren}, by=analyst)

    def test_nothing_is_decided_once_the_run_began(self, imp, doubtful, analyst, lac):
        imp.state = "running"
        imp.save()
        with pytest.raises(services.MatchRefused, match="parti"):
            services.decide(imp=imp, choices={doubtful[0].pk: lac.siren}, by=analyst)

    def test_a_page_is_decided_at_once(self, imp, doubtful, analyst, lac):
        choices = {each.pk: each.candidates[0]["siren"] for each in doubtful}
        done = services.decide(imp=imp, choices=choices, by=analyst)
        assert done == 2
        assert not services.pending(imp).exists()
        assert set(ImportMatch.objects.values_list("siren", flat=True)) == {lac.siren}
